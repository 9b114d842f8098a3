#include "lambda-control.h"

#include "curve-view.h"
#include "slice-keys.h"

#include <glib/gi18n.h>
#include <lambdascope/lambda_scale.h>

#include <math.h>

struct _LamLambdaControl {
    GtkWidget parent;
    GtkWidget *box;
    GtkSpinButton *entry;
    GtkScale *scale;
    LamCurveView *curve;
    GtkLabel *gamma;
    double lambda;
    bool updating; /* the parts are being set from `lambda` */
};

enum { PROPERTY_LAMBDA = 1, PROPERTIES };
static GParamSpec *properties[PROPERTIES];

enum { PICKED, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamLambdaControl, lam_lambda_control, GTK_TYPE_WIDGET)

/* Screen readers say λ, not the position on the track. */
static void describe(LamLambdaControl *control)
{
    g_autofree char *spoken = g_strdup_printf("λ %.3f", control->lambda);
    double gamma = lam_lambda_gamma(control->lambda);
    g_autofree char *shown = isinf(gamma) ? g_strdup("γ ∞") : g_strdup_printf("γ %.3g", gamma);
    gtk_label_set_label(control->gamma, shown);
    gtk_accessible_update_property(GTK_ACCESSIBLE(control->scale),
                                   GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, spoken, -1);
}

static void set_lambda(LamLambdaControl *control, double lambda, const void *origin)
{
    lambda = CLAMP(lambda, 0, 1);
    if (control->updating || lambda == control->lambda)
        return;
    control->lambda = lambda;
    control->updating = true;
    if (origin != control->entry)
        gtk_spin_button_set_value(control->entry, lambda);
    if (origin != control->scale)
        gtk_range_set_value(GTK_RANGE(control->scale), lam_lambda_to_position(lambda));
    control->updating = false;
    describe(control);
    g_object_notify_by_pspec(G_OBJECT(control), properties[PROPERTY_LAMBDA]);
}

static void scale_changed(GtkRange *range, LamLambdaControl *control)
{
    set_lambda(control, lam_lambda_from_position(gtk_range_get_value(range)), control->scale);
}

static void entry_changed(GtkSpinButton *entry, LamLambdaControl *control)
{
    set_lambda(control, gtk_spin_button_get_value(entry), control->entry);
}

static void picked(LamCurveView *curve, double lambda, LamLambdaControl *control)
{
    set_lambda(control, lambda, NULL);
    g_signal_emit(control, signals[PICKED], 0);
}

/* The track lies where the theme puts it: known after each allocation. */
static void size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    LamLambdaControl *control = LAM_LAMBDA_CONTROL(widget);
    gtk_widget_size_allocate(control->box, &(GtkAllocation){0, 0, width, height}, baseline);
    lam_curve_view_align(control->curve, GTK_RANGE(control->scale));
}

static void measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
    gtk_widget_measure(LAM_LAMBDA_CONTROL(widget)->box, orientation, for_size, minimum, natural,
                       minimum_baseline, natural_baseline);
}

static void add_marks(GtkScale *scale)
{
    static const struct {
        double lambda;
        const char *label;
    } marks[] = {{0, "0"},     {0.02, "0.02"}, {0.05, "0.05"}, {0.2, "0.2"}, {0.5, "0.5"},
                 {0.8, "0.8"}, {0.95, "0.95"}, {0.98, "0.98"}, {1, "1"}};
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        gtk_scale_add_mark(scale, lam_lambda_to_position(marks[i].lambda), GTK_POS_BOTTOM,
                           marks[i].label);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    if (id == PROPERTY_LAMBDA)
        g_value_set_double(value, LAM_LAMBDA_CONTROL(object)->lambda);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    if (id == PROPERTY_LAMBDA)
        set_lambda(LAM_LAMBDA_CONTROL(object), g_value_get_double(value), NULL);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void lam_lambda_control_dispose(GObject *object)
{
    g_clear_pointer(&LAM_LAMBDA_CONTROL(object)->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_lambda_control_parent_class)->dispose(object);
}

static void lam_lambda_control_class_init(LamLambdaControlClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    g_type_ensure(LAM_TYPE_CURVE_VIEW);
    object_class->dispose = lam_lambda_control_dispose;
    object_class->get_property = get_property;
    object_class->set_property = set_property;
    properties[PROPERTY_LAMBDA] =
        g_param_spec_double("lambda", NULL, NULL, 0, 1, 0.5,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object_class, PROPERTIES, properties);
    signals[PICKED] = g_signal_new("picked", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(
        widget_class, "/io/github/lambdascope/Lambdascope/lambda-control.ui");
    gtk_widget_class_bind_template_child(widget_class, LamLambdaControl, box);
    gtk_widget_class_bind_template_child(widget_class, LamLambdaControl, entry);
    gtk_widget_class_bind_template_child(widget_class, LamLambdaControl, scale);
    gtk_widget_class_bind_template_child(widget_class, LamLambdaControl, gamma);
    gtk_widget_class_bind_template_callback(widget_class, scale_changed);
    gtk_widget_class_bind_template_callback(widget_class, entry_changed);
    gtk_widget_class_bind_template_child(widget_class, LamLambdaControl, curve);
    gtk_widget_class_bind_template_callback(widget_class, picked);
    widget_class->size_allocate = size_allocate;
    widget_class->measure = measure;
    gtk_widget_class_set_css_name(widget_class, "lambda-control");
}

static void lam_lambda_control_init(LamLambdaControl *control)
{
    control->lambda = 0.5;
    gtk_widget_init_template(GTK_WIDGET(control));
    add_marks(control->scale);
    lam_slice_keys_add(GTK_WIDGET(control->scale));
    describe(control);
}

double lam_lambda_control_get_lambda(LamLambdaControl *control)
{
    return control->lambda;
}

void lam_lambda_control_set_lambda(LamLambdaControl *control, double lambda)
{
    set_lambda(control, lambda, NULL);
}

void lam_lambda_control_step(LamLambdaControl *control, double step)
{
    double position = gtk_range_get_value(GTK_RANGE(control->scale)) + step;
    gtk_range_set_value(GTK_RANGE(control->scale),
                        CLAMP(position, -LAM_POSITION_END, LAM_POSITION_END));
}

void lam_lambda_control_set_curve(LamLambdaControl *control, LamCurve *curve)
{
    lam_curve_view_set_curve(control->curve, curve, 0);
}

const LamCurve *lam_lambda_control_curve(LamLambdaControl *control)
{
    return lam_curve_view_curve(control->curve);
}

void lam_lambda_control_set_curve_shown(LamLambdaControl *control, bool shown)
{
    gtk_widget_set_visible(GTK_WIDGET(control->curve), shown);
}

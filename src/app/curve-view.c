#include "curve-view.h"

#include <glib/gi18n.h>
#include <lambdascope/lambda_scale.h>
#include <math.h>

#define HEIGHT      44 /* unless told otherwise */
#define MARGIN      4
#define FOLD_HEIGHT 8 /* of a bar that stands for FOLD_FULL % and more */
#define FOLD_FULL   1.0
#define LEAST_RANGE 0.02 /* of the ordinate: noise must not fill the height */

struct _LamCurveView {
    GtkWidget parent;
    LamCurve *curve;
    int domain, height;
    double from, to; /* the track, in pixels */
    double middle;   /* position on the λ scale that its middle stands for */
};

enum { PROPERTY_HEIGHT = 1, PROPERTIES };
static GParamSpec *properties[PROPERTIES];
enum { PICKED, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamCurveView, lam_curve_view, GTK_TYPE_WIDGET)

/* ---- places ---- */

static double x_of(const LamCurveView *view, double lambda)
{
    double position = lam_lambda_to_position(lambda) - view->middle;
    double share = (position + LAM_POSITION_END) / (2 * LAM_POSITION_END);
    return view->from + share * (view->to - view->from);
}

/* NULL where there is no point yet, or none of its domain. */
static const LamCurveFigures *figures_at(const LamCurveView *view, int place)
{
    const LamCurvePoint *point = lam_curve_point(view->curve, place);
    return point && view->domain < point->n_domains ? &point->domain[view->domain] : NULL;
}

static int nearest_place(const LamCurveView *view, double x)
{
    int best = -1;
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        double away = fabs(x_of(view, lam_curve_lambda(i)) - x);
        if (figures_at(view, i) &&
            (best < 0 || away < fabs(x_of(view, lam_curve_lambda(best)) - x)))
            best = i;
    }
    return best;
}

static bool has_dice(const LamCurveView *view)
{
    for (int i = 0; i < LAM_CURVE_POINTS; i++)
        if (figures_at(view, i))
            return !isnan(figures_at(view, i)->dice);
    return false;
}

/* Overlap, or similarity; NaN where there is no point yet. */
static double height_at(const LamCurveView *view, int place, bool dice)
{
    const LamCurveFigures *figures = figures_at(view, place);
    if (!figures)
        return NAN;
    return dice ? figures->dice : figures->similarity;
}

static void range(const LamCurveView *view, bool dice, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        double y = height_at(view, i, dice);
        if (isnan(y))
            continue;
        *low = fmin(*low, y);
        *high = fmax(*high, y);
    }
    *low = fmin(*low, *high - LEAST_RANGE);
}

/* ---- drawing ---- */

static void set_colour(cairo_t *cr, GtkWidget *widget, const char *name, double alpha)
{
    GdkRGBA colour;
    if (!gtk_style_context_lookup_color(gtk_widget_get_style_context(widget), name, &colour))
        gtk_style_context_get_color(gtk_widget_get_style_context(widget), &colour);
    cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, alpha);
}

static void draw_band(LamCurveView *view, cairo_t *cr)
{
    LamCurveBest best = lam_curve_best(view->curve, view->domain);
    if (!best.known)
        return;
    double from = x_of(view, best.from), to = x_of(view, best.to), at = x_of(view, best.lambda);
    set_colour(cr, GTK_WIDGET(view), "lam_accent", 0.16);
    cairo_rectangle(cr, from - 1, 0, to - from + 2, view->height);
    cairo_fill(cr);
    set_colour(cr, GTK_WIDGET(view), "lam_accent", 0.5);
    cairo_rectangle(cr, floor(at), 0, 1, view->height);
    cairo_fill(cr);
}

static void draw_folds(LamCurveView *view, cairo_t *cr)
{
    set_colour(cr, GTK_WIDGET(view), "lam_warning", 0.8);
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        const LamCurveFigures *figures = figures_at(view, i);
        double folds = figures ? figures->fold_percent : 0;
        if (!(folds > 0))
            continue;
        double height = fmax(2, FOLD_HEIGHT * fmin(folds / FOLD_FULL, 1));
        cairo_rectangle(cr, x_of(view, lam_curve_lambda(i)) - 1.5, view->height - height, 3,
                        height);
    }
    cairo_fill(cr);
}

static void draw_line(LamCurveView *view, cairo_t *cr)
{
    double low, high;
    bool dice = has_dice(view);
    range(view, dice, &low, &high);
    set_colour(cr, GTK_WIDGET(view), "lam_text", 0.85);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int i = 0; i < LAM_CURVE_POINTS; i++) {
        double y = height_at(view, i, dice);
        if (!isnan(y))
            cairo_line_to(cr, x_of(view, lam_curve_lambda(i)),
                          MARGIN + (high - y) / (high - low) * (view->height - 2 * MARGIN));
    }
    cairo_stroke(cr);
}

static void snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    LamCurveView *view = LAM_CURVE_VIEW(widget);
    if (!view->curve)
        return;
    graphene_rect_t area =
        GRAPHENE_RECT_INIT(0, 0, (float)gtk_widget_get_width(widget), (float)view->height);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &area);
    cairo_rectangle(cr, view->from - 2, 0, view->to - view->from + 4, view->height);
    cairo_clip(cr);
    draw_band(view, cr);
    draw_folds(view, cr);
    draw_line(view, cr);
    cairo_destroy(cr);
}

static void measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural =
        orientation == GTK_ORIENTATION_VERTICAL ? LAM_CURVE_VIEW(widget)->height : 60;
    *minimum_baseline = *natural_baseline = -1;
}

/* ---- words ---- */

static char *describe_point(const LamCurveView *view, int place)
{
    const LamCurveFigures *f = figures_at(view, place);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "λ %.3f", lam_curve_lambda(place));
    if (!isnan(f->dice))
        g_string_append_printf(text, " · %s %.3f", _("Dice"), f->dice);
    g_string_append_printf(text, " · %s %.3f · %s %.2g %%", _("similarity"), f->similarity,
                           _("folds"), f->fold_percent);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *describe_best(const LamCurveView *view)
{
    LamCurveBest best = lam_curve_best(view->curve, view->domain);
    if (!best.known)
        return g_strdup(_("Without label maps of both scans nothing says which λ is best"));
    return g_strdup_printf(
        _("Best overlap at λ %.3f; from %.3f to %.3f nothing is measurably better"), best.lambda,
        best.from, best.to);
}

static gboolean query_tooltip(GtkWidget *widget, int x, int y, gboolean keyboard,
                              GtkTooltip *tooltip)
{
    LamCurveView *view = LAM_CURVE_VIEW(widget);
    int place = view->curve && !keyboard ? nearest_place(view, x) : -1;
    if (!view->curve || (place < 0 && !keyboard))
        return FALSE;
    g_autofree char *best = describe_best(view);
    g_autofree char *here = place >= 0 ? describe_point(view, place) : NULL;
    g_autofree char *text = here ? g_strdup_printf("%s\n%s", here, best) : g_strdup(best);
    gtk_tooltip_set_text(tooltip, text);
    return TRUE;
}

static void say(LamCurveView *view)
{
    g_autofree char *text = view->curve ? describe_best(view) : g_strdup("");
    gtk_accessible_update_property(GTK_ACCESSIBLE(view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                   -1);
}

/* ---- input ---- */

static void pressed(GtkGestureClick *click, int presses, double x, double y, LamCurveView *view)
{
    double share = (x - view->from) / (view->to - view->from);
    double position = (2 * CLAMP(share, 0, 1) - 1) * LAM_POSITION_END + view->middle;
    g_signal_emit(view, signals[PICKED], 0, lam_lambda_from_position(position));
}

/* ---- interface ---- */

void lam_curve_view_set_curve(LamCurveView *view, LamCurve *curve, int domain)
{
    lam_curve_free(view->curve);
    view->curve = curve;
    view->domain = domain;
    say(view);
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

const LamCurve *lam_curve_view_curve(LamCurveView *view)
{
    return view->curve;
}

void lam_curve_view_align(LamCurveView *view, GtkRange *slider)
{
    GdkRectangle track;
    graphene_point_t at = GRAPHENE_POINT_INIT(0, 0), begin;
    gtk_range_get_range_rect(slider, &track);
    at.x = (float)track.x;
    if (!gtk_widget_compute_point(GTK_WIDGET(slider), GTK_WIDGET(view), &at, &begin))
        return;
    view->from = (double)begin.x;
    view->to = (double)begin.x + track.width;
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

void lam_curve_view_set_middle(LamCurveView *view, double position)
{
    if (view->middle == position)
        return;
    view->middle = position;
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    g_value_set_int(value, LAM_CURVE_VIEW(object)->height);
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
    LAM_CURVE_VIEW(object)->height = g_value_get_int(value);
    gtk_widget_queue_resize(GTK_WIDGET(object));
}

static void finalize(GObject *object)
{
    lam_curve_free(LAM_CURVE_VIEW(object)->curve);
    G_OBJECT_CLASS(lam_curve_view_parent_class)->finalize(object);
}

static void lam_curve_view_class_init(LamCurveViewClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    G_OBJECT_CLASS(klass)->get_property = get_property;
    G_OBJECT_CLASS(klass)->set_property = set_property;
    properties[PROPERTY_HEIGHT] =
        g_param_spec_int("height", NULL, NULL, 16, 200, HEIGHT, G_PARAM_READWRITE);
    g_object_class_install_properties(G_OBJECT_CLASS(klass), PROPERTIES, properties);
    widget_class->snapshot = snapshot;
    widget_class->measure = measure;
    widget_class->query_tooltip = query_tooltip;
    gtk_widget_class_set_css_name(widget_class, "curve");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    signals[PICKED] = g_signal_new("picked", LAM_TYPE_CURVE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);
}

static void lam_curve_view_init(LamCurveView *view)
{
    view->height = HEIGHT;
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(pressed), view);
    gtk_widget_add_controller(GTK_WIDGET(view), GTK_EVENT_CONTROLLER(click));
    gtk_widget_set_has_tooltip(GTK_WIDGET(view), TRUE);
    gtk_accessible_update_property(GTK_ACCESSIBLE(view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Overlap and folds over λ"), -1);
}

#include "region-row.h"

#include "curve-view.h"

#include <glib/gi18n.h>
#include <lambdascope/lambda_scale.h>
#include <math.h>

/* A button for what is drawn into the pictures, and a size in mm. */
typedef struct {
    GtkWidget *box;
    GtkToggleButton *on;
    GtkSpinButton *mm;
} Tool;

struct _LamRegionRow {
    GtkWidget parent;
    GtkWidget *box, *lambda_box, *shape_box;
    GtkColorButton *colour;
    GtkEditableLabel *name;
    GtkDropDown *kind;
    GtkToggleButton *follows, *visible;
    GtkScale *scale;
    LamCurveView *curve;
    GtkLabel *value;
    GtkSpinButton *border, *sizes[3];
    Tool paint, outline; /* of what is painted, and of what is outlined */
    LamRegionSpec *spec; /* owned */
    double rest;
    bool updating; /* the parts are being set from `spec` */
};

G_DEFINE_FINAL_TYPE(LamRegionRow, lam_region_row, GTK_TYPE_WIDGET)

/* ---- showing ---- */

static GdkRGBA rgba_of(guint32 colour)
{
    return (GdkRGBA){(float)(colour >> 16 & 255) / 255, (float)(colour >> 8 & 255) / 255,
                     (float)(colour & 255) / 255, 1};
}

/* On the track lies its λ, or its factor: log γ and log k alike. */
static double position_of(const LamRegion *region)
{
    return region->follows ? log(region->factor) : lam_lambda_to_position(region->lambda);
}

static void show_value(LamRegionRow *row)
{
    const LamRegion *region = row->spec->settings;
    double lambda = lam_region_lambda(region, row->rest);
    g_autofree char *text = region->follows
                                ? g_strdup_printf("×%.2g  λ %.3f", region->factor, lambda)
                                : g_strdup_printf("λ %.3f", lambda);
    gtk_label_set_label(row->value, text);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row->scale), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                   text, -1);
}

static void show_sizes(LamRegionRow *row)
{
    const LamRegionSpec *spec = row->spec;
    bool ball = spec->source == LAM_REGION_OF_THRESHOLD;
    bool shape =
        ball || spec->source == LAM_REGION_OF_BOX || spec->source == LAM_REGION_OF_ELLIPSOID;
    const double threshold[3] = {spec->radii_mm.v[0], spec->low, spec->high};
    gtk_widget_set_visible(row->shape_box, shape);
    for (int a = 0; shape && a < 3; a++)
        gtk_spin_button_set_value(row->sizes[a], ball ? threshold[a] : spec->radii_mm.v[a]);
    gtk_widget_set_tooltip_text(row->shape_box,
                                ball ? _("Radius in mm, lowest and highest intensity")
                                     : _("Half its extent in mm: right–left, front–back, up–down"));
}

static void show_parts(LamRegionRow *row)
{
    const LamRegion *region = row->spec->settings;
    GdkRGBA colour = rgba_of(region->colour);
    bool own = region->kind == LAM_REGION_LAMBDA || region->kind == LAM_REGION_RIGID;
    gtk_color_chooser_set_rgba(GTK_COLOR_CHOOSER(row->colour), &colour);
    if (g_strcmp0(gtk_editable_get_text(GTK_EDITABLE(row->name)), region->name) != 0)
        gtk_editable_set_text(GTK_EDITABLE(row->name), region->name);
    gtk_drop_down_set_selected(row->kind, region->kind);
    gtk_toggle_button_set_active(row->follows, region->follows);
    gtk_toggle_button_set_active(row->visible, !row->spec->hidden);
    gtk_range_set_value(GTK_RANGE(row->scale), position_of(region));
    gtk_spin_button_set_value(row->border, region->border_mm);
    gtk_widget_set_sensitive(row->lambda_box, own);
    lam_curve_view_set_middle(row->curve, region->follows ? lam_lambda_to_position(row->rest) : 0);
    show_sizes(row);
    show_value(row);
    gtk_widget_set_visible(row->paint.box, row->spec->source == LAM_REGION_OF_BALLS);
    gtk_widget_set_visible(row->outline.box, row->spec->source == LAM_REGION_OF_OUTLINES);
    if (row->spec->source == LAM_REGION_OF_OUTLINES)
        gtk_spin_button_set_value(row->outline.mm, row->spec->thickness_mm);
}

void lam_region_row_show(LamRegionRow *row, const LamRegionSpec *spec, double rest)
{
    LamRegionSpec *copy = lam_region_spec_copy(spec);
    lam_region_spec_free(row->spec);
    row->spec = copy;
    row->rest = rest;
    row->updating = true;
    show_parts(row);
    row->updating = false;
    if (row->spec->source != LAM_REGION_OF_BALLS)
        lam_region_row_paint(row, false);
    if (row->spec->source != LAM_REGION_OF_OUTLINES)
        lam_region_row_outline(row, false);
}

void lam_region_row_paint(LamRegionRow *row, bool on)
{
    gtk_toggle_button_set_active(row->paint.on, on);
}

void lam_region_row_outline(LamRegionRow *row, bool on)
{
    gtk_toggle_button_set_active(row->outline.on, on);
}

void lam_region_row_set_curve(LamRegionRow *row, LamCurve *curve, int domain)
{
    lam_curve_view_set_curve(row->curve, curve, domain);
}

const LamRegionSpec *lam_region_row_spec(LamRegionRow *row)
{
    return row->spec;
}

/* ---- editing ---- */

static void tell(LamRegionRow *row, gboolean steady)
{
    show_value(row);
    g_signal_emit_by_name(row, "edited", steady);
}

static void colour_set(GtkColorButton *button, LamRegionRow *row)
{
    GdkRGBA c;
    gtk_color_chooser_get_rgba(GTK_COLOR_CHOOSER(button), &c);
    row->spec->settings->colour = (guint32)lround(255 * (double)c.red) << 16 |
                                  (guint32)lround(255 * (double)c.green) << 8 |
                                  (guint32)lround(255 * (double)c.blue);
    tell(row, false);
}

/* Once it has been typed; an empty name is not taken. */
static void name_edited(GtkEditable *name, GParamSpec *pspec, LamRegionRow *row)
{
    LamRegion *region = row->spec->settings;
    const char *text = gtk_editable_get_text(name);
    if (row->updating || gtk_editable_label_get_editing(row->name) ||
        g_strcmp0(text, region->name) == 0)
        return;
    if (*text == '\0') {
        gtk_editable_set_text(name, region->name);
        return;
    }
    g_free(region->name);
    region->name = g_strdup(text);
    tell(row, false);
}

static void kind_chosen(GtkDropDown *drop, GParamSpec *pspec, LamRegionRow *row)
{
    if (row->updating)
        return;
    row->spec->settings->kind = (LamRegionKind)gtk_drop_down_get_selected(drop);
    gtk_widget_set_sensitive(row->lambda_box, row->spec->settings->kind <= LAM_REGION_RIGID);
    tell(row, false);
}

/* Its λ stays what it is at this moment. */
static void follows_toggled(GtkToggleButton *button, LamRegionRow *row)
{
    LamRegion *region = row->spec->settings;
    if (row->updating)
        return;
    double lambda = lam_region_lambda(region, row->rest);
    double factor = exp(lam_lambda_to_position(lambda) - lam_lambda_to_position(row->rest));
    region->follows = gtk_toggle_button_get_active(button);
    region->lambda = lambda;
    region->factor = CLAMP(factor, 1e-2, 1e2);
    row->updating = true;
    gtk_range_set_value(GTK_RANGE(row->scale), position_of(region));
    row->updating = false;
    tell(row, false);
}

static void scale_changed(GtkRange *range, LamRegionRow *row)
{
    LamRegion *region = row->spec->settings;
    double position = gtk_range_get_value(range);
    if (row->updating)
        return;
    if (region->follows)
        region->factor = exp(position);
    else
        region->lambda = lam_lambda_from_position(position);
    tell(row, true);
}

/* The slider stands for log γ, or for a factor on the γ of the rest. */
static void picked(LamCurveView *curve, double lambda, LamRegionRow *row)
{
    bool follows = row->spec->settings->follows;
    gtk_range_set_value(GTK_RANGE(row->scale),
                        lam_lambda_to_position(lambda) -
                            (follows ? lam_lambda_to_position(row->rest) : 0));
}

static void border_changed(GtkSpinButton *spin, LamRegionRow *row)
{
    if (row->updating)
        return;
    row->spec->settings->border_mm = gtk_spin_button_get_value(spin);
    tell(row, true);
}

static void size_changed(GtkSpinButton *spin, LamRegionRow *row)
{
    LamRegionSpec *spec = row->spec;
    double x[3];
    if (row->updating)
        return;
    for (int a = 0; a < 3; a++)
        x[a] = gtk_spin_button_get_value(row->sizes[a]);
    if (spec->source == LAM_REGION_OF_THRESHOLD) {
        double radius = MAX(x[0], 0.5);
        spec->radii_mm = (LamVec3){{radius, radius, radius}};
        spec->low = x[1];
        spec->high = x[2];
    } else {
        spec->radii_mm = (LamVec3){{MAX(x[0], 0.5), MAX(x[1], 0.5), MAX(x[2], 0.5)}};
    }
    tell(row, true);
}

static void brush_changed(LamRegionRow *row)
{
    bool on = gtk_toggle_button_get_active(row->paint.on);
    g_signal_emit_by_name(row, "brush", on ? gtk_spin_button_get_value(row->paint.mm) : 0.0);
}

static void outline_toggled(LamRegionRow *row)
{
    g_signal_emit_by_name(row, "outline", gtk_toggle_button_get_active(row->outline.on));
}

static void thickness_changed(LamRegionRow *row)
{
    if (row->updating)
        return;
    row->spec->thickness_mm = gtk_spin_button_get_value(row->outline.mm);
    tell(row, true);
}

static void visible_toggled(GtkToggleButton *button, LamRegionRow *row)
{
    bool on = gtk_toggle_button_get_active(button);
    gtk_button_set_icon_name(GTK_BUTTON(button),
                             on ? "view-reveal-symbolic" : "view-conceal-symbolic");
    if (row->updating)
        return;
    row->spec->hidden = !on;
    tell(row, false);
}

static void remove_clicked(GtkButton *button, LamRegionRow *row)
{
    g_signal_emit_by_name(row, "removed");
}

/* ---- the widget ---- */

static void size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    LamRegionRow *row = LAM_REGION_ROW(widget);
    gtk_widget_size_allocate(row->box, &(GtkAllocation){0, 0, width, height}, baseline);
    lam_curve_view_align(row->curve, GTK_RANGE(row->scale));
}

static void measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
    gtk_widget_measure(LAM_REGION_ROW(widget)->box, orientation, for_size, minimum, natural,
                       minimum_baseline, natural_baseline);
}

static void lam_region_row_dispose(GObject *object)
{
    LamRegionRow *row = LAM_REGION_ROW(object);
    g_clear_pointer(&row->box, gtk_widget_unparent);
    G_OBJECT_CLASS(lam_region_row_parent_class)->dispose(object);
}

static void lam_region_row_finalize(GObject *object)
{
    lam_region_spec_free(LAM_REGION_ROW(object)->spec);
    G_OBJECT_CLASS(lam_region_row_parent_class)->finalize(object);
}

static void bind_children(GtkWidgetClass *klass)
{
    gtk_widget_class_bind_template_child(klass, LamRegionRow, box);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, lambda_box);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, shape_box);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, colour);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, name);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, kind);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, follows);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, visible);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, scale);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, curve);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, value);
    gtk_widget_class_bind_template_child(klass, LamRegionRow, border);
    gtk_widget_class_bind_template_callback(klass, colour_set);
    gtk_widget_class_bind_template_callback(klass, name_edited);
    gtk_widget_class_bind_template_callback(klass, kind_chosen);
    gtk_widget_class_bind_template_callback(klass, follows_toggled);
    gtk_widget_class_bind_template_callback(klass, scale_changed);
    gtk_widget_class_bind_template_callback(klass, picked);
    gtk_widget_class_bind_template_callback(klass, border_changed);
    gtk_widget_class_bind_template_callback(klass, visible_toggled);
    gtk_widget_class_bind_template_callback(klass, remove_clicked);
}

static void lam_region_row_class_init(LamRegionRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_region_row_dispose;
    G_OBJECT_CLASS(klass)->finalize = lam_region_row_finalize;
    g_type_ensure(LAM_TYPE_CURVE_VIEW);
    g_signal_new("edited", LAM_TYPE_REGION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                 1, G_TYPE_BOOLEAN);
    g_signal_new("brush", LAM_TYPE_REGION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                 1, G_TYPE_DOUBLE);
    g_signal_new("outline", LAM_TYPE_REGION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    g_signal_new("removed", LAM_TYPE_REGION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/io/github/lambdascope/Lambdascope/region-row.ui");
    bind_children(widget_class);
    widget_class->size_allocate = size_allocate;
    widget_class->measure = measure;
    gtk_widget_class_set_css_name(widget_class, "region");
}

static void add_sizes(LamRegionRow *row)
{
    for (int a = 0; a < 3; a++) {
        GtkWidget *spin = gtk_spin_button_new_with_range(-1e5, 1e5, 1);
        gtk_spin_button_set_digits(GTK_SPIN_BUTTON(spin), 1);
        gtk_editable_set_width_chars(GTK_EDITABLE(spin), 5);
        gtk_editable_set_max_width_chars(GTK_EDITABLE(spin), 5);
        g_signal_connect(spin, "value-changed", G_CALLBACK(size_changed), row);
        gtk_box_append(GTK_BOX(row->shape_box), spin);
        row->sizes[a] = GTK_SPIN_BUTTON(spin);
    }
}

static Tool add_tool(LamRegionRow *row, const char *label, const char *tooltip, const char *size,
                     double mm)
{
    GtkWidget *on = gtk_toggle_button_new_with_label(label), *unit = gtk_label_new("mm");
    GtkWidget *spin = gtk_spin_button_new_with_range(1, 50, 1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_widget_set_tooltip_text(on, tooltip);
    gtk_widget_set_hexpand(on, TRUE);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(spin), mm);
    gtk_widget_set_tooltip_text(spin, size);
    gtk_accessible_update_property(GTK_ACCESSIBLE(spin), GTK_ACCESSIBLE_PROPERTY_LABEL, size, -1);
    gtk_widget_add_css_class(unit, "quiet");
    gtk_box_append(GTK_BOX(box), on);
    gtk_box_append(GTK_BOX(box), spin);
    gtk_box_append(GTK_BOX(box), unit);
    gtk_box_append(GTK_BOX(row->box), box);
    return (Tool){box, GTK_TOGGLE_BUTTON(on), GTK_SPIN_BUTTON(spin)};
}

static void add_tools(LamRegionRow *row)
{
    row->paint = add_tool(
        row, _("Paint"), _("Drag over a picture to paint a ball at each point; with Ctrl to erase"),
        _("Radius of the brush in mm"), LAM_BRUSH_MM);
    g_signal_connect_swapped(row->paint.on, "toggled", G_CALLBACK(brush_changed), row);
    g_signal_connect_swapped(row->paint.mm, "value-changed", G_CALLBACK(brush_changed), row);
    row->outline = add_tool(row, _("Outline"),
                            _("Click corners on a slice, or draw around the region; on other "
                              "slices, too: in between, the shape passes from one into the other"),
                            _("Thickness of an outline in mm"), LAM_REGION_THICKNESS_MM);
    g_signal_connect_swapped(row->outline.on, "toggled", G_CALLBACK(outline_toggled), row);
    g_signal_connect_swapped(row->outline.mm, "value-changed", G_CALLBACK(thickness_changed), row);
}

static void lam_region_row_init(LamRegionRow *row)
{
    row->spec = lam_region_spec_new("", 0);
    row->rest = 0.5;
    gtk_widget_init_template(GTK_WIDGET(row));
    add_sizes(row);
    add_tools(row);
}

LamRegionRow *lam_region_row_new(void)
{
    return g_object_new(LAM_TYPE_REGION_ROW, NULL);
}

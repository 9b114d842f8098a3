#include "template-chart.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define HEIGHT 168
#define LEFT   40
#define RIGHT  10
#define TOP    10
#define BOTTOM 20
#define FINE   96 /* steps of a line */
#define MARK   4.5
#define DOT    2.2 /* of people */
#define TICKS  3
#define CLEAR  0.08 /* of the range, above and below */
#define LEAST  0.02 /* of the largest volume: less must not fill the height */
#define GAP    4

struct _LamTemplateChart {
    GtkWidget parent;
    LamTemplateCurve *curve[2];
    LamAttribute trained;
    double value[2];
    int structure;
    LamTemplatePopulation *people; /* NULL: none */
    LamTemplateConfig config;      /* of them */
    int along;
    double alike[LAM_TEMPLATE_MAX_ATTRIBUTES];
};

G_DEFINE_FINAL_TYPE(LamTemplateChart, lam_template_chart, GTK_TYPE_WIDGET)

/* What is drawn into: both axes. */
typedef struct {
    cairo_t *cr;
    GtkWidget *widget;
    double width, from, to, low, high;
} Axes;

static const LamTemplateCurve *any_curve(const LamTemplateChart *chart)
{
    return chart->curve[0] ? chart->curve[0] : chart->curve[1];
}

static double x_of(const Axes *a, double value)
{
    return LEFT + (value - a->from) / (a->to - a->from) * (a->width - LEFT - RIGHT);
}

static double y_of(const Axes *a, double ml)
{
    return TOP + (a->high - ml) / (a->high - a->low) * (HEIGHT - TOP - BOTTOM);
}

/* False if his volume is not known. */
static bool person_at(const LamTemplateChart *chart, int i, double *value, double *ml)
{
    const LamTemplatePopulation *p = chart->people;
    *value = p->values[i * LAM_TEMPLATE_MAX_ATTRIBUTES + chart->along];
    *ml = chart->structure < p->structures ? p->ml[i * p->structures + chart->structure] : NAN;
    return !isnan(*ml);
}

static void extend(Axes *a, double ml)
{
    a->low = fmin(a->low, ml);
    a->high = fmax(a->high, ml);
}

static void find_range(const LamTemplateChart *chart, Axes *a)
{
    a->low = INFINITY;
    a->high = -INFINITY;
    for (int side = 0; side < 2; side++) {
        const LamTemplateCurve *c = chart->curve[side];
        for (int i = 0; c && i < c->n; i++)
            extend(a, c->ml[i * c->structures + chart->structure]);
    }
    double value, ml;
    for (int i = 0; chart->people && i < chart->people->n; i++)
        if (person_at(chart, i, &value, &ml))
            extend(a, ml);
    double middle = 0.5 * (a->low + a->high);
    double half = fmax(0.5 * (a->high - a->low), LEAST * fmax(a->high, 1e-3));
    double bottom = middle - half * (1 + 2 * CLEAR);
    a->low = a->low >= 0 ? fmax(bottom, 0) : bottom;
    a->high = middle + half * (1 + 2 * CLEAR);
}

/* ---- drawing ---- */

static void set_colour(const Axes *a, const char *name, double alpha)
{
    GdkRGBA colour;
    GtkStyleContext *style = gtk_widget_get_style_context(a->widget);
    if (!gtk_style_context_lookup_color(style, name, &colour))
        gtk_style_context_get_color(style, &colour);
    cairo_set_source_rgba(a->cr, colour.red, colour.green, colour.blue, alpha);
}

/* align: 0 left, 0.5 centre, 1 right of x; the same of y from its top. */
static void write_at(const Axes *a, const char *text, double x, double y, double across,
                     double down)
{
    int width, height;
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(a->widget, text);
    pango_layout_get_pixel_size(layout, &width, &height);
    cairo_move_to(a->cr, x - across * width, y - down * height);
    pango_cairo_show_layout(a->cr, layout);
}

/* A round step that gives about TICKS of them. */
static double step_of(double range)
{
    double rough = range / TICKS, power = pow(10, floor(log10(rough))), share = rough / power;
    return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}

static void draw_scales(const Axes *a)
{
    double dx = step_of(a->to - a->from), dy = step_of(a->high - a->low);
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    cairo_set_line_width(a->cr, 1);
    for (double v = ceil(a->low / dy) * dy; v <= a->high; v += dy) {
        set_colour(a, "lam_edge", 1);
        cairo_rectangle(a->cr, LEFT, floor(y_of(a, v)), a->width - LEFT - RIGHT, 1);
        cairo_fill(a->cr);
        set_colour(a, "lam_quiet", 1);
        g_snprintf(text, sizeof text, "%.3g", fabs(v) < 1e-6 * dy ? 0 : v); /* no -0 */
        write_at(a, text, LEFT - GAP, y_of(a, v), 1, 0.5);
    }
    set_colour(a, "lam_quiet", 1);
    for (double v = ceil(a->from / dx) * dx; v <= a->to; v += dx) {
        g_snprintf(text, sizeof text, "%.3g", v);
        write_at(a, text, x_of(a, v), HEIGHT - BOTTOM + GAP, 0.5, 0);
    }
}

static void draw_trained(const LamTemplateChart *chart, const Axes *a)
{
    double from = x_of(a, fmax(chart->trained.low, a->from)),
           to = x_of(a, fmin(chart->trained.high, a->to));
    set_colour(a, "lam_text", 0.06);
    cairo_rectangle(a->cr, from, TOP, to - from, HEIGHT - TOP - BOTTOM);
    cairo_fill(a->cr);
}

static void trace(const LamTemplateChart *chart, const Axes *a, int side, double from, double to)
{
    const LamTemplateCurve *c = chart->curve[side];
    cairo_new_path(a->cr); /* text leaves a point */
    for (int i = 0; i <= FINE && to > from; i++) {
        double v = from + (to - from) * i / FINE;
        cairo_line_to(a->cr, x_of(a, v), y_of(a, lam_template_curve_at(c, chart->structure, v)));
    }
    cairo_stroke(a->cr);
}

static void draw_curve(const LamTemplateChart *chart, const Axes *a, int side)
{
    const double dashes[] = {3, 3};
    const LamAttribute *t = &chart->trained;
    set_colour(a, side == 0 ? "lam_accent" : "lam_text", 0.9);
    cairo_set_line_width(a->cr, 1.6);
    trace(chart, a, side, t->low, t->high);
    cairo_set_dash(a->cr, dashes, 2, 0);
    trace(chart, a, side, a->from, t->low);
    trace(chart, a, side, t->high, a->to);
    cairo_set_dash(a->cr, NULL, 0, 0);
}

static bool is_alike(const LamTemplateChart *chart, int i)
{
    const double *values = chart->people->values + i * LAM_TEMPLATE_MAX_ATTRIBUTES;
    for (int k = 0; k < chart->config.n_attributes; k++)
        if (chart->config.attribute[k].word[0][0] && values[k] != chart->alike[k])
            return false;
    return true;
}

static void draw_people(const LamTemplateChart *chart, const Axes *a)
{
    double value, ml;
    for (int i = 0; chart->people && i < chart->people->n; i++) {
        if (!person_at(chart, i, &value, &ml) || value < a->from || value > a->to)
            continue;
        cairo_new_path(a->cr);
        cairo_arc(a->cr, x_of(a, value), y_of(a, ml), DOT, 0, 2 * G_PI);
        set_colour(a, "lam_text", is_alike(chart, i) ? 0.75 : 0.28);
        cairo_fill(a->cr);
    }
}

static void draw_mark(LamTemplateChart *chart, const Axes *a, int side)
{
    double ml = lam_template_chart_volume(chart, side);
    double x = x_of(a, CLAMP(chart->value[side], a->from, a->to));
    if (isnan(ml))
        return;
    cairo_new_path(a->cr);
    cairo_arc(a->cr, x, y_of(a, ml), MARK, 0, 2 * G_PI);
    set_colour(a, side == 0 ? "lam_accent" : "lam_ground", 1);
    cairo_fill_preserve(a->cr);
    set_colour(a, side == 0 ? "lam_accent" : "lam_text", 1);
    cairo_set_line_width(a->cr, 2);
    cairo_stroke(a->cr);
}

static void snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    LamTemplateChart *chart = LAM_TEMPLATE_CHART(widget);
    const LamTemplateCurve *any = any_curve(chart);
    int width = gtk_widget_get_width(widget);
    if (!any || width < LEFT + RIGHT + 20)
        return;
    cairo_t *cr =
        gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)width, HEIGHT));
    Axes a = {
        .cr = cr, .widget = widget, .width = width, .from = any->at[0], .to = any->at[any->n - 1]};
    find_range(chart, &a);
    draw_trained(chart, &a);
    draw_scales(&a);
    draw_people(chart, &a);
    for (int side = 1; side >= 0; side--)
        if (chart->curve[side])
            draw_curve(chart, &a, side);
    for (int side = 1; side >= 0; side--)
        draw_mark(chart, &a, side);
    cairo_destroy(cr);
}

static void measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 200;
    *minimum_baseline = *natural_baseline = -1;
}

/* ---- interface ---- */

void lam_template_chart_set_curves(LamTemplateChart *chart, LamTemplateCurve *fixed,
                                   LamTemplateCurve *moving, const LamAttribute *trained)
{
    lam_template_curve_free(chart->curve[0]);
    lam_template_curve_free(chart->curve[1]);
    chart->curve[0] = fixed;
    chart->curve[1] = moving;
    chart->trained = *trained;
    gtk_widget_queue_draw(GTK_WIDGET(chart));
}

void lam_template_chart_set_people(LamTemplateChart *chart, LamTemplatePopulation *people,
                                   const LamTemplateConfig *config, int along)
{
    lam_template_population_free(chart->people);
    chart->people = people;
    chart->config = *config;
    chart->along = along;
    gtk_widget_queue_draw(GTK_WIDGET(chart));
}

void lam_template_chart_set_alike(LamTemplateChart *chart, const double *values)
{
    memcpy(chart->alike, values, sizeof chart->alike);
    gtk_widget_queue_draw(GTK_WIDGET(chart));
}

void lam_template_chart_set_structure(LamTemplateChart *chart, int structure)
{
    chart->structure = structure;
    gtk_widget_queue_draw(GTK_WIDGET(chart));
}

void lam_template_chart_set_value(LamTemplateChart *chart, int side, double value)
{
    chart->value[side] = value;
    gtk_widget_queue_draw(GTK_WIDGET(chart));
}

double lam_template_chart_volume(LamTemplateChart *chart, int side)
{
    const LamTemplateCurve *curve = chart->curve[side];
    return curve && chart->structure < curve->structures
               ? lam_template_curve_at(curve, chart->structure, chart->value[side])
               : NAN;
}

static void finalize(GObject *object)
{
    LamTemplateChart *chart = LAM_TEMPLATE_CHART(object);
    lam_template_curve_free(chart->curve[0]);
    lam_template_curve_free(chart->curve[1]);
    lam_template_population_free(chart->people);
    G_OBJECT_CLASS(lam_template_chart_parent_class)->finalize(object);
}

static void lam_template_chart_class_init(LamTemplateChartClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = finalize;
    widget_class->snapshot = snapshot;
    widget_class->measure = measure;
    gtk_widget_class_set_css_name(widget_class, "template-chart");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void lam_template_chart_init(LamTemplateChart *chart)
{
    chart->structure = 1;
    gtk_accessible_update_property(GTK_ACCESSIBLE(chart), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Volume against the attribute"), -1);
}

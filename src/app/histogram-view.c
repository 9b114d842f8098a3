#include "histogram-view.h"

#include <math.h>

#define HEIGHT      84
#define NEAR_PX     8.0
#define LEAST_SHARE 0.004 /* of the shown range: windows are not narrower */

typedef enum { GRIP_NONE, GRIP_LOW, GRIP_HIGH, GRIP_WHOLE } Grip;

struct _LamHistogramView {
    GtkWidget parent;
    LamHistogram *histogram;
    LamLevels levels, start;
    Grip grip;
};

enum { LEVELS, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamHistogramView, lam_histogram_view, GTK_TYPE_WIDGET)

static double x_of(LamHistogramView *view, double value)
{
    const LamHistogram *h = view->histogram;
    return (value - h->lowest) / (h->highest - h->lowest) * gtk_widget_get_width(GTK_WIDGET(view));
}

static double per_px(LamHistogramView *view)
{
    const LamHistogram *h = view->histogram;
    return (h->highest - h->lowest) / MAX(gtk_widget_get_width(GTK_WIDGET(view)), 1);
}

/* ---- drawing ---- */

/* Roots, so that small peaks are seen beside large ones. */
static void trace_bars(LamHistogramView *view, cairo_t *cr, double width, double height)
{
    const LamHistogram *h = view->histogram;
    double peak = MAX(lam_histogram_peak(h), 1e-12), bar = width / h->bins;
    cairo_move_to(cr, 0, height);
    for (int i = 0; i < h->bins; i++) {
        double y = height - sqrt(h->share[i] / peak) * (height - 4);
        cairo_line_to(cr, i * bar, y);
        cairo_line_to(cr, (i + 1) * bar, y);
    }
    cairo_line_to(cr, width, height);
    cairo_close_path(cr);
}

static void draw_handle(cairo_t *cr, double x, double height, const GdkRGBA *colour)
{
    gdk_cairo_set_source_rgba(cr, colour);
    cairo_rectangle(cr, x - 1, 0, 2, height);
    cairo_fill(cr);
    cairo_rectangle(cr, x - 4, height - 10, 8, 10);
    cairo_fill(cr);
}

static void draw(LamHistogramView *view, cairo_t *cr, double width, double height)
{
    const GdkRGBA accent = {0.36f, 0.74f, 0.98f, 1};
    double low = x_of(view, view->levels.low), high = x_of(view, view->levels.high);
    cairo_set_source_rgba(cr, 0.36, 0.74, 0.98, 0.14);
    cairo_rectangle(cr, low, 0, high - low, height);
    cairo_fill(cr);
    trace_bars(view, cr, width, height);
    cairo_set_source_rgba(cr, 0.75, 0.78, 0.81, 0.75);
    cairo_fill(cr);
    draw_handle(cr, low, height, &accent);
    draw_handle(cr, high, height, &accent);
}

static void lam_histogram_view_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    graphene_rect_t bounds = GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height);
    if (!LAM_HISTOGRAM_VIEW(widget)->histogram)
        return;
    gtk_snapshot_push_clip(snapshot, &bounds);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &bounds);
    draw(LAM_HISTOGRAM_VIEW(widget), cr, width, height);
    cairo_destroy(cr);
    gtk_snapshot_pop(snapshot);
}

static void lam_histogram_view_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                       int *minimum, int *natural, int *minimum_baseline,
                                       int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 120;
    *minimum_baseline = *natural_baseline = -1;
}

/* ---- dragging ---- */

static Grip grip_at(LamHistogramView *view, double x)
{
    double from_low = fabs(x - x_of(view, view->levels.low));
    double from_high = fabs(x - x_of(view, view->levels.high));
    if (MIN(from_low, from_high) <= NEAR_PX)
        return from_low < from_high ? GRIP_LOW : GRIP_HIGH;
    return GRIP_WHOLE;
}

static void drag_begin(GtkGestureDrag *drag, double x, double y, LamHistogramView *view)
{
    view->grip = view->histogram ? grip_at(view, x) : GRIP_NONE;
    view->start = view->levels;
}

static void drag_update(GtkGestureDrag *drag, double dx, double dy, LamHistogramView *view)
{
    if (view->grip == GRIP_NONE || !view->histogram)
        return;
    double moved = dx * per_px(view);
    double least = LEAST_SHARE * (view->histogram->highest - view->histogram->lowest);
    LamLevels levels = view->start;
    if (view->grip != GRIP_HIGH)
        levels.low += moved;
    if (view->grip != GRIP_LOW)
        levels.high += moved;
    if (view->grip == GRIP_LOW)
        levels.low = MIN(levels.low, levels.high - least);
    if (view->grip == GRIP_HIGH)
        levels.high = MAX(levels.high, levels.low + least);
    lam_histogram_view_set_levels(view, levels);
    g_signal_emit(view, signals[LEVELS], 0, levels.low, levels.high);
}

/* ---- the widget ---- */

void lam_histogram_view_show(LamHistogramView *view, LamHistogram *histogram)
{
    lam_histogram_free(view->histogram);
    view->histogram = histogram;
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

void lam_histogram_view_set_levels(LamHistogramView *view, LamLevels levels)
{
    view->levels = levels;
    gtk_widget_queue_draw(GTK_WIDGET(view));
}

static void lam_histogram_view_finalize(GObject *object)
{
    lam_histogram_free(LAM_HISTOGRAM_VIEW(object)->histogram);
    G_OBJECT_CLASS(lam_histogram_view_parent_class)->finalize(object);
}

static void lam_histogram_view_class_init(LamHistogramViewClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->finalize = lam_histogram_view_finalize;
    widget_class->snapshot = lam_histogram_view_snapshot;
    widget_class->measure = lam_histogram_view_measure;
    signals[LEVELS] = g_signal_new("levels", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    gtk_widget_class_set_css_name(widget_class, "histogram");
}

static void lam_histogram_view_init(LamHistogramView *view)
{
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-begin", G_CALLBACK(drag_begin), view);
    g_signal_connect(drag, "drag-update", G_CALLBACK(drag_update), view);
    gtk_widget_add_controller(GTK_WIDGET(view), GTK_EVENT_CONTROLLER(drag));
}

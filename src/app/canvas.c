#include "canvas-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>

#define UPLOAD_MS   6  /* per frame, so that a new pair does not hold up the window */
#define MOST_LOSSES 3  /* of the context; then the driver is beyond help */
#define LOSSES_S    10 /* within which they count together */

enum { FAILED, CHANGED, MARKED, MARK_CHOSEN, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(LamCanvas, lam_canvas, GTK_TYPE_GL_AREA)

int lam_canvas_pixel_scale(LamCanvas *canvas)
{
    return gtk_widget_get_scale_factor(GTK_WIDGET(canvas));
}

double lam_canvas_text_scale(LamCanvas *canvas)
{
    int dpi = 0; /* 1024ths; 0 or less: not set */
    g_object_get(gtk_widget_get_settings(GTK_WIDGET(canvas)), "gtk-xft-dpi", &dpi, NULL);
    double enlarged = dpi > 0 ? dpi / (96.0 * 1024) : 1;
    return lam_canvas_pixel_scale(canvas) * CLAMP(enlarged, 0.5, 4);
}

static void fail(LamCanvas *canvas, GError *error)
{
    gtk_gl_area_set_error(GTK_GL_AREA(canvas), error);
    g_signal_emit(canvas, signals[FAILED], 0, error->message);
}

static void lam_canvas_realize(GtkWidget *widget)
{
    LamCanvas *canvas = LAM_CANVAS(widget);
    GTK_WIDGET_CLASS(lam_canvas_parent_class)->realize(widget);
    gtk_gl_area_make_current(GTK_GL_AREA(canvas));
    const GError *trouble = gtk_gl_area_get_error(GTK_GL_AREA(canvas));
    if (trouble) {
        g_signal_emit(canvas, signals[FAILED], 0, trouble->message);
        return;
    }
    g_autoptr(GError) error = NULL;
    canvas->renderer = lam_renderer_new(&error);
    if (!canvas->renderer)
        fail(canvas, error);
}

static void lam_canvas_unrealize(GtkWidget *widget)
{
    LamCanvas *canvas = LAM_CANVAS(widget);
    gtk_gl_area_make_current(GTK_GL_AREA(canvas));
    if (!gtk_gl_area_get_error(GTK_GL_AREA(canvas)))
        lam_renderer_free(canvas->renderer);
    canvas->renderer = NULL;
    GTK_WIDGET_CLASS(lam_canvas_parent_class)->unrealize(widget);
}

static gboolean draw_again(GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
    gtk_gl_area_queue_render(GTK_GL_AREA(widget));
    return G_SOURCE_REMOVE;
}

static void note_shown(LamCanvas *canvas)
{
    if (canvas->field_waits)
        lam_timing_shown(canvas->timing, canvas->scene.field_lambda);
    canvas->field_waits = false;
}

/* The scene holds all that goes to the new context. */
static gboolean begin_anew(gpointer user)
{
    GtkWidget *widget = user;
    LAM_CANVAS(widget)->anew_id = 0;
    gtk_widget_unrealize(widget);
    if (gtk_widget_get_child_visible(widget) &&
        gtk_widget_get_mapped(gtk_widget_get_parent(widget)))
        gtk_widget_map(widget);
    gtk_gl_area_queue_render(GTK_GL_AREA(widget));
    return G_SOURCE_REMOVE;
}

void lam_canvas_begin_anew(LamCanvas *canvas)
{
    canvas->losses = 0;
    if (!canvas->anew_id)
        canvas->anew_id = g_idle_add(begin_anew, canvas);
}

static void lose(LamCanvas *canvas)
{
    gint64 now = g_get_monotonic_time();
    bool long_ago = now - canvas->lost_us > LOSSES_S * G_USEC_PER_SEC;
    canvas->losses = long_ago ? 1 : canvas->losses + 1;
    canvas->lost_us = now;
    if (canvas->losses > MOST_LOSSES) {
        g_autoptr(GError) error = g_error_new_literal(
            LAM_ERROR, LAM_ERROR_GL, _("The graphics driver was reset, again and again."));
        fail(canvas, error);
    } else if (!canvas->anew_id) {
        g_message("the graphics driver was reset: drawing anew");
        canvas->anew_id = g_idle_add(begin_anew, canvas);
    }
}

static gboolean lam_canvas_render(GtkGLArea *area, GdkGLContext *context)
{
    LamCanvas *canvas = LAM_CANVAS(area);
    if (!canvas->renderer)
        return FALSE;
    g_autoptr(GError) error = NULL;
    LamInstant begin = lam_timing_begin();
    int scale = lam_canvas_pixel_scale(canvas);
    int width = gtk_widget_get_width(GTK_WIDGET(area)) * scale;
    int height = gtk_widget_get_height(GTK_WIDGET(area)) * scale;
    bool pending = false;
    bool ok = lam_renderer_draw(canvas->renderer, &canvas->scene, width, height,
                                lam_canvas_text_scale(canvas), UPLOAD_MS, &pending, &error);
    lam_timing_end(canvas->timing, LAM_TIMED_RENDER, begin);
    if (lam_renderer_is_lost())
        lose(canvas);
    else if (!ok)
        fail(canvas, error);
    else if (!pending)
        note_shown(canvas);
    else
        gtk_widget_add_tick_callback(GTK_WIDGET(area), draw_again, NULL, NULL);
    return TRUE;
}

static void lam_canvas_dispose(GObject *object)
{
    LamCanvas *canvas = LAM_CANVAS(object);
    g_clear_handle_id(&canvas->anew_id, g_source_remove);
    lam_scene_clear(&canvas->scene);
    g_clear_pointer(&canvas->draft, g_array_unref);
    G_OBJECT_CLASS(lam_canvas_parent_class)->dispose(object);
}

static void lam_canvas_class_init(LamCanvasClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = lam_canvas_dispose;
    lam_canvas_class_add_keys(widget_class);
    widget_class->realize = lam_canvas_realize;
    widget_class->unrealize = lam_canvas_unrealize;
    GTK_GL_AREA_CLASS(klass)->render = lam_canvas_render;
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
    signals[FAILED] = g_signal_new("failed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    signals[MARKED] =
        g_signal_new("marked", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 4, G_TYPE_INT, G_TYPE_INT, G_TYPE_POINTER, G_TYPE_BOOLEAN);
    signals[MARK_CHOSEN] = g_signal_new("mark-chosen", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
    g_signal_new("painted", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BOOLEAN);
    g_signal_new("outlined", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_INT);
    g_signal_new("outline-astray", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 0);
}

static void lam_canvas_init(LamCanvas *canvas)
{
    GtkGLArea *area = GTK_GL_AREA(canvas);
    lam_scene_init(&canvas->scene);
    canvas->draft = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    gtk_gl_area_set_required_version(area, 3, 3);
#if GTK_CHECK_VERSION(4, 12, 0)
    gtk_gl_area_set_allowed_apis(area, GDK_GL_API_GL);
#endif
    gtk_gl_area_set_auto_render(area, FALSE);
    gtk_gl_area_set_has_depth_buffer(area, FALSE);
    gtk_widget_set_focusable(GTK_WIDGET(canvas), TRUE);
    gtk_widget_set_cursor_from_name(GTK_WIDGET(canvas), "crosshair");
    gtk_accessible_update_property(GTK_ACCESSIBLE(canvas), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Fixed, moving and warped scan"), -1);
    lam_canvas_add_input(canvas);
}

void lam_canvas_set_timing(LamCanvas *canvas, LamTiming *timing)
{
    canvas->timing = timing;
}

LamScene *lam_canvas_scene(LamCanvas *canvas)
{
    return &canvas->scene;
}

void lam_canvas_changed(LamCanvas *canvas)
{
    gtk_gl_area_queue_render(GTK_GL_AREA(canvas));
    g_signal_emit(canvas, signals[CHANGED], 0);
}

void lam_canvas_set_field(LamCanvas *canvas, LamTexels *field, double lambda)
{
    lam_scene_set_field(&canvas->scene, field);
    canvas->scene.field_lambda = lambda;
    canvas->field_waits = field != NULL;
    lam_canvas_changed(canvas);
}

const char *lam_canvas_gl_description(LamCanvas *canvas)
{
    return canvas->renderer ? lam_renderer_description(canvas->renderer) : NULL;
}

void lam_canvas_step(LamCanvas *canvas, double slices)
{
    lam_scene_step(&canvas->scene, canvas->scene.plane, slices);
    lam_canvas_changed(canvas);
}

void lam_canvas_nudge(LamCanvas *canvas, double right_vox, double up_vox)
{
    lam_scene_nudge(&canvas->scene, canvas->scene.plane, right_vox, up_vox);
    lam_canvas_changed(canvas);
}

void lam_canvas_zoom(LamCanvas *canvas, double factor)
{
    LamView view;
    int width = gtk_widget_get_width(GTK_WIDGET(canvas));
    int height = gtk_widget_get_height(GTK_WIDGET(canvas));
    if (!lam_canvas_view_at(canvas, width / 2.0, height / 2.0, &view))
        return;
    lam_scene_zoom_at(&canvas->scene, &view, lam_canvas_text_scale(canvas),
                      view.rect.x + view.rect.width / 2, view.rect.y + view.rect.height / 2,
                      factor);
    lam_canvas_changed(canvas);
}

void lam_canvas_reset_view(LamCanvas *canvas)
{
    lam_scene_reset_view(&canvas->scene);
    lam_canvas_changed(canvas);
}

/* An outline that is drawn on a slice, corner by corner or with one stroke. */
#include "canvas-private.h"

#include <math.h>

#define STROKE_MM 2.0 /* between the corners of a stroke */
#define SLICE_MM  0.5 /* how far from its slice a corner may lie */
#define SAME_PX   3.0 /* logical pixels: a second click on a corner */
#define CLOSE_PX  9.0 /* so near the first corner it is meant */
#define CORNERS   3   /* an outline has at least */
#define STROKE    8   /* corners after which a stroke may be back where it began */

static LamVec3 corner(const LamCanvas *canvas, guint i)
{
    return g_array_index(canvas->draft, LamVec3, i);
}

static void show(LamCanvas *canvas)
{
    lam_scene_set_draft(&canvas->scene, (const LamVec3 *)(gpointer)canvas->draft->data,
                        (int)canvas->draft->len, canvas->draft_plane);
    lam_canvas_changed(canvas);
}

/* Between two points of the slice, in logical pixels of the view where the drag began. */
static double distance_px(LamCanvas *canvas, LamVec3 a, LamVec3 b)
{
    double mm =
        lam_scene_mm_per_pixel(&canvas->scene, &canvas->drag_view, lam_canvas_text_scale(canvas));
    return lam_vec3_length(lam_vec3_minus(a, b)) / (mm * lam_canvas_pixel_scale(canvas));
}

static bool on_slice(LamCanvas *canvas, LamPlane plane, LamVec3 point)
{
    return canvas->draft->len == 0 ||
           (plane == canvas->draft_plane &&
            lam_scene_depth_mm(&canvas->scene, plane, corner(canvas, 0), point) <= SLICE_MM);
}

static void add_corner(LamCanvas *canvas, LamPlane plane, LamVec3 point)
{
    if (!on_slice(canvas, plane, point)) {
        g_signal_emit_by_name(canvas, "outline-astray");
        return;
    }
    canvas->draft_plane = plane;
    g_array_append_val(canvas->draft, point);
    show(canvas);
}

/* Regions lie in the fixed scan's space, which the moving scan's view does not show. */
bool lam_canvas_outline_press(LamCanvas *canvas, double x, double y)
{
    canvas->stroke = canvas->outlining && canvas->drag_view.pane != LAM_PANE_MOVING;
    if (!canvas->stroke)
        return false;
    LamVec3 point = lam_canvas_point_at(canvas, x, y);
    guint n = canvas->draft->len;
    if (n >= CORNERS && on_slice(canvas, canvas->drag_view.plane, point) &&
        distance_px(canvas, corner(canvas, 0), point) < CLOSE_PX)
        lam_canvas_outline_close(canvas);
    else if (n == 0 || distance_px(canvas, corner(canvas, n - 1), point) > SAME_PX)
        add_corner(canvas, canvas->drag_view.plane, point);
    return true;
}

void lam_canvas_outline_stroke(LamCanvas *canvas, double x, double y)
{
    LamVec3 point = lam_canvas_point_at(canvas, x, y);
    guint n = canvas->draft->len;
    if (n == 0 || !on_slice(canvas, canvas->drag_view.plane, point))
        return; /* closed, or told already when the stroke began */
    if (n > STROKE && distance_px(canvas, corner(canvas, 0), point) < CLOSE_PX)
        lam_canvas_outline_close(canvas);
    else if (lam_vec3_length(lam_vec3_minus(point, corner(canvas, n - 1))) >= STROKE_MM)
        add_corner(canvas, canvas->drag_view.plane, point);
}

void lam_canvas_outline_at_crosshair(LamCanvas *canvas)
{
    if (canvas->outlining)
        add_corner(canvas, canvas->scene.plane, canvas->scene.cursor_mm);
}

bool lam_canvas_outline_back(LamCanvas *canvas)
{
    if (canvas->draft->len == 0)
        return false;
    g_array_set_size(canvas->draft, canvas->draft->len - 1);
    show(canvas);
    return true;
}

void lam_canvas_outline_close(LamCanvas *canvas)
{
    if (canvas->draft->len < CORNERS)
        return;
    g_autoptr(GArray) closed = canvas->draft;
    canvas->draft = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    canvas->stroke = false;
    show(canvas);
    g_signal_emit_by_name(canvas, "outlined", closed->data, (int)closed->len);
}

void lam_canvas_set_outlining(LamCanvas *canvas, bool on)
{
    canvas->outlining = on;
    canvas->stroke = false;
    g_array_set_size(canvas->draft, 0);
    show(canvas);
    gtk_widget_set_cursor_from_name(GTK_WIDGET(canvas), on ? "cell" : "crosshair");
}

bool lam_canvas_is_outlining(LamCanvas *canvas)
{
    return canvas->outlining;
}

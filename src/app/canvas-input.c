/* Mouse and touch on the pictures: drag = crosshair (or curtain), right drag = window and level, middle drag = pan,
 * wheel = slices, Ctrl + wheel or pinch = zoom, Shift + wheel or two fingers = pan, double click = one view or
 * all. */
#include "canvas-private.h"

#include <math.h>
#include <string.h>

#define WINDOW_DRAG_PX 350.0 /* a drag this long changes window or level by their whole width */
#define ZOOM_STEP      1.15
#define PAN_STEP_PX    40.0 /* of a notch of the wheel */

bool lam_canvas_view_at(LamCanvas *canvas, double x, double y, LamView *view)
{
    LamView views[LAM_VIEWS_MAX];
    GtkWidget *widget = GTK_WIDGET(canvas);
    int scale = lam_canvas_pixel_scale(canvas);
    int n = lam_scene_layout(&canvas->scene, gtk_widget_get_width(widget) * scale,
                             gtk_widget_get_height(widget) * scale, lam_canvas_text_scale(canvas),
                             views);
    const LamView *found = lam_scene_view_at(views, n, x * scale, y * scale);
    if (found == NULL)
        return false;
    *view = *found;
    return true;
}

/* A curtain or a fade over the warped view follows the pointer there. */
static bool moves_share(const LamCanvas *canvas)
{
    const LamScene *scene = &canvas->scene;
    return canvas->drag_view.pane == LAM_PANE_WARPED && !scene->flicker &&
           (scene->compare == LAM_COMPARE_CURTAIN || scene->compare == LAM_COMPARE_FADE);
}

static double share_at(LamCanvas *canvas, double x)
{
    const LamRect *r = &canvas->drag_view.rect;
    return CLAMP((x * lam_canvas_pixel_scale(canvas) - r->x) / r->width, 0, 1);
}

/* So does the line between A and B. */
static bool moves_split(const LamCanvas *canvas)
{
    return canvas->drag_view.pane == LAM_PANE_WARPED && !canvas->scene.flicker &&
           lam_scene_held_view(&canvas->scene) == LAM_HELD_SPLIT;
}

LamVec3 lam_canvas_point_at(LamCanvas *canvas, double x, double y)
{
    double scale = lam_canvas_pixel_scale(canvas);
    return lam_scene_unproject(&canvas->scene, &canvas->drag_view, lam_canvas_text_scale(canvas),
                               x * scale, y * scale);
}

static void drag_to(LamCanvas *canvas, double x, double y)
{
    if (moves_split(canvas))
        canvas->scene.split = share_at(canvas, x);
    else if (moves_share(canvas))
        canvas->scene.share = share_at(canvas, x);
    else
        canvas->scene.cursor_mm = lam_canvas_point_at(canvas, x, y);
}

static bool begin_drag(LamCanvas *canvas, GtkGesture *gesture, double x, double y)
{
    gtk_widget_grab_focus(GTK_WIDGET(canvas));
    if (!canvas->scene.fixed || !lam_canvas_view_at(canvas, x, y, &canvas->drag_view)) {
        gtk_gesture_set_state(gesture, GTK_EVENT_SEQUENCE_DENIED);
        return false;
    }
    memcpy(canvas->start_levels, canvas->scene.levels, sizeof canvas->start_levels);
    canvas->start_pan_mm = canvas->scene.pan_mm;
    return true;
}

static void end_input(LamCanvas *canvas, LamInstant begin)
{
    lam_canvas_changed(canvas);
    lam_timing_end(canvas->timing, LAM_TIMED_INPUT, begin);
}

/* ---- landmarks ---- */

static void tell_mark(LamCanvas *canvas, int index, double x, double y, bool goes_on)
{
    LamVec3 point = lam_canvas_point_at(canvas, x, y);
    g_signal_emit_by_name(canvas, "marked", index, (int)canvas->drag_view.pane, &point, goes_on);
}

static bool wants_to_place(GtkGestureDrag *drag)
{
    GtkEventController *controller = GTK_EVENT_CONTROLLER(drag);
    return gtk_event_controller_get_current_event_state(controller) & GDK_SHIFT_MASK;
}

/* Whether the drag is a landmark's and not the crosshair's. */
static bool begin_mark(LamCanvas *canvas, GtkGestureDrag *drag, double x, double y)
{
    double scale = lam_canvas_pixel_scale(canvas);
    canvas->dragged_mark = lam_scene_mark_at(&canvas->scene, &canvas->drag_view,
                                             lam_canvas_text_scale(canvas), x * scale, y * scale);
    if (canvas->dragged_mark >= 0)
        g_signal_emit_by_name(canvas, "mark-chosen", canvas->dragged_mark);
    else if (wants_to_place(drag))
        tell_mark(canvas, -1, x, y, false);
    else
        return false;
    canvas->mark_moves = false;
    return true;
}

/* ---- brush ---- */

#define BRUSH_STEP 0.3 /* of its radius: what is painted has a smooth edge */

static void paint_at(LamCanvas *canvas, GtkGestureDrag *drag, double x, double y, bool first)
{
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(drag));
    LamVec3 point = lam_canvas_point_at(canvas, x, y);
    if (!first &&
        lam_vec3_length(lam_vec3_minus(point, canvas->painted)) < BRUSH_STEP * canvas->brush_mm)
        return;
    canvas->painted = point;
    g_signal_emit_by_name(canvas, "painted", &point, (state & GDK_CONTROL_MASK) != 0);
}

void lam_canvas_set_brush(LamCanvas *canvas, double radius_mm)
{
    canvas->brush_mm = radius_mm;
    gtk_widget_set_cursor_from_name(GTK_WIDGET(canvas), radius_mm > 0 ? "cell" : "crosshair");
}

/* ---- crosshair, brush and outline ---- */

static void cursor_begin(GtkGestureDrag *drag, double x, double y, gpointer user)
{
    LamCanvas *canvas = user;
    LamInstant begin = lam_timing_begin();
    canvas->marking = canvas->painting = canvas->stroke = false;
    if (begin_drag(canvas, GTK_GESTURE(drag), x, y)) {
        if (lam_canvas_outline_press(canvas, x, y))
            return;
        canvas->painting = canvas->brush_mm > 0;
        if (canvas->painting) {
            paint_at(canvas, drag, x, y, true);
            return;
        }
        canvas->marking = begin_mark(canvas, drag, x, y);
        if (!canvas->marking)
            drag_to(canvas, x, y);
    }
    end_input(canvas, begin);
}

/* Where the pointer was since the last event, if several were made one. */
static void follow_stroke(LamCanvas *canvas, GtkGestureDrag *drag)
{
    GtkWidget *widget = GTK_WIDGET(canvas);
    GtkNative *native = gtk_widget_get_native(widget);
    GdkEvent *event = gtk_event_controller_get_current_event(GTK_EVENT_CONTROLLER(drag));
    guint n = 0;
    g_autofree GdkTimeCoord *history = event ? gdk_event_get_history(event, &n) : NULL;
    double left, top, x, y;
    gtk_native_get_surface_transform(native, &left, &top);
    for (guint i = 0; history && i < n; i++)
        if ((history[i].flags & GDK_AXIS_FLAG_X) && (history[i].flags & GDK_AXIS_FLAG_Y) &&
            gtk_widget_translate_coordinates(GTK_WIDGET(native), widget,
                                             history[i].axes[GDK_AXIS_X] - left,
                                             history[i].axes[GDK_AXIS_Y] - top, &x, &y))
            lam_canvas_outline_stroke(canvas, x, y);
}

static void mark_update(LamCanvas *canvas, double x, double y)
{
    if (canvas->dragged_mark < 0)
        return;
    tell_mark(canvas, canvas->dragged_mark, x, y, canvas->mark_moves);
    canvas->mark_moves = true;
}

static void cursor_update(GtkGestureDrag *drag, double dx, double dy, gpointer user)
{
    LamCanvas *canvas = user;
    LamInstant begin = lam_timing_begin();
    double x, y;
    gtk_gesture_drag_get_start_point(drag, &x, &y);
    if (canvas->stroke) {
        follow_stroke(canvas, drag);
        lam_canvas_outline_stroke(canvas, x + dx, y + dy);
        return;
    }
    if (canvas->painting) {
        paint_at(canvas, drag, x + dx, y + dy, false);
        return;
    }
    if (canvas->marking)
        mark_update(canvas, x + dx, y + dy);
    else
        drag_to(canvas, x + dx, y + dy);
    end_input(canvas, begin);
}

static void other_begin(GtkGestureDrag *drag, double x, double y, gpointer user)
{
    begin_drag(user, GTK_GESTURE(drag), x, y);
}

/* Rightwards widens the window, upwards darkens: the level rises. Both scans follow in proportion. */
static void levels_update(GtkGestureDrag *drag, double dx, double dy, gpointer user)
{
    LamCanvas *canvas = user;
    LamInstant begin = lam_timing_begin();
    for (int i = 0; i < 2; i++) {
        LamLevels start = canvas->start_levels[i];
        double width = start.high - start.low, middle = (start.high + start.low) / 2;
        middle -= dy / WINDOW_DRAG_PX * width;
        width *= exp(dx / WINDOW_DRAG_PX);
        canvas->scene.levels[i] = (LamLevels){middle - width / 2, middle + width / 2};
    }
    end_input(canvas, begin);
}

/* From where the views' centre was, by logical pixels within the view where it began. */
static void pan_from(LamCanvas *canvas, LamVec3 from_mm, double dx, double dy)
{
    double text_scale = lam_canvas_text_scale(canvas);
    double mm = lam_canvas_pixel_scale(canvas) *
                lam_scene_mm_per_pixel(&canvas->scene, &canvas->drag_view, text_scale);
    LamVec3 right, up, through;
    lam_scene_axes(&canvas->scene, canvas->drag_view.plane, &right, &up, &through);
    for (int i = 0; i < 3; i++)
        canvas->scene.pan_mm.v[i] = from_mm.v[i] + mm * (dy * up.v[i] - dx * right.v[i]);
}

static void pan_update(GtkGestureDrag *drag, double dx, double dy, gpointer user)
{
    LamCanvas *canvas = user;
    LamInstant begin = lam_timing_begin();
    pan_from(canvas, canvas->start_pan_mm, dx, dy);
    end_input(canvas, begin);
}

static void clicked(GtkGestureClick *click, int presses, double x, double y, gpointer user)
{
    LamCanvas *canvas = user;
    LamView view;
    if (presses != 2 || !canvas->scene.fixed || !lam_canvas_view_at(canvas, x, y, &view))
        return;
    if (canvas->outlining) {
        lam_canvas_outline_close(canvas);
        return;
    }
    bool alone = canvas->scene.maximised >= 0;
    canvas->scene.maximised = alone ? -1 : (int)view.pane;
    gtk_widget_activate_action(GTK_WIDGET(canvas), "win.plane", "s", lam_plane_name(view.plane));
    lam_canvas_changed(canvas);
}

static void pointer_moved(GtkEventControllerMotion *motion, double x, double y, gpointer user)
{
    LamCanvas *canvas = user;
    canvas->pointer_x = x;
    canvas->pointer_y = y;
}

static void zoom_at(LamCanvas *canvas, double x, double y, double factor)
{
    LamView view;
    double scale = lam_canvas_pixel_scale(canvas);
    if (lam_canvas_view_at(canvas, x, y, &view))
        lam_scene_zoom_at(&canvas->scene, &view, lam_canvas_text_scale(canvas), x * scale,
                          y * scale, factor);
}

static void scroll_slices(LamCanvas *canvas, double steps)
{
    LamView view;
    canvas->scroll_rest -= steps; /* touch pads give fractions of a step */
    double slices = trunc(canvas->scroll_rest);
    canvas->scroll_rest -= slices;
    if (lam_canvas_view_at(canvas, canvas->pointer_x, canvas->pointer_y, &view))
        lam_scene_step(&canvas->scene, view.plane, slices);
}

static void scroll_pan(LamCanvas *canvas, double dx, double dy)
{
    if (lam_canvas_view_at(canvas, canvas->pointer_x, canvas->pointer_y, &canvas->drag_view))
        pan_from(canvas, canvas->scene.pan_mm, -PAN_STEP_PX * dx, -PAN_STEP_PX * dy);
}

static gboolean scrolled(GtkEventControllerScroll *scroll, double dx, double dy, gpointer user)
{
    LamCanvas *canvas = user;
    LamInstant begin = lam_timing_begin();
    GdkModifierType state =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(scroll));
    if (!canvas->scene.fixed)
        return GDK_EVENT_PROPAGATE;
    if (state & GDK_CONTROL_MASK)
        zoom_at(canvas, canvas->pointer_x, canvas->pointer_y, pow(ZOOM_STEP, -dy));
    else if (state & GDK_SHIFT_MASK)
        scroll_pan(canvas, dx, dy);
    else
        scroll_slices(canvas, dy);
    end_input(canvas, begin);
    return GDK_EVENT_STOP;
}

static void pinch_begin(GtkGesture *gesture, GdkEventSequence *sequence, gpointer user)
{
    LamCanvas *canvas = user;
    canvas->pinch_start_zoom = canvas->scene.zoom;
    gtk_gesture_get_bounding_box_center(gesture, &canvas->pinch_x, &canvas->pinch_y);
    lam_canvas_view_at(canvas, canvas->pinch_x, canvas->pinch_y, &canvas->drag_view);
}

/* What lies between the fingers stays there. */
static void pinched(GtkGestureZoom *zoom, double scale, gpointer user)
{
    LamCanvas *canvas = user;
    LamInstant begin = lam_timing_begin();
    double x, y;
    if (!canvas->scene.fixed || !gtk_gesture_get_bounding_box_center(GTK_GESTURE(zoom), &x, &y))
        return;
    pan_from(canvas, canvas->scene.pan_mm, x - canvas->pinch_x, y - canvas->pinch_y);
    canvas->pinch_x = x;
    canvas->pinch_y = y;
    zoom_at(canvas, x, y, canvas->pinch_start_zoom * scale / canvas->scene.zoom);
    end_input(canvas, begin);
}

static void add_drag(LamCanvas *canvas, guint button, GCallback begin, GCallback update)
{
    GtkGesture *drag = gtk_gesture_drag_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(drag), button);
    g_signal_connect(drag, "drag-begin", begin, canvas);
    g_signal_connect(drag, "drag-update", update, canvas);
    gtk_widget_add_controller(GTK_WIDGET(canvas), GTK_EVENT_CONTROLLER(drag));
}

/* Here, not in the window, whose arrow keys are to move the focus and whose Return presses buttons. */
void lam_canvas_class_add_keys(GtkWidgetClass *klass)
{
    const struct {
        guint key;
        const char *action;
        int right, up, slices;
    } keys[] = {{GDK_KEY_Left, "win.nudge", -1, 0, 0},  {GDK_KEY_Right, "win.nudge", 1, 0, 0},
                {GDK_KEY_Up, "win.nudge", 0, 1, 0},     {GDK_KEY_Down, "win.nudge", 0, -1, 0},
                {GDK_KEY_Page_Up, "win.step", 0, 0, 1}, {GDK_KEY_Page_Down, "win.step", 0, 0, -1}};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        for (int step = 1; step <= LAM_CANVAS_LONG_STEP; step += LAM_CANVAS_LONG_STEP - 1) {
            GdkModifierType shift = step > 1 ? GDK_SHIFT_MASK : 0;
            if (keys[i].slices)
                gtk_widget_class_add_binding_action(klass, keys[i].key, shift, keys[i].action, "i",
                                                    step * keys[i].slices);
            else
                gtk_widget_class_add_binding_action(klass, keys[i].key, shift, keys[i].action,
                                                    "(ii)", step * keys[i].right,
                                                    step * keys[i].up);
        }
    const struct {
        guint key;
        const char *action;
    } outline[] = {{GDK_KEY_Return, "win.outline-close"},
                   {GDK_KEY_KP_Enter, "win.outline-close"},
                   {GDK_KEY_BackSpace, "win.outline-back"},
                   {GDK_KEY_Insert, "win.outline-corner"},
                   {GDK_KEY_Escape, "win.outline-leave"}};
    for (size_t i = 0; i < G_N_ELEMENTS(outline); i++)
        gtk_widget_class_add_binding_action(klass, outline[i].key, 0, outline[i].action, NULL);
}

void lam_canvas_add_input(LamCanvas *canvas)
{
    GtkWidget *widget = GTK_WIDGET(canvas);
    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
    GtkEventController *motion = gtk_event_controller_motion_new();
    GtkGesture *click = gtk_gesture_click_new(), *pinch = gtk_gesture_zoom_new();
    add_drag(canvas, GDK_BUTTON_PRIMARY, G_CALLBACK(cursor_begin), G_CALLBACK(cursor_update));
    add_drag(canvas, GDK_BUTTON_SECONDARY, G_CALLBACK(other_begin), G_CALLBACK(levels_update));
    add_drag(canvas, GDK_BUTTON_MIDDLE, G_CALLBACK(other_begin), G_CALLBACK(pan_update));
    g_signal_connect(scroll, "scroll", G_CALLBACK(scrolled), canvas);
    g_signal_connect(motion, "motion", G_CALLBACK(pointer_moved), canvas);
    g_signal_connect(click, "pressed", G_CALLBACK(clicked), canvas);
    g_signal_connect(pinch, "begin", G_CALLBACK(pinch_begin), canvas);
    g_signal_connect(pinch, "scale-changed", G_CALLBACK(pinched), canvas);
    gtk_widget_add_controller(widget, scroll);
    gtk_widget_add_controller(widget, motion);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(pinch));
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
}

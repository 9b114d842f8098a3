/* Actions on the view. */
#include "window-private.h"

#define LAMBDA_STEP 0.1 /* of [ and ], in log γ */

static void change_plane(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    if (lam_plane_parse(g_variant_get_string(value, NULL), &scene->plane))
        g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

/* Stateful booleans: each names a flag of the scene. */
static void change_flag(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    const char *name = g_action_get_name(G_ACTION(action));
    bool on = g_variant_get_boolean(value);
    if (g_str_equal(name, "grid"))
        scene->grid = on;
    else if (g_str_equal(name, "crosshair"))
        scene->crosshair = on;
    else if (g_str_equal(name, "radiological"))
        scene->radiological = on;
    g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

static void step_slices(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_step(LAM_WINDOW(user)->canvas, g_variant_get_int32(value));
}

static void nudge(GSimpleAction *action, GVariant *value, gpointer user)
{
    int right_vox, up_vox;
    g_variant_get(value, "(ii)", &right_vox, &up_vox);
    lam_canvas_nudge(LAM_WINDOW(user)->canvas, right_vox, up_vox);
}

static void zoom(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_canvas_zoom(LAM_WINDOW(user)->canvas, g_variant_get_double(value));
}

static void reset_view(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    lam_canvas_scene(window->canvas)->maximised = -1;
    lam_canvas_reset_view(window->canvas);
}

static void step_lambda(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_lambda_control_step(LAM_WINDOW(user)->lambda_control,
                            g_variant_get_int32(value) * LAMBDA_STEP);
}

void lam_window_add_view_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "plane", .parameter_type = "s", .state = "'axial'", .change_state = change_plane},
        {.name = "grid", .state = "false", .change_state = change_flag},
        {.name = "crosshair", .state = "true", .change_state = change_flag},
        {.name = "radiological", .state = "true", .change_state = change_flag},
        {.name = "step", .parameter_type = "i", .activate = step_slices},
        {.name = "nudge", .parameter_type = "(ii)", .activate = nudge},
        {.name = "zoom", .parameter_type = "d", .activate = zoom},
        {.name = "reset-view", .activate = reset_view},
        {.name = "lambda-step", .parameter_type = "i", .activate = step_lambda},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

void lam_window_set_action_enabled(LamWindow *window, const char *name, bool enabled)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

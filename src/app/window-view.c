/* What the pictures show: arrangement, comparison, overlay, colours. Each choice is an action whose state is
 * the choice's name, so that menus mark it by themselves. */
#include "window-private.h"

#define SHARE_STEP 0.05 /* of , and . */

typedef struct {
    const char *name, *start;
    bool (*set)(LamScene *scene, const char *value);
    const char *(*get)(const LamScene *scene);
} Choice;

static bool set_arrangement(LamScene *scene, const char *value)
{
    scene->maximised = -1;
    return lam_arrangement_parse(value, &scene->arrangement);
}

static bool set_pane(LamScene *scene, const char *value)
{
    return lam_pane_parse(value, &scene->pane);
}

static bool set_compare(LamScene *scene, const char *value)
{
    return lam_compare_parse(value, &scene->compare);
}

static bool set_overlay(LamScene *scene, const char *value)
{
    return lam_overlay_parse(value, &scene->overlay);
}

static bool set_colours(LamScene *scene, const char *value)
{
    return lam_colour_map_parse(value, &scene->colours);
}

static bool set_direction(LamScene *scene, const char *value)
{
    return lam_direction_parse(value, &scene->direction);
}

static bool set_grid_colour(LamScene *scene, const char *value)
{
    return lam_grid_colour_parse(value, &scene->grid_colour);
}

static bool set_contours(LamScene *scene, const char *value)
{
    return lam_contour_choice_parse(value, &scene->contours);
}

static bool set_contour_opacity(LamScene *scene, const char *value)
{
    scene->contour_opacity = g_ascii_strtod(value, NULL);
    return true;
}

static const char *get_arrangement(const LamScene *scene)
{
    return lam_arrangement_name(scene->arrangement);
}

static const char *get_pane(const LamScene *scene)
{
    return lam_pane_name(scene->pane);
}

static const char *get_compare(const LamScene *scene)
{
    return lam_compare_name(scene->compare);
}

static const char *get_overlay(const LamScene *scene)
{
    return lam_overlay_name(scene->overlay);
}

static const char *get_colours(const LamScene *scene)
{
    return lam_colour_map_name(scene->colours);
}

static const char *get_direction(const LamScene *scene)
{
    return lam_direction_name(scene->direction);
}

static const char *get_grid_colour(const LamScene *scene)
{
    return lam_grid_colour_name(scene->grid_colour);
}

static const char *get_contours(const LamScene *scene)
{
    return lam_contour_choice_name(scene->contours);
}

/* Of those that the menu offers. */
static const char *get_contour_opacity(const LamScene *scene)
{
    return scene->contour_opacity > 0.8 ? "0.9" : scene->contour_opacity > 0.5 ? "0.6" : "0.3";
}

static const Choice choices[] = {
    {"arrangement", "'panes'", set_arrangement, get_arrangement},
    {"pane", "'warped'", set_pane, get_pane},
    {"compare", "'none'", set_compare, get_compare},
    {"overlay", "'none'", set_overlay, get_overlay},
    {"contours", "'none'", set_contours, get_contours},
    {"contour-opacity", "'0.9'", set_contour_opacity, get_contour_opacity},
    {"colours", "'grey'", set_colours, get_colours},
    {"direction", "'forward'", set_direction, get_direction},
    {"grid-colour", "'volume'", set_grid_colour, get_grid_colour},
};

static const Choice *choice_of(GSimpleAction *action)
{
    const char *name = g_action_get_name(G_ACTION(action));
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
        if (g_str_equal(choices[i].name, name))
            return &choices[i];
    return NULL;
}

static void change_choice(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    if (choice_of(action)->set(scene, g_variant_get_string(value, NULL)))
        g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

/* Of keys: the choice named, or, where it is made already, none. */
static void toggle_choice(LamWindow *window, const char *name, const char *value)
{
    GActionGroup *group = G_ACTION_GROUP(window);
    g_autoptr(GVariant) state = g_action_group_get_action_state(group, name);
    bool made = g_str_equal(g_variant_get_string(state, NULL), value);
    g_action_group_change_action_state(group, name, g_variant_new_string(made ? "none" : value));
}

static void toggle_compare(GSimpleAction *action, GVariant *value, gpointer user)
{
    toggle_choice(user, "compare", g_variant_get_string(value, NULL));
}

static void toggle_overlay(GSimpleAction *action, GVariant *value, gpointer user)
{
    toggle_choice(user, "overlay", g_variant_get_string(value, NULL));
}

static void step_arrangement(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const LamScene *scene = lam_canvas_scene(window->canvas);
    LamArrangement next = (LamArrangement)((scene->arrangement + 1) % (LAM_ARRANGED_ALL + 1));
    g_action_group_change_action_state(G_ACTION_GROUP(window), "arrangement",
                                       g_variant_new_string(lam_arrangement_name(next)));
}

static void step_share(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    bool splits = lam_scene_held_view(scene) == LAM_HELD_SPLIT;
    double *share = splits ? &scene->split : &scene->share;
    *share = CLAMP(*share + SHARE_STEP * g_variant_get_int32(value), 0, 1);
    lam_canvas_changed(window->canvas);
}

/* Actions that are a flag of the scene. */
static const struct {
    const char *name;
    size_t offset; /* in LamScene */
} flags[] = {
    {"grid", offsetof(LamScene, grid)},
    {"crosshair", offsetof(LamScene, crosshair)},
    {"radiological", offsetof(LamScene, radiological)},
    {"arrows", offsetof(LamScene, arrows)},
    {"streamlines", offsetof(LamScene, streamlines)},
    {"smooth", offsetof(LamScene, smooth)},
};

static bool *flag_at(LamScene *scene, size_t place)
{
    return (bool *)((char *)scene + flags[place].offset);
}

static void change_view_flag(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        if (g_str_equal(g_action_get_name(G_ACTION(action)), flags[i].name))
            *flag_at(scene, i) = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

static void set_state(LamWindow *window, const char *name, GVariant *state)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);
    g_simple_action_set_state(G_SIMPLE_ACTION(action), state);
}

void lam_window_show_settings(LamWindow *window)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
        set_state(window, choices[i].name, g_variant_new_string(choices[i].get(scene)));
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        set_state(window, flags[i].name, g_variant_new_boolean(*flag_at(scene, i)));
    set_state(window, "plane", g_variant_new_string(lam_plane_name(scene->plane)));
    gtk_spin_button_set_value(window->grid_spin, scene->grid_mm);
    lam_canvas_changed(window->canvas);
}

void lam_window_add_choices(LamWindow *window)
{
    const GActionEntry others[] = {
        {.name = "arrows", .state = "false", .change_state = change_view_flag},
        {.name = "streamlines", .state = "false", .change_state = change_view_flag},
        {.name = "smooth", .state = "true", .change_state = change_view_flag},
        {.name = "toggle-compare", .parameter_type = "s", .activate = toggle_compare},
        {.name = "toggle-overlay", .parameter_type = "s", .activate = toggle_overlay},
        {.name = "next-arrangement", .activate = step_arrangement},
        {.name = "share-step", .parameter_type = "i", .activate = step_share},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(choices); i++) {
        const GActionEntry entry = {.name = choices[i].name,
                                    .parameter_type = "s",
                                    .state = choices[i].start,
                                    .change_state = change_choice};
        g_action_map_add_action_entries(G_ACTION_MAP(window), &entry, 1, window);
    }
    g_action_map_add_action_entries(G_ACTION_MAP(window), others, G_N_ELEMENTS(others), window);
}

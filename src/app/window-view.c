/* What the pictures show: arrangement, comparison, overlay, colours. Each choice is an action whose state is
 * the choice's name, so that menus mark it by themselves. */
#include "window-private.h"

#define SHARE_STEP 0.05 /* of , and . */

typedef struct {
    const char *name, *start;
    bool (*set)(LamScene *scene, const char *value);
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

static const Choice choices[] = {
    {"arrangement", "'panes'", set_arrangement}, {"pane", "'warped'", set_pane},
    {"compare", "'none'", set_compare},          {"overlay", "'none'", set_overlay},
    {"colours", "'grey'", set_colours},          {"direction", "'forward'", set_direction},
    {"grid-colour", "'volume'", set_grid_colour}};

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
    scene->share = CLAMP(scene->share + SHARE_STEP * g_variant_get_int32(value), 0, 1);
    lam_canvas_changed(window->canvas);
}

static void change_view_flag(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    LamScene *scene = lam_canvas_scene(window->canvas);
    bool arrows = g_str_equal(g_action_get_name(G_ACTION(action)), "arrows");
    *(arrows ? &scene->arrows : &scene->smooth) = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    lam_canvas_changed(window->canvas);
}

void lam_window_add_choices(LamWindow *window)
{
    const GActionEntry others[] = {
        {.name = "arrows", .state = "false", .change_state = change_view_flag},
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

/* A and B: one λ's field is held (A) and compared with the one that follows λ (B), by turns, on either side of a
 * line, or as the distance of the two. Both are on the GPU: nothing is computed or uploaded to change sides. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define BLINK_EVERY_MS 600

static GSimpleAction *action_of(LamWindow *window, const char *name)
{
    return G_SIMPLE_ACTION(g_action_map_lookup_action(G_ACTION_MAP(window), name));
}

static void show_view(LamWindow *window, LamHeldView view)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    scene->held_view = view;
    g_simple_action_set_state(action_of(window, "held-view"),
                              g_variant_new_string(lam_held_view_name(view)));
    lam_canvas_changed(window->canvas);
}

static void stop_blinking(LamWindow *window)
{
    g_clear_handle_id(&window->blink_timeout, g_source_remove);
    g_simple_action_set_state(action_of(window, "ab-blink"), g_variant_new_boolean(FALSE));
}

static void enable_actions(LamWindow *window)
{
    static const char *const need_a[] = {"held-view", "ab-split", "ab-blink", "ab-swap", "release"};
    for (size_t i = 0; i < G_N_ELEMENTS(need_a); i++)
        lam_window_set_action_enabled(window, need_a[i], window->held != NULL);
    lam_window_set_action_enabled(window, "hold", window->snapshot != NULL);
    lam_window_set_action_enabled(window, "ab", window->snapshot != NULL);
}

static void say(LamWindow *window)
{
    double mean, largest;
    double a = window->held->lambda, b = window->snapshot ? window->snapshot->lambda : NAN;
    bool both = window->snapshot && window->snapshot != window->held;
    g_autofree char *text = NULL;
    if (!both)
        text = g_strdup_printf(_("A is held: λ %.3f. Turn λ, then \\ shows A and B by turns"), a);
    else if (lam_field_distance(window->held->field, window->snapshot->field, &mean, &largest))
        text =
            g_strdup_printf(_("A λ %.3f, B λ %.3f: apart by %.2f mm on average, %.1f mm at most"),
                            a, b, mean, largest);
    else
        text = g_strdup_printf(_("A λ %.3f, B λ %.3f"), a, b);
    lam_readout_set_message(window->readout, text);
}

static void set_held(LamWindow *window, LamSnapshot *snapshot)
{
    if (snapshot)
        lam_snapshot_ref(snapshot);
    g_clear_pointer(&window->held, lam_snapshot_unref);
    window->held = snapshot;
    enable_actions(window);
}

static void hold_now(LamWindow *window)
{
    stop_blinking(window);
    set_held(window, window->snapshot);
    lam_scene_hold(lam_canvas_scene(window->canvas));
    show_view(window, LAM_HELD_ASIDE);
}

static void hold(GSimpleAction *action, GVariant *value, gpointer user)
{
    hold_now(user);
    say(user);
}

static void release(GSimpleAction *action, GVariant *value, gpointer user)
{
    lam_window_release_held(user);
    lam_window_show_notice(user);
}

/* Of the key: A and B by turns; without an A, the present one becomes it. */
static void turn(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool instead = lam_canvas_scene(window->canvas)->held_view == LAM_HELD_INSTEAD;
    if (!window->held)
        hold_now(window);
    else
        show_view(window, instead ? LAM_HELD_ASIDE : LAM_HELD_INSTEAD);
    say(window);
}

static void split(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool splits = lam_canvas_scene(window->canvas)->held_view == LAM_HELD_SPLIT;
    stop_blinking(window);
    show_view(window, splits ? LAM_HELD_ASIDE : LAM_HELD_SPLIT);
    say(window);
}

static void change_view(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamHeldView view;
    stop_blinking(user);
    if (lam_held_view_parse(g_variant_get_string(value, NULL), &view))
        show_view(user, view);
    say(user);
}

static gboolean blink(gpointer user)
{
    LamWindow *window = user;
    bool instead = lam_canvas_scene(window->canvas)->held_view == LAM_HELD_INSTEAD;
    show_view(window, instead ? LAM_HELD_ASIDE : LAM_HELD_INSTEAD);
    return G_SOURCE_CONTINUE;
}

static void change_blink(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    stop_blinking(window);
    show_view(window, LAM_HELD_ASIDE);
    if (!g_variant_get_boolean(value))
        return;
    window->blink_timeout = g_timeout_add(BLINK_EVERY_MS, blink, window);
    g_simple_action_set_state(action, value);
}

/* λ goes to A's, and what was shown is held in its place. */
static void swap(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    double lambda = window->held->lambda;
    hold_now(window);
    lam_lambda_control_set_lambda(window->lambda_control, lambda);
}

void lam_window_held_follow(LamWindow *window)
{
    bool alone = lam_canvas_scene(window->canvas)->held_view == LAM_HELD_INSTEAD;
    if (alone && !window->blink_timeout)
        show_view(window, LAM_HELD_ASIDE); /* else λ would seem to do nothing */
}

void lam_window_release_held(LamWindow *window)
{
    window->lambda_after_hold = NAN;
    stop_blinking(window);
    set_held(window, NULL);
    lam_scene_release(lam_canvas_scene(window->canvas));
    show_view(window, LAM_HELD_ASIDE);
}

void lam_window_hold_then(LamWindow *window, double held_lambda, double lambda)
{
    window->lambda_after_hold = lambda;
    lam_lambda_control_set_lambda(window->lambda_control, held_lambda);
}

void lam_window_held_arrived(LamWindow *window)
{
    enable_actions(window);
    if (isnan(window->lambda_after_hold))
        return;
    hold_now(window);
    lam_lambda_control_set_lambda(window->lambda_control, window->lambda_after_hold);
    lam_window_forget_steps(window);
    window->lambda_after_hold = NAN;
}

void lam_window_add_held_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "hold", .activate = hold},
        {.name = "release", .activate = release},
        {.name = "ab", .activate = turn},
        {.name = "ab-split", .activate = split},
        {.name = "ab-swap", .activate = swap},
        {.name = "ab-blink", .state = "false", .change_state = change_blink},
        {.name = "held-view", .parameter_type = "s", .state = "'b'", .change_state = change_view},
    };
    window->lambda_after_hold = NAN;
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    enable_actions(window);
}

void lam_window_dispose_held(LamWindow *window)
{
    g_clear_handle_id(&window->blink_timeout, g_source_remove);
    g_clear_pointer(&window->held, lam_snapshot_unref);
}

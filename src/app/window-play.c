/* Playing: where the bar says to go, there the scene or λ goes. A morph and slices cost a drawing; λ goes on
 * when the field asked for last is there, so that slow models give fewer pictures, not late ones. */
#include "window-private.h"

#include <glib/gi18n.h>

static char *text_of(LamWindow *window, LamPlayKind kind)
{
    const LamScene *scene = lam_canvas_scene(window->canvas);
    LamVec3 right, up, through;
    if (kind == LAM_PLAY_MORPH)
        return g_strdup_printf("t %.2f", scene->morph);
    if (kind == LAM_PLAY_LAMBDA)
        return g_strdup_printf("λ %.3f", lam_lambda_control_get_lambda(window->lambda_control));
    lam_scene_axes(scene, scene->plane, &right, &up, &through);
    return g_strdup_printf(_("%.1f mm"), lam_vec3_dot(through, scene->cursor_mm));
}

void lam_window_follow_play(LamWindow *window)
{
    LamPlayKind kind = lam_play_bar_get_kind(window->play_bar);
    double lambda = lam_lambda_control_get_lambda(window->lambda_control);
    double position = kind == LAM_PLAY_LAMBDA
                          ? lam_play_from_lambda(lambda)
                          : lam_play_shown(kind, lam_canvas_scene(window->canvas));
    g_autofree char *text = text_of(window, kind);
    if (kind == LAM_PLAY_LAMBDA && lambda != window->played_lambda)
        lam_play_bar_set_playing(window->play_bar, false); /* somebody else took the slider */
    lam_play_bar_show(window->play_bar, position, text);
}

static void moved(LamPlayBar *bar, double position, LamWindow *window)
{
    LamPlayKind kind = lam_play_bar_get_kind(bar);
    if (kind == LAM_PLAY_LAMBDA) {
        if (lam_play_bar_is_playing(bar) && lam_worker_is_busy(window->worker))
            return;
        window->played_lambda = lam_play_to_lambda(position);
        lam_lambda_control_set_lambda(window->lambda_control, window->played_lambda);
    } else {
        lam_play_show(kind, position, lam_canvas_scene(window->canvas));
        lam_canvas_changed(window->canvas);
    }
}

static void set_state(LamWindow *window, const char *name, bool on)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), name);
    g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_boolean(on));
}

static void changed(LamPlayBar *bar, LamWindow *window)
{
    bool playing = lam_play_bar_is_playing(bar);
    window->played_lambda = lam_lambda_control_get_lambda(window->lambda_control);
    set_state(window, "play", playing);
    lam_window_follow_play(window);
    if (!playing)
        lam_window_note_state(window);
}

void lam_window_stop_play(LamWindow *window)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    lam_play_bar_set_playing(window->play_bar, false);
    if (scene->morph == 1)
        return;
    scene->morph = 1;
    lam_canvas_changed(window->canvas);
}

/* Without the bar nothing would say that the picture is of a part of the way. */
static void change_shown(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool shown = g_variant_get_boolean(value);
    if (!shown) {
        lam_window_stop_play(window);
        gtk_widget_grab_focus(GTK_WIDGET(window->canvas));
    }
    gtk_widget_set_visible(GTK_WIDGET(window->play_bar), shown);
    g_simple_action_set_state(action, value);
    lam_window_follow_play(window);
}

static void change_play(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool playing = g_variant_get_boolean(value) && window->document;
    if (playing)
        g_action_group_change_action_state(G_ACTION_GROUP(window), "play-bar",
                                           g_variant_new_boolean(TRUE));
    lam_play_bar_set_playing(window->play_bar, playing);
}

void lam_window_add_play_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "play-bar", .state = "false", .change_state = change_shown},
        {.name = "play", .state = "false", .change_state = change_play},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect(window->play_bar, "moved", G_CALLBACK(moved), window);
    g_signal_connect(window->play_bar, "changed", G_CALLBACK(changed), window);
}

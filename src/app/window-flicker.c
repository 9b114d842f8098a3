/* The fixed scan in the warped one's place: while Space is held, or by turns. */
#include "window-private.h"

#define DEFAULT_RATE "1" /* changes to and fro per second */

static void set_flicker(LamWindow *window, bool on)
{
    LamScene *scene = lam_canvas_scene(window->canvas);
    if (scene->flicker == on)
        return;
    scene->flicker = on;
    lam_canvas_changed(window->canvas);
}

/* Space is left to buttons and entries where they have the focus. */
static gboolean key_pressed(GtkEventControllerKey *keys, guint key, guint code,
                            GdkModifierType state, LamWindow *window)
{
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(window));
    bool ours = !focus || focus == GTK_WIDGET(window->canvas) ||
                gtk_widget_is_ancestor(focus, GTK_WIDGET(window->lambda_control));
    if (key != GDK_KEY_space || !ours || GTK_IS_EDITABLE(focus) || !window->document)
        return GDK_EVENT_PROPAGATE;
    set_flicker(window, true);
    return GDK_EVENT_STOP;
}

static void key_released(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
                         LamWindow *window)
{
    if (key == GDK_KEY_space)
        set_flicker(window, false);
}

static void add_key(LamWindow *window)
{
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(key_pressed), window);
    g_signal_connect(keys, "key-released", G_CALLBACK(key_released), window);
    gtk_widget_add_controller(GTK_WIDGET(window), keys);
}

/* ---- by turns ---- */

static gboolean take_turns(gpointer user)
{
    LamWindow *window = user;
    set_flicker(window, !lam_canvas_scene(window->canvas)->flicker);
    return G_SOURCE_CONTINUE;
}

static double rate_of(LamWindow *window)
{
    g_autoptr(GVariant) rate =
        g_action_group_get_action_state(G_ACTION_GROUP(window), "flicker-rate");
    return g_ascii_strtod(g_variant_get_string(rate, NULL), NULL);
}

static void run(LamWindow *window, bool on)
{
    g_clear_handle_id(&window->flicker_timeout, g_source_remove);
    if (on)
        window->flicker_timeout =
            g_timeout_add((guint)(500 / MAX(rate_of(window), 0.1)), take_turns, window);
    else
        set_flicker(window, false);
}

static void change_flicker(GSimpleAction *action, GVariant *value, gpointer user)
{
    g_simple_action_set_state(action, value);
    run(user, g_variant_get_boolean(value));
}

static void change_rate(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    g_simple_action_set_state(action, value);
    if (window->flicker_timeout)
        run(window, true);
}

void lam_window_add_flicker(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "flicker", .state = "false", .change_state = change_flicker},
        {.name = "flicker-rate",
         .parameter_type = "s",
         .state = "'" DEFAULT_RATE "'",
         .change_state = change_rate},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    add_key(window);
}

void lam_window_dispose_flicker(LamWindow *window)
{
    g_clear_handle_id(&window->flicker_timeout, g_source_remove);
}

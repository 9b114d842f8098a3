/* What is preferred, in the pictures of this window; and the window as one was left. */
#include "preferences.h"
#include "settings.h"
#include "window-private.h"

/* ---- the pictures ---- */

/* Whether the key is one of the pictures'. */
static bool take_preference(LamScene *scene, GSettings *settings, const char *key)
{
    if (g_str_equal(key, "radiological"))
        scene->radiological = g_settings_get_boolean(settings, key);
    else if (g_str_equal(key, "crosshair"))
        scene->crosshair = g_settings_get_boolean(settings, key);
    else if (g_str_equal(key, "smooth"))
        scene->smooth = g_settings_get_boolean(settings, key);
    else if (g_str_equal(key, "grid-mm"))
        scene->grid_mm = g_settings_get_double(settings, key);
    else if (g_str_equal(key, "colours"))
        scene->colours = (LamColourMap)g_settings_get_enum(settings, key);
    else
        return false;
    return true;
}

static void take_all(LamWindow *window)
{
    const char *const keys[] = {"radiological", "crosshair", "smooth", "grid-mm", "colours"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        take_preference(lam_canvas_scene(window->canvas), window->settings, keys[i]);
    lam_window_show_settings(window);
}

/* The action's state is the rate's text, as in the menu. */
static void take_flicker_rate(LamWindow *window)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof text, "%g", g_settings_get_double(window->settings, "flicker-hz"));
    g_action_group_change_action_state(G_ACTION_GROUP(window), "flicker-rate",
                                       g_variant_new_string(text));
}

/* Another preference is seen at once; the rest of the window's view stays as it is. */
static void preferred(GSettings *settings, const char *key, LamWindow *window)
{
    if (take_preference(lam_canvas_scene(window->canvas), settings, key))
        lam_window_show_settings(window);
    else if (g_str_equal(key, "flicker-hz"))
        take_flicker_rate(window);
}

/* ---- the window ---- */

static void remember_panel(LamWindow *window, const char *action, GVariant *state)
{
    g_settings_set_value(window->settings, "panel", state);
}

static gboolean remember_size(GtkWindow *window, gpointer user)
{
    GSettings *settings = LAM_WINDOW(window)->settings;
    int width, height;
    gtk_window_get_default_size(window, &width, &height); /* what it would be if not maximized */
    g_settings_set_boolean(settings, "window-maximized", gtk_window_is_maximized(window));
    g_settings_set_int(settings, "window-width", MAX(width, 1));
    g_settings_set_int(settings, "window-height", MAX(height, 1));
    return GDK_EVENT_PROPAGATE;
}

/* Windows are made as the last one was left, and do not follow each other. */
static void restore(LamWindow *window)
{
    GSettings *settings = window->settings;
    gtk_window_set_default_size(GTK_WINDOW(window), g_settings_get_int(settings, "window-width"),
                                g_settings_get_int(settings, "window-height"));
    if (g_settings_get_boolean(settings, "window-maximized"))
        gtk_window_maximize(GTK_WINDOW(window));
    if (g_settings_get_boolean(settings, "panel"))
        g_action_group_change_action_state(G_ACTION_GROUP(window), "panel",
                                           g_variant_new_boolean(TRUE));
    g_signal_connect(window, "action-state-changed::panel", G_CALLBACK(remember_panel), NULL);
    g_signal_connect(window, "close-request", G_CALLBACK(remember_size), NULL);
}

/* ---- the window of preferences ---- */

static void show_preferences(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!window->preferences)
        g_set_weak_pointer(
            &window->preferences,
            lam_preferences_new(GTK_WINDOW(window), window->settings, window->models));
    gtk_window_present(window->preferences);
}

char *lam_window_preferred_model(LamWindow *window)
{
    g_autofree char *name =
        window->settings ? g_settings_get_string(window->settings, "model") : NULL;
    return name && *name ? g_steal_pointer(&name) : NULL;
}

void lam_window_dispose_settings(LamWindow *window)
{
    g_clear_weak_pointer(&window->preferences);
    g_clear_object(&window->settings);
}

void lam_window_add_settings(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "preferences", .activate = show_preferences}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    window->settings = lam_settings_new();
    lam_window_set_action_enabled(window, "preferences", window->settings != NULL);
    if (!window->settings)
        return;
    take_all(window);
    take_flicker_rate(window);
    g_signal_connect_object(window->settings, "changed", G_CALLBACK(preferred), window, 0);
    if (g_settings_get_boolean(window->settings, "remember-window"))
        restore(window);
}

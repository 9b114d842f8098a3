/* The panel at the right: shown or not, and which of its pages. */
#include "window-private.h"

static void change_panel(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    bool shown = g_variant_get_boolean(value);
    if (!shown)
        gtk_widget_grab_focus(GTK_WIDGET(window->canvas));
    gtk_widget_set_visible(GTK_WIDGET(window->panel), shown);
    g_simple_action_set_state(action, value);
}

/* Shows the page; where it is shown already, folds the panel. */
static void toggle_page(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const char *name = g_variant_get_string(value, NULL);
    bool seen = gtk_widget_get_visible(GTK_WIDGET(window->panel)) &&
                g_strcmp0(lam_panel_shown(window->panel), name) == 0;
    if (!lam_panel_show(window->panel, name))
        return;
    g_action_group_change_action_state(G_ACTION_GROUP(window), "panel",
                                       g_variant_new_boolean(!seen));
}

void lam_window_add_panel_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "panel", .state = "false", .change_state = change_panel},
        {.name = "toggle-page", .parameter_type = "s", .activate = toggle_page},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

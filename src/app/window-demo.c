/* The built-in demos: opened from the gallery, then set up, with a line that says what to look at. */
#include "window-private.h"

#include <glib/gi18n.h>

#include <math.h>

void lam_window_set_up_demo(LamWindow *window)
{
    const LamDemo *demo = lam_document_demo(window->document);
    bool fresh = window->fresh_demo;
    window->fresh_demo = false;
    if (!demo || !fresh)
        return;
    double lambda = isnan(window->demo_lambda) ? demo->lambda : window->demo_lambda;
    lam_demo_set_up(demo, lam_canvas_scene(window->canvas));
    lam_window_show_settings(window);
    lam_lambda_control_set_lambda(window->lambda_control, lambda);
    lam_window_note_choice(window,
                           isnan(window->demo_lambda) ? LAM_CHOSEN_PRESET : LAM_CHOSEN_MANUALLY);
    lam_play_bar_set_kind(window->play_bar, demo->play);
    g_action_group_change_action_state(G_ACTION_GROUP(window), "play-bar",
                                       g_variant_new_boolean(TRUE));
    lam_window_forget_steps(window);
}

void lam_window_show_demo_note(LamWindow *window)
{
    const LamDemo *demo = window->document ? lam_document_demo(window->document) : NULL;
    gtk_label_set_label(window->demo_note, demo ? _(demo->look) : "");
    gtk_widget_set_visible(window->demo_box, demo != NULL);
}

void lam_window_open_demo(LamWindow *window, const LamDemo *demo, double lambda, bool own_model)
{
    window->wanted_demo = demo;
    window->fresh_demo = true;
    window->demo_lambda = lambda;
    lam_window_start_opening(window, NULL, NULL, own_model);
}

static void open_demo(GSimpleAction *action, GVariant *value, gpointer user)
{
    g_autoptr(GError) error = NULL;
    const LamDemo *demo = lam_demo_find(g_variant_get_string(value, NULL), &error);
    if (demo)
        lam_window_open_demo(user, demo, NAN, false);
}

static void close_note(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    gtk_widget_set_visible(window->demo_box, FALSE);
    gtk_widget_grab_focus(GTK_WIDGET(window->canvas));
}

/* The page of demos, and back to the pictures. */
static void toggle_gallery(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const char *page = gtk_stack_get_visible_child_name(window->stack);
    if (!window->document || !page || g_str_equal(page, "trouble"))
        return;
    lam_window_show_pictures(window, g_str_equal(page, "welcome"));
}

void lam_window_show_pictures(LamWindow *window, bool pictures)
{
    gtk_stack_set_visible_child_name(window->stack, pictures ? "pictures" : "welcome");
    gtk_widget_set_visible(window->foot, pictures);
    gtk_widget_set_visible(window->back_button, !pictures);
    if (pictures)
        gtk_widget_grab_focus(GTK_WIDGET(window->canvas));
    else
        lam_play_bar_set_playing(window->play_bar, false);
}

void lam_window_add_demo_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "demo", .parameter_type = "s", .activate = open_demo},
        {.name = "gallery", .activate = toggle_gallery},
        {.name = "close-note", .activate = close_note},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

/* Keys of the window, of the application, and the list of them. */
#include "window-private.h"

/* Plain keys are bindings of the window, not accelerators of the application: those are looked at
 * before the focus, and digits could not be typed into the entries any more. */
void lam_window_class_add_keys(GtkWidgetClass *klass)
{
    const struct {
        guint key;
        const char *action, *format, *choice;
        int a;
        double factor;
    } keys[] = {
        {GDK_KEY_g, "win.grid"},
        {GDK_KEY_x, "win.crosshair"},
        {GDK_KEY_0, "win.reset-view"},
        {GDK_KEY_r, "win.reset-view"},
        {GDK_KEY_1, "win.plane", "s", "axial"},
        {GDK_KEY_2, "win.plane", "s", "coronal"},
        {GDK_KEY_3, "win.plane", "s", "sagittal"},
        {GDK_KEY_a, "win.plane", "s", "axial"},
        {GDK_KEY_c, "win.plane", "s", "coronal"},
        {GDK_KEY_s, "win.plane", "s", "sagittal"},
        {GDK_KEY_b, "win.toggle-compare", "s", "checkerboard"},
        {GDK_KEY_u, "win.toggle-compare", "s", "curtain"},
        {GDK_KEY_m, "win.toggle-compare", "s", "composite"},
        {GDK_KEY_d, "win.toggle-compare", "s", "difference"},
        {GDK_KEY_e, "win.toggle-compare", "s", "edges"},
        {GDK_KEY_f, "win.toggle-compare", "s", "fade"},
        {GDK_KEY_j, "win.toggle-overlay", "s", "volume"},
        {GDK_KEY_k, "win.toggle-overlay", "s", "displacement"},
        {GDK_KEY_n, "win.next-fold"},
        {GDK_KEY_h, "win.toggle-page", "s", "regions"},
        {GDK_KEY_i, "win.add-landmark"},
        {GDK_KEY_backslash, "win.ab"},
        {GDK_KEY_bar, "win.ab-split"},
        {GDK_KEY_v, "win.arrows"},
        {GDK_KEY_o, "win.toggle-contours"},
        {GDK_KEY_q, "win.toggle-page", "s", "location"},
        {GDK_KEY_w, "win.flicker"},
        {GDK_KEY_t, "win.play-bar"},
        {GDK_KEY_p, "win.play"},
        {GDK_KEY_l, "win.next-arrangement"},
        {GDK_KEY_comma, "win.share-step", "i", NULL, -1},
        {GDK_KEY_period, "win.share-step", "i", NULL, 1},
        {GDK_KEY_bracketleft, "win.lambda-step", "i", NULL, -1},
        {GDK_KEY_bracketright, "win.lambda-step", "i", NULL, 1},
        {GDK_KEY_plus, "win.zoom", "d", NULL, 0, 1.25},
        {GDK_KEY_equal, "win.zoom", "d", NULL, 0, 1.25},
        {GDK_KEY_minus, "win.zoom", "d", NULL, 0, 0.8},
    };
    gtk_widget_class_add_binding_action(klass, GDK_KEY_h, GDK_SHIFT_MASK, "win.region-outlines",
                                        NULL);
    gtk_widget_class_add_binding_action(klass, GDK_KEY_v, GDK_SHIFT_MASK, "win.streamlines", NULL);
    gtk_widget_class_add_binding_action(klass, GDK_KEY_i, GDK_SHIFT_MASK, "win.match-landmark",
                                        NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        const char *action = keys[i].action;
        if (!keys[i].format)
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, NULL);
        else if (*keys[i].format == 's')
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, "s", keys[i].choice);
        else if (*keys[i].format == 'd')
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, "d", keys[i].factor);
        else
            gtk_widget_class_add_binding_action(klass, keys[i].key, 0, action, "i", keys[i].a);
    }
}

void lam_window_add_accelerators(GtkApplication *application)
{
    const struct {
        const char *action, *keys[3];
    } accelerators[] = {
        {"win.open-fixed", {"<Control>o"}},
        {"win.open-moving", {"<Control><Shift>o"}},
        {"win.open-session", {"<Control><Alt>o"}},
        {"win.save-session", {"<Control>s"}},
        {"win.save-session-as", {"<Control><Shift>s"}},
        {"win.export-warped", {"<Control>e"}},
        {"win.export-field", {"<Control><Shift>e"}},
        {"win.refine", {"<Control>r"}},
        {"win.hold", {"<Control>backslash"}},
        {"win.report", {"<Control><Shift>r"}},
        {"win.undo", {"<Control>z"}},
        {"win.redo", {"<Control><Shift>z"}},
        {"win.cancel", {"Escape"}},
        {"win.curve", {"y"}},
        {"win.panel", {"F9"}},
        {"win.preferences", {"<Control>comma"}},
        {"win.keys", {"<Control>question", "F1"}},
        {"app.new-window", {"<Control>n"}},
        {"app.quit", {"<Control>q"}},
        {"window.close", {"<Control>w"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(application, accelerators[i].action,
                                              accelerators[i].keys);
}

/* ---- the list of them ---- */

/* Made when asked for and gone when closed: GTK 4.8 ends the program if a screen reader happens to ask for
 * a window that is hidden, as the one would be that GTK makes by itself of gtk/help-overlay.ui. */
static gboolean drop_keys(gpointer user)
{
    gtk_application_window_set_help_overlay(user, NULL);
    g_object_unref(user);
    return G_SOURCE_REMOVE;
}

static void keys_hidden(GtkWidget *keys, LamWindow *window)
{
    g_idle_add(drop_keys, g_object_ref(window));
}

static void show_keys(GSimpleAction *action, GVariant *value, gpointer user)
{
    GtkApplicationWindow *window = user;
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/io/github/lambdascope/Lambdascope/help-overlay.ui");
    GtkShortcutsWindow *keys =
        GTK_SHORTCUTS_WINDOW(gtk_builder_get_object(builder, "help_overlay"));
    if (gtk_application_window_get_help_overlay(window))
        return;
    gtk_application_window_set_help_overlay(window, keys);
    g_signal_connect_object(keys, "hide", G_CALLBACK(keys_hidden), window, 0);
    gtk_window_present(GTK_WINDOW(keys));
}

void lam_window_add_keys_action(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "keys", .activate = show_keys}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

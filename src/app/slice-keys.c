#include "slice-keys.h"

#include "canvas.h"

static void add(GtkShortcutController *keys, guint key, GdkModifierType modifiers, int slices)
{
    GtkShortcut *shortcut =
        gtk_shortcut_new(gtk_keyval_trigger_new(key, modifiers), gtk_named_action_new("win.step"));
    gtk_shortcut_set_arguments(shortcut, g_variant_new_int32(slices));
    gtk_shortcut_controller_add_shortcut(keys, shortcut);
}

void lam_slice_keys_add(GtkWidget *slider)
{
    GtkEventController *keys = gtk_shortcut_controller_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE); /* before its own ones */
    for (int direction = -1; direction <= 1; direction += 2) {
        guint key = direction > 0 ? GDK_KEY_Page_Up : GDK_KEY_Page_Down;
        add(GTK_SHORTCUT_CONTROLLER(keys), key, 0, direction);
        add(GTK_SHORTCUT_CONTROLLER(keys), key, GDK_SHIFT_MASK, LAM_CANVAS_LONG_STEP * direction);
    }
    gtk_widget_add_controller(slider, keys);
}

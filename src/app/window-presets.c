/* The menu of presets beside λ. What is kept or deleted is in the menu at once, and written on another thread,
 * one after the other. */
#include "presets.h"
#include "window-private.h"

#include <glib/gi18n.h>

/* ---- the file ---- */

static void save_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    g_autofree char *path = lam_presets_path();
    if (lam_presets_save(data, path, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void save(LamWindow *window);

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    g_autoptr(GError) error = NULL;
    bool ok = g_task_propagate_boolean(G_TASK(result), &error);
    g_application_release(g_application_get_default());
    window->presets_saving = false;
    if (!window->presets)
        return; /* the window is gone */
    if (!ok)
        lam_window_show_error(window, _("The presets could not be saved"), error->message);
    else if (window->presets_changed)
        save(window);
}

static void save(LamWindow *window)
{
    window->presets_changed = window->presets_saving;
    if (window->presets_saving)
        return;
    window->presets_saving = true;
    g_autoptr(GTask) task = g_task_new(window, NULL, saved, NULL);
    g_task_set_task_data(task, lam_presets_copy(window->presets),
                         (GDestroyNotify)g_ptr_array_unref);
    g_application_hold(g_application_get_default());
    g_task_run_in_thread(task, save_thread);
}

static void load_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    g_autofree char *path = lam_presets_path();
    GPtrArray *presets = lam_presets_load(path, &error);
    if (presets)
        g_task_return_pointer(task, presets, (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_return_error(task, error);
}

/* ---- the menu ---- */

static void add_item(GMenu *menu, const LamPreset *preset, const char *action)
{
    g_auto(GStrv) parts = g_strsplit(preset->name, "_", -1); /* no mnemonics */
    g_autofree char *label = g_strjoinv("__", parts);
    g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);
    g_menu_item_set_action_and_target(item, action, "s", preset->name);
    g_menu_append_item(menu, item);
}

static GMenu *rules_menu(void)
{
    GMenu *rules = g_menu_new();
    g_menu_append(rules, _("λ of Best Overlap"), "win.lambda-by::overlap");
    g_menu_append(rules, _("Least λ without Folds"), "win.lambda-by::folds");
    g_menu_append(rules, _("λ at the Elbow"), "win.lambda-by::elbow");
    return rules;
}

static void show(LamWindow *window)
{
    g_autoptr(GMenu) menu = g_menu_new(), list = g_menu_new(), deleting = g_menu_new(),
                     editing = g_menu_new(), rules = rules_menu();
    for (guint i = 0; i < window->presets->len; i++) {
        add_item(list, window->presets->pdata[i], "win.preset");
        add_item(deleting, window->presets->pdata[i], "win.delete-preset");
    }
    g_menu_append_section(menu, NULL, G_MENU_MODEL(list));
    g_menu_append_section(menu, NULL, G_MENU_MODEL(rules));
    g_menu_append(editing, _("_Keep This λ…"), "win.keep-preset");
    g_menu_append(editing, _("Open _Evidence…"), "win.open-evidence");
    if (window->presets->len > 0)
        g_menu_append_submenu(editing, _("_Delete"), G_MENU_MODEL(deleting));
    g_menu_append_section(menu, NULL, G_MENU_MODEL(editing));
    gtk_menu_button_set_menu_model(window->presets_button, G_MENU_MODEL(menu));
}

/* The window is kept alive by the task. A file that cannot be read is left as it is until something is kept. */
static void loaded(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    g_autoptr(GError) error = NULL;
    GPtrArray *presets = g_task_propagate_pointer(G_TASK(result), &error);
    if (!window->presets) {
        g_clear_pointer(&presets, g_ptr_array_unref);
        return; /* the window is gone */
    }
    if (error)
        lam_window_show_error(window, _("The presets could not be read"), error->message);
    if (!presets)
        return;
    g_ptr_array_unref(window->presets);
    window->presets = presets;
    show(window);
}

/* ---- keeping ---- */

static void name_given(GtkDialog *dialog, int response, LamWindow *window)
{
    GtkEntry *entry = g_object_get_data(G_OBJECT(dialog), "entry");
    g_autofree char *name = g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(entry))));
    if (response == GTK_RESPONSE_ACCEPT && *name && window->document) {
        g_autofree char *model = lam_window_model_name(window);
        g_autofree char *regions =
            window->regions->len > 0 ? lam_region_specs_text(window->regions, NULL) : NULL;
        lam_presets_put(window->presets,
                        &(LamPreset){name, lam_lambda_control_get_lambda(window->lambda_control),
                                     model, regions});
        show(window);
        save(window);
    }
    gtk_window_destroy(GTK_WINDOW(dialog));
}

static GtkWidget *entry_with(const char *text)
{
    GtkWidget *entry = gtk_entry_new();
    gtk_editable_set_text(GTK_EDITABLE(entry), text);
    gtk_entry_set_max_length(GTK_ENTRY(entry), 60);
    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    gtk_accessible_update_property(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Name of the preset"), -1);
    gtk_widget_set_margin_top(entry, 12);
    gtk_widget_set_margin_bottom(entry, 12);
    gtk_widget_set_margin_start(entry, 12);
    gtk_widget_set_margin_end(entry, 12);
    return entry;
}

static void keep(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    g_autofree char *proposed =
        g_strdup_printf("λ %.3f", lam_lambda_control_get_lambda(window->lambda_control));
    GtkWidget *entry = entry_with(proposed);
    GtkWidget *dialog = gtk_dialog_new_with_buttons(
        _("Keep this λ"), GTK_WINDOW(window),
        GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT | GTK_DIALOG_USE_HEADER_BAR, _("_Cancel"),
        GTK_RESPONSE_CANCEL, _("_Keep"), GTK_RESPONSE_ACCEPT, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    gtk_box_append(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), entry);
    g_object_set_data(G_OBJECT(dialog), "entry", entry);
    g_signal_connect(dialog, "response", G_CALLBACK(name_given), window);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* ---- using and deleting ---- */

static void use(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    const LamPreset *preset = lam_presets_find(window->presets, g_variant_get_string(value, NULL));
    if (!preset)
        return;
    lam_lambda_control_set_lambda(window->lambda_control, preset->lambda);
    lam_window_note_choice(window, LAM_CHOSEN_PRESET);
    if (preset->regions)
        lam_window_put_regions(window, preset->regions);
    if (preset->model)
        g_action_group_change_action_state(G_ACTION_GROUP(window), "model",
                                           g_variant_new_string(preset->model));
}

static void delete (GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!lam_presets_remove(window->presets, g_variant_get_string(value, NULL)))
        return;
    show(window);
    save(window);
}

void lam_window_add_presets(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "preset", .parameter_type = "s", .activate = use},
        {.name = "keep-preset", .activate = keep},
        {.name = "delete-preset", .parameter_type = "s", .activate = delete},
    };
    window->presets = lam_presets_new();
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    show(window);
    g_autoptr(GTask) task = g_task_new(window, NULL, loaded, NULL);
    g_task_run_in_thread(task, load_thread);
}

void lam_window_dispose_presets(LamWindow *window)
{
    g_clear_pointer(&window->presets, g_ptr_array_unref);
}

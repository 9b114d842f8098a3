/* The menu of models. A choice opens the pair again; what is shown stays until that has worked. */
#include "models-window.h"
#include "window-private.h"

#include <glib/gi18n.h>

/* As lam_model_find takes it; a model from elsewhere goes by its path. */
static char *name_of(const LamWindow *window, const LamModel *model)
{
    const char *path = lam_model_path(model);
    for (guint i = 0; path && window->models && i < window->models->len; i++) {
        const LamModelEntry *entry = window->models->pdata[i];
        if (g_str_equal(entry->path, path))
            return g_strdup(entry->name);
    }
    return g_strdup(path ? path : "");
}

char *lam_window_model_name(LamWindow *window)
{
    return name_of(window, lam_document_model(window->document));
}

void lam_window_show_model(LamWindow *window)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(window), "model");
    g_autofree char *name = window->document
                                ? name_of(window, lam_document_model(window->document))
                                : g_strdup(window->model_name ? window->model_name : "");
    g_simple_action_set_state(G_SIMPLE_ACTION(action), g_variant_new_string(name));
}

void lam_window_forget_model(LamWindow *window)
{
    if (!window->document)
        return;
    g_free(window->model_name);
    window->model_name = name_of(window, lam_document_model(window->document));
}

static void change_model(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    g_autoptr(GVariant) state = g_action_get_state(G_ACTION(action));
    if (window->document && g_variant_equal(state, value))
        return;
    g_free(window->model_name);
    window->model_name = g_variant_dup_string(value, NULL);
    window->model_preferred = false;
    if (window->document)
        lam_window_reopen(window);
    else
        lam_window_show_model(window);
}

/* ---- the cards ---- */

static void chosen(LamModelsWindow *models, const char *name, LamWindow *window)
{
    g_action_group_change_action_state(G_ACTION_GROUP(window), "model", g_variant_new_string(name));
}

static void show_cards(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    g_autoptr(GVariant) state = g_action_group_get_action_state(G_ACTION_GROUP(window), "model");
    if (!window->models)
        return;
    LamModelsWindow *models = lam_models_window_new(GTK_WINDOW(window), window->models,
                                                    g_variant_get_string(state, NULL));
    g_signal_connect_object(models, "chosen", G_CALLBACK(chosen), window, 0);
    gtk_window_present(GTK_WINDOW(models));
}

/* ---- the menu ---- */

/* Titles are not ours: an underscore in one is no mnemonic. */
static GMenuItem *item_for(const LamModelEntry *entry)
{
    g_auto(GStrv) parts = g_strsplit(entry->title, "_", -1);
    g_autofree char *label = g_strjoinv("__", parts);
    GMenuItem *item = g_menu_item_new(label, NULL);
    g_menu_item_set_action_and_target(item, "win.model", "s", entry->name);
    return item;
}

static void add_section(GMenu *menu, const GPtrArray *models, bool for_slices, const char *title)
{
    g_autoptr(GMenu) section = g_menu_new();
    for (guint i = 0; i < models->len; i++) {
        const LamModelEntry *entry = models->pdata[i];
        if ((entry->size[2] == 1) != for_slices)
            continue;
        g_autoptr(GMenuItem) item = item_for(entry);
        g_menu_append_item(section, item);
    }
    if (g_menu_model_get_n_items(G_MENU_MODEL(section)) > 0)
        g_menu_append_section(menu, title, G_MENU_MODEL(section));
}

static void list_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    g_task_return_pointer(task, lam_model_list(), (GDestroyNotify)g_ptr_array_unref);
}

/* The window is kept alive by the task. */
static void listed(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    g_clear_pointer(&window->models, g_ptr_array_unref);
    window->models = g_task_propagate_pointer(G_TASK(result), NULL);
    if (!window->models || !window->worker) /* closed meanwhile */
        return;
    g_autoptr(GMenu) menu = g_menu_new();
    add_section(menu, window->models, false, _("For Volumes"));
    add_section(menu, window->models, true, _("For Single Slices"));
    g_autoptr(GMenu) cards = g_menu_new();
    g_menu_append(cards, _("_Compare Them by Their Cards…"), "win.models");
    g_menu_append_section(menu, NULL, G_MENU_MODEL(cards));
    gtk_menu_button_set_menu_model(window->model_button, G_MENU_MODEL(menu));
    gtk_widget_set_visible(GTK_WIDGET(window->model_button), window->models->len > 1);
    lam_window_show_model(window);
}

void lam_window_add_model_action(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "models", .activate = show_cards},
        {.name = "model", .parameter_type = "s", .state = "''", .change_state = change_model},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_autoptr(GTask) task = g_task_new(window, NULL, listed, NULL);
    g_task_run_in_thread(task, list_thread);
}

/* Recent pairs and sessions in the Open menu, kept by the desktop's list of recent files. A pair is there as its
 * moving scan, with both paths in the command that opens it. */
#include "window-private.h"

#include <glib/gi18n.h>

#define PROGRAM "Lambdascope"
#define MOST    8

static const char *const groups[] = {PROGRAM, NULL};

/* In a command, % begins a placeholder. */
static char *quoted(const char *path)
{
    g_autofree char *shell = g_shell_quote(path);
    g_auto(GStrv) parts = g_strsplit(shell, "%", -1);
    return g_strjoinv("%%", parts);
}

static void add(const char *path, const char *title, const char *type, const char *command)
{
    g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
    const GtkRecentData data = {
        .display_name = (char *)title,
        .mime_type = (char *)type,
        .app_name = (char *)PROGRAM,
        .app_exec = (char *)command,
        .groups = (char **)groups,
    };
    if (uri)
        gtk_recent_manager_add_full(gtk_recent_manager_get_default(), uri, &data);
}

void lam_window_add_recent_pair(LamWindow *window)
{
    const char *fixed = lam_document_fixed_path(window->document);
    const char *moving = lam_document_moving_path(window->document);
    if (!fixed || !moving)
        return; /* a demo */
    g_autofree char *full[2] = {g_canonicalize_filename(fixed, NULL),
                                g_canonicalize_filename(moving, NULL)};
    g_autofree char *quoted_fixed = quoted(full[0]), *quoted_moving = quoted(full[1]);
    g_autofree char *command = g_strdup_printf("lambdascope %s %s", quoted_fixed, quoted_moving);
    g_autofree char *title =
        g_strdup_printf(_("%s  onto  %s"), lam_document_moving_name(window->document),
                        lam_document_fixed_name(window->document));
    add(full[1], title, "application/octet-stream", command);
}

void lam_window_add_recent_session(const char *path)
{
    g_autofree char *full = g_canonicalize_filename(path, NULL);
    g_autofree char *file = quoted(full), *name = g_path_get_basename(path);
    g_autofree char *command = g_strconcat("lambdascope ", file, NULL);
    add(full, name, "application/x-lambdascope-session", command);
}

/* ---- opening ---- */

static void open_recent(GSimpleAction *action, GVariant *value, gpointer user)
{
    const char *command;
    g_auto(GStrv) words = NULL;
    int n = 0;
    g_autoptr(GtkRecentInfo) info = gtk_recent_manager_lookup_item(
        gtk_recent_manager_get_default(), g_variant_get_string(value, NULL), NULL);
    if (info && gtk_recent_info_get_application_info(info, PROGRAM, &command, NULL, NULL) &&
        g_shell_parse_argv(command, &n, &words, NULL) && n > 1)
        lam_window_open(user, words[1], words[2]);
}

/* ---- the menu ---- */

static int newest_first(gconstpointer a, gconstpointer b)
{
    return g_date_time_compare(gtk_recent_info_get_modified((GtkRecentInfo *)b),
                               gtk_recent_info_get_modified((GtkRecentInfo *)a));
}

static void free_info(gpointer info)
{
    gtk_recent_info_unref(info);
}

/* Ours, the newest first. */
static GList *ours(void)
{
    GList *all = gtk_recent_manager_get_items(gtk_recent_manager_get_default()), *mine = NULL;
    for (GList *at = all; at; at = at->next)
        if (gtk_recent_info_has_application(at->data, PROGRAM))
            mine = g_list_prepend(mine, gtk_recent_info_ref(at->data));
    g_list_free_full(all, free_info);
    return g_list_sort(mine, newest_first);
}

static void clear(GSimpleAction *action, GVariant *value, gpointer user)
{
    GList *list = ours();
    for (GList *at = list; at; at = at->next)
        gtk_recent_manager_remove_item(gtk_recent_manager_get_default(),
                                       gtk_recent_info_get_uri(at->data), NULL);
    g_list_free_full(list, free_info);
}

static GMenuItem *item_for(GtkRecentInfo *info)
{
    g_auto(GStrv) parts = g_strsplit(gtk_recent_info_get_display_name(info), "_", -1);
    g_autofree char *label = g_strjoinv("__", parts); /* no mnemonics */
    GMenuItem *item = g_menu_item_new(label, NULL);
    g_menu_item_set_action_and_target(item, "win.open-recent", "s", gtk_recent_info_get_uri(info));
    return item;
}

static void show(GtkRecentManager *manager, LamWindow *window)
{
    GList *list = ours(), *at = list;
    g_menu_remove_all(window->recent_section);
    for (int i = 0; i < MOST && at; i++, at = at->next) {
        g_autoptr(GMenuItem) item = item_for(at->data);
        g_menu_append_item(window->recent_section, item);
    }
    lam_window_set_action_enabled(window, "clear-recent", list != NULL);
    g_list_free_full(list, free_info);
}

void lam_window_add_recent(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "open-recent", .parameter_type = "s", .activate = open_recent},
        {.name = "clear-recent", .activate = clear},
    };
    GtkRecentManager *manager = gtk_recent_manager_get_default();
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(manager, "changed", G_CALLBACK(show), window, 0);
    show(manager, window);
}

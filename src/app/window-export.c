/* Saving the warped scan or the field. */
#include "export.h"
#include "window-private.h"

#include <glib/gi18n.h>

/* The window is kept alive by the reference taken when saving began. */
static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    lam_export_finish(result, &error);
    lam_window_end_saving(window, lam_export_path(result), error, _("The file could not be saved"));
}

static void save(LamWindow *window, LamExportKind kind, const char *path)
{
    LamExport export = {
        .kind = kind,
        .fixed = lam_document_fixed_volume(window->document),
        .moving = lam_document_moving_volume(window->document),
        .snapshot = window->snapshot,
        .inputs = {lam_document_fixed_path(window->document),
                   lam_document_moving_path(window->document)},
        .path = path,
    };
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(_("Saving %s"), name);
    GCancellable *cancellable = lam_window_begin_job(window, text);
    lam_export_async(&export, cancellable, lam_window_job_progressed, window, saved,
                     g_object_ref(window));
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    LamExportKind kind =
        (LamExportKind)GPOINTER_TO_INT(g_object_get_data(G_OBJECT(dialog), "kind"));
    g_autofree char *path = lam_window_chosen_path(
        window, dialog, window->snapshot && !window->job ? response : GTK_RESPONSE_CANCEL,
        _("The file could not be saved"));
    if (path)
        save(window, kind, path);
}

static void choose_target(LamWindow *window, LamExportKind kind, const char *title)
{
    if (window->chooser || !window->snapshot)
        return;
    g_autofree char *name =
        lam_export_name(kind, lam_document_fixed_name(window->document),
                        lam_document_moving_name(window->document), window->snapshot->lambda);
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        title, GTK_WINDOW(window), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_moving_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data(G_OBJECT(native), "kind", GINT_TO_POINTER(kind));
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

static void export_warped(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose_target(user, LAM_EXPORT_WARPED, _("Save the warped scan"));
}

static void export_field(GSimpleAction *action, GVariant *value, gpointer user)
{
    choose_target(user, LAM_EXPORT_FIELD, _("Save the deformation field"));
}

void lam_window_add_export_actions(LamWindow *window)
{
    const GActionEntry entries[] = {
        {.name = "export-warped", .activate = export_warped},
        {.name = "export-field", .activate = export_field},
    };
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

void lam_window_set_snapshot(LamWindow *window, LamSnapshot *snapshot)
{
    if (snapshot)
        lam_snapshot_ref(snapshot);
    g_clear_pointer(&window->snapshot, lam_snapshot_unref);
    window->snapshot = snapshot;
    lam_window_enable_jobs(window);
}

void lam_window_dispose_export(LamWindow *window)
{
    g_clear_pointer(&window->snapshot, lam_snapshot_unref);
}

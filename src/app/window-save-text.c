/* Saving a table: asks for the file, writes it on another thread, tells how it went. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/same_file.h>

typedef struct {
    char *path, *text;
    char *inputs[2]; /* files that must not be written over; may be NULL */
} Save;

static void save_free(gpointer data)
{
    Save *save = data;
    g_free(save->path);
    g_free(save->text);
    for (int i = 0; i < 2; i++)
        g_free(save->inputs[i]);
    g_free(save);
}

static bool write_text(const Save *save, GError **error)
{
    g_autoptr(GError) cause = NULL;
    for (int i = 0; i < 2; i++) {
        if (save->inputs[i] && lam_same_file(save->inputs[i], save->path)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        _("cannot save: %s: it is one of the scans that are open"), save->path);
            return false;
        }
    }
    if (g_file_set_contents(save->path, save->text, -1, &cause))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, _("cannot save: %s: %s"), save->path,
                cause->message);
    return false;
}

static void save_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    if (write_text(data, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void saved(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    g_autoptr(GError) error = NULL;
    const Save *save = g_task_get_task_data(G_TASK(result));
    bool ok = g_task_propagate_boolean(G_TASK(result), &error);
    g_application_release(g_application_get_default());
    if (!window->document)
        return; /* the window is gone */
    if (!ok) {
        lam_window_show_error(window, _("The file could not be saved"), error->message);
        return;
    }
    g_autofree char *name = g_path_get_basename(save->path);
    g_autofree char *text = g_strdup_printf(_("Saved %s"), name);
    lam_readout_set_message(window->readout, text);
}

static void start(LamWindow *window, const char *path, const char *text)
{
    Save *save = g_new0(Save, 1);
    save->path = g_strdup(path);
    save->text = g_strdup(text);
    save->inputs[0] = g_strdup(lam_document_fixed_path(window->document));
    save->inputs[1] = g_strdup(lam_document_moving_path(window->document));
    g_autoptr(GTask) task = g_task_new(window, NULL, saved, NULL);
    g_task_set_task_data(task, save, save_free);
    g_application_hold(g_application_get_default());
    g_task_run_in_thread(task, save_thread);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    const char *text = g_object_get_data(G_OBJECT(dialog), "text");
    g_autofree char *path =
        lam_window_chosen_path(window, dialog, window->document ? response : GTK_RESPONSE_CANCEL,
                               _("The file could not be saved"));
    if (path)
        start(window, path, text);
}

void lam_window_save_text(LamWindow *window, const char *title, const char *name, char *text)
{
    if (window->chooser || !window->document) {
        g_free(text);
        return;
    }
    GtkFileChooserNative *native = gtk_file_chooser_native_new(
        title, GTK_WINDOW(window), GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_moving_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data_full(G_OBJECT(native), "text", text, g_free);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

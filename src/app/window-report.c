/* The report on what is shown: asks for rating and notes, then for the file; writes it, opens it. */
#include "report-dialog.h"
#include "report-task.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>

#define LOOK_EVERY_MS 100

/* One report that is being written. */
typedef struct {
    LamWindow *window;       /* owned */
    LamReportDialog *dialog; /* owned; may have been closed */
    GAsyncResult *task;      /* borrowed */
    GCancellable *cancellable;
    guint look;
    bool open;
} Writing;

static void writing_free(Writing *writing)
{
    g_clear_handle_id(&writing->look, g_source_remove);
    g_object_set_data(G_OBJECT(writing->dialog), "writing", NULL);
    g_object_unref(writing->window);
    g_object_unref(writing->dialog);
    g_object_unref(writing->cancellable);
    g_free(writing);
}

/* ---- afterwards ---- */

static void opened(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    if (!gtk_show_uri_full_finish(GTK_WINDOW(source), result, &error) && window->document)
        lam_readout_set_message(window->readout,
                                _("The report is written; there is no program that opens it"));
}

static void tell(LamWindow *window, const char *path, bool open)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = g_strdup_printf(_("Saved %s"), name);
    g_autofree char *uri = g_filename_to_uri(path, NULL, NULL);
    lam_readout_set_message(window->readout, text);
    if (open && uri)
        gtk_show_uri_full(GTK_WINDOW(window), uri, GDK_CURRENT_TIME, NULL, opened,
                          g_object_ref(window));
}

static bool is_cancelled(const GError *error)
{
    return g_error_matches(error, LAM_ERROR, LAM_ERROR_CANCELLED) ||
           g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void written(GObject *source, GAsyncResult *result, gpointer user)
{
    Writing *writing = user;
    LamWindow *window = writing->window;
    g_autoptr(GError) error = NULL;
    bool ok = lam_report_write_finish(result, &error);
    g_application_release(g_application_get_default());
    if (window->document) { /* else it is gone */
        if (ok)
            gtk_window_destroy(GTK_WINDOW(writing->dialog));
        else
            lam_report_dialog_set_progress(writing->dialog, -1);
        if (ok)
            tell(window, lam_report_write_path(result), writing->open);
        else if (!is_cancelled(error))
            lam_window_show_error(window, _("The report could not be written"), error->message);
    }
    writing_free(writing);
}

/* ---- writing ---- */

static gboolean look(gpointer user)
{
    Writing *writing = user;
    lam_report_dialog_set_progress(writing->dialog, lam_report_write_fraction(writing->task));
    return G_SOURCE_CONTINUE;
}

/* A copy: names may be replaced while the report is written. */
static LamLabelNames *names_of(LamWindow *window, const LamLabels *labels)
{
    LamLabelNames *names = lam_label_names_new();
    for (int i = 0; labels && i < labels->count; i++) {
        const char *name = lam_window_label_name(labels->label[i], window);
        if (name)
            lam_label_names_add(names, labels->label[i], name);
    }
    return names;
}

static LamReportSource source_of(LamWindow *window)
{
    LamDocument *document = window->document;
    LamLabels *fixed = lam_document_labels(document, LAM_SIDE_FIXED);
    LamLabels *moving = lam_document_labels(document, LAM_SIDE_MOVING);
    /* at rest, the one that has its similarity */
    LamSnapshot *shown =
        window->rested && !window->shows_refined ? window->rested : window->snapshot;
    LamReportSource source = {
        .fixed = lam_document_fixed_volume(document),
        .moving = lam_document_moving_volume(document),
        .snapshot = shown,
        .fit = lam_document_affine_fit(document),
        .model = lam_document_model(document),
        .method = window->shows_refined ? _("network, then refined for this pair") : NULL,
        .regions = window->shows_refined ? NULL : window->regions,
        .label_names = names_of(window, moving),
        .neurological = !lam_canvas_scene(window->canvas)->radiological,
    };
    if (fixed && moving) {
        source.fixed_labels = fixed->map;
        source.moving_labels = moving->map;
    }
    return source;
}

static void write_report(LamWindow *window, LamReportDialog *dialog, const char *path)
{
    g_autofree char *notes = NULL;
    LamReportJob job = {.source = source_of(window),
                        .inputs = {lam_document_fixed_path(window->document),
                                   lam_document_moving_path(window->document)},
                        .path = path};
    Writing *writing = g_new0(Writing, 1);
    lam_report_dialog_fill(dialog, &job.source, &notes);
    writing->window = g_object_ref(window);
    writing->dialog = g_object_ref(dialog);
    writing->cancellable = g_cancellable_new();
    writing->open = lam_report_dialog_opens(dialog);
    g_object_set_data(G_OBJECT(dialog), "writing", writing);
    g_application_hold(
        g_application_get_default()); /* not half of the files if the window closes */
    writing->task = lam_report_write_async(&job, writing->cancellable, written, writing);
    writing->look = g_timeout_add(LOOK_EVERY_MS, look, writing);
    lam_report_dialog_set_progress(dialog, 0);
}

static void cancel(LamReportDialog *dialog, LamWindow *window)
{
    Writing *writing = g_object_get_data(G_OBJECT(dialog), "writing");
    if (writing)
        g_cancellable_cancel(writing->cancellable);
}

/* The dialog closes: nothing more is to be shown in it. */
static gboolean closing(LamReportDialog *dialog, LamWindow *window)
{
    Writing *writing = g_object_get_data(G_OBJECT(dialog), "writing");
    cancel(dialog, window);
    return writing != NULL; /* once it has ended, that is */
}

/* ---- asking ---- */

static void chosen(GtkNativeDialog *native, int response, LamWindow *window)
{
    LamReportDialog *dialog = g_object_get_data(G_OBJECT(native), "dialog");
    g_autofree char *path =
        lam_window_chosen_path(window, native, window->snapshot ? response : GTK_RESPONSE_CANCEL,
                               _("The report could not be written"));
    if (path)
        write_report(window, dialog, path);
}

static void choose_target(LamReportDialog *dialog, LamWindow *window)
{
    if (window->chooser || !window->snapshot)
        return;
    g_autofree char *name = g_strdup_printf("report_lambda-%.3f.html", window->snapshot->lambda);
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_("Write the report (.html or .pdf)"), GTK_WINDOW(dialog),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_moving_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_object_set_data_full(G_OBJECT(native), "dialog", g_object_ref(dialog), g_object_unref);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

static void show_report(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (!window->snapshot)
        return;
    if (!window->report) {
        window->report = GTK_WINDOW(lam_report_dialog_new(GTK_WINDOW(window)));
        g_object_add_weak_pointer(G_OBJECT(window->report), (gpointer *)&window->report);
        g_signal_connect_object(window->report, "write", G_CALLBACK(choose_target), window, 0);
        g_signal_connect_object(window->report, "cancel", G_CALLBACK(cancel), window, 0);
        g_signal_connect_object(window->report, "close-request", G_CALLBACK(closing), window, 0);
        lam_window_choice_follow(window);
    }
    gtk_window_present(window->report);
}

void lam_window_add_report_action(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "report", .activate = show_report}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

void lam_window_dispose_report(LamWindow *window)
{
    if (!window->report)
        return;
    cancel(LAM_REPORT_DIALOG(window->report), window);
    gtk_window_destroy(window->report);
}

/* A label map of the fixed scan by a network that tells structures apart: saved, then opened as any other. */
#include "export.h"
#include "task-progress.h"
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/bids.h>
#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/same_file.h>
#include <lambdascope/structures.h>

#define SPACING_MM 1 /* for smooth outlines, whatever the scan's slices */

typedef struct {
    LamDocument *document;
    char *path, *names; /* the map, and the names of its values beside it */
    LamTaskProgress *progress;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    g_object_unref(job->document);
    lam_task_progress_free(job->progress);
    g_free(job->path);
    g_free(job->names);
    g_free(job);
}

/* ---- on a thread of its own ---- */

/* The pair's own model if it can, else the one that is shipped. */
static LamModel *model_for(LamDocument *document, GError **error)
{
    LamModel *own = lam_document_model(document);
    if (own && lam_model_tells_structures(own))
        return lam_model_ref(own);
    g_autofree char *path = lam_model_find(LAM_CONTRASTS_MODEL, error);
    return path ? lam_model_load(path, error) : NULL;
}

/* message: with a %s for the path. */
static bool refuse(const char *path, const char *message, GError **error)
{
    g_autofree char *text = g_strdup_printf(message, path);
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT, text);
    return false;
}

/* Not over a scan, nor over somebody's table. */
static bool check_files(const Job *job, GError **error)
{
    const char *const scans[] = {lam_document_fixed_path(job->document),
                                 lam_document_moving_path(job->document)};
    for (size_t i = 0; i < G_N_ELEMENTS(scans); i++)
        if (scans[i] && lam_same_file(scans[i], job->path))
            return refuse(job->path, _("cannot save: %s: it is one of the scans that are open"),
                          error);
    return !g_file_test(job->names, G_FILE_TEST_EXISTS) ||
           refuse(job->names,
                  _("cannot save: %s: it is there already, and would hold the names of the labels"),
                  error);
}

static bool write_files(const Job *job, const LamProgress *progress, GError **error)
{
    g_autoptr(LamModel) model = check_files(job, error) ? model_for(job->document, error) : NULL;
    if (!model)
        return false;
    g_autoptr(LamVolume) labels = lam_structures_estimate(
        model, lam_document_fixed_volume(job->document), SPACING_MM, progress, error);
    return labels && lam_structures_save(model, labels, job->path, error) &&
           lam_structures_save_names(model, job->names, error);
}

static void estimate_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Job *job = data;
    GError *error = NULL;
    LamProgress progress = lam_task_progress_of(job->progress, task);
    if (write_files(job, &progress, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

/* ---- the window ---- */

static void estimated(GObject *source, GAsyncResult *result, gpointer user)
{
    g_autoptr(LamWindow) window = user;
    g_autoptr(GError) error = NULL;
    const Job *job = g_task_get_task_data(G_TASK(result));
    bool written = g_task_propagate_boolean(G_TASK(result), &error);
    lam_window_end_saving(window, job->path, error, _("The labels could not be estimated"));
    if (written && window->worker && job->document == window->document)
        lam_window_read_estimate(window, job->path, job->names);
}

static void estimate(LamWindow *window, const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path), *stem = lam_scan_stem(path);
    g_autofree char *names = g_strconcat(stem, "_names.csv", NULL);
    Job *job = g_new0(Job, 1);
    job->document = g_object_ref(window->document);
    job->path = g_strdup(path);
    job->names = g_build_filename(folder, names, NULL);
    job->progress = lam_task_progress_new(lam_window_job_progressed, window);
    GCancellable *cancellable = lam_window_begin_job(window, _("Estimating labels"));
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, estimated, g_object_ref(window));
    g_task_set_check_cancellable(task, FALSE); /* files that have been written are read */
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, estimate_thread);
}

static void chosen(GtkNativeDialog *dialog, int response, LamWindow *window)
{
    g_autofree char *path = lam_window_chosen_path(
        window, dialog, window->document && !window->job ? response : GTK_RESPONSE_CANCEL,
        _("The labels could not be estimated"));
    if (path)
        estimate(window, path);
}

/* "NAME_labels.nii.gz" */
static char *proposed_name(const LamDocument *document)
{
    g_autofree char *name = lam_export_part(lam_document_fixed_name(document));
    return g_strdup_printf("%s_labels.nii.gz", name);
}

/* Why not, where there is nothing to estimate. */
static const char *objection(const LamDocument *document)
{
    if (lam_document_template(document, LAM_SIDE_FIXED))
        return _("The fixed side is a template, which has labels of its own.");
    return lam_document_fixed_volume(document)->grid.size[2] == 1
               ? _("The fixed scan is a single slice.")
               : NULL;
}

static void estimate_labels(GSimpleAction *action, GVariant *value, gpointer user)
{
    LamWindow *window = user;
    if (window->chooser || !window->document)
        return;
    const char *why = objection(window->document);
    if (why) {
        lam_window_show_error(window, _("The labels could not be estimated"), why);
        return;
    }
    g_autofree char *name = proposed_name(window->document);
    GtkFileChooserNative *native =
        gtk_file_chooser_native_new(_("Save the estimated labels"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(native), name);
    lam_window_start_in_folder_of(GTK_FILE_CHOOSER(native),
                                  lam_document_fixed_path(window->document));
    window->chooser = GTK_NATIVE_DIALOG(native);
    gtk_native_dialog_set_modal(window->chooser, TRUE);
    g_signal_connect_object(native, "response", G_CALLBACK(chosen), window, 0);
    gtk_native_dialog_show(window->chooser);
}

void lam_window_add_estimate_action(LamWindow *window)
{
    const GActionEntry entries[] = {{.name = "estimate-labels", .activate = estimate_labels}};
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
}

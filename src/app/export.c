#include "export.h"

#include <glib/gi18n.h>
#include <lambdascope/bids.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/resample.h>
#include <lambdascope/same_file.h>

/* A LamExport that owns what it points to. */
typedef struct {
    LamExport export;
    LamTaskProgress *progress;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    LamExport *export = &job->export;
    lam_volume_unref(export->fixed);
    lam_volume_unref(export->moving);
    lam_snapshot_unref(export->snapshot);
    g_free((char *)export->inputs[0]);
    g_free((char *)export->inputs[1]);
    g_free((char *)export->path);
    lam_task_progress_free(job->progress);
    g_free(job);
}

static Job *job_new(const LamExport *export)
{
    Job *job = g_new0(Job, 1);
    LamExport *copy = &job->export;
    *copy = *export;
    lam_volume_ref(copy->fixed);
    lam_volume_ref(copy->moving);
    lam_snapshot_ref(copy->snapshot);
    copy->inputs[0] = g_strdup(export->inputs[0]);
    copy->inputs[1] = g_strdup(export->inputs[1]);
    copy->path = g_strdup(export->path);
    return job;
}

static bool spares_inputs(const LamExport *export, GError **error)
{
    for (int i = 0; i < 2; i++) {
        if (export->inputs[i] && lam_same_file(export->inputs[i], export->path)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        _("cannot save: %s: it is one of the scans that are open"), export->path);
            return false;
        }
    }
    return true;
}

static LamVolume *compute(const LamExport *export, const LamProgress *progress, GError **error)
{
    const LamSnapshot *snapshot = export->snapshot;
    const LamGrid *grid = &export->fixed->grid;
    lam_progress_report(progress, 0, NULL);
    g_autoptr(LamVolume) field =
        lam_field_compose_affine(snapshot->field, &snapshot->affine, grid, error);
    if (!field || lam_progress_cancelled(progress, error))
        return NULL;
    if (export->kind == LAM_EXPORT_FIELD)
        return g_steal_pointer(&field);
    lam_progress_report(progress, 0.3, NULL);
    return lam_resample_field(export->moving, grid, field, LAM_LINEAR, 0, error);
}

static bool write_file(const LamExport *export, const LamProgress *progress, GError **error)
{
    if (!spares_inputs(export, error))
        return false;
    g_autoptr(LamVolume) volume = compute(export, progress, error);
    if (!volume || lam_progress_cancelled(progress, error))
        return false;
    lam_progress_report(progress, 0.5, NULL); /* compressing takes longest */
    g_autofree char *text = g_strdup_printf("lambdascope, lambda %g", export->snapshot->lambda);
    return lam_nifti_save(volume, export->path, LAM_NIFTI_FLOAT32, text, error);
}

static void export_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    GError *error = NULL;
    const Job *job = data;
    LamProgress progress = lam_task_progress_of(job->progress, task);
    if (write_file(&job->export, &progress, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void lam_export_async(const LamExport *export, GCancellable *cancellable,
                      LamTaskProgressFunc progress, gpointer progress_user,
                      GAsyncReadyCallback callback, gpointer user)
{
    Job *job = job_new(export);
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    g_task_set_check_cancellable(task, FALSE); /* a file that has been written is reported so */
    job->progress = lam_task_progress_new(progress, progress_user);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, export_thread);
}

bool lam_export_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

const char *lam_export_path(GAsyncResult *result)
{
    return ((const Job *)g_task_get_task_data(G_TASK(result)))->export.path;
}

char *lam_export_part(const char *name)
{
    g_autofree char *plain = g_strdelimit(g_strdup(name), " /#", '-');
    return lam_scan_stem(plain);
}

char *lam_export_stem(const char *fixed_name, const char *moving_name)
{
    g_autofree char *fixed = lam_export_part(fixed_name), *moving = lam_export_part(moving_name);
    return g_strdup_printf("%s_to_%s", moving, fixed);
}

char *lam_export_name(LamExportKind kind, const char *fixed_name, const char *moving_name,
                      double lambda)
{
    g_autofree char *stem = lam_export_stem(fixed_name, moving_name);
    return g_strdup_printf("%s_lambda-%.3f_%s.nii.gz", stem, lambda,
                           kind == LAM_EXPORT_WARPED ? "warped" : "field");
}

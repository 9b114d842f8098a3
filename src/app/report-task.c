#include "report-task.h"

#include <glib/gi18n.h>
#include <lambdascope/error.h>
#include <lambdascope/same_file.h>
#include <lambdascope/threads.h>

typedef struct {
    LamReportSource source; /* owns what it points to */
    LamAffine fit;
    char *inputs[2], *path;
    int permille; /* atomic */
} Work;

static void ref_or_null(LamVolume *volume)
{
    if (volume)
        lam_volume_ref(volume);
}

static Work *work_new(const LamReportJob *job)
{
    Work *work = g_new0(Work, 1);
    LamReportSource *s = &work->source;
    *s = job->source;
    ref_or_null(s->fixed);
    ref_or_null(s->moving);
    ref_or_null(s->fixed_labels);
    ref_or_null(s->moving_labels);
    lam_snapshot_ref(s->snapshot);
    if (s->model)
        lam_model_ref(s->model);
    if (s->fit) {
        work->fit = *s->fit;
        s->fit = &work->fit;
    }
    if (s->regions)
        g_ptr_array_ref(s->regions);
    s->method = g_strdup(s->method);
    s->notes = g_strdup(s->notes);
    for (int i = 0; i < 2; i++)
        work->inputs[i] = g_strdup(job->inputs[i]);
    work->path = g_strdup(job->path);
    return work;
}

static void work_free(gpointer data)
{
    Work *work = data;
    LamReportSource *s = &work->source;
    lam_volume_unref(s->fixed);
    lam_volume_unref(s->moving);
    lam_volume_unref(s->fixed_labels);
    lam_volume_unref(s->moving_labels);
    lam_snapshot_unref(s->snapshot);
    if (s->model)
        lam_model_unref(s->model);
    lam_label_names_free((LamLabelNames *)s->label_names);
    g_clear_pointer(&s->regions, g_ptr_array_unref);
    g_free((char *)s->method);
    g_free((char *)s->notes);
    for (int i = 0; i < 2; i++)
        g_free(work->inputs[i]);
    g_free(work->path);
    g_free(work);
}

static void note_progress(double fraction, const char *stage, void *user)
{
    g_atomic_int_set(&((Work *)user)->permille, (int)(1000 * fraction));
}

static bool spares_inputs(const Work *work, GError **error)
{
    g_auto(GStrv) files = lam_report_files(work->path);
    for (int i = 0; i < 2 * 3; i++) {
        const char *input = work->inputs[i / 3], *file = files[i % 3];
        if (!input || !lam_same_file(input, file))
            continue;
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    _("cannot save: %s: it is one of the scans that are open"), file);
        return false;
    }
    return true;
}

static void write_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Work *work = data;
    GError *error = NULL;
    LamProgress progress = {.report = note_progress, .user = work, .cancellable = cancellable};
    g_autoptr(LamReport) report = NULL;
    lam_threads_set_own(1);
    if (lam_report_check_name(work->path, &error) && spares_inputs(work, &error))
        report = lam_report_new(&work->source, &progress, &error);
    if (report && !g_cancellable_set_error_if_cancelled(cancellable, &error) &&
        lam_report_save(report, work->path, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

GAsyncResult *lam_report_write_async(const LamReportJob *job, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    g_task_set_check_cancellable(task, FALSE); /* a file that has been written is reported so */
    g_task_set_task_data(task, work_new(job), work_free);
    g_task_run_in_thread(task, write_thread); /* which holds a reference until the callback */
    return G_ASYNC_RESULT(task);
}

bool lam_report_write_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

double lam_report_write_fraction(GAsyncResult *result)
{
    Work *work = g_task_get_task_data(G_TASK(result));
    return g_atomic_int_get(&work->permille) / 1000.0;
}

const char *lam_report_write_path(GAsyncResult *result)
{
    return ((const Work *)g_task_get_task_data(G_TASK(result)))->path;
}

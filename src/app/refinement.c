#include "refinement.h"

#include <lambdascope/threads.h>

#define SHARE_OF_PREPARING 0.15

typedef struct {
    LamRefinement asked; /* owns what it points to */
    LamTaskProgress *progress;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    lam_model_unref(job->asked.model);
    lam_volume_unref(job->asked.fixed);
    lam_volume_unref(job->asked.moving);
    lam_snapshot_unref(job->asked.start);
    lam_task_progress_free(job->progress);
    g_free(job);
}

void lam_refined_free(LamRefined *refined)
{
    if (!refined)
        return;
    g_clear_pointer(&refined->snapshot, lam_snapshot_unref);
    g_clear_pointer(&refined->field, lam_texels_unref);
    g_free(refined);
}

static LamRefined *refine(const LamRefinement *asked, const LamProgress *progress, GError **error)
{
    LamProgress preparing = lam_progress_part(progress, 0, SHARE_OF_PREPARING);
    LamProgress refining = lam_progress_part(progress, SHARE_OF_PREPARING, 1);
    LamRefineOptions options = lam_refine_options_default(asked->start->lambda);
    g_autoptr(LamRefined) refined = g_new0(LamRefined, 1);
    options.seconds = asked->seconds;
    options.similarity = asked->similarity;
    g_autoptr(LamSession) session =
        lam_session_new(asked->model, asked->fixed, asked->moving, &asked->start->affine,
                        asked->start->document, &preparing, error);
    if (!session)
        return NULL;
    refined->snapshot =
        lam_session_refine(session, asked->start, &options, &refined->report, &refining, error);
    if (!refined->snapshot)
        return NULL;
    refined->field =
        lam_texels_new_field(refined->snapshot->field, refined->snapshot->jacobian, error);
    return refined->field ? g_steal_pointer(&refined) : NULL;
}

static void free_refined(gpointer refined)
{
    lam_refined_free(refined);
}

static void refine_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    GError *error = NULL;
    LamProgress progress = lam_task_progress_of(job->progress, task);
    lam_threads_set(0);
    LamRefined *refined = refine(&job->asked, &progress, &error);
    if (refined)
        g_task_return_pointer(task, refined, free_refined);
    else
        g_task_return_error(task, error);
}

void lam_refinement_async(const LamRefinement *refinement, GCancellable *cancellable,
                          LamTaskProgressFunc progress, gpointer progress_user,
                          GAsyncReadyCallback callback, gpointer user)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    Job *job = g_new0(Job, 1);
    job->asked = *refinement;
    lam_model_ref(job->asked.model);
    lam_volume_ref(job->asked.fixed);
    lam_volume_ref(job->asked.moving);
    lam_snapshot_ref(job->asked.start);
    job->progress = lam_task_progress_new(progress, progress_user);
    g_task_set_check_cancellable(task, FALSE); /* the library's own word about it */
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, refine_thread);
}

LamRefined *lam_refinement_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

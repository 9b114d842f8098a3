#include "measurer.h"

#include <lambdascope/threads.h>
#include <lambdascope/worker.h>
#include <string.h>

#define DISTANCES_AFTER_MS 1

struct LamMeasurer {
    LamWorker *worker;
    LamMeasuredFunc func;
    gpointer user;
    GCancellable *cancellable; /* of the newest request; or NULL */

    /* The worker's thread alone: what does not depend on λ. */
    LamVolume *aligned_of[2];
    LamMat4 affine;
    LamLabelMeasures aligned;
    bool aligned_distances; /* it has them */
};

/* What the worker works on. */
typedef struct {
    LamMeasurer *measurer;
    LamMeasureRequest request;
    GCancellable *cancellable;
} Job;

static LamVolume *ref_or_null(LamVolume *volume)
{
    return volume != NULL ? lam_volume_ref(volume) : NULL;
}

static void job_free(gpointer data)
{
    Job *job = data;
    lam_snapshot_unref(job->request.snapshot);
    lam_volume_unref(job->request.fixed_labels);
    lam_volume_unref(job->request.moving_labels);
    g_object_unref(job->cancellable);
    g_free(job);
}

static void measured_free(gpointer data)
{
    LamMeasured *measured = data;
    lam_measures_clear(&measured->at_lambda);
    lam_label_measures_clear(&measured->aligned);
    g_free(measured);
}

static bool is_aligned_already(const LamMeasurer *measurer, const LamMeasureRequest *request,
                               bool with_distances)
{
    return (measurer->aligned_distances || !with_distances) &&
           measurer->aligned_of[0] == request->fixed_labels &&
           measurer->aligned_of[1] == request->moving_labels &&
           lam_mat4_distance(&measurer->affine, &request->snapshot->affine) == 0;
}

static void forget_aligned(LamMeasurer *measurer)
{
    for (int i = 0; i < 2; i++)
        g_clear_pointer(&measurer->aligned_of[i], lam_volume_unref);
    lam_label_measures_clear(&measurer->aligned);
}

static bool measure_aligned(LamMeasurer *measurer, const LamMeasureRequest *request,
                            bool with_distances, const LamProgress *progress, LamLabelMeasures *out,
                            GError **error)
{
    const LamSnapshot *snapshot = request->snapshot;
    if (!request->fixed_labels)
        return true;
    if (!is_aligned_already(measurer, request, with_distances)) {
        forget_aligned(measurer);
        if (!(with_distances ? lam_measure_labels : lam_measure_labels_overlap)(
                request->fixed_labels, request->moving_labels, NULL, &snapshot->affine, progress,
                &measurer->aligned, error))
            return false;
        measurer->aligned_distances = with_distances;
        measurer->aligned_of[0] = lam_volume_ref(request->fixed_labels);
        measurer->aligned_of[1] = lam_volume_ref(request->moving_labels);
        measurer->affine = snapshot->affine;
    }
    *out = measurer->aligned;
    out->label =
        g_memdup2(measurer->aligned.label, (gsize)out->count * sizeof(measurer->aligned.label[0]));
    return true;
}

static gpointer run(gpointer target, double value, bool refine, GError **error)
{
    const Job *job = target;
    const LamMeasureRequest *request = &job->request;
    LamProgress progress = {.cancellable = job->cancellable};
    LamMeasured *measured = g_new0(LamMeasured, 1);
    lam_threads_set_own(1);
    if ((refine ? lam_measure : lam_measure_overlap)(request->snapshot, request->fixed_labels,
                                                     request->moving_labels, &progress,
                                                     &measured->at_lambda, error) &&
        measure_aligned(job->measurer, request, refine, &progress, &measured->aligned, error))
        return measured;
    measured_free(measured);
    return NULL;
}

static void deliver(gpointer result, const GError *error, guint64 generation, gpointer user)
{
    LamMeasurer *measurer = user;
    measurer->func(result, error, measurer->user);
    if (result)
        measured_free(result);
}

LamMeasurer *lam_measurer_new(LamMeasuredFunc func, gpointer user)
{
    LamMeasurer *measurer = g_new0(LamMeasurer, 1);
    LamWorkerJob job = {.run = run,
                        .free_result = measured_free,
                        .deliver = deliver,
                        .user = measurer,
                        .refine_after_ms = DISTANCES_AFTER_MS};
    measurer->func = func;
    measurer->user = user;
    measurer->worker = lam_worker_new(&job);
    return measurer;
}

static void stop(LamMeasurer *measurer)
{
    if (measurer->cancellable)
        g_cancellable_cancel(measurer->cancellable);
    g_clear_object(&measurer->cancellable);
}

void lam_measurer_cancel(LamMeasurer *measurer)
{
    stop(measurer);
    lam_worker_set_target(measurer->worker, NULL, NULL);
}

void lam_measurer_request(LamMeasurer *measurer, const LamMeasureRequest *request)
{
    stop(measurer);
    measurer->cancellable = g_cancellable_new();
    Job *job = g_new(Job, 1);
    *job = (Job){measurer, *request, g_object_ref(measurer->cancellable)};
    lam_snapshot_ref(request->snapshot);
    ref_or_null(request->fixed_labels);
    ref_or_null(request->moving_labels);
    lam_worker_set_target(measurer->worker, job, job_free);
    lam_worker_submit(measurer->worker, 0);
}

void lam_measurer_free(LamMeasurer *measurer)
{
    if (!measurer)
        return;
    stop(measurer);
    lam_worker_free(measurer->worker);
    forget_aligned(measurer);
    g_free(measurer);
}

#include "template-curves.h"

#include <lambdascope/threads.h>
#include <string.h>

#define POINTS 25

typedef struct {
    LamModel *model[2];
    double values[2][LAM_TEMPLATE_MAX_ATTRIBUTES], least[2], most[2];
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    for (int side = 0; side < 2; side++)
        if (job->model[side])
            lam_model_unref(job->model[side]);
    g_free(job);
}

void lam_template_curves_free(LamTemplateCurves *curves)
{
    lam_template_curve_free(curves->side[0]);
    lam_template_curve_free(curves->side[1]);
    lam_template_population_free(curves->people);
    g_clear_error(&curves->no_people);
    g_free(curves);
}

static void free_curves(gpointer curves)
{
    lam_template_curves_free(curves);
}

static LamTemplateCurve *measure(const Job *job, int side, const LamProgress *progress)
{
    g_autoptr(LamTemplate) template = lam_template_new(job->model[side], NULL);
    int along = template ? lam_template_find_number(lam_template_config(template), NULL, NULL) : -1;
    return along >= 0 ? lam_template_curve_new(template, along, job->values[side], job->least[side],
                                               job->most[side], POINTS, progress, NULL)
                      : NULL;
}

static void measure_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    LamProgress progress = {.cancellable = cancellable, .to = 1};
    LamTemplateCurves *curves = g_new0(LamTemplateCurves, 1);
    lam_threads_set_own(1);
    for (int side = 0; side < 2; side++)
        if (job->model[side] && !g_cancellable_is_cancelled(cancellable))
            curves->side[side] = measure(job, side, &progress);
    LamModel *first = job->model[0] ? job->model[0] : job->model[1];
    if (first)
        curves->people = lam_template_population_of(first, &curves->no_people);
    g_task_return_pointer(task, curves, free_curves);
}

void lam_template_curves_async(const LamTemplateCurveOf of[2], const double least[2],
                               const double most[2], GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user)
{
    Job *job = g_new0(Job, 1);
    for (int side = 0; side < 2; side++) {
        job->least[side] = least[side];
        job->most[side] = most[side];
        if (!of[side].model)
            continue;
        job->model[side] = lam_model_ref(of[side].model);
        memcpy(job->values[side], of[side].values, sizeof job->values[side]);
    }
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, measure_thread);
}

LamTemplateCurves *lam_template_curves_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}

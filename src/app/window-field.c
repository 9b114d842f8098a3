/* λ -> field: what the worker computes, and its results in the window. */
#include "window-private.h"

#define REFINE_AFTER_MS 180 /* the similarity is computed once λ has rested this long */
#define STALE_AFTER_MS  250
#define PULSE_EVERY_MS  100

/* What the worker hands over: everything that would take the main thread time is done. */
typedef struct {
    LamRegionResult of_regions;
    LamTemplateView *templates[LAM_SIDES]; /* that the field is of; NULL: scans */
    LamTexels *field;                      /* NULL in second runs: the picture does not change */
    LamTexels *map;                        /* of second runs, where an overlay needs one */
    GError *no_map;                        /* why there is none */
    gint64 ready_us;
} Result;

static void free_result(gpointer data)
{
    Result *result = data;
    lam_region_result_clear(&result->of_regions);
    for (int side = 0; side < LAM_SIDES; side++)
        lam_template_view_unref(result->templates[side]);
    lam_texels_unref(result->field);
    lam_texels_unref(result->map);
    g_clear_error(&result->no_map);
    g_free(result);
}

static void compute_map(LamPairWork *work, double lambda, Result *result)
{
    LamOverlay overlay = lam_pair_work_wanted_map(work);
    if (overlay != LAM_OVERLAY_NONE)
        result->map =
            lam_region_work_map(lam_pair_work_regions(work), overlay, lambda, &result->no_map);
}

/* The time that templates took is part of the field's. */
static bool compute_field(LamPairWork *work, double lambda, bool refine, Result *result,
                          GError **error)
{
    gint64 began = g_get_monotonic_time();
    if (!lam_pair_work_follow(work, error))
        return false;
    double ms = (double)(g_get_monotonic_time() - began) / 1000;
    if (!lam_region_work_at(lam_pair_work_regions(work), lambda, refine, &result->of_regions,
                            error))
        return false;
    result->of_regions.snapshot->milliseconds += ms;
    const LamTemplateWork *templates = lam_pair_work_templates(work);
    for (int side = 0; templates && side < LAM_SIDES; side++) {
        LamTemplateView *view = lam_template_work_view(templates, side);
        result->templates[side] = view ? lam_template_view_ref(view) : NULL;
    }
    return true;
}

static gpointer compute(gpointer target, double lambda, bool refine, GError **error)
{
    Result *result = g_new0(Result, 1);
    bool ok = compute_field(target, lambda, refine, result, error);
    const LamSnapshot *snapshot = result->of_regions.snapshot;
    if (ok && !refine)
        result->field = lam_texels_new_field(snapshot->field, snapshot->jacobian, error);
    if (ok && refine)
        compute_map(target, lambda, result);
    result->ready_us = g_get_monotonic_time();
    if (ok && (refine || result->field))
        return result;
    free_result(result);
    return NULL;
}

static void end_computing(LamWindow *window)
{
    g_clear_handle_id(&window->stale_timeout, g_source_remove);
    gtk_widget_set_visible(window->computing_bar, FALSE);
    gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(window->computing_bar), 0); /* ends its ticks */
    lam_readout_set_stale(window->readout, false);
}

static gboolean pulse(gpointer user)
{
    gtk_progress_bar_pulse(GTK_PROGRESS_BAR(LAM_WINDOW(user)->computing_bar));
    return G_SOURCE_CONTINUE;
}

static gboolean begin_computing(gpointer user)
{
    LamWindow *window = user;
    gtk_widget_set_visible(window->computing_bar, TRUE);
    lam_readout_set_stale(window->readout, true);
    pulse(window);
    window->stale_timeout = g_timeout_add(PULSE_EVERY_MS, pulse, window);
    return G_SOURCE_REMOVE;
}

/* Shows that something is being computed, unless a result comes soon. */
static void expect_result(LamWindow *window)
{
    if (!window->stale_timeout)
        window->stale_timeout = g_timeout_add(STALE_AFTER_MS, begin_computing, window);
}

static void deliver(gpointer data, const GError *error, guint64 generation, gpointer user)
{
    LamWindow *window = user;
    Result *result = data;
    LamInstant begin = lam_timing_begin();
    end_computing(window);
    if (lam_worker_is_busy(window->worker))
        expect_result(window);
    if (error) {
        lam_readout_set_message(window->readout, error->message);
        return;
    }
    LamSnapshot *snapshot = result->of_regions.snapshot;
    bool of_this = window->document && snapshot->document == lam_document_id(window->document);
    if (of_this && !lam_window_show_refined(window, snapshot)) {
        lam_readout_show(window->readout, snapshot);
        if (result->field) {
            lam_window_templates_arrived(window, result->templates);
            lam_timing_tick(window->timing, snapshot->milliseconds, result->ready_us);
            lam_window_set_snapshot(window, snapshot);
            lam_window_show_notice(window);
            lam_canvas_scene(window->canvas)->refined = false;
            lam_window_map_gone(window);
            lam_canvas_set_field(window->canvas, result->field, snapshot->lambda);
            lam_window_held_arrived(window);
            lam_window_regions_arrived(window, &result->of_regions);
            lam_window_landmarks_follow(window);
        } else if (!lam_worker_is_busy(window->worker)) {
            lam_window_templates_rest(window);
            lam_window_numbers_rest(window, snapshot);
            lam_window_histogram_rest(window);
            lam_window_map_arrived(window, result->map,
                                   result->no_map ? result->no_map->message : NULL);
        }
    }
    free_result(result);
    lam_timing_end(window->timing, LAM_TIMED_RESULT, begin);
}

void lam_window_request(LamWindow *window)
{
    double lambda = lam_lambda_control_get_lambda(window->lambda_control);
    if (!lam_worker_submit(window->worker, lambda))
        return;
    lam_timing_request(window->timing, lambda);
    lam_window_numbers_expect(window);
    lam_window_refined_follow(window);
    expect_result(window);
}

LamWorkerJob lam_window_worker_job(LamWindow *window)
{
    return (LamWorkerJob){.run = compute,
                          .free_result = free_result,
                          .deliver = deliver,
                          .user = window,
                          .refine_after_ms = REFINE_AFTER_MS,
                          .background = lam_pair_work_step,
                          .free_background = (GDestroyNotify)lam_pair_curves_free,
                          .deliver_background = lam_window_curve_arrived};
}

/* Histograms of the fixed and the warped scan, made on another thread while their page is seen: the fixed one
 * once for a pair, the warped one when λ has come to rest. */
#include "window-private.h"

#include <glib/gi18n.h>
#include <lambdascope/resample.h>

#define BINS   160
#define BEYOND 0.25 /* of the first window: shown beyond its white */

/* ---- on the other thread ---- */

typedef struct {
    LamVolume *scan;       /* to count; NULL: the moving one, warped */
    LamSnapshot *snapshot; /* of that warp, or NULL */
    LamVolume *moving;
    double lowest, highest;
} Job;

static void job_free(gpointer data)
{
    Job *job = data;
    g_clear_pointer(&job->scan, lam_volume_unref);
    g_clear_pointer(&job->moving, lam_volume_unref);
    g_clear_pointer(&job->snapshot, lam_snapshot_unref);
    g_free(job);
}

/* At the points of the field's grid, which are enough for a histogram. */
static LamVolume *warp(const Job *job, GError **error)
{
    const LamSnapshot *snapshot = job->snapshot;
    const LamGrid *grid = &snapshot->field->grid;
    g_autoptr(LamVolume) total =
        lam_field_compose_affine(snapshot->field, &snapshot->affine, grid, error);
    return total ? lam_resample_field(job->moving, grid, total, LAM_LINEAR, 0, error) : NULL;
}

static void count_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    GError *error = NULL;
    g_autoptr(LamVolume) scan = job->scan ? lam_volume_ref(job->scan) : warp(job, &error);
    if (!scan) {
        g_task_return_error(task, error);
        return;
    }
    g_task_return_pointer(task, lam_histogram_new(scan, job->lowest, job->highest, BINS, true),
                          (GDestroyNotify)lam_histogram_free);
}

/* ---- asking for it ---- */

static void counted(GObject *source, GAsyncResult *result, gpointer user)
{
    LamWindow *window = LAM_WINDOW(source);
    int which = GPOINTER_TO_INT(user);
    LamHistogram *histogram = g_task_propagate_pointer(G_TASK(result), NULL);
    bool current = window->counting[which] &&
                   window->counting[which] == g_task_get_cancellable(G_TASK(result));
    if (histogram && current)
        lam_histogram_page_show(window->histograms, which, histogram);
    else
        lam_histogram_free(histogram);
}

static void count(LamWindow *window, int which, Job *job, const LamTexels *texels)
{
    job->lowest = MIN(texels->low, 0);
    job->highest = texels->high + BEYOND * MAX(texels->high - texels->low, 1e-12);
    g_clear_object(&window->counting[which]);
    window->counting[which] = g_cancellable_new();
    g_autoptr(GTask) task =
        g_task_new(window, window->counting[which], counted, GINT_TO_POINTER(which));
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, count_thread);
}

static void count_fixed(LamWindow *window)
{
    if (window->counted_fixed == lam_document_id(window->document))
        return;
    Job *job = g_new0(Job, 1);
    job->scan = lam_volume_ref(lam_document_fixed_volume(window->document));
    window->counted_fixed = lam_document_id(window->document);
    count(window, 0, job, lam_document_fixed(window->document));
}

static void count_warped(LamWindow *window)
{
    if (!window->rested)
        return;
    Job *job = g_new0(Job, 1);
    job->moving = lam_volume_ref(lam_document_moving_volume(window->document));
    job->snapshot = lam_snapshot_ref(window->rested);
    count(window, 1, job, lam_document_moving(window->document));
}

void lam_window_histogram_rest(LamWindow *window)
{
    if (!window->document || !gtk_widget_get_mapped(GTK_WIDGET(window->histograms)))
        return;
    count_fixed(window);
    count_warped(window);
}

/* ---- the windows ---- */

void lam_window_histogram_follow(LamWindow *window)
{
    if (window->histograms && gtk_widget_get_mapped(GTK_WIDGET(window->histograms)))
        lam_histogram_page_set_levels(window->histograms, lam_canvas_scene(window->canvas)->levels);
}

static void levels_set(LamHistogramPage *page, int which, double low, double high,
                       LamWindow *window)
{
    lam_canvas_scene(window->canvas)->levels[which] = (LamLevels){low, high};
    lam_canvas_changed(window->canvas);
}

static void mapped(GtkWidget *page, LamWindow *window)
{
    lam_window_histogram_follow(window);
    lam_window_histogram_rest(window);
}

void lam_window_add_histograms(LamWindow *window)
{
    window->histograms = g_object_new(LAM_TYPE_HISTOGRAM_PAGE, NULL);
    g_signal_connect_object(window->histograms, "levels", G_CALLBACK(levels_set), window, 0);
    g_signal_connect_object(window->histograms, "map", G_CALLBACK(mapped), window, G_CONNECT_AFTER);
    lam_panel_add(window->panel, "histograms", _("Intensities"), GTK_WIDGET(window->histograms));
}

void lam_window_dispose_histograms(LamWindow *window)
{
    for (int i = 0; i < 2; i++)
        g_clear_object(&window->counting[i]);
}

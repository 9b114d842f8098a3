#include "pair-work.h"

struct LamPairWork {
    gatomicrefcount refs;
    LamSession *session; /* borrowed from regional */
    LamRegional *regional;
    LamRegionWork *regions;
    LamCurveProbe *probe;
    LamCurve *curve;

    GMutex mutex; /* over what follows */
    LamVolume *fixed_labels, *moving_labels;
    bool changed; /* since the probe was made */
};

LamPairWork *lam_pair_work_new(LamSession *session)
{
    LamPairWork *work = g_new0(LamPairWork, 1);
    g_atomic_ref_count_init(&work->refs);
    g_mutex_init(&work->mutex);
    work->session = session;
    work->regional = lam_regional_new(session);
    work->regions = lam_region_work_new(work->regional);
    work->changed = true;
    return work;
}

LamPairWork *lam_pair_work_ref(LamPairWork *work)
{
    g_atomic_ref_count_inc(&work->refs);
    return work;
}

void lam_pair_work_unref(LamPairWork *work)
{
    if (!work || !g_atomic_ref_count_dec(&work->refs))
        return;
    lam_curve_probe_free(work->probe);
    lam_curve_free(work->curve);
    g_clear_pointer(&work->fixed_labels, lam_volume_unref);
    g_clear_pointer(&work->moving_labels, lam_volume_unref);
    lam_region_work_free(work->regions);
    lam_regional_unref(work->regional);
    g_mutex_clear(&work->mutex);
    g_free(work);
}

LamRegionWork *lam_pair_work_regions(LamPairWork *work)
{
    return work->regions;
}

LamRegional *lam_pair_work_regional(LamPairWork *work)
{
    return work->regional;
}

static void replace(LamVolume **volume, const LamLabels *labels)
{
    g_clear_pointer(volume, lam_volume_unref);
    *volume = labels ? lam_volume_ref(labels->map) : NULL;
}

void lam_pair_work_set_labels(LamPairWork *work, const LamLabels *fixed, const LamLabels *moving)
{
    bool both = fixed && moving;
    g_mutex_lock(&work->mutex);
    replace(&work->fixed_labels, both ? fixed : NULL);
    replace(&work->moving_labels, both ? moving : NULL);
    work->changed = true;
    g_mutex_unlock(&work->mutex);
}

/* A new curve if the labels have changed. */
static void begin(LamPairWork *work)
{
    g_autoptr(LamVolume) fixed = NULL, moving = NULL;
    g_mutex_lock(&work->mutex);
    bool changed = work->changed;
    work->changed = false;
    if (work->fixed_labels) {
        fixed = lam_volume_ref(work->fixed_labels);
        moving = lam_volume_ref(work->moving_labels);
    }
    g_mutex_unlock(&work->mutex);
    if (!changed)
        return;
    lam_curve_probe_free(work->probe);
    lam_curve_free(work->curve);
    work->probe = lam_curve_probe_new(work->session, fixed, moving, NULL, NULL);
    work->curve = lam_curve_new();
}

gpointer lam_pair_work_step(gpointer data, bool *more)
{
    LamPairWork *work = data;
    begin(work);
    if (!work->probe || !lam_curve_extend(work->curve, work->probe, NULL))
        return NULL; /* memory is short: no curve, and nothing else suffers */
    *more = lam_curve_next(work->curve) >= 0;
    return lam_curve_copy(work->curve);
}

#include "pair-work.h"

struct LamPairWork {
    gatomicrefcount refs;
    gint map;            /* LamOverlay; atomic */
    LamSession *session; /* borrowed from regional */
    LamRegional *regional;
    LamRegionWork *regions;
    LamTemplateWork *templates; /* NULL: two scans */
    LamCurveProbe *probe;
    LamCurve *whole, *curve; /* the second one with the regions that the probe knows */
    guint64 regions_made;    /* when the probe was made */

    GMutex mutex; /* over what follows */
    LamVolume *fixed_labels, *moving_labels;
    bool changed; /* since the probe was made */
    bool others;  /* other templates are shown: no curve until labels are set */
};

LamPairWork *lam_pair_work_new(LamSession *session, LamTemplateWork *templates)
{
    LamPairWork *work = g_new0(LamPairWork, 1);
    g_atomic_ref_count_init(&work->refs);
    g_mutex_init(&work->mutex);
    work->session = session;
    work->templates = templates;
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
    lam_curve_free(work->whole);
    lam_curve_free(work->curve);
    g_clear_pointer(&work->fixed_labels, lam_volume_unref);
    g_clear_pointer(&work->moving_labels, lam_volume_unref);
    lam_region_work_free(work->regions);
    lam_template_work_free(work->templates);
    lam_regional_unref(work->regional);
    g_mutex_clear(&work->mutex);
    g_free(work);
}

void lam_pair_work_want_map(LamPairWork *work, LamOverlay overlay)
{
    g_atomic_int_set(&work->map, (gint)overlay);
}

LamOverlay lam_pair_work_wanted_map(LamPairWork *work)
{
    return (LamOverlay)g_atomic_int_get(&work->map);
}

LamRegionWork *lam_pair_work_regions(LamPairWork *work)
{
    return work->regions;
}

LamRegional *lam_pair_work_regional(LamPairWork *work)
{
    return work->regional;
}

LamTemplateWork *lam_pair_work_templates(LamPairWork *work)
{
    return work->templates;
}

bool lam_pair_work_follow(LamPairWork *work, GError **error)
{
    bool changed = false;
    bool ok = !work->templates || lam_template_work_follow(work->templates, &changed, error);
    g_mutex_lock(&work->mutex);
    work->others |= changed;
    g_mutex_unlock(&work->mutex);
    return ok;
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
    work->others = false;
    g_mutex_unlock(&work->mutex);
}

void lam_pair_curves_free(LamPairCurves *curves)
{
    lam_curve_free(curves->whole);
    lam_curve_free(curves->regions);
    g_free(curves->domain);
    g_free(curves);
}

/* True if they have changed; references. */
static bool take_labels(LamPairWork *work, LamVolume **fixed, LamVolume **moving)
{
    g_mutex_lock(&work->mutex);
    bool changed = work->changed;
    work->changed = false;
    *fixed = work->fixed_labels ? lam_volume_ref(work->fixed_labels) : NULL;
    *moving = work->moving_labels ? lam_volume_ref(work->moving_labels) : NULL;
    g_mutex_unlock(&work->mutex);
    return changed;
}

static LamCurve *begin_curve(LamCurve *old)
{
    lam_curve_free(old);
    return lam_curve_new();
}

static bool shows_others(LamPairWork *work)
{
    g_mutex_lock(&work->mutex);
    bool others = work->others;
    g_mutex_unlock(&work->mutex);
    return others;
}

/* New curves if the labels have changed; if only the regions have, the whole's is kept. */
static void begin(LamPairWork *work)
{
    g_autoptr(LamVolume) fixed = NULL, moving = NULL;
    guint64 made = lam_regional_made(work->regional);
    bool labels = take_labels(work, &fixed, &moving);
    if (!labels && made == work->regions_made)
        return;
    work->regions_made = made;
    lam_curve_probe_free(work->probe);
    work->probe = lam_curve_probe_new(work->session, fixed, moving,
                                      lam_regional_composite(work->regional), NULL);
    work->curve = begin_curve(work->curve);
    if (labels)
        work->whole = begin_curve(work->whole);
}

/* Domains after the whole, in the composite's order. */
static LamPairCurves *curves_now(const LamPairWork *work)
{
    LamPairCurves *curves = g_new0(LamPairCurves, 1);
    curves->whole = lam_curve_copy(work->whole);
    curves->regions = lam_curve_copy(work->curve);
    curves->n_regions = lam_regional_count(work->regional);
    curves->domain = g_new(int, (gsize)MAX(curves->n_regions, 1));
    for (int i = 0; i < curves->n_regions; i++) {
        int place = lam_regional_place(work->regional, i);
        curves->domain[i] = place < 0 ? -1 : place + 1;
    }
    return curves;
}

gpointer lam_pair_work_step(gpointer data, bool *more)
{
    LamPairWork *work = data;
    if (shows_others(work))
        return NULL;
    begin(work);
    if (!work->probe || lam_curve_next(work->curve) < 0 ||
        !lam_curve_extend(work->curve, work->probe, NULL))
        return NULL; /* if memory is short: no curve, and nothing else suffers */
    lam_curve_update(work->whole, work->curve);
    *more = lam_curve_next(work->curve) >= 0;
    return curves_now(work);
}

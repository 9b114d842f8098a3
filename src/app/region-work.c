#include "region-work.h"

struct LamRegionWork {
    LamRegional *regional;
    LamVolume *map; /* of which the others were made; NULL: there is none */
    LamLabels *labels;
    LamTexels *texels;
};

LamRegionWork *lam_region_work_new(LamRegional *regional)
{
    LamRegionWork *work = g_new0(LamRegionWork, 1);
    work->regional = lam_regional_ref(regional);
    return work;
}

static void forget_map(LamRegionWork *work)
{
    g_clear_pointer(&work->map, lam_volume_unref);
    g_clear_pointer(&work->labels, lam_labels_unref);
    g_clear_pointer(&work->texels, lam_texels_unref);
}

void lam_region_work_free(LamRegionWork *work)
{
    if (!work)
        return;
    forget_map(work);
    lam_regional_unref(work->regional);
    g_free(work);
}

void lam_region_result_clear(LamRegionResult *result)
{
    g_clear_pointer(&result->snapshot, lam_snapshot_unref);
    g_clear_pointer(&result->warnings, g_strfreev);
    g_clear_pointer(&result->labels, lam_labels_unref);
    g_clear_pointer(&result->texels, lam_texels_unref);
}

/* Without outlines there is still a picture: no error. */
static void follow_map(LamRegionWork *work)
{
    LamVolume *map = lam_regional_map(work->regional);
    if (map == work->map)
        return;
    forget_map(work);
    work->map = map ? lam_volume_ref(map) : NULL;
    work->labels = map ? lam_labels_new(map, NULL, NULL) : NULL;
    work->texels = work->labels ? lam_texels_new_labels(work->labels, NULL) : NULL;
}

bool lam_region_work_at(LamRegionWork *work, double lambda, bool with_similarity,
                        LamRegionResult *result, GError **error)
{
    *result = (LamRegionResult){0};
    result->snapshot =
        lam_regional_at(work->regional, lambda, with_similarity, &result->warnings, error);
    if (!result->snapshot) {
        lam_region_result_clear(result);
        return false;
    }
    follow_map(work);
    if (work->texels) {
        result->labels = lam_labels_ref(work->labels);
        result->texels = lam_texels_ref(work->texels);
    }
    return true;
}

#define SEED 1 /* the same picture each time */

LamTexels *lam_region_work_map(LamRegionWork *work, LamOverlay overlay, double lambda,
                               GError **error)
{
    g_autoptr(LamVolume) map =
        overlay == LAM_OVERLAY_SENSITIVITY
            ? lam_regional_lambda_derivative(work->regional, lambda, error)
            : lam_session_uncertainty(lam_regional_session(work->regional), lambda,
                                      LAM_UNCERTAINTY_SAMPLES, SEED, error);
    return map ? lam_texels_new_map(map, error) : NULL;
}

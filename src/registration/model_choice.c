#include <lambdascope/model_choice.h>

#include <lambdascope/error.h>

/* Polarity of pairs as they were aligned: T1 with T2 -.4 to .3, T2 with FLAIR .3 to .5, T1 with FLAIR .3 to .6; within a
 * contrast .62 to .84 for brains, but .5 to .6 for whole heads, whose edges are many and faint. These correlate (.78
 * and more), which T1 and FLAIR do not. */
#define OPPOSITE   0.4
#define DOUBTFUL   0.61
#define CONVINCING 0.7

char *lam_model_find_for(const char *name, const LamVolume *scan, GError **error)
{
    if (name != NULL || !lam_grid_is_slice(&scan->grid))
        return lam_model_find(name, error);
    char *path = lam_model_find(LAM_SLICES_MODEL, NULL);
    if (path == NULL)
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO,
                    "cannot find model: " LAM_SLICES_MODEL ": no such file or model; %s is a "
                    "single slice, and needs a model for slices",
                    scan->path != NULL ? scan->path : "the scan");
    return path;
}

bool lam_affine_contrasts_differ(const LamAffine *fit)
{
    return fit->polarity < OPPOSITE || (fit->polarity < DOUBTFUL && fit->correlation < CONVINCING);
}

/* Of slices no limits are known. */
static bool volumes_differ(const LamVolume *fixed, const LamAffine *fit)
{
    return lam_affine_contrasts_differ(fit) && !lam_grid_is_slice(&fixed->grid);
}

LamSimilarity lam_similarity_for_contrasts(const LamVolume *fixed, const LamAffine *fit)
{
    return volumes_differ(fixed, fit) ? LAM_SIMILARITY_NMI : LAM_SIMILARITY_NCC;
}

char *lam_model_find_for_contrasts(const LamVolume *fixed, const LamAffine *fit)
{
    return volumes_differ(fixed, fit) ? lam_model_find(LAM_CONTRASTS_MODEL, NULL) : NULL;
}

static bool check(const LamModel *model, const LamVolume *scan, const char *role, GError **error)
{
    int size[3];
    lam_model_size(model, size);
    bool slice = lam_grid_is_slice(&scan->grid), for_slices = size[2] == 1;
    if (slice == for_slices)
        return true;
    const char *subject = scan->path != NULL ? scan->path : role;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                for_slices ? "cannot register scans: %s: the model is for single slices, this is a "
                             "volume (model: %s)"
                           : "cannot register scans: %s: the model is for volumes, this is a "
                             "single slice (model: %s)",
                subject, lam_model_title(model));
    return false;
}

bool lam_model_check_pair(const LamModel *model, const LamVolume *fixed, const LamVolume *moving,
                          GError **error)
{
    return check(model, fixed, "the fixed scan", error) &&
           check(model, moving, "the moving scan", error);
}

#include <lambdascope/model_choice.h>

#include <lambdascope/error.h>
#include <lambdascope/structures.h>

/* docs/registration.md has what pairs of scans have: of T1, T2 and FLAIR with one another at most .15 between tissues, but
 * for T2 with FLAIR, where other edges tell; of two scans of one contrast at least .42. */
#define OPPOSITE        0.4 /* of all edges */
#define OPPOSITE_TISSUE 0.3

#define WEIGHTING_MM 3 /* of the map of structures that tissues are looked up in */

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
    return fit->polarity < OPPOSITE || fit->tissue_polarity < OPPOSITE_TISSUE;
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

/* Of a scan, by the model for any contrast. */
static LamWeighting weighting_of(const LamVolume *scan, const char *path,
                                 const LamProgress *progress)
{
    g_autoptr(LamModel) model = lam_model_load(path, NULL);
    if (model == NULL || !lam_model_tells_structures(model))
        return LAM_WEIGHTING_UNKNOWN;
    g_autoptr(GPtrArray) structures = lam_structures_of(model, NULL);
    g_autoptr(LamVolume) labels =
        lam_structures_estimate(model, scan, WEIGHTING_MM, progress, NULL);
    return labels != NULL ? lam_structures_weighting(structures, labels, scan)
                          : LAM_WEIGHTING_UNKNOWN;
}

char *lam_model_find_for_weighting(const LamVolume *scan, const LamProgress *progress)
{
    if (lam_grid_is_slice(&scan->grid))
        return NULL;
    g_autofree char *path = lam_model_find(LAM_CONTRASTS_MODEL, NULL);
    bool other = path != NULL && weighting_of(scan, path, progress) == LAM_WEIGHTING_OTHER;
    return other ? g_steal_pointer(&path) : NULL;
}

bool lam_model_tells_structures(const LamModel *model)
{
    return lam_model_config(model)->structures > 0 && !lam_model_expects_brain(model);
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

#include <lambdascope/align.h>

#include <lambdascope/error.h>
#include <lambdascope/model_choice.h>
#include <lambdascope/structures.h>
#include <math.h>

#include "structure-middles.h"

#define SPACING_MM 2.0
#define FURTHEST   6.0 /* mm, mean distance of middles; right alignments of real heads have 2 to 4 */
#define POOREST    0.15 /* agreement of edges that is asked for all the same */

static bool may_ask(const LamVolume *fixed, const LamVolume *moving,
                    const LamAffineOptions *options)
{
    return fixed->grid.size[2] > 1 && moving->grid.size[2] > 1 &&
           (options == NULL || options->start == LAM_AFFINE_SEARCH);
}

/* NULL: it is not there, or tells no structures. */
static LamModel *teller(void)
{
    g_autofree char *path = lam_model_find(LAM_CONTRASTS_MODEL, NULL);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, NULL) : NULL;
    return model != NULL && lam_model_config(model)->structures > 0 ? g_steal_pointer(&model)
                                                                    : NULL;
}

static bool middles(LamModel *model, const LamVolume *scan, const LamProgress *progress,
                    LamMiddles *out, GError **error)
{
    g_autoptr(LamVolume) labels = lam_structures_estimate(model, scan, SPACING_MM, progress, error);
    if (labels != NULL)
        *out = lam_middles_of(labels);
    return labels != NULL;
}

/* The intensities' best position from here, and whether it can be believed. */
static bool go_on(const LamVolume *fixed, const LamVolume *moving, const LamAffineOptions *options,
                  const LamMiddles where[2], const LamMat4 *start, const LamProgress *progress,
                  LamAffine *result)
{
    LamAffineOptions from_there = options != NULL ? *options : lam_affine_options_default();
    from_there.start = LAM_AFFINE_INITIAL;
    from_there.initial = *start;
    result->agreement = NAN;
    bool convinces = lam_affine_register(fixed, moving, &from_there, progress, result, NULL);
    double det = lam_mat4_det3(&result->matrix), started = lam_mat4_det3(start);
    result->structures_mm = lam_middles_distance_mm(&where[0], &where[1], &result->matrix);
    return convinces || (result->agreement >= POOREST && result->structures_mm <= FURTHEST &&
                         det < 1.5 * started && det > started / 1.5);
}

/* False without an error: structures do not help either. */
static bool by_structures(const LamVolume *fixed, const LamVolume *moving,
                          const LamAffineOptions *options, const LamProgress *progress,
                          LamAffine *result, GError **error)
{
    const LamVolume *scan[] = {fixed, moving};
    LamMiddles where[2];
    LamMat4 start;
    g_autoptr(LamModel) model = teller();
    if (model == NULL)
        return false;
    for (int side = 0; side < 2; side++)
        if (!middles(model, scan[side], progress, &where[side], error))
            return false;
    return lam_middles_fit(&where[0], &where[1], &start) && lam_mat4_det3(&start) > 0 &&
           go_on(fixed, moving, options, where, &start, progress, result);
}

bool lam_align(const LamVolume *fixed, const LamVolume *moving, const LamAffineOptions *options,
               const LamProgress *progress, LamAffine *result, GError **error)
{
    GError *why = NULL, *other = NULL;
    gint64 began = g_get_monotonic_time();
    if (lam_affine_register(fixed, moving, options, progress, result, &why))
        return true;
    LamAffine found = *result;
    LamProgress quiet = {.cancellable = progress != NULL ? progress->cancellable : NULL};
    bool ok = g_error_matches(why, LAM_ERROR, LAM_ERROR_FAILED) &&
              may_ask(fixed, moving, options) &&
              by_structures(fixed, moving, options, &quiet, &found, &other);
    if (ok) {
        *result = found;
        result->seconds = (double)(g_get_monotonic_time() - began) / 1e6;
        g_error_free(why);
    } else if (g_error_matches(other, LAM_ERROR, LAM_ERROR_CANCELLED)) {
        g_error_free(why);
        g_propagate_error(error, g_steal_pointer(&other));
    } else {
        g_propagate_error(error, why);
    }
    g_clear_error(&other);
    return ok;
}

/* Masks of regions that are told by their shape. */
#include "region-keys.h"

#include <math.h>

static bool is_within(const LamRegionSpec *spec, LamVec3 at, float value)
{
    double squared = 0, farthest = 0;
    for (int a = 0; a < 3; a++) {
        double t = (at.v[a] - spec->centre_mm.v[a]) / spec->radii_mm.v[a];
        squared += t * t;
        farthest = MAX(farthest, fabs(t));
    }
    if (spec->source == LAM_REGION_OF_BOX)
        return farthest <= 1;
    return squared <= 1 && (spec->source == LAM_REGION_OF_ELLIPSOID ||
                            ((double)value >= spec->low && (double)value <= spec->high));
}

LamVolume *lam_region_mask_of_shape(const LamRegionSpec *spec, const LamVolume *fixed,
                                    GError **error)
{
    LamVolume *mask = lam_volume_new(&fixed->grid, 1, error);
    const int *n = fixed->grid.size;
    size_t at = 0;
    for (int k = 0; mask != NULL && k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++) {
                LamVec3 x = lam_mat4_apply(&fixed->grid.to_world, (LamVec3){{i, j, k}});
                mask->data[at] = is_within(spec, x, fixed->data[at]);
            }
    return mask;
}

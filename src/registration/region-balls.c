/* Masks that were painted, ball after ball. */
#include "region-keys.h"

#include <math.h>

/* The box around all that is painted. */
static void bounds(const GArray *balls, LamVec3 *low, LamVec3 *high)
{
    *low = (LamVec3){{INFINITY, INFINITY, INFINITY}};
    *high = (LamVec3){{-INFINITY, -INFINITY, -INFINITY}};
    for (guint i = 0; i < balls->len; i++) {
        const LamBall *ball = &g_array_index(balls, LamBall, i);
        for (int a = 0; ball->radius_mm > 0 && a < 3; a++) {
            low->v[a] = fmin(low->v[a], ball->centre_mm.v[a] - ball->radius_mm);
            high->v[a] = fmax(high->v[a], ball->centre_mm.v[a] + ball->radius_mm);
        }
    }
    for (int a = 0; a < 3 && !isfinite(low->v[a]); a++)
        low->v[a] = high->v[a] = 0; /* nothing but erasers */
}

/* Across its edge a ball passes from 1 to 0 over a voxel, so that the mask's edge (0.5) is round. */
static void paint(LamVolume *mask, const LamBall *ball, const LamMat4 *to_voxel)
{
    double spacing = lam_grid_spacing_mm(&mask->grid).v[0],
           radius = fabs(ball->radius_mm) / spacing;
    LamVec3 at = lam_mat4_apply(to_voxel, ball->centre_mm);
    int from[3], to[3];
    for (int a = 0; a < 3; a++) {
        from[a] = (int)fmax(0, floor(at.v[a] - radius - 1));
        to[a] = (int)fmin(mask->grid.size[a] - 1, ceil(at.v[a] + radius + 1));
    }
    for (int k = from[2]; k <= to[2]; k++)
        for (int j = from[1]; j <= to[1]; j++)
            for (int i = from[0]; i <= to[0]; i++) {
                double d = sqrt(pow(i - at.v[0], 2) + pow(j - at.v[1], 2) + pow(k - at.v[2], 2));
                float inside = (float)CLAMP(0.5 + radius - d, 0, 1);
                float *m = &mask->data[((size_t)k * (size_t)mask->grid.size[1] + (size_t)j) *
                                           (size_t)mask->grid.size[0] +
                                       (size_t)i];
                *m = ball->radius_mm > 0 ? fmaxf(*m, inside) : fminf(*m, 1 - inside);
            }
}

LamVolume *lam_region_mask_of_balls(const LamRegionSpec *spec, GError **error)
{
    LamVec3 low, high;
    bounds(spec->balls, &low, &high);
    LamGrid grid = lam_region_grid_between(low, high);
    LamVolume *mask = lam_volume_new(&grid, 1, error);
    LamMat4 to_voxel;
    if (mask == NULL || !lam_mat4_invert(&grid.to_world, &to_voxel))
        return mask;
    for (guint i = 0; i < spec->balls->len; i++)
        paint(mask, &g_array_index(spec->balls, LamBall, i), &to_voxel);
    return mask;
}

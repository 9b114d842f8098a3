#include "random.h"

#include <math.h>

#define WARP_GRID_MM 6.0 /* of the velocity; finer than it varies */

/* Covers the grid with a margin, axis-aligned with it. */
static LamGrid warp_grid(const LamGrid *grid)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    LamGrid out = *grid;
    LamVec3 first;
    for (int a = 0; a < 3; a++) {
        double step = fmax(WARP_GRID_MM / spacing.v[a], 1);
        out.size[a] = grid->size[a] == 1 ? 1 : (int)ceil((grid->size[a] - 1) / step) + 1;
        first.v[a] = 0.5 * (grid->size[a] - 1) - 0.5 * step * (out.size[a] - 1);
        for (int r = 0; r < 3; r++)
            out.to_world.m[r][a] *= step;
    }
    LamVec3 corner = lam_mat4_apply(&grid->to_world, first);
    for (int r = 0; r < 3; r++)
        out.to_world.m[r][3] = corner.v[r];
    return out;
}

/* In a single slice nothing leaves the plane. */
static void keep_in_plane(LamVolume *velocity, const LamGrid *grid)
{
    for (int a = 0; a < 3; a++) {
        if (grid->size[a] > 1)
            continue;
        LamVec3 normal = {{grid->to_world.m[0][a], grid->to_world.m[1][a], grid->to_world.m[2][a]}};
        double length2 = 0;
        for (int r = 0; r < 3; r++)
            length2 += normal.v[r] * normal.v[r];
        size_t n = lam_grid_voxels(&velocity->grid);
        for (size_t i = 0; i < n; i++) {
            double along = 0;
            for (int r = 0; r < 3; r++)
                along += normal.v[r] * (double)velocity->data[(size_t)r * n + i] / length2;
            for (int r = 0; r < 3; r++)
                velocity->data[(size_t)r * n + i] -= (float)(along * normal.v[r]);
        }
    }
}

LamVolume *lam_random_velocity(const LamGrid *grid, double warp_mm, const double scale_mm[3],
                               GRand *rand, GError **error)
{
    LamGrid coarse = warp_grid(grid);
    LamVolume *velocity = lam_volume_new(&coarse, 3, error);
    if (velocity == NULL)
        return NULL;
    for (int s = 0; s < 3; s++)
        if (scale_mm[s] > 0 && warp_mm > 0)
            lam_random_field(velocity, scale_mm[s], g_rand_double(rand) * warp_mm, rand);
    keep_in_plane(velocity, &coarse);
    return velocity;
}

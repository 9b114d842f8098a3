/* The rigid motion in a region, as a velocity. */
#include "region-velocity.h"

#include "affine-start.h"

#include <lambdascope/error.h>

#define LEAST_SHARE 0.5
#define FLATNESS    1e-6 /* of the spread, added along every axis: a slice has none across it */

/* Weighted means of x and y, then sum of w (y - mean) (x - mean)^T. */
typedef struct {
    double weight;
    LamVec3 x, y;
    LamMat4 spread;
} Fit;

static LamVec3 point_at(const LamGrid *grid, size_t at)
{
    size_t w = (size_t)grid->size[0], h = (size_t)grid->size[1];
    LamVec3 voxel = {{(double)(at % w), (double)(at / w % h), (double)(at / (w * h))}};
    return lam_mat4_apply(&grid->to_world, voxel);
}

static LamVec3 moved(const LamVolume *d, const LamMat4 *affine, size_t at, LamVec3 x)
{
    for (int a = 0; a < 3; a++)
        x.v[a] += (double)lam_volume_channel(d, a)[at];
    return lam_mat4_apply(affine, x);
}

static void add_means(Fit *fit, double w, LamVec3 x, LamVec3 y)
{
    fit->weight += w;
    for (int a = 0; a < 3; a++) {
        fit->x.v[a] += w * x.v[a];
        fit->y.v[a] += w * y.v[a];
    }
}

static void add_spread(Fit *fit, double w, LamVec3 x, LamVec3 y)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            fit->spread.m[i][j] += w * (y.v[i] - fit->y.v[i]) * (x.v[j] - fit->x.v[j]);
}

/* First the means, then the spread around them. */
static void gather(const LamVolume *d, const LamMat4 *affine, const LamVolume *share, Fit *fit)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < lam_grid_voxels(&d->grid); i++) {
            double w = (double)share->data[i];
            if (w < LEAST_SHARE)
                continue;
            LamVec3 x = point_at(&d->grid, i);
            (pass == 0 ? add_means : add_spread)(fit, w, x, moved(d, affine, i, x));
        }
        for (int a = 0; pass == 0 && fit->weight > 0 && a < 3; a++) {
            fit->x.v[a] /= fit->weight;
            fit->y.v[a] /= fit->weight;
        }
    }
}

/* The rotation nearest to the spread is the one that fits best (Arun et al. 1987). */
static LamMat4 motion(const Fit *fit)
{
    LamMat4 map = fit->spread;
    double size = map.m[0][0] + map.m[1][1] + map.m[2][2];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            map.m[i][j] = map.m[i][j] / size + (i == j ? FLATNESS : 0);
        map.m[i][3] = 0;
    }
    map.m[3][3] = 1;
    LamVec3 to = lam_mat4_apply(&map, fit->x);
    for (int i = 0; i < 3; i++)
        map.m[i][3] = fit->y.v[i] - to.v[i];
    return lam_affine_nearest(&map, LAM_AFFINE_RIGID, false, fit->x);
}

bool lam_region_rigid_velocity(const LamVolume *d, const LamMat4 *affine, const LamVolume *share,
                               LamMat4 *velocity, GError **error)
{
    Fit fit = {0};
    LamMat4 back;
    gather(d, affine, share, &fit);
    if (fit.weight > 0 && lam_mat4_invert(affine, &back)) {
        LamMat4 rigid = motion(&fit), before = lam_mat4_multiply(&back, &rigid);
        if (lam_mat4_log(&before, velocity))
            return true;
    }
    g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED, "cannot keep the region rigid: %s",
                fit.weight > 0 ? "its motion: it turns too far"
                               : "its place: it does not fill a voxel of the field");
    return false;
}

/* A fixed point after Chen et al., "A simple fixed-point approach to invert a deformation field"
 * (Medical Physics 2008), made to work for any grid: the affine that fits the field best is inverted
 * exactly, what is left is iterated, and a step that does not come nearer is halved. */
#include "inverter.h"

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>

#define MAX_STEPS     200
#define LEAST_DAMPING (1.0 / 256)
#define FIT_POINTS    8
#define AROUND_VOX    1.5
#define LEAST_GROWTH  1e-3 /* of volume; below, the fit is of no use */
#define TOLERANCE_VOX 1e-4 /* of the field's finest spacing */

LamVec3 lam_inverter_map(const LamVolume *field, LamVec3 p)
{
    const int *n = field->grid.size;
    size_t w = (size_t)n[0], wh = w * (size_t)n[1], whd = wh * (size_t)n[2];
    LamTap x = lam_tap(p.v[0], n[0], 1), y = lam_tap(p.v[1], n[1], w),
           z = lam_tap(p.v[2], n[2], wh);
    LamVec3 out = lam_mat4_apply(&field->grid.to_world, p);
    for (int c = 0; c < 3; c++)
        out.v[c] += (double)lam_trilinear(field->data + (size_t)c * whd, x, y, z);
    return out;
}

/* A lattice of up to FIT_POINTS along each axis; its centred coordinates are orthogonal, so that each
 * column of the fit is a mean of its own. An axis of one voxel stays as the grid has it. */
static LamMat4 fit_affine(const LamVolume *field)
{
    const int *size = field->grid.size;
    size_t voxels = lam_grid_voxels(&field->grid);
    int step[3], n[3];
    LamMat4 fit = field->grid.to_world;
    double sums[3][4] = {{0}};
    for (int a = 0; a < 3; a++) {
        step[a] = MAX(1, size[a] / FIT_POINTS);
        n[a] = (size[a] - 1) / step[a] + 1;
    }
    int points = n[0] * n[1] * n[2];
    for (int i = 0; i < points; i++) {
        const int at[3] = {i % n[0], i / n[0] % n[1], i / n[0] / n[1]};
        size_t voxel = (size_t)at[2] * (size_t)step[2];
        for (int a = 1; a >= 0; a--)
            voxel = voxel * (size_t)size[a] + (size_t)at[a] * (size_t)step[a];
        for (int c = 0; c < 3; c++) {
            double u = (double)field->data[(size_t)c * voxels + voxel];
            sums[c][3] += u;
            for (int a = 0; a < 3; a++)
                sums[c][a] += u * (at[a] - 0.5 * (n[a] - 1));
        }
    }
    for (int c = 0; c < 3; c++) {
        fit.m[c][3] += sums[c][3] / points;
        for (int a = 0; a < 3; a++) {
            double slope = n[a] > 1 ? sums[c][a] * 12 / (points * ((double)n[a] * n[a] - 1)) : 0;
            fit.m[c][a] += slope / step[a];
            fit.m[c][3] -= slope * 0.5 * (n[a] - 1);
        }
    }
    return fit;
}

bool lam_inverter_init(LamInverter *v, const LamVolume *field, GError **error)
{
    LamVec3 spacing = lam_grid_spacing_mm(&field->grid);
    double finest = fmin(spacing.v[0], fmin(spacing.v[1], spacing.v[2]));
    *v = (LamInverter){.field = field, .fit = fit_affine(field)};
    if (!lam_mat4_invert(&field->grid.to_world, &v->to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot invert: %s: the matrix of its grid is singular",
                    field->path != NULL ? field->path : "the field");
        return false;
    }
    double growth = lam_mat4_det3(&v->fit) / lam_mat4_det3(&field->grid.to_world);
    if (!(fabs(growth) > LEAST_GROWTH) || !lam_mat4_invert(&v->fit, &v->from_world)) {
        v->fit = field->grid.to_world;
        v->from_world = v->to_voxel;
    }
    v->tolerance_mm = TOLERANCE_VOX * finest;
    return true;
}

/* From one first guess. */
static LamVec3 descend(const LamInverter *v, LamVec3 y, LamVec3 p, double *left_mm)
{
    LamVec3 residual = lam_vec3_minus(y, lam_inverter_map(v->field, p));
    double left = lam_vec3_length(residual), damping = 1;
    for (int i = 0; i < MAX_STEPS && left > v->tolerance_mm && damping >= LEAST_DAMPING; i++) {
        LamVec3 step = lam_mat4_apply_vector(&v->from_world, residual), next = p;
        for (int a = 0; a < 3; a++)
            next.v[a] += damping * step.v[a];
        LamVec3 there = lam_vec3_minus(y, lam_inverter_map(v->field, next));
        double now = lam_vec3_length(there);
        if (now < left) {
            p = next;
            residual = there;
            left = now;
            damping = fmin(1, 2 * damping);
        } else {
            damping /= 2;
        }
    }
    *left_mm = left;
    return p;
}

/* At a fold the way may end beside it: again from all around. Beyond the faces there is nothing to find. */
static LamVec3 search_around(const LamInverter *v, LamVec3 y, LamVec3 p, double *left_mm)
{
    const int *n = v->field->grid.size;
    LamVec3 start = p, best = p;
    for (int a = 0; a < 3; a++)
        if (start.v[a] < 0 || start.v[a] > n[a] - 1)
            return p;
    for (int i = 0; i < 27 && *left_mm > v->tolerance_mm; i++) {
        const int offset[3] = {i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1};
        LamVec3 guess = start;
        double left;
        for (int a = 0; a < 3; a++)
            guess.v[a] += AROUND_VOX * offset[a];
        guess = descend(v, y, guess, &left);
        if (left < *left_mm) {
            *left_mm = left;
            best = guess;
        }
    }
    return best;
}

LamVec3 lam_inverter_solve(const LamInverter *v, LamVec3 y, LamVec3 p, double *left_mm)
{
    double left;
    p = descend(v, y, p, &left);
    if (left > v->tolerance_mm)
        p = search_around(v, y, p, &left);
    if (left_mm != NULL)
        *left_mm = left;
    return p;
}

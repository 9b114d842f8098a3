/* exp(t v) on any grid, oblique or not. */
#include <lambdascope/field.h>

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>

#define SQUARINGS         7 /* as the networks are trained with; more where the flow is long */
#define LEAST_STEP_VOXELS 0.25

/* Largest component of t v in voxels of the grid. */
static double longest_voxels(const LamVolume *velocity, const LamMat4 *to_voxel, double time)
{
    size_t n = lam_grid_voxels(&velocity->grid);
    double longest = 0;
    for (size_t i = 0; i < n; i++) {
        LamVec3 v = {{(double)velocity->data[i], (double)velocity->data[n + i],
                      (double)velocity->data[2 * n + i]}};
        v = lam_mat4_apply_vector(to_voxel, v);
        for (int a = 0; a < 3; a++)
            longest = fmax(longest, fabs(v.v[a]));
    }
    return longest * fabs(time);
}

/* out(x) = u(x) + u(x + u(x)); both in mm on one grid. */
static void compose_self(const LamVolume *u, const LamMat4 *to_voxel, LamVolume *out)
{
    const int *n = u->grid.size;
    size_t w = (size_t)n[0], wh = w * (size_t)n[1], voxels = wh * (size_t)n[2];
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < n[0]; i++) {
            size_t at = (size_t)row * w + (size_t)i;
            LamVec3 d = {{(double)u->data[at], (double)u->data[voxels + at],
                          (double)u->data[2 * voxels + at]}};
            LamVec3 p = lam_mat4_apply_vector(to_voxel, d);
            LamTap x = lam_tap(p.v[0] + i, n[0], 1), y = lam_tap(p.v[1] + row % n[1], n[1], w),
                   z = lam_tap(p.v[2] + row / n[1], n[2], wh);
            for (size_t c = 0; c < 3; c++)
                out->data[c * voxels + at] =
                    (float)d.v[c] + lam_trilinear(u->data + c * voxels, x, y, z);
        }
}

static int squarings_for(double longest)
{
    int steps = SQUARINGS;
    while (steps < 20 && ldexp(longest, -steps) > LEAST_STEP_VOXELS)
        steps++;
    return steps;
}

LamVolume *lam_field_exponential(const LamVolume *velocity, double time, GError **error)
{
    g_return_val_if_fail(velocity->channels == 3, NULL);
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&velocity->grid.to_world, &to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot integrate the velocity: the field: its matrix is singular");
        return NULL;
    }
    g_autoptr(LamVolume) u = lam_volume_new(&velocity->grid, 3, error);
    g_autoptr(LamVolume) next = u != NULL ? lam_volume_new(&velocity->grid, 3, error) : NULL;
    if (next == NULL)
        return NULL;
    int steps = squarings_for(longest_voxels(velocity, &to_voxel, time));
    float scale = (float)ldexp(time, -steps);
    size_t count = 3 * lam_grid_voxels(&velocity->grid);
    for (size_t i = 0; i < count; i++)
        u->data[i] = velocity->data[i] * scale;
    for (int k = 0; k < steps; k++) {
        compose_self(u, &to_voxel, next);
        LamVolume *done = u;
        u = next;
        next = done;
    }
    return g_steal_pointer(&u);
}

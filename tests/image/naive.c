#include "naive.h"

#include <math.h>

LamGrid naive_oblique(int w, int h, int d, double sx, double sy, double sz, double shift)
{
    LamMat4 middle = lam_mat4_translation(-(w - 1) / 2.0, -(h - 1) / 2.0, -(d - 1) / 2.0);
    LamMat4 scale = lam_mat4_scaling(sx, sy, sz), turn = lam_mat4_rotation(0.4, -0.3, 0.7);
    LamMat4 move = lam_mat4_translation(shift, -shift / 2, shift / 3);
    LamMat4 m = lam_mat4_multiply(&scale, &middle);
    m = lam_mat4_multiply(&turn, &m);
    return (LamGrid){{w, h, d}, lam_mat4_multiply(&move, &m)};
}

double naive_voxel(const LamVolume *v, int c, int i, int j, int k)
{
    const int *n = v->grid.size;
    i = CLAMP(i, 0, n[0] - 1);
    j = CLAMP(j, 0, n[1] - 1);
    k = CLAMP(k, 0, n[2] - 1);
    return (double)v->data[((c * n[2] + k) * n[1] + j) * n[0] + i];
}

double naive_linear(const LamVolume *v, int c, LamVec3 p)
{
    int base[3];
    double part[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        base[a] = (int)floor(p.v[a]);
        part[a] = p.v[a] - base[a];
    }
    for (int corner = 0; corner < 8; corner++) {
        double weight = 1;
        int at[3];
        for (int a = 0; a < 3; a++) {
            int up = corner >> a & 1;
            at[a] = base[a] + up;
            weight *= up ? part[a] : 1 - part[a];
        }
        sum += weight * naive_voxel(v, c, at[0], at[1], at[2]);
    }
    return sum;
}

static bool naive_inside(const LamVolume *v, LamVec3 p)
{
    for (int a = 0; a < 3; a++)
        if (p.v[a] < -0.5 || p.v[a] > v->grid.size[a] - 0.5)
            return false;
    return true;
}

double naive_sample(const LamVolume *v, int c, LamVec3 world, LamInterpolation how, double outside)
{
    LamMat4 inverse;
    g_assert_true(lam_mat4_invert(&v->grid.to_world, &inverse));
    LamVec3 p = lam_mat4_apply(&inverse, world);
    if (!naive_inside(v, p))
        return outside;
    if (how == LAM_LINEAR)
        return naive_linear(v, c, p);
    return naive_voxel(v, c, (int)floor(p.v[0] + 0.5), (int)floor(p.v[1] + 0.5),
                       (int)floor(p.v[2] + 0.5));
}

const int naive_orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

LamVolume *naive_stored_as(const LamVolume *base, const int order[3], int flips)
{
    LamGrid grid = {.to_world = lam_mat4_identity()};
    LamMat4 to_base = {0}; /* new voxel -> base voxel */
    to_base.m[3][3] = 1;
    for (int a = 0; a < 3; a++) {
        int b = order[a], n = base->grid.size[b];
        grid.size[a] = n;
        to_base.m[b][a] = (flips >> a & 1) ? -1 : 1;
        to_base.m[b][3] = (flips >> a & 1) ? n - 1 : 0;
    }
    grid.to_world = lam_mat4_multiply(&base->grid.to_world, &to_base);
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    float *to = v->data;
    FOR_VOXELS(grid, i, j, k)
    {
        LamVec3 p = lam_mat4_apply(&to_base, (LamVec3){{i, j, k}});
        *to++ =
            (float)naive_voxel(base, 0, (int)lrint(p.v[0]), (int)lrint(p.v[1]), (int)lrint(p.v[2]));
    }
    return v;
}

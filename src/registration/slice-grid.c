#include "slice-grid.h"

#include <math.h>

static LamVec3 unit(LamVec3 a)
{
    return lam_vec3_scaled(a, 1 / lam_vec3_length(a));
}

static LamVec3 axis_of(const LamGrid *grid, int a)
{
    return (LamVec3){{grid->to_world.m[0][a], grid->to_world.m[1][a], grid->to_world.m[2][a]}};
}

LamVec3 lam_slice_normal(const LamGrid *slice)
{
    int flat = slice->size[0] == 1 ? 0 : slice->size[1] == 1 ? 1 : 2;
    return unit(lam_vec3_cross(axis_of(slice, (flat + 1) % 3), axis_of(slice, (flat + 2) % 3)));
}

LamGrid lam_slice_grid(const int size[3], double spacing_mm, LamVec3 normal, LamVec3 centre_mm)
{
    int main = 0;
    for (int a = 1; a < 3; a++)
        if (fabs(normal.v[a]) > fabs(normal.v[main]) + 1e-9)
            main = a;
    int first = main == 0 ? 1 : 0, second = main == 2 ? 1 : 2;
    LamVec3 u = lam_vec3_scaled(normal, -normal.v[first]);
    u.v[first] += 1; /* the world's axis less what sticks out of the plane */
    u = unit(u);
    LamVec3 v = lam_vec3_cross(normal, u);
    v = lam_vec3_scaled(v, v.v[second] < 0 ? -1 : 1);
    const LamVec3 axis[3] = {u, v, lam_vec3_cross(u, v)};
    LamGrid grid = {.size = {size[0], size[1], size[2]}, .to_world = lam_mat4_identity()};
    for (int r = 0; r < 3; r++) {
        grid.to_world.m[r][3] = centre_mm.v[r];
        for (int a = 0; a < 3; a++) {
            grid.to_world.m[r][a] = spacing_mm * axis[a].v[r];
            grid.to_world.m[r][3] -= 0.5 * (size[a] - 1) * grid.to_world.m[r][a];
        }
    }
    return grid;
}

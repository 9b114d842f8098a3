/* What a grid's matrix says: spacing, centre, anatomical directions. */
#include <lambdascope/volume.h>

#include <math.h>

LamVec3 lam_grid_spacing_mm(const LamGrid *grid)
{
    const double(*m)[4] = grid->to_world.m;
    LamVec3 spacing;
    for (int a = 0; a < 3; a++)
        spacing.v[a] = sqrt(m[0][a] * m[0][a] + m[1][a] * m[1][a] + m[2][a] * m[2][a]);
    return spacing;
}

LamVec3 lam_grid_centre_mm(const LamGrid *grid)
{
    LamVec3 middle;
    for (int a = 0; a < 3; a++)
        middle.v[a] = (grid->size[a] - 1) / 2.0;
    return lam_mat4_apply(&grid->to_world, middle);
}

LamVec3 lam_grid_corner_mm(const LamGrid *grid, int corner)
{
    LamVec3 p;
    for (int a = 0; a < 3; a++)
        p.v[a] = (corner >> a & 1) ? grid->size[a] - 1 : 0;
    return lam_mat4_apply(&grid->to_world, p);
}

bool lam_grid_equal(const LamGrid *a, const LamGrid *b, double tolerance_mm)
{
    for (int i = 0; i < 3; i++)
        if (a->size[i] != b->size[i])
            return false;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 p = lam_grid_corner_mm(a, corner), q = lam_grid_corner_mm(b, corner);
        for (int i = 0; i < 3; i++)
            if (!(fabs(p.v[i] - q.v[i]) <= tolerance_mm))
                return false;
    }
    return true;
}

/* Cosine between voxel axis a and world axis w. */
static double axis_cosine(const LamGrid *grid, int a, int w)
{
    double length = lam_grid_spacing_mm(grid).v[a];
    return length > 0 ? grid->to_world.m[w][a] / length : 0;
}

/* The assignment of voxel axes to world axes with the largest sum of |cosine|: each world axis is used
 * once, even when a grid is rotated by 45 degrees. */
void lam_grid_orientation(const LamGrid *grid, char out[4])
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int best = 0;
    double best_sum = -1;
    for (int o = 0; o < 6; o++) {
        double sum = 0;
        for (int a = 0; a < 3; a++)
            sum += fabs(axis_cosine(grid, a, orders[o][a]));
        if (sum > best_sum + 1e-9) {
            best_sum = sum;
            best = o;
        }
    }
    for (int a = 0; a < 3; a++) {
        int w = orders[best][a];
        out[a] = axis_cosine(grid, a, w) < 0 ? "LPI"[w] : "RAS"[w];
    }
    out[3] = '\0';
}

LamGrid lam_grid_centred(const int size[3], double spacing_mm, LamVec3 centre_mm)
{
    LamGrid grid = {.to_world = lam_mat4_scaling(spacing_mm, spacing_mm, spacing_mm)};
    for (int a = 0; a < 3; a++) {
        grid.size[a] = size[a];
        grid.to_world.m[a][3] = centre_mm.v[a] - spacing_mm * (size[a] - 1) / 2.0;
    }
    return grid;
}

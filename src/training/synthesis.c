/* Where things are: the label map through a random affine and a random diffeomorphism. */
#include <lambdascope/synthesis.h>

#include "random.h"
#include "synthesis-look.h"

#include <lambdascope/field.h>
#include <lambdascope/trilinear.h>
#include <math.h>

#define WARP_GRID_MM 6.0 /* of the velocity; finer than it varies */

LamSynthesisOptions lam_synthesis_brains(void)
{
    return (LamSynthesisOptions){
        .rotate_deg = 10,
        .shift_mm = 6,
        .scale = 0.08,
        .shear = 0.04,
        .flip = true,
        .warp_mm = 4,
        .warp_scale_mm = {16, 32, 64},
        .spread = 0.08,
        .blank = 0.3,
        .strip = 0.6,
        .blur_mm = 2,
        .bias = 0.3,
        .bias_scale_mm = 60,
        .thick = 0.25,
        .thick_mm = 6,
        .gamma = 0.25,
    };
}

/* After the settings of the published shapes model: one map, two warps. */
LamSynthesisOptions lam_synthesis_shapes(void)
{
    LamSynthesisOptions o = lam_synthesis_brains();
    o.rotate_deg = o.shift_mm = o.scale = o.shear = 0;
    o.warp_mm = 8;
    o.blank = 0;
    o.strip = 0;
    o.thick = 0;
    return o;
}

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

static LamVolume *random_warp(const LamSynthesisOptions *o, const LamGrid *grid, GRand *rand,
                              GError **error)
{
    LamGrid coarse = warp_grid(grid);
    g_autoptr(LamVolume) velocity = lam_volume_new(&coarse, 3, error);
    if (velocity == NULL)
        return NULL;
    for (size_t s = 0; s < G_N_ELEMENTS(o->warp_scale_mm); s++)
        if (o->warp_scale_mm[s] > 0 && o->warp_mm > 0)
            lam_random_field(velocity, o->warp_scale_mm[s], g_rand_double(rand) * o->warp_mm, rand);
    keep_in_plane(velocity, &coarse);
    return lam_field_exponential(velocity, 1, error);
}

static inline int nearest(double p, int n)
{
    int i = (int)floor(p + 0.5);
    return i >= 0 && i < n ? i : -1;
}

/* Position in the table of the value 0, for what lies outside of the map. */
static guint8 background_of(const LamLabelTable *table)
{
    const LamLabel *zero = lam_label_table_find(table, 0);
    return zero != NULL ? (guint8)(zero - table->label) : 0;
}

/* labels(x) = map(A(x + d(x))). */
static void carry(const LamLabelMap *map, const LamGrid *grid, const LamVolume *d,
                  const LamMat4 *affine, guint8 *labels)
{
    const int *n = grid->size, *m = map->grid.size, *c = d->grid.size;
    LamMat4 to_index, to_coarse;
    lam_mat4_invert(&map->grid.to_world, &to_index);
    lam_mat4_invert(&d->grid.to_world, &to_coarse);
    to_index = lam_mat4_multiply(&to_index, affine);
    to_coarse = lam_mat4_multiply(&to_coarse, &grid->to_world);
    size_t w = (size_t)c[0], wh = w * (size_t)c[1], count = wh * (size_t)c[2];
    guint8 background = background_of(map->table);
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < n[0]; i++) {
            LamVec3 voxel = {{i, row % n[1], row / n[1]}};
            LamVec3 x = lam_mat4_apply(&grid->to_world, voxel),
                    p = lam_mat4_apply(&to_coarse, voxel);
            LamTap tx = lam_tap(p.v[0], c[0], 1), ty = lam_tap(p.v[1], c[1], w),
                   tz = lam_tap(p.v[2], c[2], wh);
            for (size_t a = 0; a < 3; a++)
                x.v[a] += (double)lam_trilinear(d->data + a * count, tx, ty, tz);
            x = lam_mat4_apply(&to_index, x);
            int u = nearest(x.v[0], m[0]), v = nearest(x.v[1], m[1]), z = nearest(x.v[2], m[2]);
            labels[(size_t)row * (size_t)n[0] + (size_t)i] =
                u < 0 || v < 0 || z < 0
                    ? background
                    : map->index[((size_t)z * (size_t)m[1] + (size_t)v) * (size_t)m[0] + (size_t)u];
        }
}

bool lam_synthesis_draw(const LamLabelMap *map, const LamSynthesisOptions *o, const LamGrid *grid,
                        const LamMat4 *placement, GRand *rand, float *image, guint8 *labels,
                        GError **error)
{
    const LamAffineRange range = {o->rotate_deg, o->shift_mm, o->scale, o->shear};
    bool flip = o->flip && g_rand_boolean(rand);
    LamMat4 affine = lam_random_affine(&range, rand, lam_grid_centre_mm(grid), 1, flip);
    if (placement != NULL)
        affine = lam_mat4_multiply(placement, &affine);
    g_autoptr(LamVolume) warp = random_warp(o, grid, rand, error);
    if (warp == NULL)
        return false;
    g_autofree guint8 *own = labels == NULL ? g_malloc(lam_grid_voxels(grid)) : NULL;
    guint8 *carried = labels != NULL ? labels : own;
    carry(map, grid, warp, &affine, carried);
    return lam_synthesis_look(map->table, o, grid, carried, rand, image, error);
}

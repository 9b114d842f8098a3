/* Where things are: the label map through a random affine and a random diffeomorphism. */
#include <lambdascope/synthesis.h>

#include "label-carry.h"
#include "random.h"
#include "synthesis-look.h"

#include <lambdascope/field.h>

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

/* The labels of the eight parts of each voxel: scans have finer voxels than the grid, or tissues that share
 * one. A slice has four, twice. */
static guint8 *carry_parts(const LamLabelMap *map, const LamGrid *grid, const LamVolume *warp,
                           const LamMat4 *affine)
{
    size_t n = lam_grid_voxels(grid);
    guint8 *parts = g_malloc(LAM_SYNTHESIS_PARTS * n);
    for (int p = 0; p < LAM_SYNTHESIS_PARTS; p++) {
        LamGrid part = *grid;
        LamVec3 at = {{p & 1 ? 0.25 : -0.25, p & 2 ? 0.25 : -0.25, p & 4 ? 0.25 : -0.25}};
        at.v[2] *= grid->size[2] > 1;
        LamVec3 corner = lam_mat4_apply(&grid->to_world, at);
        for (int a = 0; a < 3; a++)
            part.to_world.m[a][3] = corner.v[a];
        lam_label_map_carry(map, &part, warp, affine, parts + (size_t)p * n);
    }
    return parts;
}

/* A mirrored head has its left on the left, too: else nothing in a scan would tell the sides apart. */
static void exchange_sides(const LamLabelTable *table, guint8 *labels, size_t n)
{
    g_autofree guint8 *other = g_new(guint8, table->count);
    for (int i = 0; i < table->count; i++)
        other[i] = (guint8)lam_label_table_other_side(table, i);
    for (size_t v = 0; v < n; v++)
        labels[v] = other[labels[v]];
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
    g_autoptr(LamVolume) velocity =
        lam_random_velocity(grid, o->warp_mm, o->warp_scale_mm, rand, error);
    g_autoptr(LamVolume) warp = velocity != NULL ? lam_field_exponential(velocity, 1, error) : NULL;
    if (warp == NULL)
        return false;
    g_autofree guint8 *own = labels == NULL ? g_malloc(lam_grid_voxels(grid)) : NULL;
    guint8 *carried = labels != NULL ? labels : own;
    lam_label_map_carry(map, grid, warp, &affine, carried);
    g_autofree guint8 *parts = o->partial > 0 && g_rand_double(rand) < o->partial
                                   ? carry_parts(map, grid, warp, &affine)
                                   : NULL;
    if (!lam_synthesis_look(map->table, o, grid, carried, parts, rand, image, error))
        return false;
    if (lam_mat4_det3(&affine) < 0)
        exchange_sides(map->table, carried, lam_grid_voxels(grid));
    return true;
}

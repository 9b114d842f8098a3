/* Sampling a volume on another grid. Each output row is computed from its own start, so the result does
 * not depend on how rows are shared among threads. */
#include <lambdascope/resample.h>

#include <lambdascope/error.h>
#include <lambdascope/sampler.h>

#include <lambdascope/trilinear.h>
#include <math.h>
#include <string.h>

#define EXACT 1e-9 /* voxels */

static bool inverse_of(const LamGrid *grid, LamMat4 *inverse, GError **error)
{
    if (lam_mat4_invert(&grid->to_world, inverse))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot resample: the source volume: its matrix is singular");
    return false;
}

/* Whether voxels come to lie on voxels, each on that of its own number. */
static bool is_copy(const LamMat4 *map, const LamVolume *source, const LamGrid *grid)
{
    for (int a = 0; a < 3; a++) {
        if (source->grid.size[a] != grid->size[a])
            return false;
        for (int b = 0; b < 4; b++)
            if (!(fabs(map->m[a][b] - (a == b)) * (b < 3 ? grid->size[b] : 1) < EXACT))
                return false;
    }
    return true;
}

LamVolume *lam_resample(const LamVolume *source, const LamGrid *grid, const LamMat4 *world_map,
                        LamInterpolation interpolation, float outside, GError **error)
{
    g_auto(LamSampler) sampler = {0};
    if (!lam_sampler_init(&sampler, source, interpolation, outside, error))
        return NULL;
    LamMat4 map = sampler.to_voxel;
    if (world_map != NULL)
        map = lam_mat4_multiply(&map, world_map);
    map = lam_mat4_multiply(&map, &grid->to_world);
    LamVolume *out = lam_volume_new(grid, source->channels, error);
    if (out == NULL)
        return NULL;
    size_t voxels = lam_grid_voxels(grid);
    if (is_copy(&map, source, grid)) {
        memcpy(out->data, source->data, (size_t)source->channels * voxels * sizeof(float));
        return out;
    }
    int w = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++) {
        LamVec3 start = {{0, row % grid->size[1], row / grid->size[1]}};
        LamVec3 at = lam_mat4_apply(&map, start);
        float *to = out->data + (size_t)row * (size_t)w;
        for (int i = 0; i < w; i++) {
            LamVec3 p = {
                {at.v[0] + i * map.m[0][0], at.v[1] + i * map.m[1][0], at.v[2] + i * map.m[2][0]}};
            lam_sampler_at(&sampler, p, to + i, voxels);
        }
    }
    return out;
}

LamVolume *lam_resample_clamped(const LamVolume *source, const LamGrid *grid, GError **error)
{
    LamMat4 map;
    if (!inverse_of(&source->grid, &map, error))
        return NULL;
    map = lam_mat4_multiply(&map, &grid->to_world);
    LamVolume *out = lam_volume_new(grid, source->channels, error);
    if (out == NULL)
        return NULL;
    const int *n = source->grid.size;
    size_t voxels = lam_grid_voxels(grid), w = (size_t)n[0], wh = w * (size_t)n[1];
    int rows = grid->size[1] * grid->size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < grid->size[0]; i++) {
            LamVec3 voxel = {{i, row % grid->size[1], row / grid->size[1]}};
            LamVec3 p = lam_mat4_apply(&map, voxel);
            LamTap x = lam_tap(p.v[0], n[0], 1), y = lam_tap(p.v[1], n[1], w),
                   z = lam_tap(p.v[2], n[2], wh);
            float *to = out->data + (size_t)row * (size_t)grid->size[0] + (size_t)i;
            for (int c = 0; c < source->channels; c++)
                to[(size_t)c * voxels] = lam_trilinear(lam_volume_channel(source, c), x, y, z);
        }
    return out;
}

/* The displacement at a voxel coordinate of the field's grid, clamped at its edge. */
static inline LamVec3 displacement_at(const LamVolume *field, LamVec3 p)
{
    const int *n = field->grid.size;
    size_t w = (size_t)n[0], wh = w * (size_t)n[1], whd = wh * (size_t)n[2];
    LamTap x = lam_tap(p.v[0], n[0], 1), y = lam_tap(p.v[1], n[1], w),
           z = lam_tap(p.v[2], n[2], wh);
    LamVec3 u;
    for (int c = 0; c < 3; c++)
        u.v[c] = (double)lam_trilinear(field->data + (size_t)c * whd, x, y, z);
    return u;
}

LamVolume *lam_resample_field(const LamVolume *source, const LamGrid *grid,
                              const LamVolume *displacement, LamInterpolation interpolation,
                              float outside, GError **error)
{
    g_return_val_if_fail(displacement->channels == 3, NULL);
    g_auto(LamSampler) sampler = {0};
    LamMat4 to_field;
    if (!lam_sampler_init(&sampler, source, interpolation, outside, error) ||
        !inverse_of(&displacement->grid, &to_field, error))
        return NULL;
    LamVolume *out = lam_volume_new(grid, source->channels, error);
    if (out == NULL)
        return NULL;
    LamMat4 field_map = lam_mat4_multiply(&to_field, &grid->to_world);
    LamMat4 source_map = lam_mat4_multiply(&sampler.to_voxel, &grid->to_world);
    size_t voxels = lam_grid_voxels(grid);
    int w = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < w; i++) {
            LamVec3 voxel = {{i, row % grid->size[1], row / grid->size[1]}};
            LamVec3 u = displacement_at(displacement, lam_mat4_apply(&field_map, voxel));
            LamVec3 du = lam_mat4_apply_vector(&sampler.to_voxel, u);
            LamVec3 p = lam_mat4_apply(&source_map, voxel);
            for (int a = 0; a < 3; a++)
                p.v[a] += du.v[a];
            lam_sampler_at(&sampler, p, out->data + (size_t)row * (size_t)w + i, voxels);
        }
    return out;
}

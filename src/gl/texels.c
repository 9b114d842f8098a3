/* Volumes in the form in which they go to the GPU. */
#include "gl-private.h"

#include <lambdascope/error.h>
#include <lambdascope/half.h>
#include <lambdascope/memory.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <string.h>

#define MAX_SIDE         2048
#define HALF_MAX         65504.0f
#define BACKGROUND_SHARE 0.1   /* of the white level: below this a voxel counts as background */
#define SLICE_SHARE      0.004 /* a slice with fewer foreground voxels than this is outside the box */

/* World mm -> texture coordinates: voxel v is at (v + 0.5) / size. */
static bool texture_matrix(const LamGrid *grid, LamMat4 *out)
{
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&grid->to_world, &to_voxel))
        return false;
    LamMat4 shift = lam_mat4_translation(0.5, 0.5, 0.5);
    LamMat4 scale = lam_mat4_scaling(1.0 / grid->size[0], 1.0 / grid->size[1], 1.0 / grid->size[2]);
    LamMat4 centred = lam_mat4_multiply(&shift, &to_voxel);
    *out = lam_mat4_multiply(&scale, &centred);
    return true;
}

LamTexels *lam_texels_new(const LamGrid *grid, int components, size_t bytes, GError **error)
{
    for (int i = 0; i < 3; i++) {
        if (grid->size[i] < 1 || grid->size[i] > MAX_SIDE) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_GL,
                        "cannot show volume: %d × %d × %d voxels: sides up to %d are possible",
                        grid->size[0], grid->size[1], grid->size[2], MAX_SIDE);
            return NULL;
        }
    }
    LamMat4 to_texture;
    if (!texture_matrix(grid, &to_texture)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot show volume: voxel-to-world matrix: it is singular");
        return NULL;
    }
    void *data = g_try_malloc(lam_grid_voxels(grid) * bytes);
    if (!data) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY,
                    "cannot show volume: %d × %d × %d voxels: not enough memory", grid->size[0],
                    grid->size[1], grid->size[2]);
        return NULL;
    }
    LamTexels *texels = g_new0(LamTexels, 1);
    *texels = (LamTexels){
        .grid = *grid, .to_texture = to_texture, .components = components, .data = data, .unit = 1};
    g_atomic_ref_count_init(&texels->refs);
    return texels;
}

/* First and last index along an axis whose slices hold enough foreground. */
static void occupied_range(const int *counts, int size, double need, int *first, int *last)
{
    *first = 0;
    *last = size - 1;
    while (*first < *last && counts[*first] < need)
        (*first)++;
    while (*last > *first && counts[*last] < need)
        (*last)--;
}

void lam_texels_set_box(LamTexels *out, const LamGrid *grid, const int first[3], const int last[3])
{
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 voxel;
        for (int i = 0; i < 3; i++)
            voxel.v[i] = corner >> i & 1 ? last[i] + 0.5 : first[i] - 0.5;
        LamVec3 world = lam_mat4_apply(&grid->to_world, voxel);
        for (int i = 0; i < 3; i++) {
            out->box_min.v[i] = corner ? MIN(out->box_min.v[i], world.v[i]) : world.v[i];
            out->box_max.v[i] = corner ? MAX(out->box_max.v[i], world.v[i]) : world.v[i];
        }
    }
}

/* The box around the foreground; all of the grid if there is none. */
static void find_box(const LamVolume *scan, double threshold, LamTexels *out)
{
    const int *n = scan->grid.size;
    int sides = n[0] + n[1] + n[2];
    g_autofree int *counts = g_new0(int, sides);
    int *along[3] = {counts, counts + n[0], counts + n[0] + n[1]};
#pragma omp parallel for schedule(static) reduction(+ : counts[:sides])
    for (int row = 0; row < n[1] * n[2]; row++) {
        const float *value = scan->data + (size_t)row * (size_t)n[0];
        int above = 0;
        for (int i = 0; i < n[0]; i++) {
            counts[i] += value[i] > threshold;
            above += value[i] > threshold;
        }
        counts[n[0] + row % n[1]] += above;
        counts[n[0] + n[1] + row / n[1]] += above;
    }
    int first[3], last[3];
    for (int axis = 0; axis < 3; axis++) {
        double area = (double)n[(axis + 1) % 3] * n[(axis + 2) % 3];
        occupied_range(along[axis], n[axis], area * SLICE_SHARE, &first[axis], &last[axis]);
    }
    bool empty = false;
    for (int axis = 0; axis < 3; axis++)
        empty |= first[axis] >= last[axis] && n[axis] > 1;
    for (int axis = 0; axis < 3 && empty; axis++) {
        first[axis] = 0;
        last[axis] = n[axis] - 1;
    }
    lam_texels_set_box(out, &scan->grid, first, last);
}

/* Black and white of the first window: 0 (or the minimum) and a little above the 99.5th percentile. */
static void find_levels(const LamVolume *scan, LamTexels *out)
{
    size_t count = lam_grid_voxels(&scan->grid);
    float minimum = scan->data[0], maximum = scan->data[0];
#pragma omp parallel for simd schedule(static) reduction(min : minimum) reduction(max : maximum)
    for (size_t i = 1; i < count; i++) {
        minimum = MIN(minimum, scan->data[i]);
        maximum = MAX(maximum, scan->data[i]);
    }
    double white = lam_volume_percentile_positive(scan, 0.995) * 1.05;
    out->low = minimum >= 0 || white > 0 ? 0 : minimum;
    out->high = white > out->low ? white : maximum;
    if (!(out->high > out->low))
        out->high = out->low + 1;
}

LamTexels *lam_texels_new_scan(const LamVolume *scan, GError **error)
{
    LamTexels *texels = lam_texels_new(&scan->grid, 1, sizeof(guint16), error);
    if (!texels)
        return NULL;
    find_levels(scan, texels);
    find_box(scan, texels->low + BACKGROUND_SHARE * (texels->high - texels->low), texels);
    texels->unit = MAX(fabs(texels->low), fabs(texels->high));
    float inverse = (float)(1 / texels->unit);
    guint16 *out = texels->data;
    size_t count = lam_grid_voxels(&scan->grid);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++) {
        float value = scan->data[i] * inverse;
        out[i] = lam_half_from_float(CLAMP(value, -HALF_MAX, HALF_MAX));
    }
    return texels;
}

LamTexels *lam_texels_new_field(const LamVolume *field, const LamVolume *jacobian, GError **error)
{
    g_return_val_if_fail(field->channels == 3, NULL);
    LamTexels *texels = lam_texels_new(&field->grid, 4, 4 * sizeof(float), error);
    if (!texels)
        return NULL;
    size_t count = lam_grid_voxels(&field->grid);
    const float *d = field->data;
    float *out = texels->data, longest = 0;
#pragma omp parallel for schedule(static) reduction(max : longest)
    for (size_t i = 0; i < count; i++) {
        out[4 * i] = d[i];
        out[4 * i + 1] = d[count + i];
        out[4 * i + 2] = d[2 * count + i];
        out[4 * i + 3] = jacobian ? jacobian->data[i] : 1;
        longest = fmaxf(longest, out[4 * i] * out[4 * i] + out[4 * i + 1] * out[4 * i + 1] +
                                     out[4 * i + 2] * out[4 * i + 2]);
    }
    texels->reach_mm = sqrt((double)longest);
    const int first[3] = {0};
    const int last[3] = {field->grid.size[0] - 1, field->grid.size[1] - 1, field->grid.size[2] - 1};
    lam_texels_set_box(texels, &field->grid, first, last);
    return texels;
}

LamTexels *lam_texels_new_map(const LamVolume *map, GError **error)
{
    if (map->channels == 3)
        return lam_texels_new_field(map, NULL, error);
    size_t count = lam_grid_voxels(&map->grid);
    g_autoptr(LamVolume) vectors = lam_volume_new(&map->grid, 3, error);
    if (!vectors)
        return NULL;
    memcpy(vectors->data, map->data, count * sizeof(float));
    return lam_texels_new_field(vectors, NULL, error);
}

LamTexels *lam_texels_ref(LamTexels *texels)
{
    g_atomic_ref_count_inc(&texels->refs);
    return texels;
}

void lam_texels_unref(LamTexels *texels)
{
    if (texels && g_atomic_ref_count_dec(&texels->refs)) {
        g_free(texels->data);
        g_free(texels->borders);
        g_free(texels);
    }
}

/* Of the voxel nearest to (i, j, k). */
static size_t nearest_index(const LamTexels *texels, int i, int j, int k)
{
    const int *n = texels->grid.size;
    size_t x = (size_t)CLAMP(i, 0, n[0] - 1), y = (size_t)CLAMP(j, 0, n[1] - 1),
           z = (size_t)CLAMP(k, 0, n[2] - 1);
    return (z * (size_t)n[1] + y) * (size_t)n[0] + x;
}

static void add_texel(const LamTexels *texels, size_t index, double weight, double *values)
{
    if (texels->components == 1) {
        const guint16 *half = texels->data;
        values[0] += weight * (double)lam_half_to_float(half[index]) * texels->unit;
        return;
    }
    const float *value = (const float *)texels->data + 4 * index;
    for (int c = 0; c < 4; c++)
        values[c] += weight * (double)value[c];
}

bool lam_texels_sample(const LamTexels *texels, LamVec3 world_mm, double *values)
{
    LamVec3 t = lam_mat4_apply(&texels->to_texture, world_mm);
    int base[3];
    double fraction[3];
    bool inside = true;
    for (int axis = 0; axis < 3; axis++) {
        double size = texels->grid.size[axis];
        inside &= t.v[axis] >= 0 && t.v[axis] <= 1;
        double voxel = CLAMP(t.v[axis] * size - 0.5, -1.0, size);
        base[axis] = (int)floor(voxel);
        fraction[axis] = voxel - base[axis];
    }
    memset(values, 0, (size_t)texels->components * sizeof *values);
    for (int corner = 0; corner < 8; corner++) {
        int x = corner & 1, y = corner >> 1 & 1, z = corner >> 2;
        double weight = (x ? fraction[0] : 1 - fraction[0]) * (y ? fraction[1] : 1 - fraction[1]) *
                        (z ? fraction[2] : 1 - fraction[2]);
        if (weight > 0)
            add_texel(texels, nearest_index(texels, base[0] + x, base[1] + y, base[2] + z), weight,
                      values);
    }
    return inside;
}

#include <lambdascope/synthesis.h>

#include "random.h"

#include <lambdascope/error.h>
#include <lambdascope/figures.h>
#include <math.h>
#include <string.h>

#define MOST_LABELS   255
#define MARGIN_VOXELS 2

void lam_label_map_free(LamLabelMap *map)
{
    if (map == NULL)
        return;
    lam_label_table_free(map->table);
    g_free(map->index);
    g_free(map);
}

static LamLabelTable *table_copy(const LamLabelTable *table)
{
    LamLabelTable *copy = g_new0(LamLabelTable, 1);
    copy->count = table->count;
    copy->label = g_memdup2(table->label, (gsize)table->count * sizeof *table->label);
    for (int i = 0; i < copy->count; i++)
        copy->label[i].name = g_strdup(table->label[i].name);
    return copy;
}

/* Voxels [low, high) that hold anything but the value 0. */
static void content_box(const LamVolume *labels, int low[3], int high[3])
{
    const int *n = labels->grid.size;
    const float *v = labels->data;
    for (int a = 0; a < 3; a++) {
        low[a] = n[a];
        high[a] = 0;
    }
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                if (*v++ == 0)
                    continue;
                const int at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    low[a] = MIN(low[a], at[a]);
                    high[a] = MAX(high[a], at[a] + 1);
                }
            }
    for (int a = 0; a < 3; a++) {
        low[a] = MAX(low[a] - MARGIN_VOXELS, 0);
        high[a] = MIN(high[a] + MARGIN_VOXELS, n[a]);
    }
}

static LamGrid cropped(const LamGrid *grid, const int low[3], const int high[3])
{
    LamGrid out = *grid;
    LamVec3 corner = lam_mat4_apply(&grid->to_world, (LamVec3){{low[0], low[1], low[2]}});
    for (int a = 0; a < 3; a++) {
        out.size[a] = high[a] - low[a];
        out.to_world.m[a][3] = corner.v[a];
    }
    return out;
}

static bool wrong(GError **error, const LamVolume *labels, const char *why, double value)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use label map: %s: %s (%g)",
                labels->path != NULL ? labels->path : "the volume", why, value);
    return false;
}

static const LamLabel *find(const LamLabelTable *table, float value)
{
    bool whole = value == rintf(value) && fabsf(value) < 1e9f;
    return whole ? lam_label_table_find(table, (int)value) : NULL;
}

/* Few values follow each other: the last one found is tried first. */
static bool fill(LamLabelMap *map, const LamVolume *labels, const int low[3], GError **error)
{
    const int *n = labels->grid.size, *m = map->grid.size;
    const LamLabel *label = map->table->label;
    guint8 *to = map->index;
    for (int k = 0; k < m[2]; k++)
        for (int j = 0; j < m[1]; j++) {
            size_t row =
                ((size_t)(k + low[2]) * (size_t)n[1] + (size_t)(j + low[1])) * (size_t)n[0];
            const float *v = labels->data + row + low[0];
            for (int i = 0; i < m[0]; i++) {
                if (v[i] != (float)label->value)
                    label = find(map->table, v[i]);
                if (label == NULL)
                    return wrong(error, labels, "the table does not have a value that it holds",
                                 (double)v[i]);
                *to++ = (guint8)(label - map->table->label);
            }
        }
    return true;
}

LamLabelMap *lam_label_map_new(const LamVolume *labels, const LamLabelTable *table, GError **error)
{
    int low[3], high[3];
    if (table->count > MOST_LABELS) {
        wrong(error, labels, "its table has too many values", table->count);
        return NULL;
    }
    content_box(labels, low, high);
    if (high[0] <= low[0]) {
        wrong(error, labels, "it holds nothing but background", 0);
        return NULL;
    }
    g_autoptr(LamLabelMap) map = g_new0(LamLabelMap, 1);
    map->grid = cropped(&labels->grid, low, high);
    map->table = table_copy(table);
    map->index = g_try_malloc(lam_grid_voxels(&map->grid));
    if (map->index == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY, "cannot use label map: %s: no memory",
                    labels->path != NULL ? labels->path : "the volume");
        return NULL;
    }
    return fill(map, labels, low, error) ? g_steal_pointer(&map) : NULL;
}

LamVec3 lam_label_map_centre_mm(const LamLabelMap *map)
{
    const int *n = map->grid.size;
    const guint8 *index = map->index;
    double low[3] = {n[0], n[1], n[2]}, high[3] = {-1, -1, -1};
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                if (map->table->label[*index++].structure == 0)
                    continue;
                const double at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    low[a] = fmin(low[a], at[a]);
                    high[a] = fmax(high[a], at[a]);
                }
            }
    if (high[0] < 0)
        return lam_grid_centre_mm(&map->grid);
    LamVec3 middle;
    for (int a = 0; a < 3; a++)
        middle.v[a] = (low[a] + high[a]) / 2;
    return lam_mat4_apply(&map->grid.to_world, middle);
}

static LamLabelTable *numbered_table(int count)
{
    LamLabelTable *table = g_new0(LamLabelTable, 1);
    table->count = count;
    table->label = g_new0(LamLabel, count);
    for (int i = 0; i < count; i++)
        table->label[i] = (LamLabel){.value = i, .structure = i, .tissue = i};
    return table;
}

LamLabelMap *lam_label_map_random(const LamGrid *grid, int count, double scale_mm, GRand *rand,
                                  GError **error)
{
    g_return_val_if_fail(count >= 2 && count <= MOST_LABELS, NULL);
    g_autoptr(LamLabelMap) map = g_new0(LamLabelMap, 1);
    g_autoptr(LamVolume) noise = lam_volume_new(grid, 1, error);
    g_autoptr(LamVolume) best = noise != NULL ? lam_volume_new(grid, 1, error) : NULL;
    size_t n = lam_grid_voxels(grid);
    if (best == NULL)
        return NULL;
    map->grid = *grid;
    map->table = numbered_table(count);
    map->index = g_malloc0(n);
    for (int label = 0; label < count; label++) {
        memset(noise->data, 0, n * sizeof(float));
        lam_random_field(noise, scale_mm, 1, rand);
        lam_random_field(noise, 2 * scale_mm, 1, rand);
        for (size_t i = 0; i < n; i++)
            if (label == 0 || noise->data[i] > best->data[i]) {
                best->data[i] = noise->data[i];
                map->index[i] = (guint8)label;
            }
    }
    return g_steal_pointer(&map);
}

LamLabelMap *lam_label_map_figure(const LamGrid *grid, GRand *rand, GError **error)
{
    LamFigureKind kind = (LamFigureKind)g_rand_int_range(rand, 0, LAM_FIGURE_KINDS);
    g_autoptr(LamVolume) image = lam_volume_new(grid, 1, error);
    if (image == NULL)
        return NULL;
    g_autoptr(LamLabelMap) map = g_new0(LamLabelMap, 1);
    map->grid = *grid;
    map->table = numbered_table(1 + lam_figure_parts(kind));
    map->index = g_malloc0(lam_grid_voxels(grid));
    if (lam_figure_draw(kind, grid, rand, image->data, map->index))
        return g_steal_pointer(&map);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot draw a figure: the grid: it is not one axial slice");
    return NULL;
}

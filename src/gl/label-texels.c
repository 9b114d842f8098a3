/* Label maps in the form in which they go to the GPU. */
#include "gl-private.h"

#include <lambdascope/error.h>

#include <string.h>

/* Numbers of one row; labels change seldom along it. Each has the next voxel's above it, so that the shader fetches
 * two at once. */
static void number_row(const LamLabels *labels, const float *row, int n, guint32 *out)
{
    int last = 0, number = 0;
    for (int i = 0; i < n; i++) {
        int label = MAX(lam_label_of(row[i]), 0);
        if (label != last)
            number = label > 0 ? lam_labels_find(labels, label) + 1 : 0;
        last = label;
        out[i] = (guint32)number;
    }
    for (int i = 0; i < n; i++)
        out[i] |= (out[MIN(i + 1, n - 1)] & LAM_TEXELS_NUMBER) << 16;
}

/* Around what has a label. */
static void find_box(LamTexels *texels)
{
    const int *n = texels->grid.size;
    const guint32 *numbers = texels->data;
    int first[3] = {n[0], n[1], n[2]}, last[3] = {0};
#pragma omp parallel for schedule(static) reduction(min : first) reduction(max : last)
    for (int row = 0; row < n[1] * n[2]; row++)
        for (int i = 0; i < n[0]; i++) {
            if (!(numbers[(size_t)row * (size_t)n[0] + (size_t)i] & LAM_TEXELS_NUMBER))
                continue;
            const int at[3] = {i, row % n[1], row / n[1]};
            for (int a = 0; a < 3; a++) {
                first[a] = MIN(first[a], at[a]);
                last[a] = MAX(last[a], at[a]);
            }
        }
    lam_texels_set_box(texels, &texels->grid, first, last);
}

LamTexels *lam_texels_new_labels(const LamLabels *labels, GError **error)
{
    const LamGrid *grid = &labels->map->grid;
    const int *n = grid->size;
    LamTexels *texels = lam_texels_new(grid, LAM_TEXELS_LABELS, sizeof(guint32), error);
    if (!texels)
        return NULL;
    size_t rows = (size_t)n[1] * (size_t)n[2];
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < rows; row++)
        number_row(labels, labels->map->data + row * (size_t)n[0], n[0],
                   (guint32 *)texels->data + row * (size_t)n[0]);
    texels->borders = lam_borders_new(texels->data, n);
    if (!texels->borders) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY,
                    "cannot show labels: %d × %d × %d voxels: not enough memory", n[0], n[1], n[2]);
        lam_texels_unref(texels);
        return NULL;
    }
    find_box(texels);
    return texels;
}

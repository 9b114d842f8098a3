/* Label maps in the form in which they go to the GPU. */
#include "gl-private.h"

#include <string.h>

/* Numbers of one row; labels change seldom along it. */
static void number_row(const LamLabels *labels, const float *row, int n, guint16 *out)
{
    int last = 0, number = 0;
    for (int i = 0; i < n; i++) {
        int label = MAX(lam_label_of(row[i]), 0);
        if (label != last)
            number = label > 0 ? lam_labels_find(labels, label) + 1 : 0;
        last = label;
        out[i] = (guint16)number;
    }
}

static guint number_at(const guint16 *numbers, const int n[3], int i, int j, int k)
{
    if (i < 0 || j < 0 || k < 0 || i >= n[0] || j >= n[1] || k >= n[2])
        return 0;
    return numbers[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i] &
           ~LAM_TEXELS_MIXED;
}

/* Of a row of voxels: whether all 3 x 3 neighbours beside it hold `own`. */
static bool alike(const guint16 *numbers, const int n[3], int i, int j, int k, guint own)
{
    for (int dk = -1; dk <= 1; dk++)
        for (int dj = -1; dj <= 1; dj++)
            if (number_at(numbers, n, i, j + dj, k + dk) != own)
                return false;
    return true;
}

/* A voxel is mixed where one of the three planes around it, across i, is not all as it is. */
static void mark_row(guint16 *numbers, const int n[3], int j, int k)
{
    guint16 *row = numbers + ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
    for (int i = 0; i < n[0]; i++) {
        guint own = row[i] & ~LAM_TEXELS_MIXED;
        if (!alike(numbers, n, i - 1, j, k, own) || !alike(numbers, n, i, j, k, own) ||
            !alike(numbers, n, i + 1, j, k, own))
            row[i] |= LAM_TEXELS_MIXED;
    }
}

/* Around what has a label. */
static void find_box(LamTexels *texels)
{
    const int *n = texels->grid.size;
    const guint16 *number = texels->data;
    int first[3] = {n[0], n[1], n[2]}, last[3] = {0};
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, number++) {
                const int at[3] = {i, j, k};
                for (int a = 0; a < 3 && (*number & ~LAM_TEXELS_MIXED); a++) {
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
    LamTexels *texels = lam_texels_new(grid, LAM_TEXELS_LABELS, sizeof(guint16), error);
    if (!texels)
        return NULL;
    size_t rows = (size_t)n[1] * (size_t)n[2];
    for (size_t row = 0; row < rows; row++)
        number_row(labels, labels->map->data + row * (size_t)n[0], n[0],
                   (guint16 *)texels->data + row * (size_t)n[0]);
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            mark_row(texels->data, n, j, k);
    find_box(texels);
    return texels;
}

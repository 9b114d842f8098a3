#include "synthesis-strip.h"

#include "synthesis-palette.h"

#include <lambdascope/clones.h>
#include <string.h>

LAM_CLONES static void join(const guint8 *restrict other, size_t n, guint8 *restrict row)
{
    for (size_t i = 0; i < n; i++)
        row[i] |= other[i];
}

/* What touches it by a face belongs to it, too. old: as large, for what it was. */
static void dilate(const int size[3], guint8 *mask, guint8 *old)
{
    const size_t w = (size_t)size[0], plane = w * (size_t)size[1], n = plane * (size_t)size[2];
    memcpy(old, mask, n);
    for (size_t row = 0; row < n; row += w) {
        size_t h = row % plane / w;
        join(old + row, w - 1, mask + row + 1);
        join(old + row + 1, w - 1, mask + row);
        if (h > 0)
            join(old + row - w, w, mask + row);
        if (h + 1 < (size_t)size[1])
            join(old + row + w, w, mask + row);
        if (row >= plane)
            join(old + row - plane, w, mask + row);
        if (row + plane < n)
            join(old + row + plane, w, mask + row);
    }
}

/* 1 within so many voxels of the brain. */
static guint8 *near_brain(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                          int voxels)
{
    size_t n = lam_grid_voxels(grid);
    guint8 *mask = g_malloc(n);
    g_autofree guint8 *old = g_malloc(n);
    for (size_t v = 0; v < n; v++)
        mask[v] = table->label[labels[v]].structure != 0;
    for (int i = 0; i < voxels; i++)
        dilate(grid->size, mask, old);
    return mask;
}

/* to: what labels become, within and beyond what is kept. */
static void replace(const guint8 to[2][LAM_PALETTE_LABELS], const guint8 *kept, size_t n,
                    guint8 *labels)
{
    for (size_t v = 0; v < n; v++)
        labels[v] = to[kept[v]][labels[v]];
}

void lam_synthesis_strip(const LamLabelTable *table, const LamGrid *grid, double rim_mm,
                         guint8 *labels, guint8 *parts, size_t count)
{
    const guint8 zero = (guint8)lam_label_table_zero(table);
    size_t n = lam_grid_voxels(grid);
    guint8 to[2][LAM_PALETTE_LABELS] = {{0}};
    for (int i = 0; i < table->count; i++) {
        const LamLabel *label = &table->label[i];
        to[0][i] = label->structure == 0 ? zero : (guint8)i;
        to[1][i] = label->kin > 0 ? (guint8)i : to[0][i];
    }
    int voxels = (int)(rim_mm / lam_grid_spacing_mm(grid).v[0] + 0.5);
    g_autofree guint8 *kept = near_brain(table, grid, labels, voxels);
    for (size_t p = 0; p < count; p++)
        replace(to, kept, n, parts + p * n);
    replace(to, kept, n, labels);
}

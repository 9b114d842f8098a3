#include "label-carry.h"

#include <lambdascope/trilinear.h>
#include <math.h>

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

/* x + d(x), d NULL: x. */
typedef struct {
    const LamVolume *d;
    LamMat4 to_voxel; /* of the grid that is walked to d's */
    size_t w, wh, count;
} Displacer;

static Displacer displacer_of(const LamVolume *d, const LamGrid *grid)
{
    Displacer out = {.d = d};
    if (d == NULL)
        return out;
    lam_mat4_invert(&d->grid.to_world, &out.to_voxel);
    out.to_voxel = lam_mat4_multiply(&out.to_voxel, &grid->to_world);
    out.w = (size_t)d->grid.size[0];
    out.wh = out.w * (size_t)d->grid.size[1];
    out.count = out.wh * (size_t)d->grid.size[2];
    return out;
}

static inline LamVec3 displaced(const Displacer *s, LamVec3 voxel, LamVec3 x)
{
    if (s->d == NULL)
        return x;
    const int *c = s->d->grid.size;
    LamVec3 p = lam_mat4_apply(&s->to_voxel, voxel);
    LamTap tx = lam_tap(p.v[0], c[0], 1), ty = lam_tap(p.v[1], c[1], s->w),
           tz = lam_tap(p.v[2], c[2], s->wh);
    for (size_t a = 0; a < 3; a++)
        x.v[a] += (double)lam_trilinear(s->d->data + a * s->count, tx, ty, tz);
    return x;
}

void lam_label_map_carry(const LamLabelMap *map, const LamGrid *grid, const LamVolume *d,
                         const LamMat4 *affine, guint8 *labels)
{
    const int *n = grid->size, *m = map->grid.size;
    const Displacer displacer = displacer_of(d, grid);
    LamMat4 to_index;
    lam_mat4_invert(&map->grid.to_world, &to_index);
    to_index = lam_mat4_multiply(&to_index, affine);
    guint8 background = background_of(map->table);
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < n[0]; i++) {
            LamVec3 voxel = {{i, row % n[1], row / n[1]}};
            LamVec3 x = displaced(&displacer, voxel, lam_mat4_apply(&grid->to_world, voxel));
            x = lam_mat4_apply(&to_index, x);
            int u = nearest(x.v[0], m[0]), v = nearest(x.v[1], m[1]), z = nearest(x.v[2], m[2]);
            labels[(size_t)row * (size_t)n[0] + (size_t)i] =
                u < 0 || v < 0 || z < 0
                    ? background
                    : map->index[((size_t)z * (size_t)m[1] + (size_t)v) * (size_t)m[0] + (size_t)u];
        }
}

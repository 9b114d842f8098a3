#include "label-carry.h"

#include "lattice.h"

#include <lambdascope/clones.h>

/* Where the voxels of a grid come to lie in the map, in its voxels: affine in the voxel, plus a
 * displacement that is read from a lattice. */
typedef struct {
    LamMat4 affine;
    LamLattice lattice;
    float *moved[3]; /* on the lattice; NULL: nothing is displaced */
} Course;

static void course_clear(Course *c)
{
    lam_lattice_clear(&c->lattice);
    for (int a = 0; a < 3; a++)
        g_clear_pointer(&c->moved[a], g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Course, course_clear)

static void course_displace(Course *c, const LamGrid *grid, const LamVolume *d,
                            const LamMat4 *to_index)
{
    LamMat4 to_lattice;
    lam_mat4_invert(&d->grid.to_world, &to_lattice);
    to_lattice = lam_mat4_multiply(&to_lattice, &grid->to_world);
    const double first[3] = {to_lattice.m[0][3], to_lattice.m[1][3], to_lattice.m[2][3]};
    const double step[3] = {to_lattice.m[0][0], to_lattice.m[1][1], to_lattice.m[2][2]};
    lam_lattice_init(&c->lattice, grid->size, d->grid.size, first, step);
    size_t n = lam_grid_voxels(&d->grid);
    const float *x = d->data, *y = x + n, *z = y + n;
    for (int a = 0; a < 3; a++) {
        const float by_x = (float)to_index->m[a][0], by_y = (float)to_index->m[a][1],
                    by_z = (float)to_index->m[a][2];
        c->moved[a] = g_new(float, n);
        for (size_t i = 0; i < n; i++)
            c->moved[a][i] = by_x * x[i] + by_y * y[i] + by_z * z[i];
    }
}

/* The nearest voxel of n along one axis, counted from 1; 0 and n + 1: outside. */
LAM_CLONES static void nearest_voxels(const float *restrict moved, float first, float step,
                                      int count, int n, int *restrict at)
{
    const float beyond = (float)(n + 1);
    for (int i = 0; i < count; i++) {
        float p = first + (float)i * step + moved[i] + 1.5f;
        p = p > 0 ? p : 0;
        at[i] = (int)(p < beyond ? p : beyond);
    }
}

/* What is needed of a row: where each of its voxels finds its label. */
typedef struct {
    float *line, *moved;
    int *at[3];
    const guint8 **label;
} Row;

static Row row_new(int count, int points)
{
    Row r = {.line = g_new(float, points + 1),
             .moved = g_new0(float, count),
             .label = g_new(const guint8 *, count)};
    for (int a = 0; a < 3; a++)
        r.at[a] = g_new(int, count);
    return r;
}

static void row_clear(Row *r)
{
    g_free(r->line);
    g_free(r->moved);
    g_free(r->label);
    for (int a = 0; a < 3; a++)
        g_free(r->at[a]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Row, row_clear)

static void find_voxels(const Course *c, const LamGrid *grid, const int map_size[3], int row,
                        Row *r)
{
    LamVec3 start = {{0, row % grid->size[1], row / grid->size[1]}};
    LamVec3 first = lam_mat4_apply(&c->affine, start);
    for (int a = 0; a < 3; a++) {
        if (c->moved[a] != NULL)
            lam_lattice_row(&c->lattice, c->moved[a], row, r->line, r->moved);
        nearest_voxels(r->moved, (float)first.v[a], (float)c->affine.m[a][0], grid->size[0],
                       map_size[a], r->at[a]);
    }
}

/* The labels are asked for, but not waited for: they lie all over a map that no cache holds. */
static void find_labels(const LamLabelMap *map, const guint8 *outside, int count, Row *r)
{
    const unsigned u = (unsigned)map->grid.size[0], v = (unsigned)map->grid.size[1],
                   w = (unsigned)map->grid.size[2];
    for (int i = 0; i < count; i++) {
        unsigned x = (unsigned)r->at[0][i] - 1, y = (unsigned)r->at[1][i] - 1,
                 z = (unsigned)r->at[2][i] - 1;
        bool inside = x < u && y < v && z < w;
        r->label[i] = inside ? map->index + ((size_t)z * v + y) * u + x : outside;
        __builtin_prefetch(r->label[i]);
    }
}

/* Each row is found while the labels of the one before are on their way. */
static void carry_plane(const LamLabelMap *map, const Course *c, const LamGrid *grid, int plane,
                        const guint8 *outside, Row two[2], guint8 *labels)
{
    int count = grid->size[0], rows = grid->size[1];
    for (int j = 0; j <= rows; j++) {
        if (j < rows) {
            find_voxels(c, grid, map->grid.size, plane * rows + j, &two[j % 2]);
            find_labels(map, outside, count, &two[j % 2]);
        }
        for (int i = 0; j > 0 && i < count; i++)
            *labels++ = *two[(j - 1) % 2].label[i];
    }
}

void lam_label_map_carry(const LamLabelMap *map, const LamGrid *grid, const LamVolume *d,
                         const LamMat4 *affine, guint8 *labels)
{
    g_auto(Course) course = {0};
    LamMat4 to_index;
    lam_mat4_invert(&map->grid.to_world, &to_index);
    to_index = lam_mat4_multiply(&to_index, affine);
    course.affine = lam_mat4_multiply(&to_index, &grid->to_world);
    if (d != NULL)
        course_displace(&course, grid, d, &to_index);
    const guint8 background = (guint8)lam_label_table_zero(map->table);
    size_t area = (size_t)grid->size[0] * (size_t)grid->size[1];
#pragma omp parallel
    {
        g_auto(Row) even = row_new(grid->size[0], course.lattice.points[0]);
        g_auto(Row) odd = row_new(grid->size[0], course.lattice.points[0]);
        Row two[2] = {even, odd};
#pragma omp for schedule(static)
        for (int plane = 0; plane < grid->size[2]; plane++)
            carry_plane(map, &course, grid, plane, &background, two, labels + (size_t)plane * area);
    }
}

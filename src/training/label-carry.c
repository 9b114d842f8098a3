#include "label-carry.h"

#include "lattice.h"

#include <lambdascope/clones.h>

/* Position in the table of the value 0, for what lies outside of the map. */
static guint8 background_of(const LamLabelTable *table)
{
    const LamLabel *zero = lam_label_table_find(table, 0);
    return zero != NULL ? (guint8)(zero - table->label) : 0;
}

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

/* What one thread needs of a row. */
typedef struct {
    float *line, *moved;
    int *at[3];
} Row;

static Row row_new(int count, int points)
{
    Row r = {g_new(float, points + 1), g_new0(float, count), {NULL}};
    for (int a = 0; a < 3; a++)
        r.at[a] = g_new(int, count);
    return r;
}

static void row_clear(Row *r)
{
    g_free(r->line);
    g_free(r->moved);
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

static void look_up(const LamLabelMap *map, guint8 outside, const Row *r, int count, guint8 *labels)
{
    const unsigned u = (unsigned)map->grid.size[0], v = (unsigned)map->grid.size[1],
                   w = (unsigned)map->grid.size[2];
    for (int i = 0; i < count; i++) {
        unsigned x = (unsigned)r->at[0][i] - 1, y = (unsigned)r->at[1][i] - 1,
                 z = (unsigned)r->at[2][i] - 1;
        bool inside = x < u && y < v && z < w;
        labels[i] = inside ? map->index[((size_t)z * v + y) * u + x] : outside;
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
    guint8 background = background_of(map->table);
    int n = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel
    {
        g_auto(Row) r = row_new(n, course.lattice.points[0]);
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++) {
            find_voxels(&course, grid, map->grid.size, row, &r);
            look_up(map, background, &r, n, labels + (size_t)row * (size_t)n);
        }
    }
}

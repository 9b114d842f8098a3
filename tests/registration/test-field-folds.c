/* Folds by tetrahedra, against tetrahedra written out. */
#include <lambdascope/field.h>
#include <math.h>

static LamGrid oblique_grid(int w, int h, int d)
{
    LamMat4 turn = lam_mat4_rotation(0.5, -0.4, 0.8), scale = lam_mat4_scaling(-0.8, 1.3, 2.5);
    LamMat4 m = lam_mat4_multiply(&turn, &scale), shift = lam_mat4_translation(7, -30, 12);
    return (LamGrid){{w, h, d}, lam_mat4_multiply(&shift, &m)};
}

/* Displacements of up to `amplitude` voxels, at random. */
static LamVolume *rough_field(const LamGrid *grid, double amplitude, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    LamVolume *field = lam_volume_new(grid, 3, NULL);
    size_t n = lam_grid_voxels(grid);
    for (size_t i = 0; i < n; i++) {
        LamVec3 u;
        for (int a = 0; a < 3; a++)
            u.v[a] = grid->size[a] > 1 ? g_rand_double_range(random, -amplitude, amplitude) : 0;
        u = lam_mat4_apply_vector(&grid->to_world, u);
        for (size_t c = 0; c < 3; c++)
            field->data[c * n + i] = (float)u.v[c];
    }
    return field;
}

/* ---- tetrahedra, one by one ---- */

typedef struct {
    const LamVolume *field;
    LamMat4 to_voxel;
    bool *folded; /* per voxel */
    double negative;
} Naive;

static size_t index_of(const LamGrid *grid, const int at[3])
{
    return (size_t)((at[2] * grid->size[1] + at[1]) * grid->size[0] + at[0]);
}

/* Where a voxel goes, in voxel coordinates. */
static LamVec3 position(const Naive *naive, const int at[3])
{
    const LamGrid *grid = &naive->field->grid;
    LamVec3 u;
    for (int c = 0; c < 3; c++)
        u.v[c] = (double)lam_volume_channel(naive->field, c)[index_of(grid, at)];
    u = lam_mat4_apply_vector(&naive->to_voxel, u);
    for (int a = 0; a < 3; a++)
        u.v[a] += at[a];
    return u;
}

/* Six times the volume of a tetrahedron, positive if it was not turned over. */
static double volume6(const Naive *naive, int v[4][3])
{
    double before[3][3], after[3][3], d[2] = {0};
    LamVec3 origin = position(naive, v[0]);
    for (int e = 0; e < 3; e++) {
        LamVec3 p = position(naive, v[e + 1]);
        for (int a = 0; a < 3; a++) {
            before[e][a] = v[e + 1][a] - v[0][a];
            after[e][a] = p.v[a] - origin.v[a];
        }
    }
    for (int which = 0; which < 2; which++) {
        double(*m)[3] = which ? after : before;
        d[which] = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                   m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                   m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
    }
    return d[0] > 0 ? d[1] : -d[1];
}

static void add_tetrahedron(Naive *naive, int vertices[4][3])
{
    double v = volume6(naive, vertices);
    if (!(v > 0))
        naive->folded[index_of(&naive->field->grid, vertices[0])] = true;
    naive->negative += fmax(-v, 0) / 6 / 2;
}

/* Corner bits of a cell at (i,j,k); the first is the voxel that answers for it. */
static void add_bits(Naive *naive, const int cell[3], const int bits[4])
{
    int vertices[4][3];
    for (int v = 0; v < 4; v++)
        for (int a = 0; a < 3; a++)
            vertices[v][a] = cell[a] + (bits[v] >> a & 1);
    add_tetrahedron(naive, vertices);
}

static void naive_folds(const LamVolume *field, double *percent, double *volume_percent)
{
    const int *n = field->grid.size;
    size_t voxels = lam_grid_voxels(&field->grid), folded = 0;
    g_autofree bool *flags = g_new0(bool, voxels);
    Naive naive = {.field = field, .folded = flags};
    g_assert_true(lam_mat4_invert(&field->grid.to_world, &naive.to_voxel));
    for (int k = 0; k + 1 < n[2]; k++)
        for (int j = 0; j + 1 < n[1]; j++)
            for (int i = 0; i + 1 < n[0]; i++) {
                const int cell[3] = {i, j, k};
                for (int corner = 0; corner < 8; corner++)
                    add_bits(&naive, cell, (int[]){corner, corner ^ 1, corner ^ 2, corner ^ 4});
                add_bits(&naive, cell, (int[]){0, 3, 5, 6});
                add_bits(&naive, cell, (int[]){7, 1, 2, 4});
            }
    for (size_t i = 0; i < voxels; i++)
        folded += flags[i];
    *percent = 100.0 * (double)folded / (double)voxels;
    *volume_percent = 100.0 * naive.negative / ((n[0] - 1.0) * (n[1] - 1.0) * (n[2] - 1.0));
}

static void test_against_tetrahedra(void)
{
    static const int sizes[][3] = {{7, 5, 9}, {2, 2, 2}, {3, 2, 5}, {11, 3, 4}};
    static const double amplitudes[] = {0.1, 0.3, 0.45, 1, 3};
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++)
        for (guint a = 0; a < G_N_ELEMENTS(amplitudes); a++) {
            LamGrid grid = oblique_grid(sizes[s][0], sizes[s][1], sizes[s][2]);
            g_autoptr(LamVolume) field = rough_field(&grid, amplitudes[a], 10 * s + a);
            double percent, volume, wanted_percent, wanted_volume;
            naive_folds(field, &wanted_percent, &wanted_volume);
            g_assert_true(lam_field_digital_folds(field, &percent, &volume, NULL));
            g_assert_cmpfloat_with_epsilon(percent, wanted_percent, 1e-9);
            g_assert_cmpfloat_with_epsilon(volume, wanted_volume, 1e-4 + 1e-4 * wanted_volume);
        }
}

/* One voxel astray: no central difference looks at the voxel itself, and its neighbours see half. */
static void test_missed_by_central_differences(void)
{
    LamGrid grid = oblique_grid(5, 5, 5);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    LamVec3 u = lam_mat4_apply_vector(&grid.to_world, (LamVec3){{1.2, 0, 0}});
    for (int c = 0; c < 3; c++)
        lam_volume_channel(field, c)[62] = (float)u.v[c];
    LamFieldStatistics s;
    g_assert_true(lam_field_statistics(field, &s, NULL, NULL));
    g_assert_cmpfloat(s.fold_percent, ==, 0);
    g_assert_cmpfloat(s.digital_fold_percent, >, 1);
    g_assert_cmpfloat(s.ndv_percent, >, 0);
}

/* Whatever central differences find is found. */
static void test_never_less_than_central(void)
{
    LamGrid grid = oblique_grid(12, 9, 10);
    for (guint32 seed = 0; seed < 5; seed++) {
        g_autoptr(LamVolume) field = rough_field(&grid, 0.2 + 0.2 * seed, seed);
        LamFieldStatistics s;
        g_assert_true(lam_field_statistics(field, &s, NULL, NULL));
        g_assert_cmpfloat(s.digital_fold_percent, >=, s.fold_percent);
    }
}

/* u = -2x everywhere turns everything over: all cells, each of its own volume. */
static void test_all_turned_over(void)
{
    static const int sizes[][3] = {{4, 5, 6}, {6, 5, 1}, {1, 7, 3}, {9, 1, 1}};
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        LamGrid grid = {{sizes[s][0], sizes[s][1], sizes[s][2]}, lam_mat4_scaling(-2, 1, 3)};
        g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
        int axis = grid.size[0] > 1 ? 0 : 1;
        size_t n = lam_grid_voxels(&grid);
        double step = grid.to_world.m[axis][axis], percent, volume;
        for (size_t i = 0; i < n; i++) {
            size_t along = axis == 0 ? i % (size_t)grid.size[0]
                                     : i / (size_t)grid.size[0] % (size_t)grid.size[1];
            lam_volume_channel(field, axis)[i] = (float)(-2 * step * (double)along);
        }
        g_assert_true(lam_field_digital_folds(field, &percent, &volume, NULL));
        g_assert_cmpfloat_with_epsilon(percent, 100, 1e-9);
        g_assert_cmpfloat_with_epsilon(volume, 100, 1e-3);
    }
}

/* The four triangles of a pixel: one pixel of a slice 1.5 to the right squashes its right neighbours. */
static void test_slice(void)
{
    LamGrid grid = {{3, 3, 1}, lam_mat4_identity()};
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    field->data[4] = 1.5F;
    double percent, volume;
    g_assert_true(lam_field_digital_folds(field, &percent, &volume, NULL));
    /* folded: the pixel itself and its right neighbour, whose differences share the edge. Negative
     * triangles hold -0.5 each (of twice the area): at both, above and below: 4 * 0.5 / 4 of 4 cells */
    g_assert_cmpfloat_with_epsilon(percent, 100 * 2 / 9.0, 1e-9);
    g_assert_cmpfloat_with_epsilon(volume, 100 * 0.5 / 4, 1e-4);
}

static void test_nothing_to_fold(void)
{
    LamGrid one = {{1, 1, 1}, lam_mat4_identity()}, flat = {{3, 3, 3}, lam_mat4_scaling(1, 0, 1)};
    g_autoptr(LamVolume) voxel = lam_volume_new(&one, 3, NULL);
    g_autoptr(LamVolume) singular = lam_volume_new(&flat, 3, NULL);
    g_autoptr(GError) error = NULL;
    double percent, volume;
    g_assert_true(lam_field_digital_folds(voxel, &percent, &volume, NULL));
    g_assert_cmpfloat(percent, ==, 0);
    g_assert_cmpfloat(volume, ==, 0);
    g_assert_false(lam_field_digital_folds(singular, &percent, &volume, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/folds/against-tetrahedra", test_against_tetrahedra);
    g_test_add_func("/folds/missed-by-central-differences", test_missed_by_central_differences);
    g_test_add_func("/folds/never-less-than-central", test_never_less_than_central);
    g_test_add_func("/folds/all-turned-over", test_all_turned_over);
    g_test_add_func("/folds/slice", test_slice);
    g_test_add_func("/folds/nothing-to-fold", test_nothing_to_fold);
    return g_test_run();
}

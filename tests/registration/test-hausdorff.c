/* Surface distances and the distance transform against all pairs of voxels, on odd anisotropic grids. */
#include <lambdascope/metrics.h>
#include <lambdascope/threads.h>

#include "distance.h"

#include <math.h>
#include <stdlib.h>

static LamGrid grid_of(int w, int h, int d)
{
    LamGrid grid = {{w, h, d}, lam_mat4_identity()};
    grid.to_world.m[0][0] = -0.7; /* flipped, and axes exchanged */
    grid.to_world.m[1][1] = grid.to_world.m[2][2] = 0;
    grid.to_world.m[2][1] = 1.3;
    grid.to_world.m[1][2] = 2.9;
    return grid;
}

static LamVec3 place(const LamGrid *grid, size_t i)
{
    size_t w = (size_t)grid->size[0], h = (size_t)grid->size[1];
    return lam_mat4_apply(&grid->to_world,
                          (LamVec3){{(double)(i % w), (double)(i / w % h), (double)(i / w / h)}});
}

static double apart(LamVec3 p, LamVec3 q)
{
    double sum = 0;
    for (int c = 0; c < 3; c++)
        sum += (p.v[c] - q.v[c]) * (p.v[c] - q.v[c]);
    return sqrt(sum);
}

/* ---- the reference ---- */

static int at(const LamVolume *map, int i, int j, int k)
{
    const int *s = map->grid.size;
    if (i < 0 || j < 0 || k < 0 || i >= s[0] || j >= s[1] || k >= s[2])
        return -1;
    return (int)lrintf(
        map->data[((size_t)k * (size_t)s[1] + (size_t)j) * (size_t)s[0] + (size_t)i]);
}

static GArray *naive_surface(const LamVolume *map, int label)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(LamVec3));
    const int *s = map->grid.size;
    size_t n = 0;
    for (int k = 0; k < s[2]; k++)
        for (int j = 0; j < s[1]; j++)
            for (int i = 0; i < s[0]; i++, n++) {
                bool inner = at(map, i - 1, j, k) == label && at(map, i + 1, j, k) == label &&
                             at(map, i, j - 1, k) == label && at(map, i, j + 1, k) == label &&
                             at(map, i, j, k - 1) == label && at(map, i, j, k + 1) == label;
                LamVec3 p = place(&map->grid, n);
                if (at(map, i, j, k) == label && !inner)
                    g_array_append_val(out, p);
            }
    return out;
}

static void add_distances(const GArray *from, const GArray *to, GArray *out)
{
    for (guint i = 0; i < from->len; i++) {
        double least = INFINITY;
        for (guint j = 0; j < to->len; j++)
            least =
                fmin(least, apart(g_array_index(from, LamVec3, i), g_array_index(to, LamVec3, j)));
        g_array_append_val(out, least);
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double naive_hausdorff95(const LamVolume *a, const LamVolume *b, int label)
{
    g_autoptr(GArray) p = naive_surface(a, label), q = naive_surface(b, label);
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(double));
    if (p->len == 0 || q->len == 0)
        return NAN;
    add_distances(p, q, all);
    add_distances(q, p, all);
    g_array_sort(all, ascending);
    double where = 0.95 * (all->len - 1);
    guint below = (guint)where, above = MIN(below + 1, all->len - 1);
    double low = g_array_index(all, double, below), high = g_array_index(all, double, above);
    return low + (where - below) * (high - low);
}

/* ---- the tests ---- */

/* Balls of labels 1, 7 and 70000, one in another, that may leave the grid; 9 in a single voxel. */
static LamVolume *balls(const LamGrid *grid, LamVec3 centre, bool nine)
{
    LamVolume *map = lam_volume_new(grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(grid); i++) {
        double r = apart(place(grid, i), centre);
        map->data[i] = r < 2.6 ? 70000 : r < 4.2 ? 7.0001f : r < 6.5 ? 1 : 0;
    }
    if (nine)
        map->data[5] = 9;
    map->data[6] = NAN;
    return map;
}

static const int asked[] = {7, 1, 70000, 9, 0, 3};

static void test_balls(void)
{
    LamGrid grid = grid_of(19, 13, 7);
    double out[G_N_ELEMENTS(asked)];
    g_autoptr(LamVolume) a = balls(&grid, (LamVec3){{-6, 9, 8}}, true);
    g_autoptr(LamVolume) b = balls(&grid, (LamVec3){{-7.5, 7.2, 5}}, false);
    a->data[6] = b->data[6] = 0;
    g_assert_true(lam_hausdorff95(a, b, asked, G_N_ELEMENTS(asked), out, NULL, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        double wanted = naive_hausdorff95(a, b, asked[i]);
        g_test_message("label %d: %g mm, naive %g mm", asked[i], out[i], wanted);
        g_assert_cmpint(isnan(out[i]), ==, isnan(wanted));
        if (!isnan(wanted))
            g_assert_cmpfloat_with_epsilon(out[i], wanted, 1e-5);
    }
    g_assert_cmpfloat(out[0], >, 2);
    g_assert_true(isnan(out[3]) && isnan(out[5])); /* on one side, on none */
    g_assert_true(lam_hausdorff95(a, a, asked, 4, out, NULL, NULL));
    for (int i = 0; i < 4; i++)
        g_assert_cmpfloat(out[i], ==, 0);
}

/* Noise has surfaces everywhere. Slices have one voxel along an axis. The number of threads is nothing. */
static void test_noise(void)
{
    static const int sizes[][3] = {{9, 7, 5}, {11, 13, 1}, {1, 1, 6}, {1, 17, 1}};
    static const int labels[] = {1, 2, 3};
    GRand *rand = g_rand_new_with_seed(4);
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        LamGrid grid = grid_of(sizes[s][0], sizes[s][1], sizes[s][2]);
        g_autoptr(LamVolume) a = lam_volume_new(&grid, 1, NULL);
        g_autoptr(LamVolume) b = lam_volume_new(&grid, 1, NULL);
        for (size_t i = 0; i < lam_grid_voxels(&grid); i++) {
            a->data[i] = (float)(g_rand_int_range(rand, 0, 12));
            b->data[i] = (float)(g_rand_int_range(rand, 0, 12));
        }
        a->data[0] = b->data[lam_grid_voxels(&grid) - 1] = 1;
        for (int threads = 1; threads <= 3; threads += 2) {
            double out[3];
            lam_threads_set(threads);
            g_assert_true(lam_hausdorff95(a, b, labels, 3, out, NULL, NULL));
            for (int i = 0; i < 3; i++) {
                double wanted = naive_hausdorff95(a, b, labels[i]);
                g_assert_true(isnan(out[i]) ? isnan(wanted) : fabs(out[i] - wanted) < 1e-5);
            }
        }
        lam_threads_set(0);
    }
    g_rand_free(rand);
}

/* What no label is, such as NaN, is nobody's neighbour and no trouble. */
static void test_nan(void)
{
    LamGrid grid = grid_of(19, 13, 7);
    double with, without;
    int label = 1;
    g_autoptr(LamVolume) a = balls(&grid, (LamVec3){{-6, 9, 8}}, false);
    g_autoptr(LamVolume) b = balls(&grid, (LamVec3){{-7, 9, 8}}, false);
    g_assert_true(lam_hausdorff95(a, b, &label, 1, &with, NULL, NULL));
    a->data[6] = b->data[6] = 0;
    g_assert_true(lam_hausdorff95(a, b, &label, 1, &without, NULL, NULL));
    g_assert_cmpfloat(with, ==, without);
}

static void test_transform(void)
{
    const int size[3] = {13, 9, 7};
    LamGrid grid = grid_of(13, 9, 7);
    LamVec3 spacing = lam_grid_spacing_mm(&grid);
    size_t n = lam_grid_voxels(&grid);
    g_autofree float *d = g_new(float, n);
    GRand *rand = g_rand_new_with_seed(9);
    for (int sites = 0; sites < 40; sites = 3 * sites + 1) {
        g_autoptr(GHashTable) chosen = g_hash_table_new(NULL, NULL);
        for (int i = 0; i < sites; i++)
            g_hash_table_add(chosen, GINT_TO_POINTER(g_rand_int_range(rand, 0, (int)n)));
        for (size_t i = 0; i < n; i++)
            d[i] = g_hash_table_contains(chosen, GSIZE_TO_POINTER(i)) ? 0 : INFINITY;
        g_assert_true(lam_distance_squared(d, size, spacing.v));
        for (size_t i = 0; i < n; i++) {
            double least = INFINITY;
            for (size_t j = 0; j < n; j++)
                if (g_hash_table_contains(chosen, GSIZE_TO_POINTER(j)))
                    least = fmin(least, apart(place(&grid, i), place(&grid, j)));
            g_assert_true(sites == 0 ? isinf(d[i]) : fabs(sqrt((double)d[i]) - least) < 1e-5);
        }
    }
    g_rand_free(rand);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hausdorff/balls", test_balls);
    g_test_add_func("/hausdorff/noise", test_noise);
    g_test_add_func("/hausdorff/nan", test_nan);
    g_test_add_func("/hausdorff/transform", test_transform);
    return g_test_run();
}

/* Sampling against a naive reference, and in all 48 orders and flips of one scan. */
#include "naive.h"

#include <lambdascope/threads.h>

#include <math.h>
#include <string.h>

static LamGrid grid_of(int w, int h, int d, LamMat4 to_world)
{
    return (LamGrid){{w, h, d}, to_world};
}

static LamVolume *noise(const LamGrid *grid, int channels, guint32 seed, double amplitude)
{
    LamVolume *v = lam_volume_new(grid, channels, NULL);
    GRand *rand = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < lam_grid_voxels(grid) * (size_t)channels; i++)
        v->data[i] = (float)g_rand_double_range(rand, -amplitude, amplitude);
    g_rand_free(rand);
    return v;
}

static LamVec3 world_of(const LamGrid *grid, int i, int j, int k)
{
    return lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
}

static void check_resample(LamGrid from, LamGrid to, int channels, LamInterpolation how)
{
    g_autoptr(LamVolume) source = noise(&from, channels, 1, 1);
    LamMat4 map = lam_mat4_rotation(0.1, 0.2, -0.1);
    map.m[0][3] = 1.3;
    g_autoptr(LamVolume) out = lam_resample(source, &to, &map, how, -7, NULL);
    g_assert_true(lam_grid_equal(&out->grid, &to, 0));
    int inside = 0;
    for (int c = 0; c < channels; c++)
        FOR_VOXELS(to, i, j, k)
        {
            LamVec3 x = lam_mat4_apply(&map, world_of(&to, i, j, k));
            double expected = naive_sample(source, c, x, how, -7),
                   got = naive_voxel(out, c, i, j, k);
            g_assert_cmpfloat_with_epsilon(got, expected, 1e-5);
            inside += expected > -7;
        }
    g_assert_cmpint(inside, >, 20);
    g_assert_cmpint(inside, <, (int)lam_grid_voxels(&to) * channels);
}

static void test_naive(void)
{
    for (int how = 0; how < 2; how++) {
        check_resample(naive_oblique(7, 5, 9, 1, 1.5, 0.8, 2),
                       naive_oblique(11, 13, 6, 0.7, -0.9, 1.1, 1), 1, (LamInterpolation)how);
        check_resample(naive_oblique(9, 11, 1, -1, 1, 9, 0), naive_oblique(15, 3, 5, 1, 1, 1, -3),
                       3, (LamInterpolation)how);
    }
}

static void check_field(LamInterpolation how)
{
    LamGrid from = naive_oblique(9, 7, 11, 1, 1.2, 0.9, 0),
            to = naive_oblique(13, 5, 9, 1, 1, 1, 1);
    LamGrid coarse =
        naive_oblique(4, 3, 4, 2.5, -2.5, 2.5, 2); /* does not cover the whole of `to` */
    g_autoptr(LamVolume) source = noise(&from, 2, 2, 1);
    g_autoptr(LamVolume) field = noise(&coarse, 3, 3, 2);
    g_autoptr(LamVolume) out = lam_resample_field(source, &to, field, how, -7, NULL);
    LamMat4 to_field;
    lam_mat4_invert(&coarse.to_world, &to_field);
    for (int c = 0; c < 2; c++)
        FOR_VOXELS(to, i, j, k)
        {
            LamVec3 x = world_of(&to, i, j, k), p = lam_mat4_apply(&to_field, x), y = x;
            for (int a = 0; a < 3; a++)
                p.v[a] = CLAMP(p.v[a], 0, coarse.size[a] - 1);
            for (int a = 0; a < 3; a++)
                y.v[a] += naive_linear(field, a, p);
            g_assert_cmpfloat_with_epsilon(naive_voxel(out, c, i, j, k),
                                           naive_sample(source, c, y, how, -7), 1e-5);
        }
}

static void test_field(void)
{
    check_field(LAM_LINEAR);
    check_field(LAM_NEAREST);
}

static void test_clamped(void)
{
    LamGrid from = naive_oblique(4, 5, 3, 2, 2, 2, 0), to = naive_oblique(9, 9, 9, 1.7, 2, -2, 3);
    g_autoptr(LamVolume) source = noise(&from, 3, 4, 1);
    g_autoptr(LamVolume) out = lam_resample_clamped(source, &to, NULL);
    LamMat4 inverse;
    lam_mat4_invert(&from.to_world, &inverse);
    for (int c = 0; c < 3; c++)
        FOR_VOXELS(to, i, j, k)
        {
            LamVec3 p = lam_mat4_apply(&inverse, world_of(&to, i, j, k));
            for (int a = 0; a < 3; a++)
                p.v[a] = CLAMP(p.v[a], 0, from.size[a] - 1);
            g_assert_cmpfloat_with_epsilon(naive_voxel(out, c, i, j, k), naive_linear(source, c, p),
                                           1e-5);
        }
}

/* The same grid, and labels: nothing may change, not even in the last bit. */
static void test_identity(void)
{
    LamGrid grid = naive_oblique(7, 6, 5, -1, 1.1, 3, 4);
    g_autoptr(LamVolume) source = noise(&grid, 1, 5, 1000);
    g_autoptr(LamVolume) nearest = lam_resample(source, &grid, NULL, LAM_NEAREST, 0, NULL);
    g_assert_cmpmem(source->data, 840, nearest->data, 840);
    g_autoptr(LamVolume) linear = lam_resample(source, &grid, NULL, LAM_LINEAR, 0, NULL);
    g_assert_cmpmem(source->data, 840, linear->data, 840);
    LamMat4 shift = lam_mat4_identity();
    shift.m[0][3] = 1e-4; /* mm: no longer the same */
    g_autoptr(LamVolume) shifted = lam_resample(source, &grid, &shift, LAM_LINEAR, 0, NULL);
    g_assert_cmpint(memcmp(source->data, shifted->data, 840), !=, 0);
    for (int i = 0; i < 210; i++)
        g_assert_cmpfloat_with_epsilon((double)source->data[i], (double)shifted->data[i], 1);
}

static void test_threads(void)
{
    LamGrid from = naive_oblique(31, 29, 27, 1, 1, 1, 0),
            to = naive_oblique(33, 31, 37, 0.9, 1, 1.1, 1);
    g_autoptr(LamVolume) source = noise(&from, 1, 6, 1);
    LamVolume *out[2], *smooth[2];
    for (int t = 0; t < 2; t++) {
        lam_threads_set(t == 0 ? 1 : 3);
        out[t] = lam_resample(source, &to, NULL, LAM_LINEAR, 0, NULL);
        smooth[t] = lam_volume_smooth(source, 1.7, NULL);
    }
    lam_threads_set(0);
    size_t n = lam_grid_voxels(&to) * sizeof(float), m = lam_grid_voxels(&from) * sizeof(float);
    g_assert_cmpmem(out[0]->data, n, out[1]->data, n);
    g_assert_cmpmem(smooth[0]->data, m, smooth[1]->data, m);
    for (int t = 0; t < 2; t++) {
        lam_volume_unref(out[t]);
        lam_volume_unref(smooth[t]);
    }
}

static void test_singular(void)
{
    LamGrid from = grid_of(3, 3, 3, lam_mat4_scaling(1, 0, 1)),
            to = grid_of(3, 3, 3, lam_mat4_identity());
    g_autoptr(LamVolume) source = noise(&from, 1, 6, 1);
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_resample(source, &to, NULL, LAM_LINEAR, 0, &error));
    g_assert_nonnull(error);
}

/* ---- one scan stored in 48 ways ------------------------------------------------------------- */

static void expect_same(const LamVolume *a, const LamVolume *b, double tolerance)
{
    size_t n = lam_grid_voxels(&a->grid);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon((double)a->data[i], (double)b->data[i], tolerance);
}

static void check_stored_as(const LamVolume *base, const int order[3], int flips, const LamGrid *to)
{
    g_autoptr(LamVolume) other = naive_stored_as(base, order, flips);
    for (int how = 0; how < 2; how++) {
        g_autoptr(LamVolume) x = lam_resample(base, to, NULL, (LamInterpolation)how, 0, NULL);
        g_autoptr(LamVolume) y = lam_resample(other, to, NULL, (LamInterpolation)how, 0, NULL);
        expect_same(x, y, 1e-4);
    }
    g_autoptr(LamVolume) p = lam_volume_prepare(base, 3, NULL);
    g_autoptr(LamVolume) q = lam_volume_prepare(other, 3, NULL);
    g_autoptr(LamVolume) x = lam_resample(p, to, NULL, LAM_LINEAR, 0, NULL);
    g_autoptr(LamVolume) y = lam_resample(q, to, NULL, LAM_LINEAR, 0, NULL);
    expect_same(x, y, 1e-5);
    LamVec3 c = lam_volume_brain_centre_mm(base), d = lam_volume_brain_centre_mm(other);
    for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon(c.v[a], d.v[a], 1e-9);
}

static void test_48_orders(void)
{
    LamGrid grid = naive_oblique(13, 9, 11, 1, 1.3, 2.1, 5);
    g_autoptr(LamVolume) base = noise(&grid, 1, 7, 100);
    int size[3] = {17, 15, 19};
    LamVec3 centre = lam_grid_centre_mm(&grid);
    centre.v[0] += 0.123; /* off the lattice, so that nearest has no ties */
    LamGrid to = lam_grid_centred(size, 0.97, centre);
    for (int o = 0; o < 6; o++)
        for (int flips = 0; flips < 8; flips++)
            check_stored_as(base, naive_orders[o], flips, &to);
}

static void test_orientation_letters(void)
{
    LamGrid grid = grid_of(3, 4, 5, lam_mat4_identity());
    g_autoptr(LamVolume) base = noise(&grid, 1, 7, 1);
    for (int o = 0; o < 6; o++)
        for (int flips = 0; flips < 8; flips++) {
            g_autoptr(LamVolume) v = naive_stored_as(base, naive_orders[o], flips);
            char letters[4];
            lam_grid_orientation(&v->grid, letters);
            for (int a = 0; a < 3; a++)
                g_assert_cmpint(letters[a], ==,
                                ((flips >> a & 1) ? "LPI" : "RAS")[naive_orders[o][a]]);
        }
    LamMat4 turn = lam_mat4_rotation(0, 0, G_PI / 4); /* 45 degrees: still two different letters */
    LamGrid tilted = grid_of(3, 3, 3, turn);
    char letters[4];
    lam_grid_orientation(&tilted, letters);
    g_assert_cmpint(letters[0], !=, letters[1]);
    g_assert_cmpint(letters[2], ==, 'S');
}

static void test_grid(void)
{
    int size[3] = {5, 8, 11};
    LamVec3 centre = {{10, -20, 30}};
    LamGrid grid = lam_grid_centred(size, 2.5, centre);
    LamVec3 c = lam_grid_centre_mm(&grid), s = lam_grid_spacing_mm(&grid);
    for (int a = 0; a < 3; a++) {
        g_assert_cmpfloat_with_epsilon(c.v[a], centre.v[a], 1e-12);
        g_assert_cmpfloat_with_epsilon(s.v[a], 2.5, 1e-12);
    }
    LamGrid other = grid;
    other.to_world.m[0][0] += 0.01; /* 4 voxels away: 0.04 mm */
    g_assert_true(lam_grid_equal(&grid, &other, 0.05));
    g_assert_false(lam_grid_equal(&grid, &other, 0.03));
    other = grid;
    other.size[2]++;
    g_assert_false(lam_grid_equal(&grid, &other, 100));
    LamGrid tilted = naive_oblique(2, 2, 2, 1, 2, 3, 0);
    s = lam_grid_spacing_mm(&tilted);
    for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon(s.v[a], a + 1, 1e-12);
}

static void test_volume_sizes(void)
{
    g_autoptr(GError) error = NULL;
    LamGrid zero = grid_of(3, 0, 3, lam_mat4_identity());
    g_assert_null(lam_volume_new(&zero, 1, &error));
    g_clear_error(&error);
    LamGrid vast = grid_of(G_MAXINT32, G_MAXINT32, G_MAXINT32, lam_mat4_identity());
    g_assert_null(lam_volume_new(&vast, 3, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resample/naive", test_naive);
    g_test_add_func("/resample/field", test_field);
    g_test_add_func("/resample/clamped", test_clamped);
    g_test_add_func("/resample/identity", test_identity);
    g_test_add_func("/resample/threads", test_threads);
    g_test_add_func("/resample/singular", test_singular);
    g_test_add_func("/resample/48-orders", test_48_orders);
    g_test_add_func("/grid/orientation", test_orientation_letters);
    g_test_add_func("/grid/measures", test_grid);
    g_test_add_func("/volume/sizes", test_volume_sizes);
    return g_test_run();
}

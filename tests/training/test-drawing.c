/* What samples are drawn with, against plain versions of it. */
#include "label-carry.h"
#include "lattice.h"
#include "naive.h"
#include "noise.h"
#include "random.h"

#include <lambdascope/threads.h>
#include <math.h>

static LamVolume *random_volume(const LamGrid *grid, int channels, double largest)
{
    LamVolume *v = lam_volume_new(grid, channels, NULL);
    GRand *rand = g_rand_new_with_seed(11);
    for (size_t i = 0; i < (size_t)channels * lam_grid_voxels(grid); i++)
        v->data[i] = (float)g_rand_double_range(rand, -largest, largest);
    g_rand_free(rand);
    return v;
}

/* The lattice ends before the grid does, at both ends. */
static void test_lattice(void)
{
    const int size[3] = {37, 9, 7};
    const double first[3] = {-0.7, 0.25, 0}, step[3] = {0.19, 0.5, 1};
    LamGrid points = {{6, 5, 7}, lam_mat4_identity()};
    g_autoptr(LamVolume) values = random_volume(&points, 1, 1);
    g_auto(LamLattice) lattice = {0};
    lam_lattice_init(&lattice, size, points.size, first, step);
    float line[7], row[37];
    for (int k = 0; k < size[2]; k++)
        for (int j = 0; j < size[1]; j++) {
            lam_lattice_row(&lattice, values->data, j + k * size[1], line, row);
            for (int i = 0; i < size[0]; i++) {
                LamVec3 p = {
                    {first[0] + i * step[0], first[1] + j * step[1], first[2] + k * step[2]}};
                g_assert_cmpfloat_with_epsilon((double)row[i], naive_linear(values, 0, p), 1e-5);
            }
        }
}

static double fraction(double p)
{
    return p - floor(p);
}

static LamLabelMap *random_map(const LamGrid *grid)
{
    GRand *rand = g_rand_new_with_seed(3);
    LamLabelMap *map = lam_label_map_random(grid, 9, 3, rand, NULL);
    g_rand_free(rand);
    return map;
}

/* Voxel by voxel in double; what lies between two voxels may be either's. */
static void compare_carried(const LamLabelMap *map, const LamGrid *grid, const LamVolume *d,
                            const LamMat4 *affine)
{
    const int *m = map->grid.size;
    g_autofree guint8 *labels = g_malloc(lam_grid_voxels(grid));
    const guint8 *at = labels;
    LamMat4 to_map, to_d = lam_mat4_identity();
    size_t outside = 0, inside = 0;
    g_assert_true(lam_mat4_invert(&map->grid.to_world, &to_map));
    g_assert_true(d == NULL || lam_mat4_invert(&d->grid.to_world, &to_d));
    lam_label_map_carry(map, grid, d, affine, labels);
    FOR_VOXELS(*grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}}), moved = x;
        for (int c = 0; d != NULL && c < 3; c++)
            moved.v[c] += naive_linear(d, c, lam_mat4_apply(&to_d, x));
        LamVec3 p = lam_mat4_apply(&to_map, lam_mat4_apply(affine, moved));
        int v[3];
        bool within = true, between = false;
        for (int a = 0; a < 3; a++) {
            v[a] = (int)floor(p.v[a] + 0.5);
            within &= v[a] >= 0 && v[a] < m[a];
            between |= fabs(fraction(p.v[a]) - 0.5) < 1e-3;
        }
        int wanted = within ? map->index[(v[2] * m[1] + v[1]) * m[0] + v[0]] : 0;
        g_assert_true(between || *at == wanted);
        at++;
        *(within ? &inside : &outside) += 1;
    }
    g_assert_cmpuint(inside, >, 50);
    g_assert_cmpuint(outside, >, 50);
}

static void test_carry(void)
{
    LamGrid map_grid = naive_oblique(23, 21, 24, 1, -1.1, 0.9, 2);
    LamGrid grid = naive_oblique(21, 19, 17, 1.3, 1.4, 1.5, 1), coarse = grid;
    g_autoptr(LamLabelMap) map = random_map(&map_grid);
    LamMat4 affine = lam_mat4_rotation(0.2, -0.3, 0.1);
    compare_carried(map, &grid, NULL, &affine);
    for (int a = 0; a < 3; a++) {
        coarse.size[a] = grid.size[a] / 3;
        for (int r = 0; r < 3; r++)
            coarse.to_world.m[r][a] *= 2.7;
    }
    g_autoptr(LamVolume) d = random_volume(&coarse, 3, 4);
    compare_carried(map, &grid, d, &affine);
}

static void test_carry_to_one_slice(void)
{
    LamGrid map_grid = lam_grid_centred((int[3]){30, 30, 1}, 1, (LamVec3){{0, 0, 0}});
    LamGrid grid = lam_grid_centred((int[3]){20, 23, 1}, 2, (LamVec3){{0, 0, 0}});
    LamGrid coarse = lam_grid_centred((int[3]){9, 9, 1}, 6, (LamVec3){{0, 0, 0}});
    g_autoptr(LamLabelMap) map = random_map(&map_grid);
    g_autoptr(LamVolume) d = random_volume(&coarse, 3, 4);
    LamMat4 affine = lam_mat4_translation(0.3, -2, 0);
    for (size_t i = 0; i < lam_grid_voxels(&coarse); i++)
        lam_volume_channel(d, 2)[i] = 0;
    compare_carried(map, &grid, d, &affine);
}

/* lowbias32, once more. */
static guint32 naive_hash(guint32 x)
{
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    x ^= x >> 16;
    return x;
}

static double naive_noise(guint32 seed, guint32 index)
{
    guint32 a = naive_hash(naive_hash(seed) + index), b = naive_hash(a + naive_hash(~seed));
    double sum = (a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16);
    return (sum - 2 * 65535.0) * sqrt(3) / 65536;
}

static void test_noise(void)
{
    enum { N = 200000 };
    g_autofree float *all = g_new(float, N), *part = g_new(float, 1000), *other = g_new(float, N);
    double moment[5] = {0}, next = 0, across = 0;
    lam_noise_run(5, 0, all, N);
    lam_noise_run(6, 0, other, N);
    lam_noise_run(5, 1234, part, 1000);
    g_assert_cmpmem(part, 4000, all + 1234, 4000); /* however it is cut */
    for (guint32 i = 0; i < 1000; i++)
        g_assert_cmpfloat_with_epsilon((double)all[i], naive_noise(5, i), 1e-5);
    for (int i = 0; i < N - 1; i++) {
        double x = (double)all[i];
        for (int p = 1; p <= 4; p++)
            moment[p] += pow(x, p) / N;
        next += x * (double)all[i + 1] / N;
        across += x * (double)other[i] / N;
    }
    g_assert_cmpfloat_with_epsilon(moment[1], 0, 0.01);
    g_assert_cmpfloat_with_epsilon(moment[2], 1, 0.01);
    g_assert_cmpfloat_with_epsilon(moment[3], 0, 0.03);
    g_assert_cmpfloat_with_epsilon(moment[4], 2.7, 0.05); /* of four uniforms; normal: 3 */
    g_assert_cmpfloat_with_epsilon(next, 0, 0.01);
    g_assert_cmpfloat_with_epsilon(across, 0, 0.01);
}

/* Straight between the lattice's points, which are `scale_mm` apart, and as spread as was asked for there. */
static void test_random_field(void)
{
    LamGrid grid = lam_grid_centred((int[3]){81, 40, 40}, 2, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 2, NULL);
    GRand *rand = g_rand_new_with_seed(2);
    lam_random_field(v, 16, 3, rand);
    g_rand_free(rand);
    int bends = 0;
    double squares = 0;
    for (int i = 1; i < 80; i++)
        bends += fabs((double)(v->data[i - 1] + v->data[i + 1] - 2 * v->data[i])) > 1e-3;
    for (size_t i = 0; i < 2 * lam_grid_voxels(&grid); i++)
        squares += pow((double)v->data[i], 2) / (2 * (double)lam_grid_voxels(&grid));
    g_assert_cmpint(bends, >=, 9); /* of 80 voxels; a point of the lattice bends at most two */
    g_assert_cmpint(bends, <=, 22);
    /* linear interpolation leaves 2/3 of the variance per axis */
    g_assert_cmpfloat_with_epsilon(squares, 9 * pow(2.0 / 3, 3), 0.5);
}

/* A pair is the same, however many threads draw it. */
static void test_threads(void)
{
    LamGrid grid = lam_grid_centred((int[3]){33, 21, 27}, 2, (LamVec3){{0, 0, 0}});
    g_autoptr(LamLabelMap) map = random_map(&grid);
    LamSynthesisOptions options = lam_synthesis_brains();
    size_t n = lam_grid_voxels(&grid);
    g_autofree float *one = g_new(float, n), *three = g_new(float, n);
    options.thick = 1;
    for (guint32 seed = 1; seed <= 6; seed++)
        for (int t = 1; t <= 3; t += 2) {
            GRand *rand = g_rand_new_with_seed(seed);
            lam_threads_set(t);
            g_assert_true(lam_synthesis_draw(map, &options, &grid, NULL, rand, t == 1 ? one : three,
                                             NULL, NULL));
            g_rand_free(rand);
            if (t == 3)
                g_assert_cmpmem(one, n * sizeof(float), three, n * sizeof(float));
        }
    lam_threads_set(0);
}

/* About one voxel in 200 is as bright as can be, and some voxel is. */
static void test_brightest(void)
{
    LamGrid grid = lam_grid_centred((int[3]){40, 40, 40}, 2, (LamVec3){{0, 0, 0}});
    g_autoptr(LamLabelMap) map = random_map(&grid);
    LamSynthesisOptions options = {.spread = 0.2};
    size_t n = lam_grid_voxels(&grid), full = 0;
    g_autofree float *image = g_new(float, n);
    GRand *rand = g_rand_new_with_seed(4);
    g_assert_true(lam_synthesis_draw(map, &options, &grid, NULL, rand, image, NULL, NULL));
    g_rand_free(rand);
    for (size_t i = 0; i < n; i++)
        full += image[i] == 1;
    g_assert_cmpuint(full, >, n / 400);
    g_assert_cmpuint(full, <, n / 150);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/drawing/lattice", test_lattice);
    g_test_add_func("/drawing/carry", test_carry);
    g_test_add_func("/drawing/carry-to-one-slice", test_carry_to_one_slice);
    g_test_add_func("/drawing/noise", test_noise);
    g_test_add_func("/drawing/random-field", test_random_field);
    g_test_add_func("/drawing/threads", test_threads);
    g_test_add_func("/drawing/brightest", test_brightest);
    return g_test_run();
}

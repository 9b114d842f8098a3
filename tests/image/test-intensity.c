/* Smoothing against its definition; percentiles against sorting; the preparation's promises. */
#include <lambdascope/error.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static LamVolume *noise(int w, int h, int d, double low, double high, guint32 seed)
{
    LamGrid grid = {{w, h, d}, lam_mat4_scaling(1, 1.5, -2)};
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    GRand *rand = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        v->data[i] = (float)g_rand_double_range(rand, low, high);
    g_rand_free(rand);
    return v;
}

static double at(const LamVolume *v, int i, int j, int k)
{
    const int *n = v->grid.size;
    i = CLAMP(i, 0, n[0] - 1);
    j = CLAMP(j, 0, n[1] - 1);
    k = CLAMP(k, 0, n[2] - 1);
    return (double)v->data[(k * n[1] + j) * n[0] + i];
}

static double weight(int d, double sigma)
{
    return abs(d) <= ceil(3 * sigma) ? exp(-0.5 * d * d / (sigma * sigma)) : 0;
}

/* The whole 3-D kernel at once. */
static double naive_smooth(const LamVolume *v, int i, int j, int k, const double s[3])
{
    double sum = 0, total = 0;
    for (int z = -8; z <= 8; z++)
        for (int y = -8; y <= 8; y++)
            for (int x = -8; x <= 8; x++) {
                double w = weight(x, s[0]) * weight(y, s[1]) * weight(z, s[2]);
                sum += w * at(v, i + x, j + y, k + z);
                total += w;
            }
    return sum / total;
}

static void test_smooth(void)
{
    g_autoptr(LamVolume) v = noise(9, 7, 5, -1, 1, 1);
    g_autoptr(LamVolume) out = lam_volume_smooth(v, 1.9, NULL);
    double sigma[3] = {1.9, 1.9 / 1.5, 1.9 / 2};
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 7; j++)
            for (int i = 0; i < 9; i++)
                g_assert_cmpfloat_with_epsilon(at(out, i, j, k), naive_smooth(v, i, j, k, sigma),
                                               1e-5);
    g_autoptr(LamVolume) same = lam_volume_smooth(v, 0, NULL);
    g_assert_cmpmem(v->data, 315 * 4, same->data, 315 * 4);
}

/* Rows of more than one register, with something left over; in place; one axis not smoothed. */
static void test_smooth_wide(void)
{
    g_autoptr(LamVolume) v = noise(37, 6, 5, -1, 1, 3);
    g_autoptr(LamVolume) out = lam_volume_smooth(v, 0, NULL);
    const double sigma[3] = {1.1, 1e-9, 0.7}, asked[3] = {1.1, 0, 0.7};
    lam_smooth(out->data, out->grid.size, asked);
    for (int k = 0; k < 5; k++)
        for (int j = 0; j < 6; j++)
            for (int i = 0; i < 37; i++)
                g_assert_cmpfloat_with_epsilon(at(out, i, j, k), naive_smooth(v, i, j, k, sigma),
                                               1e-5);
}

/* A kernel wider than the volume, and axes of one voxel. */
static void test_smooth_small(void)
{
    g_autoptr(LamVolume) v = noise(3, 1, 2, 0, 1, 2);
    g_autoptr(LamVolume) out = lam_volume_smooth(v, 2, NULL);
    double sigma[3] = {2, 2 / 1.5, 1};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < 3; i++)
            g_assert_cmpfloat_with_epsilon(at(out, i, 0, k), naive_smooth(v, i, 0, k, sigma), 1e-5);
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void test_percentile(void)
{
    g_autoptr(LamVolume) v = noise(17, 13, 11, -3, 5, 3);
    g_autofree float *sorted = g_new(float, 17 * 13 * 11);
    size_t n = 0;
    for (int i = 0; i < 17 * 13 * 11; i++)
        if (v->data[i] > 0)
            sorted[n++] = v->data[i];
    qsort(sorted, n, sizeof *sorted, by_value);
    static const double shares[] = {0, 0.01, 0.25, 0.5, 0.98, 0.995, 1};
    for (size_t s = 0; s < G_N_ELEMENTS(shares); s++) {
        size_t rank = (size_t)(shares[s] * (double)(n - 1) + 0.5);
        g_assert_cmpfloat(lam_volume_percentile_positive(v, shares[s]), ==, (double)sorted[rank]);
    }
    for (int i = 0; i < 17 * 13 * 11; i++)
        v->data[i] = -1;
    g_assert_cmpfloat(lam_volume_percentile_positive(v, 0.5), ==, 0);
}

static void test_prepare(void)
{
    g_autoptr(LamVolume) v = noise(20, 20, 20, -50, 400, 4);
    v->data[7] = 1e6f; /* one hot voxel does not matter */
    double top = lam_volume_percentile_positive(v, 0.995);
    g_autoptr(LamVolume) out =
        lam_volume_prepare(v, 0.5, NULL); /* finer than the scan: no smoothing */
    for (int i = 0; i < 8000; i++) {
        double expected = CLAMP((double)v->data[i] / top, 0, 1.2);
        g_assert_cmpfloat_with_epsilon((double)out->data[i], expected, 1e-5);
    }
    /* at 1.5 mm only x (1 mm) is smoothed: to a width of 1.5 mm */
    g_autoptr(LamVolume) coarse = lam_volume_prepare(v, 1.5, NULL);
    double sigma[3] = {sqrt(1.5 * 1.5 - 1) / (2 * sqrt(2 * log(2))), 1e-3, 1e-3};
    for (int i = 0; i < 20; i++)
        g_assert_cmpfloat_with_epsilon(at(coarse, i, 10, 10), naive_smooth(out, i, 10, 10, sigma),
                                       1e-5);
}

static void expect_refused(const LamVolume *v, const char *reason)
{
    GError *error = NULL;
    g_assert_null(lam_volume_prepare(v, 2, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, reason));
    g_assert_nonnull(strstr(error->message, "scan.nii"));
    g_clear_error(&error);
}

static void test_prepare_empty(void)
{
    g_autoptr(LamVolume) v = noise(4, 4, 4, -2, -1, 5);
    v->path = g_strdup("scan.nii");
    expect_refused(v, "no voxel is above zero");
    for (int i = 0; i < 64; i++)
        v->data[i] = 5;
    expect_refused(v, "every voxel has the value 5");
    for (int i = 0; i < 64; i++)
        v->data[i] = 0; /* what a file of NaN becomes */
    expect_refused(v, "every voxel has the value 0");
}

/* Extreme scales: tiny and huge intensities give the same picture. */
static void test_prepare_scale(void)
{
    g_autoptr(LamVolume) v = noise(6, 6, 6, 0, 1, 6);
    g_autoptr(LamVolume) expected = lam_volume_prepare(v, 2, NULL);
    static const float factors[] = {1e-36f, 1e36f};
    for (int f = 0; f < 2; f++) {
        g_autoptr(LamVolume) scaled = noise(6, 6, 6, 0, 1, 6);
        for (int i = 0; i < 216; i++)
            scaled->data[i] *= factors[f];
        g_autoptr(LamVolume) out = lam_volume_prepare(scaled, 2, NULL);
        for (int i = 0; i < 216; i++)
            g_assert_cmpfloat_with_epsilon((double)out->data[i], (double)expected->data[i], 1e-5);
    }
}

static void test_brain_centre(void)
{
    g_autoptr(LamVolume) v = noise(30, 30, 30, 0, 10, 7); /* noise far below the tissue */
    for (int k = 8; k < 23; k++)
        for (int j = 1; j < 14; j++)
            for (int i = 18; i < 29; i++)
                v->data[(k * 30 + j) * 30 + i] = 500;
    LamVec3 c = lam_volume_brain_centre_mm(v);
    g_assert_cmpfloat_with_epsilon(c.v[0], 23, 1e-9);
    g_assert_cmpfloat_with_epsilon(c.v[1], 7 * 1.5, 1e-9);
    g_assert_cmpfloat_with_epsilon(c.v[2], 15 * -2, 1e-9);
    memset(v->data, 0, 27000 * sizeof(float));
    c = lam_volume_brain_centre_mm(v);
    g_assert_cmpfloat_with_epsilon(c.v[0], 14.5, 1e-9);
}

/* A ball of 150 mm on a neck of the same width as long as `neck` mm; 3 mm, stored upside down. */
static LamVec3 centre_of_head(double neck)
{
    LamGrid grid = lam_grid_centred((int[3]){60, 60, 110}, 3, (LamVec3){{0, 0, -60}});
    grid.to_world.m[2][3] += 109 * 3; /* k runs down */
    grid.to_world.m[2][2] = -3;
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    for (int k = 0; k < 110; k++)
        for (int j = 0; j < 60; j++)
            for (int i = 0; i < 60; i++) {
                LamVec3 p = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double r = hypot(hypot(p.v[0], p.v[1]), p.v[2]), side = hypot(p.v[0], p.v[1]);
                bool in_neck = side < 60 && p.v[2] < 0 && p.v[2] > -75 - neck;
                v->data[(k * 60 + j) * 60 + i] = r < 75 || in_neck ? 100 : 1;
            }
    return lam_volume_brain_centre_mm(v);
}

/* However much of the neck is shown, the centre stays in the head; without a neck it is exact. */
static void test_brain_centre_of_heads(void)
{
    g_assert_cmpfloat_with_epsilon(centre_of_head(-75).v[2], 0, 1.0);
    for (int neck = 40; neck <= 120; neck += 20) {
        LamVec3 c = centre_of_head(neck);
        g_test_message("neck %d: %.1f", neck, c.v[2]);
        g_assert_cmpfloat_with_epsilon(c.v[2], 0, 12);
        g_assert_cmpfloat_with_epsilon(c.v[0], 0, 0.5);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/intensity/smooth", test_smooth);
    g_test_add_func("/intensity/smooth-wide", test_smooth_wide);
    g_test_add_func("/intensity/smooth-small", test_smooth_small);
    g_test_add_func("/intensity/percentile", test_percentile);
    g_test_add_func("/intensity/prepare", test_prepare);
    g_test_add_func("/intensity/prepare-empty", test_prepare_empty);
    g_test_add_func("/intensity/prepare-scale", test_prepare_scale);
    g_test_add_func("/intensity/brain-centre", test_brain_centre);
    g_test_add_func("/intensity/brain-centre-of-heads", test_brain_centre_of_heads);
    return g_test_run();
}

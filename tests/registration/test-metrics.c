#include <lambdascope/metrics.h>
#include <lambdascope/threads.h>

#include <math.h>

static LamVolume *labels(const int *values, int n, guint32 seed)
{
    LamGrid grid = {{17, 13, 11}, lam_mat4_identity()};
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    GRand *rand = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        v->data[i] = (float)values[g_rand_int_range(rand, 0, n)];
    g_rand_free(rand);
    return v;
}

static double naive_dice(const LamVolume *a, const LamVolume *b, int label)
{
    double na = 0, nb = 0, both = 0;
    for (size_t i = 0; i < lam_grid_voxels(&a->grid); i++) {
        bool x = (int)lrint((double)a->data[i]) == label,
             y = (int)lrint((double)b->data[i]) == label;
        na += x;
        nb += y;
        both += x && y;
    }
    return na + nb > 0 ? 2 * both / (na + nb) : NAN;
}

static void expect(double got, double expected)
{
    if (isnan(expected))
        g_assert_true(isnan(got));
    else
        g_assert_cmpfloat_with_epsilon(got, expected, 1e-12);
}

static void test_dice(void)
{
    static const int held[] = {0, 0, 3, 4, 11, 207, -5, 70000, 2000000, 65535};
    static const int asked[] = {4, 0, -5, 999, 207, 3, 70000, 2000000, 65535, 4, 16777216};
    double out[G_N_ELEMENTS(asked)];
    g_autoptr(LamVolume) a = labels(held, 10, 1);
    g_autoptr(LamVolume) b = labels(held, 8, 2);
    lam_dice_many(a, b, asked, G_N_ELEMENTS(asked), out);
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
        expect(out[i], naive_dice(a, b, asked[i]));
        expect(lam_dice(a, b, asked[i]), naive_dice(a, b, asked[i]));
    }
    g_assert_true(isnan(out[3]));
    g_assert_cmpfloat(out[7], ==, 0); /* only in one of them */
    expect(lam_dice(a, a, 11), 1);
    lam_dice_many(a, b, asked, 0, NULL);
}

/* Float maps that went through other tools hold 2.9999 for 3, or NaN. */
static void test_dice_inexact(void)
{
    LamGrid grid = {{4, 1, 1}, lam_mat4_identity()};
    g_autoptr(LamVolume) a = lam_volume_new(&grid, 1, NULL);
    g_autoptr(LamVolume) b = lam_volume_new(&grid, 1, NULL);
    float va[4] = {2.9999f, 3, 3.0001f, NAN}, vb[4] = {3, 3, 1e30f, 3};
    for (int i = 0; i < 4; i++) {
        a->data[i] = va[i];
        b->data[i] = vb[i];
    }
    expect(lam_dice(a, b, 3), 2.0 * 2 / 6);
}

static void test_correlation(void)
{
    enum { N = 200003 };
    g_autofree float *a = g_new(float, N), *b = g_new(float, N);
    GRand *rand = g_rand_new_with_seed(3);
    double n = 0, sa = 0, sb = 0, ca = 0, cb = 0, cab = 0;
    for (int i = 0; i < N; i++) {
        a[i] = (float)MAX(g_rand_double_range(rand, -1, 1), 0);
        b[i] = (float)MAX(0.7 * (double)a[i] + g_rand_double_range(rand, -0.5, 0.3), 0);
        if (a[i] > 0 || b[i] > 0)
            n++, sa += (double)a[i], sb += (double)b[i];
    }
    g_rand_free(rand);
    for (int i = 0; i < N; i++)
        if (a[i] > 0 || b[i] > 0) {
            double x = (double)a[i] - sa / n, y = (double)b[i] - sb / n;
            ca += x * x, cb += y * y, cab += x * y;
        }
    g_assert_cmpfloat_with_epsilon(lam_correlation(a, b, N), cab / sqrt(ca * cb), 1e-9);
    g_assert_cmpfloat_with_epsilon(lam_correlation(a, a, N), 1, 1e-12);
    lam_threads_set(1);
    double one = lam_correlation(a, b, N);
    lam_threads_set(3);
    g_assert_cmpfloat(lam_correlation(a, b, N), ==, one);
    lam_threads_set(0);
}

static void test_correlation_undefined(void)
{
    float zeros[5] = {0}, ones[5] = {1, 1, 1, 1, 1}, ramp[5] = {1, 2, 3, 4, 5};
    g_assert_true(isnan(lam_correlation(zeros, zeros, 5)));
    g_assert_true(isnan(lam_correlation(ones, ramp, 5)));
    g_assert_true(isnan(lam_correlation(ramp, ramp, 0)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/metrics/dice", test_dice);
    g_test_add_func("/metrics/dice-inexact", test_dice_inexact);
    g_test_add_func("/metrics/correlation", test_correlation);
    g_test_add_func("/metrics/correlation-undefined", test_correlation_undefined);
    return g_test_run();
}

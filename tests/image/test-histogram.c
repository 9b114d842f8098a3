/* Histograms: known shares, edges, background, what lies outside. */
#include <lambdascope/histogram.h>

#include <math.h>

static LamVolume *scan_of(const float *values, int n)
{
    LamGrid grid = lam_grid_centred((int[3]){n, 1, 1}, 1, (LamVec3){{0}});
    LamVolume *scan = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < n; i++)
        scan->data[i] = values[i];
    return scan;
}

static void test_known(void)
{
    const float values[] = {0, 0, 1, 2.5f, 4, 4, -3, 9};
    g_autoptr(LamVolume) scan = scan_of(values, G_N_ELEMENTS(values));
    g_autoptr(LamHistogram) all = lam_histogram_new(scan, 0, 4, 4, false);
    g_assert_cmpuint(all->counted, ==, 6);
    const double shares[] = {2 / 6.0, 1 / 6.0, 1 / 6.0, 2 / 6.0};
    for (int i = 0; i < 4; i++)
        g_assert_cmpfloat_with_epsilon(all->share[i], shares[i], 1e-12);
    g_autoptr(LamHistogram) front = lam_histogram_new(scan, 0, 4, 4, true);
    g_assert_cmpuint(front->counted, ==, 4);
    g_assert_cmpfloat_with_epsilon(front->share[0], 0, 1e-12);
    g_assert_cmpfloat_with_epsilon(lam_histogram_peak(front), 0.5, 1e-12);
}

static void test_nothing(void)
{
    const float values[] = {-1, NAN};
    g_autoptr(LamVolume) scan = scan_of(values, G_N_ELEMENTS(values));
    g_autoptr(LamHistogram) none = lam_histogram_new(scan, 0, 1, 3, false);
    g_assert_cmpuint(none->counted, ==, 0);
    g_assert_cmpfloat(lam_histogram_peak(none), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/histogram/known", test_known);
    g_test_add_func("/histogram/nothing", test_nothing);
    return g_test_run();
}

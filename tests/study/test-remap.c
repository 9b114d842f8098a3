/* Scans in other contrasts. */
#include <lambdascope/error.h>
#include <lambdascope/remap.h>
#include <math.h>

static void ends(void)
{
    for (int i = 0; i <= 10; i++) {
        double z = i / 10.0;
        g_assert_cmpfloat_with_epsilon(lam_remap_intensity(z, 0), z, 1e-12);
        g_assert_cmpfloat_with_epsilon(lam_remap_intensity(z, 1), 1 - z, 1e-12);
    }
}

/* Within [0,1], with contrast, smooth in t. */
static void between(void)
{
    for (int k = 0; k <= 100; k++) {
        double t = k / 100.0, low = 1, high = 0;
        for (int i = 0; i <= 100; i++) {
            double g = lam_remap_intensity(i / 100.0, t);
            g_assert_cmpfloat(g, >=, -1e-12);
            g_assert_cmpfloat(g, <=, 1 + 1e-12);
            g_assert_cmpfloat(fabs(g - lam_remap_intensity(i / 100.0, fmin(t + 0.01, 1))), <, 0.03);
            low = fmin(low, g);
            high = fmax(high, g);
        }
        g_assert_cmpfloat(high - low, >=, 0.5 - 1e-9);
    }
}

/* Which of CSF, grey and white matter (of a T1 scan) is brightest. */
static int brightest(double t)
{
    static const double tissue[] = {0.2, 0.5, 0.75};
    int best = 0;
    for (int i = 1; i < 3; i++)
        if (lam_remap_intensity(tissue[i], t) > lam_remap_intensity(tissue[best], t))
            best = i;
    return best;
}

static void order_of_tissues(void)
{
    g_assert_cmpint(brightest(0), ==, 2);
    g_assert_cmpint(brightest(0.5), ==, 1);
    g_assert_cmpint(brightest(1), ==, 0);
}

/* 1 to 1000, whose 99.5th percentile is 995, and a half that is background. */
static LamVolume *ramp(void)
{
    LamGrid grid = lam_grid_centred((int[]){20, 10, 10}, 2, (LamVec3){{0, 0, 0}});
    LamVolume *scan = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < 1000; i++)
        scan->data[i] = (float)(i + 1);
    return scan;
}

static void of_a_scan(void)
{
    g_autoptr(LamVolume) scan = ramp();
    g_autoptr(LamVolume) same = lam_remap_contrast(scan, 0, NULL);
    g_autoptr(LamVolume) inverted = lam_remap_contrast(scan, 1, NULL);
    for (int i = 0; i < 2000; i++) {
        double v = (double)scan->data[i];
        g_assert_cmpfloat_with_epsilon(same->data[i], v, 1e-3);
        g_assert_cmpfloat_with_epsilon(inverted->data[i], v > 0 ? 1.2 * 995 - v : 0, 3);
    }
}

static void refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamVolume) scan = ramp();
    g_assert_null(lam_remap_contrast(scan, 1.5, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_assert_null(lam_remap_contrast(scan, (double)NAN, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    for (int i = 0; i < 2000; i++)
        scan->data[i] = -1;
    g_assert_null(lam_remap_contrast(scan, 0.5, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/remap/ends", ends);
    g_test_add_func("/remap/between", between);
    g_test_add_func("/remap/order-of-tissues", order_of_tissues);
    g_test_add_func("/remap/of-a-scan", of_a_scan);
    g_test_add_func("/remap/refused", refused);
    return g_test_run();
}

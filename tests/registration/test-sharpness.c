/* Sharpness of waves, which is known, at their own spacing and at a coarser one; what is refused. */
#include <lambdascope/error.h>
#include <lambdascope/sharpness.h>
#include <math.h>
#include <string.h>

#define PERIOD_MM 24

/* Across x, about 2, voxels of this size. */
static LamVolume *wave(double spacing_mm, int n)
{
    LamGrid grid = lam_grid_centred((int[]){n, 24, 24}, spacing_mm, (LamVec3){{5, 0, 0}});
    LamVolume *volume = lam_volume_new(&grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        volume->data[i] =
            2 + (float)sin(2 * G_PI / PERIOD_MM * spacing_mm * (double)(i % (size_t)n));
    return volume;
}

/* A central difference over 2 h of a wave sin(k x) has the amplitude sin(k h) / h. */
static double known(double spacing_mm)
{
    return pow(sin(2 * G_PI / PERIOD_MM * spacing_mm) / spacing_mm, 2);
}

static void test_wave(void)
{
    g_autoptr(LamVolume) fine = wave(1, 240);
    g_autoptr(LamVolume) coarse = wave(2, 120);
    g_assert_cmpfloat_with_epsilon(lam_sharpness(fine) / known(1), 1, 0.02);
    g_assert_cmpfloat_with_epsilon(lam_sharpness(coarse) / known(2), 1, 0.03);
}

static void test_at_spacing(void)
{
    GError *error = NULL;
    g_autoptr(LamVolume) fine = wave(1, 240);
    g_autoptr(LamVolume) coarse = wave(2, 120);
    double same = lam_sharpness_at(coarse, 2, &error), sampled = lam_sharpness_at(fine, 2, &error);
    g_assert_no_error(error);
    g_assert_cmpfloat(same, ==, lam_sharpness(coarse));
    g_assert_cmpfloat_with_epsilon(sampled / same, 1, 0.05);
}

static void refuse(const LamVolume *scan, double spacing_mm, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(isnan(lam_sharpness_at(scan, spacing_mm, &error)));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, word));
}

static void test_refuses(void)
{
    g_autoptr(LamVolume) coarse = wave(2, 120);
    LamGrid grid = lam_grid_centred((int[]){8, 8, 8}, 1, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) empty = lam_volume_new(&grid, 1, NULL);
    refuse(coarse, 1, "its voxels are larger");
    refuse(coarse, 100, "within 0.25 and 20");
    refuse(coarse, NAN, "within 0.25 and 20");
    refuse(empty, 2, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sharpness/wave", test_wave);
    g_test_add_func("/sharpness/at-spacing", test_at_spacing);
    g_test_add_func("/sharpness/refuses", test_refuses);
    return g_test_run();
}

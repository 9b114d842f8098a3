/* The phantom: the same from a seed everywhere, with a truth that is true. */
#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/metrics.h>
#include <lambdascope/phantom.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <omp.h>
#include <string.h>

static LamPhantom make(guint32 seed, double spacing_mm, double deformation_mm, double noise)
{
    LamPhantomOptions options = lam_phantom_defaults();
    LamPhantom phantom;
    g_autoptr(GError) error = NULL;
    options.seed = seed;
    options.spacing_mm = spacing_mm;
    options.deformation_mm = deformation_mm;
    options.noise = noise;
    g_assert_true(lam_phantom_make(&options, &phantom, &error));
    g_assert_no_error(error);
    return phantom;
}

static guint64 hash(guint64 h, const LamVolume *volume)
{
    size_t count = lam_grid_voxels(&volume->grid) * (size_t)volume->channels;
    for (size_t i = 0; i < count; i++) {
        guint32 bits;
        memcpy(&bits, &volume->data[i], 4);
        h = (h ^ bits) * 0x100000001b3u;
    }
    return h;
}

static guint64 hash_all(guint32 seed)
{
    LamPhantom phantom = make(seed, 4, 9, 0.02);
    guint64 h = 0xcbf29ce484222325u;
    h = hash(hash(h, phantom.fixed), phantom.moving);
    h = hash(hash(h, phantom.fixed_labels), phantom.moving_labels);
    h = hash(h, phantom.truth);
    lam_phantom_clear(&phantom);
    return h;
}

static void test_deterministic(void)
{
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    guint64 one = hash_all(7);
    omp_set_num_threads(3);
    guint64 three = hash_all(7), other = hash_all(8);
    omp_set_num_threads(before);
    g_assert_cmphex(one, ==, three);
    g_assert_cmphex(one, !=, other);
    /* Written down once: any compiler and processor with IEEE arithmetic must give it. A change of
     * the phantom changes it; then write down the new one. */
    g_assert_cmphex(one, ==, G_GUINT64_CONSTANT(0x5e356ae9f623e49f));
}

static double correlation(const LamVolume *a, const LamVolume *b)
{
    return lam_correlation(a->data, b->data, lam_grid_voxels(&a->grid));
}

static void test_truth(void)
{
    for (guint32 seed = 1; seed <= 2; seed++) {
        LamPhantom p = make(seed, 2, 9, 0);
        g_autoptr(LamVolume) warped =
            lam_resample_field(p.moving, &p.fixed->grid, p.truth, LAM_LINEAR, 0, NULL);
        g_autoptr(LamVolume) labels =
            lam_resample_field(p.moving_labels, &p.fixed->grid, p.truth, LAM_NEAREST, 0, NULL);
        double before = correlation(p.fixed, p.moving), after = correlation(p.fixed, warped);
        double dice_before = lam_dice(p.fixed_labels, p.moving_labels, 59);
        double dice_after = lam_dice(p.fixed_labels, labels, 59);
        g_test_message("correlation %.3f -> %.3f, Dice of the thalamus %.3f -> %.3f", before, after,
                       dice_before, dice_after);
        g_assert_cmpfloat(before, <, 0.85);
        g_assert_cmpfloat(after, >, 0.95); /* bias fields differ, sampling blurs */
        g_assert_cmpfloat(dice_before, <, dice_after - 0.03);
        g_assert_cmpfloat(dice_after, >, 0.9);
        lam_phantom_clear(&p);
    }
}

static void test_fold_free(void)
{
    const double sizes_mm[] = {3, 9, 15};
    for (guint32 seed = 1; seed <= 6; seed++) {
        double size_mm = sizes_mm[seed % 3];
        LamPhantom p = make(seed, 4, size_mm, 0.02);
        LamFieldStatistics s;
        g_assert_true(lam_field_statistics(p.truth, &s, NULL, NULL));
        g_assert_cmpfloat(s.fold_percent, ==, 0);
        g_assert_cmpfloat(s.min_jacobian, >, 0.05);
        g_assert_cmpfloat(s.max_mm, >, 0.8 * size_mm);
        g_assert_cmpfloat(s.max_mm, <, 2 * size_mm); /* corners lie outside the brain */
        lam_phantom_clear(&p);
    }
}

/* Voxels with this label, and the mean x of them. */
static size_t locate(const LamVolume *labels, int label, double *mean_x_mm)
{
    const LamGrid *grid = &labels->grid;
    size_t count = 0, voxel = 0;
    *mean_x_mm = 0;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++, voxel++)
                if ((int)labels->data[voxel] == label) {
                    *mean_x_mm += lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}}).v[0];
                    count++;
                }
    *mean_x_mm /= (double)count;
    return count;
}

static void test_labels(void)
{
    const int rights[] = {36, 38, 40, 44, 47, 51, 55, 57, 59, 100, 142, 154, 176, 182, 190};
    const int lefts[] = {37, 39, 41, 45, 48, 52, 56, 58, 60, 101, 143, 155, 177, 183, 191};
    const int middles[] = {4, 11, 35};
    for (guint32 seed = 1; seed <= 3; seed++) {
        LamPhantom p = make(seed, 2, 0, 0);
        double right_mm, left_mm;
        for (guint i = 0; i < G_N_ELEMENTS(rights); i++) {
            double r = (double)locate(p.moving_labels, rights[i], &right_mm);
            double l = (double)locate(p.moving_labels, lefts[i], &left_mm);
            g_assert_cmpfloat(r, >, 15);
            g_assert_cmpfloat(l, >, 15);
            g_assert_cmpfloat(right_mm, >, 1);
            g_assert_cmpfloat(left_mm, <, -1);
            g_assert_cmpfloat(fmax(r / l, l / r), <, 4);
        }
        for (guint i = 0; i < G_N_ELEMENTS(middles); i++) {
            g_assert_cmpuint(locate(p.moving_labels, middles[i], &right_mm), >, 20);
            g_assert_cmpfloat(fabs(right_mm), <, 3);
        }
        lam_phantom_clear(&p);
    }
}

/* Contrast as in T1: fluid < cortex < white matter, and nothing outside the brain. */
static void test_contrast(void)
{
    LamPhantom p = make(3, 2, 9, 0.02);
    double sum[256] = {0}, count[256] = {0};
    for (size_t i = 0; i < lam_grid_voxels(&p.fixed->grid); i++) {
        int label = (int)p.fixed_labels->data[i];
        g_assert_true(isfinite(p.fixed->data[i]) && p.fixed->data[i] >= 0);
        sum[label] += p.fixed->data[i];
        count[label]++;
    }
    double fluid = sum[51] / count[51], cortex = sum[190] / count[190], white = sum[44] / count[44];
    g_assert_cmpfloat(fluid, <, 0.7 * cortex);
    g_assert_cmpfloat(cortex, <, 0.8 * white);
    g_assert_cmpfloat(p.fixed->data[0], ==, 0);
    lam_phantom_clear(&p);
}

static void test_names(void)
{
    g_autoptr(LamLabelNames) names = lam_phantom_label_names();
    LamPhantom p = make(3, 2, 9, 0.02);
    for (size_t i = 0; i < lam_grid_voxels(&p.fixed->grid); i++) {
        int label = (int)p.fixed_labels->data[i];
        g_assert_true(label == 0 || lam_label_names_find(names, label) != NULL);
    }
    g_assert_cmpstr(lam_label_names_find(names, 52), ==, "Left lateral ventricle");
    g_assert_cmpstr(lam_label_names_find(names, 30), ==, "Left accumbens area");
    lam_phantom_clear(&p);
}

static void test_no_deformation(void)
{
    LamPhantom p = make(5, 4, 0, 0);
    size_t bytes = lam_grid_voxels(&p.fixed->grid) * sizeof(float);
    g_assert_cmpmem(p.fixed_labels->data, bytes, p.moving_labels->data, bytes);
    lam_phantom_clear(&p);
}

static void test_bad_options(void)
{
    const LamPhantomOptions bad[] = {
        {1, 0, 9, 0.02},  {1, 0.5, 9, 0.02}, {1, 5, 9, 0.02}, {1, NAN, 9, 0.02},
        {1, 2, -1, 0.02}, {1, 2, 99, 0.02},  {1, 2, 9, -1},   {1, 2, 9, 0.5},
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        LamPhantom p;
        g_assert_false(lam_phantom_make(&bad[i], &p, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_null(p.fixed);
        lam_phantom_clear(&p);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/phantom/deterministic", test_deterministic);
    g_test_add_func("/phantom/truth", test_truth);
    g_test_add_func("/phantom/fold-free", test_fold_free);
    g_test_add_func("/phantom/labels", test_labels);
    g_test_add_func("/phantom/contrast", test_contrast);
    g_test_add_func("/phantom/names", test_names);
    g_test_add_func("/phantom/no-deformation", test_no_deformation);
    g_test_add_func("/phantom/bad-options", test_bad_options);
    return g_test_run();
}

/* What the options promise: kinds, measures, starts, masks; heads; wrong pairs. */
#include "affine-object.h"

#include <lambdascope/affine.h>
#include <lambdascope/error.h>

#include <math.h>
#include <string.h>

static LamMat4 chain(LamMat4 a, LamMat4 b)
{
    return lam_mat4_multiply(&a, &b);
}

static LamVolume *fixed_scan(void)
{
    LamGrid grid = object_grid();
    LamMat4 identity = lam_mat4_identity();
    return object_scan(&grid, &identity);
}

static LamVolume *moving_scan(const LamMat4 *map)
{
    LamGrid grid = object_grid_of(map);
    return object_scan(&grid, map);
}

static LamAffine align(const LamVolume *fixed, const LamVolume *moving,
                       const LamAffineOptions *options)
{
    LamAffine result = {0};
    GError *error = NULL;
    bool ok = lam_affine_register(fixed, moving, options, NULL, &result, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_test_message("measure %d, correlation %.3f, nmi %.3f, agreement %.3f, polarity %.3f, %.2f s",
                   result.measure, result.correlation, result.nmi, result.agreement,
                   result.polarity, result.seconds);
    return result;
}

/* Largest departure of the linear part from scale * rotation. */
static double departure(const LamMat4 *map, double scale)
{
    double worst = 0;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double sum = i == j ? -scale * scale : 0;
            for (int k = 0; k < 3; k++)
                sum += map->m[k][i] * map->m[k][j];
            worst = fmax(worst, fabs(sum));
        }
    return worst;
}

static LamMat4 similarity_map(double scale)
{
    return chain(lam_mat4_translation(9, -14, 6),
                 chain(lam_mat4_rotation(0.25, -0.1, 0.2), lam_mat4_scaling(scale, scale, scale)));
}

static void test_kinds(void)
{
    LamMat4 map = similarity_map(1.1), rigid = similarity_map(1);
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) grown = moving_scan(&map);
    g_autoptr(LamVolume) moved = moving_scan(&rigid);
    LamAffineOptions options = lam_affine_options_default();
    g_assert_cmpint(options.kind, ==, LAM_AFFINE_FULL);
    options.kind = LAM_AFFINE_SIMILARITY;
    LamAffine result = align(fixed, grown, &options);
    g_assert_cmpfloat(object_error_mm(&result.matrix, &map), <, 0.5);
    g_assert_cmpfloat(departure(&result.matrix, cbrt(lam_mat4_det3(&result.matrix))), <, 1e-12);
    options.kind = LAM_AFFINE_RIGID;
    result = align(fixed, moved, &options);
    g_assert_cmpfloat(object_error_mm(&result.matrix, &rigid), <, 0.5);
    g_assert_cmpfloat(departure(&result.matrix, 1), <, 1e-12);
    result = align(fixed, grown, &options); /* the best there is without a scale */
    g_assert_cmpfloat(departure(&result.matrix, 1), <, 1e-12);
    g_assert_cmpfloat(object_error_mm(&result.matrix, &rigid), <, 4);
}

/* Brightest in the middle of the range: no line maps the one onto the other. */
static void recolour(LamVolume *v)
{
    for (size_t i = 0; i < lam_grid_voxels(&v->grid); i++) {
        float t = v->data[i] / 1000;
        v->data[i] = t > 0.02f ? 1000 * (0.1f + 0.9f * expf(-(t - 0.5f) * (t - 0.5f) / 0.04f)) : 0;
    }
}

/* Dark stays dark, as fluid does from T1 to FLAIR; what is brighter changes places. */
static void exchange_tissues(LamVolume *v)
{
    for (size_t i = 0; i < lam_grid_voxels(&v->grid); i++) {
        float t = v->data[i] / 1000;
        float bright = t < 0.65f ? 0.5f + 10 * (t - 0.6f) : 1 - 1.4f * (t - 0.65f);
        v->data[i] = 1000 * (t < 0.6f ? t / 1.2f : bright);
    }
}

/* Most edges rise the same way, those of fluid and of the outer border; those between tissues do not. */
static void test_tissues(void)
{
    LamMat4 map = similarity_map(1.05);
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) moving = moving_scan(&map);
    LamAffine alike = align(fixed, moving, NULL);
    g_assert_cmpfloat(alike.tissue_polarity, >, 0.9);
    exchange_tissues(moving);
    LamAffine there = align(fixed, moving, NULL), back = align(moving, fixed, NULL);
    g_test_message("between tissues %.3f", there.tissue_polarity);
    g_assert_cmpfloat(there.tissue_polarity, <, 0);
    g_assert_cmpfloat(there.polarity, >, 0.5);
    g_assert_cmpfloat_with_epsilon(there.tissue_polarity, back.tissue_polarity, 0.05);
}

static void test_contrasts(void)
{
    LamMat4 map = chain(similarity_map(1), lam_mat4_scaling(1.06, 0.95, 1.02));
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) moving = moving_scan(&map);
    recolour(moving);
    LamAffineOptions options = lam_affine_options_default();
    for (int m = 0; m < 2; m++) {
        options.measure = m == 0 ? LAM_AFFINE_AUTO : LAM_AFFINE_NMI;
        LamAffine there = align(fixed, moving, &options), back = align(moving, fixed, &options);
        g_test_message("off by %.3f mm", object_error_mm(&there.matrix, &map));
        g_assert_cmpint(there.measure, ==, LAM_AFFINE_NMI);
        g_assert_cmpfloat(there.polarity, <, 0.4);
        g_assert_cmpfloat_with_epsilon(there.polarity, back.polarity, 0.02);
        g_assert_cmpfloat(object_error_mm(&there.matrix, &map), <, 0.6);
        LamMat4 round = chain(back.matrix, there.matrix), identity = lam_mat4_identity();
        g_assert_cmpfloat(object_error_mm(&round, &identity), <, 0.4);
    }
    g_autoptr(LamVolume) same = moving_scan(&map);
    options.measure = LAM_AFFINE_AUTO;
    LamAffine alike = align(fixed, same, &options);
    g_assert_cmpint(alike.measure, ==, LAM_AFFINE_CORRELATION);
    g_assert_cmpfloat(alike.polarity, >, 0.9);
}

static void test_half(void)
{
    LamMat4 map = chain(similarity_map(1), lam_mat4_scaling(1.06, 0.95, 1.02));
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) moving = moving_scan(&map);
    LamAffine result = align(fixed, moving, NULL);
    LamMat4 twice = chain(result.half, result.half);
    g_assert_cmpfloat(lam_mat4_distance(&twice, &result.matrix), <, 1e-9);
}

static void test_initial(void)
{
    double r = G_PI / 180;
    LamMat4 map = lam_mat4_rotation(0, 0, 70 * r), wrong = lam_mat4_rotation(0, 0, 250 * r);
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) moving = moving_scan(&map);
    LamAffineOptions options = lam_affine_options_default();
    options.start = LAM_AFFINE_INITIAL;
    options.kind = LAM_AFFINE_RIGID;
    options.initial = chain(lam_mat4_translation(6, 5, -8), chain(lam_mat4_rotation(0.1, 0, 80 * r),
                                                                  lam_mat4_scaling(1.1, 1, 0.9)));
    LamAffine result = align(fixed, moving, &options);
    g_assert_cmpfloat(object_error_mm(&result.matrix, &map), <, 0.5);
    g_assert_cmpfloat(departure(&result.matrix, 1), <, 1e-12);
    g_assert_cmpint(result.starts, <, 10);
    options.initial = wrong; /* it is not left for a better place */
    GError *error = NULL;
    bool ok = lam_affine_register(fixed, moving, &options, NULL, &result, &error);
    g_assert_true(!ok || object_error_mm(&result.matrix, &map) > 20);
    g_clear_error(&error);
    options.initial = lam_mat4_scaling(-1, 1, 1);
    g_assert_false(lam_affine_register(fixed, moving, &options, NULL, &result, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
}

/* Paints a box of the scan's world white: what is not in the other scan. */
static void paint(LamVolume *v, LamVec3 low, LamVec3 high, float value)
{
    const int *n = v->grid.size;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                LamVec3 p = lam_mat4_apply(&v->grid.to_world, (LamVec3){{i, j, k}});
                bool within = true;
                for (int a = 0; a < 3; a++)
                    within = within && p.v[a] >= low.v[a] && p.v[a] <= high.v[a];
                if (within)
                    v->data[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i] =
                        value;
            }
}

/* In both worlds a bright block stands at the same place, while the object has moved: masks leave it out.
 * They lie on a coarse grid of their own. */
static void test_masks(void)
{
    LamMat4 map = lam_mat4_translation(7, -5, 4);
    LamVec3 low = {{10, -60, -40}}, high = {{50, 0, 50}};
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) moving = moving_scan(&map);
    paint(fixed, low, high, 900);
    paint(moving, low, high, 900);
    LamGrid grid = lam_grid_centred((int[3]){40, 50, 36}, 4, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) mask = lam_volume_new(&grid, 1, NULL);
    paint(mask, (LamVec3){{-100, -100, -100}}, (LamVec3){{100, 100, 100}}, 1);
    paint(mask, low, high, 0);
    LamAffineOptions options = lam_affine_options_default();
    LamAffine result = align(fixed, moving, &options);
    g_assert_cmpfloat(object_error_mm(&result.matrix, &map), >, 2);
    options.fixed_mask = options.moving_mask = mask;
    result = align(fixed, moving, &options);
    g_test_message("off by %.3f mm", object_error_mm(&result.matrix, &map));
    g_assert_cmpfloat(object_error_mm(&result.matrix, &map), <, 1);
    memset(mask->data, 0, sizeof(float) * lam_grid_voxels(&grid));
    GError *error = NULL;
    g_assert_false(lam_affine_register(moving, fixed, &options, NULL, &result, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "mask"));
    g_clear_error(&error);
}

/* The object within skull and scalp, with a jaw and a long neck. */
static LamVolume *head_scan(const LamMat4 *from_object)
{
    LamGrid grid = lam_grid_centred((int[3]){90, 105, 130}, 2, (LamVec3){{5, 10, -50}});
    LamVolume *v = object_scan(&grid, from_object);
    LamMat4 to_object;
    lam_mat4_invert(from_object, &to_object);
    LamMat4 map = chain(to_object, grid.to_world);
    float *to = v->data;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++, to++) {
                LamVec3 x = lam_mat4_apply(&map, (LamVec3){{i, j, k}});
                double r = sqrt(pow(x.v[0] / 58, 2) + pow(x.v[1] / 74, 2) + pow(x.v[2] / 50, 2));
                double neck = sqrt(pow(x.v[0] / 55, 2) + pow((x.v[1] - 5) / 60, 2));
                double jaw = sqrt(pow(x.v[0] / 45, 2) + pow((x.v[1] - 65) / 40, 2) +
                                  pow((x.v[2] + 70) / 45, 2));
                bool soft =
                    (r > 1.12 && r < 1.3) || (r > 1.12 && x.v[2] < -30 && (neck < 1 || jaw < 1));
                if (soft)
                    *to = (float)(700 + 250 * sin(x.v[0] / 7) * cos(x.v[1] / 9) * sin(x.v[2] / 8));
            }
    return v;
}

static void test_head_and_brain(void)
{
    LamMat4 map = chain(lam_mat4_translation(5, 8, -6), lam_mat4_rotation(0.12, 0.05, -0.1)), back;
    lam_mat4_invert(&map, &back);
    g_autoptr(LamVolume) brain = fixed_scan();
    g_autoptr(LamVolume) head = head_scan(&map);
    LamAffine there = align(brain, head, NULL), again = align(head, brain, NULL);
    g_test_message("%.3f mm", object_error_mm(&there.matrix, &map));
    g_assert_cmpfloat(object_error_mm(&there.matrix, &map), <, 1);
    LamMat4 round = chain(again.matrix, there.matrix), identity = lam_mat4_identity();
    g_assert_cmpfloat(object_error_mm(&round, &identity), <, 0.5);
}

/* Another object: the first one mirrored and squeezed has no place in it. */
static LamVolume *unrelated_scan(void)
{
    LamGrid grid = object_grid();
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    float *to = v->data;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double stripes = sin(x.v[0] / 4 + sin(x.v[1] / 7)) * sin(x.v[2] / 5 + x.v[1] / 6);
                bool within = fabs(x.v[0]) < 50 && fabs(x.v[1]) < 40 && fabs(x.v[2]) < 48;
                *to++ = within ? (float)(500 + 450 * stripes) : 0;
            }
    return v;
}

static void test_unrelated(void)
{
    g_autoptr(LamVolume) fixed = fixed_scan();
    g_autoptr(LamVolume) other = unrelated_scan();
    other->path = g_strdup("stripes.nii");
    LamAffine result = {0};
    GError *error = NULL;
    g_assert_false(lam_affine_register(fixed, other, NULL, NULL, &result, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_FAILED);
    g_test_message("%s", error->message);
    static const char *const said[] = {"stripes.nii", "--initial", "--mask", "--affine-measure"};
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++)
        g_assert_nonnull(strstr(error->message, said[i]));
    g_clear_error(&error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affine-options/kinds", test_kinds);
    g_test_add_func("/affine-options/contrasts", test_contrasts);
    g_test_add_func("/affine-options/tissues", test_tissues);
    g_test_add_func("/affine-options/half", test_half);
    g_test_add_func("/affine-options/initial", test_initial);
    g_test_add_func("/affine-options/masks", test_masks);
    g_test_add_func("/affine-options/head-and-brain", test_head_and_brain);
    g_test_add_func("/affine-options/unrelated", test_unrelated);
    return g_test_run();
}

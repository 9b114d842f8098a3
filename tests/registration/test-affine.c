/* Known maps are recovered on a head-sized object without symmetry. */
#include "affine-object.h"

#include <lambdascope/affine.h>
#include <lambdascope/error.h>
#include <lambdascope/threads.h>

#include <math.h>
#include <string.h>

static LamAffine align(const LamVolume *fixed, const LamVolume *moving)
{
    LamAffine result = {0};
    GError *error = NULL;
    bool ok = lam_affine_register(fixed, moving, NULL, NULL, &result, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    return result;
}

static LamAffine recover(const LamMat4 *map, double tolerance_mm)
{
    LamGrid fg = object_grid(), mg = object_grid_of(map);
    LamMat4 identity = lam_mat4_identity();
    g_autoptr(LamVolume) fixed = object_scan(&fg, &identity);
    g_autoptr(LamVolume) moving = object_scan(&mg, map);
    LamAffine result = align(fixed, moving);
    double off = object_error_mm(&result.matrix, map);
    g_test_message("off by %.3f mm, correlation %.4f, agreement %.2f, %d starts, %.2f s", off,
                   result.correlation, result.agreement, result.starts, result.seconds);
    g_assert_cmpfloat(off, <, tolerance_mm);
    g_assert_cmpfloat(result.correlation, >, 0.97);
    return result;
}

static LamMat4 chain(LamMat4 a, LamMat4 b)
{
    return lam_mat4_multiply(&a, &b);
}

static void test_shift(void)
{
    LamMat4 near = lam_mat4_translation(12, -7, 5), far = lam_mat4_translation(-180, 95, 240);
    recover(&near, 0.5);
    recover(&far, 0.5);
}

static void test_rotation(void)
{
    double turn = 12 * G_PI / 180;
    LamMat4 maps[3] = {lam_mat4_rotation(turn, 0, 0), lam_mat4_rotation(0, turn, 0),
                       lam_mat4_rotation(turn, -turn, turn)};
    for (int i = 0; i < 3; i++)
        recover(&maps[i], 0.5);
}

static void test_scale_and_shear(void)
{
    LamMat4 scale = lam_mat4_scaling(1.15, 0.9, 1.05), shear = lam_mat4_identity();
    shear.m[0][1] = 0.12;
    shear.m[2][1] = -0.08;
    LamMat4 all = chain(lam_mat4_translation(5, 5, -10),
                        chain(lam_mat4_rotation(0.1, 0, -0.15), chain(scale, shear)));
    recover(&scale, 0.6);
    recover(&shear, 0.6);
    recover(&all, 0.6);
}

/* Headers that lie by a quarter turn or more. */
static void test_large_rotations(void)
{
    static const double turns[][3] = {
        {90, 0, 0}, {0, 0, 90}, {0, 180, 0}, {180, 0, 0}, {60, -130, 100}};
    for (size_t t = 0; t < G_N_ELEMENTS(turns); t++) {
        double r = G_PI / 180;
        LamMat4 map = lam_mat4_rotation(turns[t][0] * r, turns[t][1] * r, turns[t][2] * r);
        g_assert_cmpint(recover(&map, 0.6).starts, >, 24);
    }
}

/* A thing of 12 cm in a file that says micrometres were millimetres; a mouse: levels follow the size. */
static void test_other_sizes(void)
{
    static const double factors[] = {0.1, 10};
    for (int f = 0; f < 2; f++) {
        double s = factors[f];
        LamMat4 grow = lam_mat4_scaling(s, s, s),
                map = chain(lam_mat4_translation(9, -6, 4), lam_mat4_rotation(0.1, 0.1, 0));
        LamGrid fg = object_grid(), mg = object_grid_of(&map);
        LamMat4 identity = lam_mat4_identity();
        g_autoptr(LamVolume) fixed = object_scan(&fg, &identity);
        g_autoptr(LamVolume) moving = object_scan(&mg, &map);
        fixed->grid.to_world = chain(grow, fixed->grid.to_world);
        moving->grid.to_world = chain(grow, moving->grid.to_world);
        LamAffine result = align(fixed, moving);
        LamMat4 back = chain(lam_mat4_scaling(1 / s, 1 / s, 1 / s), chain(result.matrix, grow));
        g_test_message("agreement %.2f, %.2f s", result.agreement, result.seconds);
        g_assert_cmpfloat(object_error_mm(&back, &map), <, 0.6);
    }
}

/* Forward and backward undo each other, and threads do not matter. */
static void test_symmetry_and_threads(void)
{
    LamMat4 map = chain(lam_mat4_rotation(0.2, -0.1, 0.1), lam_mat4_scaling(1.1, 1, 0.95));
    LamMat4 identity = lam_mat4_identity();
    LamGrid fg = object_grid(), mg = object_grid_of(&map);
    g_autoptr(LamVolume) fixed = object_scan(&fg, &identity);
    g_autoptr(LamVolume) moving = object_scan(&mg, &map);
    lam_threads_set(1);
    LamAffine forward = align(fixed, moving), backward = align(moving, fixed);
    lam_threads_set(3);
    LamAffine again = align(fixed, moving);
    lam_threads_set(0);
    LamMat4 round = lam_mat4_multiply(&backward.matrix, &forward.matrix);
    g_assert_cmpfloat(object_error_mm(&round, &identity), <, 0.3);
    g_assert_cmpmem(&forward.matrix, sizeof(LamMat4), &again.matrix, sizeof(LamMat4));
}

/* Not a cut-out brain but a part of a head: what lies beyond the moving scan's edge is unknown. */
static void test_cut_field_of_view(void)
{
    LamMat4 map = chain(lam_mat4_translation(4, 3, 0), lam_mat4_rotation(0, 0, 0.12)),
            identity = lam_mat4_identity();
    LamGrid fg = object_grid(),
            mg = lam_grid_centred((int[3]){65, 81, 36}, 2, (LamVec3){{4, 3, 12}});
    g_autoptr(LamVolume) fixed = object_scan(&fg, &identity);
    g_autoptr(LamVolume) moving = object_scan(&mg, &map);
    LamAffine result = align(fixed, moving);
    g_test_message("off by %.3f mm", object_error_mm(&result.matrix, &map));
    g_assert_cmpfloat(object_error_mm(&result.matrix, &map), <, 1.5);
}

static void expect_error(const LamVolume *fixed, const LamVolume *moving,
                         const LamProgress *progress, LamError code, const char *reason)
{
    LamAffine result = {0};
    GError *error = NULL;
    g_assert_false(lam_affine_register(fixed, moving, NULL, progress, &result, &error));
    g_assert_error(error, LAM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, reason));
    g_clear_error(&error);
}

static void test_failures(void)
{
    LamMat4 identity = lam_mat4_identity();
    LamGrid grid = object_grid();
    g_autoptr(LamVolume) fixed = object_scan(&grid, &identity);
    g_autoptr(LamVolume) constant = lam_volume_new(&grid, 1, NULL);
    g_autoptr(LamVolume) noise = lam_volume_new(&grid, 1, NULL);
    GRand *rand = g_rand_new_with_seed(1);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++) {
        constant->data[i] = 3;
        noise->data[i] = (float)g_rand_double(rand);
    }
    g_rand_free(rand);
    constant->path = g_strdup("flat.nii");
    expect_error(fixed, constant, NULL, LAM_ERROR_ARGUMENT, "flat.nii");
    expect_error(constant, fixed, NULL, LAM_ERROR_ARGUMENT, "flat.nii");
    expect_error(fixed, noise, NULL, LAM_ERROR_FAILED, "correlation");
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_cancellable_cancel(cancellable);
    LamProgress progress = {.cancellable = cancellable};
    expect_error(fixed, fixed, &progress, LAM_ERROR_CANCELLED, "stopped");
}

/* Degenerate grids must not crash: one slice, one voxel of tissue. */
static void test_degenerate(void)
{
    LamMat4 identity = lam_mat4_identity();
    LamGrid grid = object_grid(), flat = grid;
    flat.size[2] = 1;
    flat.to_world.m[2][3] = 0;
    g_autoptr(LamVolume) fixed = object_scan(&grid, &identity);
    g_autoptr(LamVolume) slice = object_scan(&flat, &identity);
    g_autoptr(LamVolume) dot = lam_volume_new(&grid, 1, NULL);
    dot->data[1234] = 1;
    const LamVolume *odd[2] = {slice, dot};
    for (int i = 0; i < 2; i++) {
        LamAffine result = {0};
        GError *error = NULL;
        bool ok = lam_affine_register(fixed, odd[i], NULL, NULL, &result, &error);
        g_assert_true(ok == (error == NULL));
        g_clear_error(&error);
        ok = lam_affine_register(odd[i], fixed, NULL, NULL, &result, &error);
        g_assert_true(ok == (error == NULL));
        g_clear_error(&error);
    }
}

static void note_progress(double fraction, const char *stage, void *user)
{
    double *last = user;
    g_assert_cmpfloat(fraction, >=, *last);
    g_assert_cmpfloat(fraction, <=, 1);
    *last = fraction;
}

static void test_progress(void)
{
    LamMat4 identity = lam_mat4_identity();
    LamGrid grid = object_grid();
    g_autoptr(LamVolume) fixed = object_scan(&grid, &identity);
    double last = 0;
    LamProgress progress = {.report = note_progress, .user = &last};
    LamAffine result = {0};
    g_assert_true(lam_affine_register(fixed, fixed, NULL, &progress, &result, NULL));
    g_assert_cmpfloat(last, ==, 1);
    g_assert_cmpfloat(object_error_mm(&result.matrix, &identity), <, 0.05);
    g_assert_cmpfloat(result.correlation, >, 0.999);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affine/shift", test_shift);
    g_test_add_func("/affine/rotation", test_rotation);
    g_test_add_func("/affine/scale-and-shear", test_scale_and_shear);
    g_test_add_func("/affine/large-rotations", test_large_rotations);
    g_test_add_func("/affine/other-sizes", test_other_sizes);
    g_test_add_func("/affine/symmetry-and-threads", test_symmetry_and_threads);
    g_test_add_func("/affine/cut-field-of-view", test_cut_field_of_view);
    g_test_add_func("/affine/failures", test_failures);
    g_test_add_func("/affine/degenerate", test_degenerate);
    g_test_add_func("/affine/progress", test_progress);
    return g_test_run();
}

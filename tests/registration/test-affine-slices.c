/* Single slices are aligned within their plane, whatever plane it is. */
#include "affine-object.h"

#include <lambdascope/affine.h>
#include <lambdascope/error.h>

#include <math.h>
#include <string.h>

static LamMat4 chain(LamMat4 a, LamMat4 b)
{
    return lam_mat4_multiply(&a, &b);
}

/* A slice in the plane z = 0 of the object, carried by a map that keeps the plane, then by `pose`. */
static LamVolume *slice(const LamMat4 *map, const LamMat4 *pose, int thin_axis)
{
    LamGrid grid = {.to_world = {{{-1.2, 0, 0, 90}, {0, 1.1, 0, -95}, {0, 0, 3, 0}, {0, 0, 0, 1}}},
                    .size = {150, 170, 1}};
    if (thin_axis == 0)
        grid = (LamGrid){{1, 170, 150},
                         {{{0, 0, 1.2, -90}, {0, 1.1, 0, -95}, {3, 0, 0, 0}, {0, 0, 0, 1}}}};
    LamVolume *v = object_scan(&grid, map);
    v->grid.to_world = chain(*pose, v->grid.to_world);
    return v;
}

static LamMat4 in_plane(double angle, double sx, double sy, double shear, double x, double y)
{
    LamMat4 linear = lam_mat4_scaling(sx, sy, 1);
    linear.m[0][1] = shear;
    return chain(lam_mat4_translation(x, y, 0), chain(lam_mat4_rotation(0, 0, angle), linear));
}

static double error_mm(const LamMat4 *a, const LamMat4 *b, const LamMat4 *pose)
{
    double worst = 0;
    for (int corner = 0; corner < 4; corner++) {
        LamVec3 p = {{corner & 1 ? 35 : -35, corner & 2 ? 45 : -45, 0}};
        p = lam_mat4_apply(pose, p);
        LamVec3 x = lam_mat4_apply(a, p), y = lam_mat4_apply(b, p);
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, fabs(x.v[i] - y.v[i]));
    }
    return worst;
}

/* The map as it is between the posed slices. */
static LamMat4 posed(const LamMat4 *map, const LamMat4 *from, const LamMat4 *to)
{
    LamMat4 back;
    lam_mat4_invert(from, &back);
    return chain(*to, chain(*map, back));
}

static void recover(LamAffineKind kind, LamMat4 map, LamMat4 fixed_pose, LamMat4 moving_pose,
                    int thin_axis)
{
    LamMat4 identity = lam_mat4_identity(), truth = posed(&map, &fixed_pose, &moving_pose);
    g_autoptr(LamVolume) fixed = slice(&identity, &fixed_pose, 2);
    g_autoptr(LamVolume) moving = slice(&map, &moving_pose, thin_axis);
    LamAffineOptions options = lam_affine_options_default();
    options.kind = kind;
    LamAffine result = {0};
    GError *error = NULL;
    bool ok = lam_affine_register(fixed, moving, &options, NULL, &result, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_test_message("off by %.3f mm, agreement %.2f, %.2f s",
                   error_mm(&result.matrix, &truth, &fixed_pose), result.agreement, result.seconds);
    g_assert_cmpfloat(error_mm(&result.matrix, &truth, &fixed_pose), <, 0.5);
    /* across the plane nothing changes: a step along the one normal is a step along the other */
    LamVec3 z = {{0, 0, 1}}, n = lam_mat4_apply_vector(&fixed_pose, z),
            expected = lam_mat4_apply_vector(&moving_pose, z),
            got = lam_mat4_apply_vector(&result.matrix, n);
    for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon(got.v[a], expected.v[a], 1e-9);
    if (kind != LAM_AFFINE_FULL)
        g_assert_cmpfloat_with_epsilon(sqrt(lam_mat4_det3(&result.matrix)),
                                       kind == LAM_AFFINE_RIGID ? 1 : 1.1,
                                       kind == LAM_AFFINE_RIGID ? 1e-12 : 0.01);
}

static void test_kinds(void)
{
    LamMat4 here = lam_mat4_identity();
    recover(LAM_AFFINE_RIGID, in_plane(0.3, 1, 1, 0, 12, -7), here, here, 2);
    recover(LAM_AFFINE_SIMILARITY, in_plane(-0.2, 1.1, 1.1, 0, 5, 9), here, here, 2);
    recover(LAM_AFFINE_FULL, in_plane(0.15, 1.1, 0.92, 0.1, -8, 6), here, here, 2);
    recover(LAM_AFFINE_FULL, in_plane(2.5, 1, 1, 0, 3, 3), here, here, 2);
    recover(LAM_AFFINE_FULL, in_plane(0.1, 1.05, 1, 0, 3, 3), here, here, 0);
}

/* Coronal, oblique; and two parallel planes 12 mm apart. */
static void test_planes(void)
{
    LamMat4 coronal = chain(lam_mat4_translation(3, 40, 10), lam_mat4_rotation(G_PI / 2, 0, 0));
    LamMat4 oblique = chain(lam_mat4_translation(-5, 7, 30), lam_mat4_rotation(0.4, -0.3, 0.2));
    LamMat4 above = lam_mat4_translation(0, 0, 12), here = lam_mat4_identity();
    LamMat4 map = in_plane(0.2, 1.05, 0.95, 0.05, 6, -4);
    recover(LAM_AFFINE_FULL, map, coronal, coronal, 2);
    recover(LAM_AFFINE_FULL, map, oblique, oblique, 2);
    recover(LAM_AFFINE_FULL, map, here, above, 2);
}

static void expect_refused(const LamVolume *fixed, const LamVolume *moving, const char *why)
{
    LamAffine result = {0};
    GError *error = NULL;
    g_assert_false(lam_affine_register(fixed, moving, NULL, NULL, &result, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, why));
    g_clear_error(&error);
}

static void test_refused(void)
{
    LamMat4 identity = lam_mat4_identity(), coronal = lam_mat4_rotation(G_PI / 2, 0, 0);
    LamGrid grid = object_grid(), row = grid;
    row.size[1] = row.size[2] = 1;
    g_autoptr(LamVolume) volume = object_scan(&grid, &identity);
    g_autoptr(LamVolume) line = object_scan(&row, &identity);
    g_autoptr(LamVolume) axial = slice(&identity, &identity, 2);
    g_autoptr(LamVolume) other = slice(&identity, &coronal, 2);
    expect_refused(volume, axial, "single slice");
    expect_refused(axial, volume, "single slice");
    expect_refused(axial, other, "parallel");
    expect_refused(line, line, "two dimensions");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affine-slices/kinds", test_kinds);
    g_test_add_func("/affine-slices/planes", test_planes);
    g_test_add_func("/affine-slices/refused", test_refused);
    return g_test_run();
}

/* What a transform does is what its snapshot says. */
#include <lambdascope/error.h>
#include <lambdascope/session.h>
#include <math.h>

static LamGrid grid_of(double spacing_mm)
{
    const int size[3] = {30, 24, 20};
    return lam_grid_centred(size, spacing_mm, (LamVec3){{3, -2, 5}});
}

/* A displacement that grows along R, and an affine after it. */
static LamTransform *bend(const LamMat4 *affine)
{
    LamGrid grid = grid_of(4);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        lam_volume_channel(field, 1)[i] = (float)(0.1 * (double)(i % 30));
    g_autoptr(LamTransform) first = lam_transform_new_displacement(field);
    g_autoptr(LamTransform) then = lam_transform_new_affine(affine);
    return lam_transform_compose(first, then);
}

static void test_chain(void)
{
    LamMat4 turn = lam_mat4_rotation(0.1, -0.2, 0.3), shift = lam_mat4_translation(4, 5, -6);
    LamMat4 affine = lam_mat4_multiply(&shift, &turn);
    g_autoptr(LamTransform) transform = bend(&affine);
    g_autoptr(GError) error = NULL;
    LamGrid grid = grid_of(2);
    g_autoptr(LamSnapshot) snapshot = lam_snapshot_of_transform(transform, &grid, &error);
    g_assert_no_error(error);
    g_assert_true(isnan(snapshot->lambda));
    g_assert_cmpfloat(lam_mat4_distance(&snapshot->affine, &affine), <, 1e-12);
    const LamGrid *coarse = &snapshot->field->grid;
    g_assert_cmpint(coarse->size[0], ==, 20); /* 60 mm in voxels of 3 */
    g_assert_cmpfloat(lam_grid_centre_mm(coarse).v[0], ==, lam_grid_centre_mm(&grid).v[0]);
    LamVec3 x = lam_mat4_apply(&coarse->to_world, (LamVec3){{7, 8, 9}}), y = x;
    size_t at = 7 + 20 * (8 + (size_t)coarse->size[1] * 9);
    for (int c = 0; c < 3; c++)
        y.v[c] += lam_volume_channel(snapshot->field, c)[at];
    y = lam_mat4_apply(&snapshot->affine, y);
    LamVec3 wanted = lam_transform_point(transform, x);
    for (int c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon(y.v[c], wanted.v[c], 1e-4);
    g_assert_cmpfloat_with_epsilon(snapshot->statistics.mean_mm, 1.45, 0.02);
}

static void test_field_alone(void)
{
    g_autoptr(LamTransform) none = lam_transform_new_identity();
    LamGrid grid = grid_of(2);
    LamMat4 identity = lam_mat4_identity();
    g_autoptr(LamSnapshot) snapshot = lam_snapshot_of_transform(none, &grid, NULL);
    g_assert_cmpfloat(lam_mat4_distance(&snapshot->affine, &identity), ==, 0);
    g_assert_cmpfloat(snapshot->statistics.max_mm, ==, 0);
}

static void test_singular(void)
{
    LamMat4 flat = lam_mat4_scaling(1, 1, 0);
    g_autoptr(LamTransform) transform = lam_transform_new_affine(&flat);
    g_autoptr(GError) error = NULL;
    LamGrid grid = grid_of(2);
    g_assert_null(lam_snapshot_of_transform(transform, &grid, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/snapshot-transform/chain", test_chain);
    g_test_add_func("/snapshot-transform/field-alone", test_field_alone);
    g_test_add_func("/snapshot-transform/singular", test_singular);
    return g_test_run();
}

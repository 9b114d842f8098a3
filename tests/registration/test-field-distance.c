/* Distance of two fields: known values, on one grid and on two. */
#include <lambdascope/field.h>

#include <math.h>

static LamVolume *constant(int size, double spacing_mm, float x, float y, float z)
{
    LamGrid grid = lam_grid_centred((int[3]){size, size, size}, spacing_mm, (LamVec3){{0}});
    LamVolume *field = lam_volume_new(&grid, 3, NULL);
    const float value[3] = {x, y, z};
    size_t n = lam_grid_voxels(&grid);
    for (size_t i = 0; i < 3 * n; i++)
        field->data[i] = value[i / n];
    return field;
}

static void test_same_grid(void)
{
    g_autoptr(LamVolume) a = constant(5, 2, 1, 2, 3);
    g_autoptr(LamVolume) b = constant(5, 2, 1, 5, 7);
    double mean, largest;
    b->data[0] = 13; /* 12 more along x, in one point */
    g_assert_true(lam_field_distance(a, b, &mean, &largest));
    g_assert_cmpfloat_with_epsilon(largest, 13, 1e-9);
    g_assert_cmpfloat_with_epsilon(mean, (124 * 5.0 + 13) / 125, 1e-9);
    g_assert_true(lam_field_distance(a, a, &mean, &largest));
    g_assert_cmpfloat(largest, ==, 0);
}

static void test_other_grid(void)
{
    g_autoptr(LamVolume) a = constant(5, 2, 0, 0, 0);
    g_autoptr(LamVolume) b = constant(7, 3.5, 0, 3, 4);
    double mean, largest;
    g_assert_true(lam_field_distance(a, b, &mean, &largest));
    g_assert_cmpfloat_with_epsilon(mean, 5, 1e-6);
    g_assert_cmpfloat_with_epsilon(largest, 5, 1e-6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/field-distance/same-grid", test_same_grid);
    g_test_add_func("/field-distance/other-grid", test_other_grid);
    return g_test_run();
}

/* Folds are counted, measured and found where they are. */
#include <lambdascope/fold_list.h>

static LamVolume *jacobian_new(void)
{
    g_autoptr(GError) error = NULL;
    LamGrid grid = {.size = {7, 5, 3}, .to_world = lam_mat4_scaling(-2, 1, 3)};
    LamVolume *jacobian = lam_volume_new(&grid, 1, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        jacobian->data[i] = 1;
    return jacobian;
}

static void put(LamVolume *jacobian, int i, int j, int k, double value)
{
    jacobian->data[(k * 5 + j) * 7 + i] = (float)value;
}

static void test_none(void)
{
    g_autoptr(LamVolume) jacobian = jacobian_new();
    g_autoptr(GArray) list = lam_fold_list(jacobian);
    g_assert_cmpuint(list->len, ==, 0);
}

/* Two corners of one edge are two folds; what touches by faces is one, across slices too. */
static void test_three(void)
{
    g_autoptr(LamVolume) jacobian = jacobian_new();
    put(jacobian, 0, 0, 0, -0.1);
    put(jacobian, 1, 1, 0, 0); /* touches the first at an edge only */
    put(jacobian, 4, 3, 0, -0.2);
    put(jacobian, 4, 3, 1, -0.5);
    put(jacobian, 5, 3, 1, -0.3);
    put(jacobian, 6, 4, 2, -0.9); /* the last voxel */
    put(jacobian, 5, 4, 2, -0.1);
    g_autoptr(GArray) list = lam_fold_list(jacobian);
    g_assert_cmpuint(list->len, ==, 4);
    const LamFold *first = &g_array_index(list, LamFold, 0);
    g_assert_cmpfloat_with_epsilon(first->volume_mm3, 3 * 6, 1e-9);
    g_assert_cmpfloat_with_epsilon(first->lowest, -0.5, 1e-6);
    g_assert_cmpfloat_with_epsilon(first->at_mm.v[0], -8, 1e-9);
    g_assert_cmpfloat_with_epsilon(first->at_mm.v[1], 3, 1e-9);
    g_assert_cmpfloat_with_epsilon(first->at_mm.v[2], 3, 1e-9);
    const LamFold *second = &g_array_index(list, LamFold, 1);
    g_assert_cmpfloat_with_epsilon(second->volume_mm3, 2 * 6, 1e-9);
    g_assert_cmpfloat_with_epsilon(second->at_mm.v[0], -12, 1e-9);
    g_assert_cmpfloat_with_epsilon(g_array_index(list, LamFold, 2).at_mm.v[0], 0, 1e-9);
    g_assert_cmpfloat_with_epsilon(g_array_index(list, LamFold, 3).at_mm.v[0], -2, 1e-9);
}

static void test_all(void)
{
    g_autoptr(LamVolume) jacobian = jacobian_new();
    for (size_t i = 0; i < lam_grid_voxels(&jacobian->grid); i++)
        jacobian->data[i] = -1;
    g_autoptr(GArray) list = lam_fold_list(jacobian);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpfloat_with_epsilon(g_array_index(list, LamFold, 0).volume_mm3, 105 * 6, 1e-9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fold-list/none", test_none);
    g_test_add_func("/fold-list/three", test_three);
    g_test_add_func("/fold-list/all", test_all);
    return g_test_run();
}

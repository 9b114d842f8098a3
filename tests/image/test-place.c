/* One point of a scan. */
#include <lambdascope/place.h>
#include <math.h>

/* Flipped and anisotropic: voxel (i, j, k) is at (10 - 2 i, 3 j - 5, k). Values 100 k + 10 j + i. */
static LamVolume *scan_new(void)
{
    LamGrid grid = {{4, 5, 3}, lam_mat4_scaling(-2, 3, 1)};
    grid.to_world.m[0][3] = 10;
    grid.to_world.m[1][3] = -5;
    LamVolume *scan = lam_volume_new(&grid, 1, NULL);
    for (int k = 0; k < 3; k++)
        for (int j = 0; j < 5; j++)
            for (int i = 0; i < 4; i++)
                scan->data[(k * 5 + j) * 4 + i] = (float)(100 * k + 10 * j + i);
    return scan;
}

static void test_voxel(void)
{
    g_autoptr(LamVolume) scan = scan_new();
    LamPlace place = lam_place_at(scan, NULL, (LamVec3){{6.9, 2.3, 1.6}});
    g_assert_true(place.inside);
    g_assert_cmpint(place.voxel[0], ==, 2);
    g_assert_cmpint(place.voxel[1], ==, 2);
    g_assert_cmpint(place.voxel[2], ==, 2);
    g_assert_cmpfloat(place.value, ==, 222);
    g_assert_cmpint(place.label, ==, 0);
}

static void test_outside(void)
{
    g_autoptr(LamVolume) scan = scan_new();
    const LamVec3 points[] = {
        {{13, 1, 1}}, {{6, 1, 2.6}}, {{6, -7, 1}}, {{NAN, 1, 1}}, {{6, 1e30, 1}}};
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        LamPlace place = lam_place_at(scan, NULL, points[i]);
        g_assert_false(place.inside);
        g_assert_true(isnan(place.value));
    }
}

static void test_label(void)
{
    g_autoptr(LamVolume) scan = scan_new();
    g_autoptr(LamLabels) labels = lam_labels_new(scan, scan, NULL);
    g_assert_cmpint(lam_place_at(scan, labels, (LamVec3){{4, 7, 2}}).label, ==, 243);
    g_assert_cmpint(lam_place_at(scan, labels, (LamVec3){{400, 7, 2}}).label, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/place/voxel", test_voxel);
    g_test_add_func("/place/outside", test_outside);
    g_test_add_func("/place/label", test_label);
    return g_test_run();
}

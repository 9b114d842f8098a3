/* The table, and the pairs. */
#include "scene-fixture.h"

#include <lambdascope/demos.h>
#include <lambdascope/error.h>
#include <string.h>

static void test_table(void)
{
    size_t count;
    const LamDemo *demos = lam_demos(&count);
    g_assert_cmpuint(count, >=, 4);
    for (size_t i = 0; i < count; i++) {
        g_assert_true(lam_demo_find(demos[i].name, NULL) == &demos[i]);
        g_assert_cmpuint(strlen(demos[i].look), >, 60);
        g_assert_true(demos[i].lambda >= 0 && demos[i].lambda <= 1);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_demo_find("waltz", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, demos[count - 1].name));
}

/* Always the same two scans, which are not one and the same. */
static void test_pairs(void)
{
    size_t count;
    const LamDemo *demos = lam_demos(&count);
    for (size_t i = 0; i < count; i++) {
        g_auto(LamDemoPair) pair = {0}, again = {0};
        g_autoptr(GError) error = NULL;
        g_assert_true(demos[i].make(&pair, &error));
        g_assert_no_error(error);
        g_assert_true(demos[i].make(&again, NULL));
        size_t bytes = lam_grid_voxels(&pair.fixed->grid) * sizeof(float);
        g_assert_cmpint(memcmp(pair.fixed->data, again.fixed->data, bytes), ==, 0);
        g_assert_cmpint(memcmp(pair.moving->data, again.moving->data, bytes), ==, 0);
        g_assert_cmpint(memcmp(pair.fixed->data, pair.moving->data, bytes), !=, 0);
    }
}

static void test_set_up(void)
{
    LamScene scene;
    scene_fixture_open(&scene, (const int[3]){20, 24, 16});
    scene.maximised = LAM_PANE_FIXED;
    scene.arrangement = LAM_ARRANGED_ALL;
    scene.plane = LAM_PLANE_SAGITTAL;
    const LamDemo *demo = lam_demo_find("digits", NULL);
    lam_demo_set_up(demo, &scene);
    g_assert_cmpint(scene.maximised, ==, -1);
    g_assert_cmpint(scene.arrangement, ==, LAM_ARRANGED_PANES);
    g_assert_cmpint(scene.plane, ==, LAM_PLANE_AXIAL);
    g_assert_cmpint(scene.compare, ==, demo->compare);
    g_assert_true(scene.grid);
    g_assert_cmpfloat(scene.grid_mm, ==, demo->grid_mm);
    lam_scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/demos/table", test_table);
    g_test_add_func("/demos/pairs", test_pairs);
    g_test_add_func("/demos/set-up", test_set_up);
    return g_test_run();
}

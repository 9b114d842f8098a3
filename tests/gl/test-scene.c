/* Geometry and texels: nothing here needs GL. */
#include "gl-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/lambda_scale.h>
#include <lambdascope/png.h>
#include <lambdascope/view_settings.h>

#include <glib/gstdio.h>
#include <string.h>
#include <math.h>

static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};

static void test_lambda_scale(void)
{
    g_assert_cmpfloat(lam_lambda_from_position(-LAM_POSITION_END), ==, 0);
    g_assert_cmpfloat(lam_lambda_from_position(LAM_POSITION_END), ==, 1);
    g_assert_cmpfloat(lam_lambda_from_position(0), ==, 0.5);
    double last = -1;
    for (double p = -5; p <= 5; p += 0.01) {
        double lambda = lam_lambda_from_position(p);
        g_assert_cmpfloat(lambda, >=, last);
        last = lambda;
        if (fabs(p) < LAM_POSITION_STOP)
            g_assert_cmpfloat_with_epsilon(lam_lambda_to_position(lambda), p, 1e-9);
    }
    g_assert_cmpfloat(lam_lambda_to_position(1e-9), ==, -LAM_POSITION_STOP);
    g_assert_cmpfloat_with_epsilon(lam_lambda_gamma(0.8), 4, 1e-12);
    g_assert_true(isinf(lam_lambda_gamma(1)));
}

/* A copy shares all that the scene holds, and outlives it. */
static void test_copy(void)
{
    const int size[3] = {8, 8, 8};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) texels = constant_field(&grid, (LamVec3){{1, 2, 3}}, 1);
    LamScene scene, copy;
    lam_scene_init(&scene);
    lam_scene_set_field(&scene, texels);
    lam_scene_set_map(&scene, texels);
    for (int side = 0; side <= LAM_LABELS_OF_REGIONS; side++) {
        g_autoptr(GBytes) colours = g_bytes_new("\1\2\3\4", 4);
        lam_scene_set_labels(&scene, side, texels, colours);
    }
    lam_scene_copy(&copy, &scene);
    lam_scene_clear(&scene);
    g_assert_true(copy.labels[LAM_LABELS_OF_REGIONS] == texels && copy.map == texels);
    g_assert_cmpuint(g_bytes_get_size(copy.label_colours[LAM_LABELS_OF_REGIONS]), ==, 4);
    lam_scene_clear(&copy);
    g_assert_cmpint(texels->refs, ==, 1);
}

static double plateau(LamVec3 x, const void *user)
{
    return x.v[0] > -10 && x.v[0] < 20 && fabs(x.v[1]) < 12 && fabs(x.v[2]) < 8 ? 300 : 0;
}

/* The content box is the world box around what is bright, whatever the order of the voxel axes. */
static void test_content_box(void)
{
    const int size[3] = {80, 70, 60}, axes[3] = {2, 0, 1}, signs[3] = {-1, 1, -1};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, axes, signs);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, plateau, NULL);
    const double lowest[3] = {-10, -12, -8}, highest[3] = {20, 12, 8};
    for (int i = 0; i < 3; i++) {
        g_assert_cmpfloat_with_epsilon(scan->box_min.v[i], lowest[i], 1.01);
        g_assert_cmpfloat_with_epsilon(scan->box_max.v[i], highest[i], 1.01);
    }
    g_assert_cmpfloat(scan->low, ==, 0);
    g_assert_cmpfloat_with_epsilon(scan->high, 315, 0.5);
}

/* A single slice is seen in its own plane, whatever the order of its axes; a volume has none. */
static void test_slice_plane(void)
{
    static const int size[3][3] = {{40, 30, 1}, {40, 1, 30}, {1, 40, 30}};
    static const LamPlane planes[3] = {LAM_PLANE_AXIAL, LAM_PLANE_CORONAL, LAM_PLANE_SAGITTAL};
    static const int orders[3][3] = {{0, 1, 2}, {2, 0, 1}, {1, 0, 2}};
    for (int which = 0; which < 4; which++)
        for (int order = 0; order < 3; order++) {
            const int whole[3] = {20, 20, 20}, signs[3] = {-1, 1, -1};
            LamGrid grid = make_grid(which < 3 ? size[which] : whole, (LamVec3){{1, 1, 2}},
                                     (LamVec3){{0}}, orders[order], signs);
            g_autoptr(LamTexels) scan = scan_from_world(&grid, plateau, NULL);
            LamScene scene;
            LamPlane plane = LAM_PLANE_AXIAL;
            lam_scene_init(&scene);
            g_assert_false(lam_scene_slice_plane(&scene, &plane));
            lam_scene_set_scans(&scene, scan, scan, NULL);
            g_assert_cmpint(lam_scene_slice_plane(&scene, &plane), ==, which < 3);
            g_assert_cmpint(plane, ==, which < 3 ? planes[which] : LAM_PLANE_AXIAL);
            lam_scene_clear(&scene);
        }
}

static double ramp(LamVec3 x, const void *user)
{
    return 1000 + 10 * x.v[0] - 4 * x.v[1] + 2 * x.v[2];
}

/* Halves keep eleven bits; between voxels a ramp is a ramp; edges are clamped. */
static void test_sample(void)
{
    const int size[3] = {20, 18, 16}, axes[3] = {1, 0, 2}, signs[3] = {1, -1, 1};
    LamGrid grid = make_grid(size, (LamVec3){{2, 3, 1.5}}, (LamVec3){{5, 6, 7}}, axes, signs);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, ramp, NULL);
    double value;
    const LamVec3 points[] = {{{5, 6, 7}}, {{-3.3, 20.1, 2}}, {{11.7, -9, 14}}};
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        g_assert_true(lam_texels_sample(scan, points[i], &value));
        g_assert_cmpfloat_with_epsilon(value, ramp(points[i], NULL), 1.5);
    }
    g_assert_false(lam_texels_sample(scan, (LamVec3){{500, 6, 7}}, &value));
    g_assert_cmpfloat_with_epsilon(value, ramp((LamVec3){{24, 6, 7}}, NULL), 1.5);
}

static double extreme(LamVec3 x, const void *user)
{
    return x.v[0] > 20 ? 1e30 : x.v[0] < -20 ? -1e30 : x.v[0] * 1e-5;
}

/* Outliers and tiny or negative values neither overflow nor vanish. */
static void test_extreme_values(void)
{
    const int size[3] = {64, 8, 8};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, extreme, NULL);
    double value;
    g_assert_true(scan->high > scan->low && isfinite(scan->high));
    lam_texels_sample(scan, (LamVec3){{30, 0, 0}}, &value);
    g_assert_true(isfinite(value) && value > 0);
}

static double nothing(LamVec3 x, const void *user)
{
    return 0;
}

static void test_empty_scan(void)
{
    const int size[3] = {10, 1, 7};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, nothing, NULL);
    g_assert_cmpfloat(scan->high, >, scan->low);
    g_assert_cmpfloat_with_epsilon(scan->box_max.v[0] - scan->box_min.v[0], 10, 1e-9);
}

static void test_singular_grid(void)
{
    g_autoptr(GError) error = NULL;
    LamGrid grid = {.size = {4, 4, 4}, .to_world = lam_mat4_scaling(1, 0, 1)};
    g_autoptr(LamVolume) volume = lam_volume_new(&grid, 1, &error);
    if (!volume) {
        g_test_skip("volumes with a singular matrix cannot be made");
        return;
    }
    g_assert_null(lam_texels_new_scan(volume, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

static void scene_with_box(LamScene *scene)
{
    const int size[3] = {80, 70, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{3, 4, 5}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, ramp, NULL);
    lam_scene_init(scene);
    lam_scene_set_scans(scene, scan, NULL, NULL);
    lam_scene_reset_view(scene);
}

/* Pixels to millimetres and back; zooming keeps the point under the pointer. */
static void test_projection(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    scene_with_box(&scene);
    for (int plane = 0; plane < 3; plane++) {
        scene.plane = (LamPlane)plane;
        scene.radiological = plane & 1;
        scene.arrangement = (LamArrangement)plane;
        int n = lam_scene_layout(&scene, 1201, 477, 1.5, views);
        for (int i = 0; i < n; i++) {
            double x, y, left = views[i].rect.x + 77, top = views[i].rect.y + 43;
            LamVec3 at = lam_scene_unproject(&scene, &views[i], 1.5, left, top);
            lam_scene_project(&scene, &views[i], 1.5, at, &x, &y);
            g_assert_cmpfloat_with_epsilon(x, left, 1e-6);
            g_assert_cmpfloat_with_epsilon(y, top, 1e-6);
            lam_scene_zoom_at(&scene, &views[i], 1.5, x, y, i % 2 ? 1 / 1.7 : 1.7);
            LamVec3 after = lam_scene_unproject(&scene, &views[i], 1.5, x, y);
            for (int k = 0; k < 3; k++)
                g_assert_cmpfloat_with_epsilon(at.v[k], after.v[k], 1e-6);
        }
    }
    lam_scene_clear(&scene);
}

static void test_step(void)
{
    LamScene scene;
    scene_with_box(&scene);
    scene.cursor_mm = (LamVec3){{3, 4, 5}};
    lam_scene_step(&scene, scene.plane, 7);
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[2], 12, 1e-9);
    lam_scene_step(&scene, scene.plane, 1000); /* the last voxel centre */
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[2], 5 + 29.5, 1e-9);
    scene.plane = LAM_PLANE_CORONAL;
    lam_scene_step(&scene, scene.plane, -2);
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[1], 2, 1e-9);
    lam_scene_clear(&scene);
}

/* Voxels of 1 mm; radiological: rightwards is -R. */
static void test_nudge(void)
{
    LamScene scene;
    scene_with_box(&scene);
    scene.cursor_mm = (LamVec3){{3, 4, 5}};
    lam_scene_nudge(&scene, LAM_PLANE_AXIAL, 5, -1);
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[0], -2, 1e-9);
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[1], 3, 1e-9);
    lam_scene_nudge(&scene, LAM_PLANE_SAGITTAL, 0, 2);
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[2], 7, 1e-9);
    lam_scene_nudge(&scene, LAM_PLANE_AXIAL, 1000, 0); /* the last voxel centre */
    g_assert_cmpfloat_with_epsilon(scene.cursor_mm.v[0], 3 - 39.5, 1e-9);
    lam_scene_clear(&scene);
}

static LamPane pane_at(const LamView *views, int n, double x, double y)
{
    const LamView *view = lam_scene_view_at(views, n, x, y);
    g_assert_nonnull(view);
    return view->pane;
}

static void test_layout(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    lam_scene_init(&scene);
    int n = lam_scene_layout(&scene, 1000, 400, 1, views);
    g_assert_cmpint(n, ==, 3);
    g_assert_cmpint(pane_at(views, n, 5, 5), ==, LAM_PANE_FIXED);
    g_assert_cmpint(pane_at(views, n, 500, 399.5), ==, LAM_PANE_MOVING);
    g_assert_cmpint(pane_at(views, n, 999.5, 0), ==, LAM_PANE_WARPED);
    g_assert_null(lam_scene_view_at(views, n, 1000.5, 0));
    n = lam_scene_layout(&scene, 400, 1000, 1, views); /* tall: one above the other */
    g_assert_cmpint(pane_at(views, n, 200, 990), ==, LAM_PANE_WARPED);
    scene.maximised = LAM_PANE_MOVING;
    scene.plane = LAM_PLANE_SAGITTAL;
    g_assert_cmpint(lam_scene_layout(&scene, 400, 1000, 1, views), ==, 1);
    g_assert_cmpint(views[0].pane, ==, LAM_PANE_MOVING);
    g_assert_cmpint(views[0].plane, ==, LAM_PLANE_SAGITTAL);
    g_assert_cmpfloat(views[0].rect.height, ==, 1000);
    lam_scene_clear(&scene);
}

/* Three planes of one pane, or all nine: every pair once, without overlap, at one scale. */
static void test_planes(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    scene_with_box(&scene);
    scene.arrangement = LAM_ARRANGED_PLANES;
    scene.pane = LAM_PANE_MOVING;
    g_assert_cmpint(lam_scene_layout(&scene, 1000, 400, 1, views), ==, 3);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(views[i].pane, ==, LAM_PANE_MOVING);
        g_assert_cmpint(views[i].plane, ==, i);
    }
    scene.arrangement = LAM_ARRANGED_ALL;
    g_assert_cmpint(lam_scene_layout(&scene, 1001, 701, 1, views), ==, 9);
    double area = 0, mm = lam_scene_mm_per_pixel(&scene, &views[0], 1);
    for (int i = 0; i < 9; i++) {
        const LamRect *r = &views[i].rect;
        area += r->width * r->height;
        g_assert_cmpfloat_with_epsilon(lam_scene_mm_per_pixel(&scene, &views[i], 1), mm, 0.02 * mm);
        const LamView *found = lam_scene_view_at(views, 9, r->x + r->width / 2, r->y + 1);
        g_assert_true(found == &views[i]);
        for (int k = 0; k < i; k++)
            g_assert_true(views[i].pane != views[k].pane || views[i].plane != views[k].plane);
    }
    g_assert_cmpfloat(area, >, 0.98 * 1001 * 701);
    g_assert_cmpfloat(area, <, 1001 * 701);
    lam_scene_clear(&scene);
}

/* A single slice has only its own plane. */
static void test_planes_of_slice(void)
{
    const int size[3] = {40, 1, 30};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, ramp, NULL);
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    lam_scene_init(&scene);
    lam_scene_set_scans(&scene, scan, scan, NULL);
    scene.plane = LAM_PLANE_CORONAL;
    scene.arrangement = LAM_ARRANGED_ALL;
    g_assert_cmpint(lam_scene_layout(&scene, 1000, 400, 1, views), ==, 3);
    scene.arrangement = LAM_ARRANGED_PLANES;
    g_assert_cmpint(lam_scene_layout(&scene, 1000, 400, 1, views), ==, 1);
    g_assert_cmpint(views[0].plane, ==, LAM_PLANE_CORONAL);
    g_assert_cmpint(views[0].pane, ==, LAM_PANE_WARPED);
    lam_scene_clear(&scene);
}

static void test_names(void)
{
    LamCompare compare = LAM_COMPARE_NONE;
    LamColourMap map = LAM_MAP_GREY;
    for (int i = 0; i < LAM_COMPARE_COUNT; i++) {
        g_assert_true(lam_compare_parse(lam_compare_name((LamCompare)i), &compare));
        g_assert_cmpint(compare, ==, i);
    }
    g_assert_true(lam_colour_map_parse("viridis", &map));
    g_assert_cmpint(map, ==, LAM_MAP_VIRIDIS);
    g_assert_false(lam_colour_map_parse("jet", &map));
    g_assert_cmpint(map, ==, LAM_MAP_VIRIDIS);
}

static void test_settings(void)
{
    LamScene scene, other;
    lam_scene_init(&scene);
    lam_scene_init(&other);
    LamViewSettings start = lam_view_settings_of(&scene);
    g_assert_cmpint(lam_view_settings_compare(&start, &start), ==, LAM_SETTINGS_SAME);
    scene.arrows = true;
    LamViewSettings settings = lam_view_settings_of(&scene);
    g_assert_cmpint(lam_view_settings_compare(&start, &settings), ==, LAM_SETTINGS_GRID);
    scene.compare = LAM_COMPARE_EDGES;
    settings = lam_view_settings_of(&scene);
    g_assert_cmpint(lam_view_settings_compare(&start, &settings), ==, LAM_SETTINGS_COMPARISON);
    scene.levels[1].high = 7;
    settings = lam_view_settings_of(&scene);
    g_assert_cmpint(lam_view_settings_compare(&start, &settings), ==, LAM_SETTINGS_WINDOW);
    scene.plane = LAM_PLANE_SAGITTAL;
    settings = lam_view_settings_of(&scene);
    g_assert_cmpint(lam_view_settings_compare(&start, &settings), ==, LAM_SETTINGS_LAYOUT);
    other.zoom = 3;
    lam_view_settings_apply(&settings, &other);
    LamViewSettings applied = lam_view_settings_of(&other);
    g_assert_cmpint(lam_view_settings_compare(&settings, &applied), ==, LAM_SETTINGS_SAME);
    g_assert_cmpfloat(other.zoom, ==, 3);
    lam_scene_clear(&scene);
    lam_scene_clear(&other);
}

static void test_png(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("lam-png-XXXXXX", &error);
    g_autofree char *path = g_build_filename(folder, "two.png", NULL);
    g_autofree char *nowhere = g_build_filename(folder, "missing", "two.png", NULL);
    const uint8_t pixels[] = {255, 0, 0, 255, 0, 0, 255, 255};
    g_autofree char *content = NULL;
    gsize length = 0;
    g_assert_true(lam_png_save(path, 2, 1, pixels, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_assert_cmpmem(content, 8, "\x89PNG\r\n\x1a\n", 8);
    g_assert_false(lam_png_save(nowhere, 2, 1, pixels, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_assert_nonnull(strstr(error->message, nowhere));
    g_remove(path);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scene/copy", test_copy);
    g_test_add_func("/scene/lambda-scale", test_lambda_scale);
    g_test_add_func("/scene/content-box", test_content_box);
    g_test_add_func("/scene/slice-plane", test_slice_plane);
    g_test_add_func("/scene/sample", test_sample);
    g_test_add_func("/scene/extreme-values", test_extreme_values);
    g_test_add_func("/scene/empty-scan", test_empty_scan);
    g_test_add_func("/scene/singular-grid", test_singular_grid);
    g_test_add_func("/scene/projection", test_projection);
    g_test_add_func("/scene/step", test_step);
    g_test_add_func("/scene/nudge", test_nudge);
    g_test_add_func("/scene/layout", test_layout);
    g_test_add_func("/scene/layout/planes", test_planes);
    g_test_add_func("/scene/layout/slice", test_planes_of_slice);
    g_test_add_func("/scene/names", test_names);
    g_test_add_func("/scene/settings", test_settings);
    g_test_add_func("/scene/png", test_png);
    return g_test_run();
}

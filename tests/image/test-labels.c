/* Label maps: what is one, whose it is, and what is where. */
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/labels.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

static LamGrid make_grid(int w, int h, int d, double spacing_mm, double at_mm)
{
    LamGrid grid = {{w, h, d}, lam_mat4_scaling(spacing_mm, spacing_mm, spacing_mm)};
    for (int a = 0; a < 3; a++)
        grid.to_world.m[a][3] = at_mm;
    return grid;
}

static LamVolume *empty(const LamGrid *grid)
{
    return lam_volume_new(grid, 1, NULL);
}

static void set(LamVolume *map, int i, int j, int k, float value)
{
    const int *n = map->grid.size;
    map->data[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i] = value;
}

static void assert_refused(LamVolume *map, const LamVolume *scan, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_labels_new(map, scan, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_true(g_str_has_prefix(error->message, "cannot use label"));
    if (strstr(error->message, why) == NULL)
        g_error("%s does not say %s", error->message, why);
}

static void test_values(void)
{
    LamGrid grid = make_grid(7, 5, 4, 1, 0);
    g_autoptr(LamVolume) map = empty(&grid);
    assert_refused(map, map, "no label above zero");
    set(map, 1, 2, 3, 17);
    set(map, 6, 4, 3, 4);
    set(map, 0, 0, 0, -5);
    set(map, 3, 3, 3, 4.0004f);
    g_autoptr(LamLabels) labels = lam_labels_new(map, map, NULL);
    g_assert_cmpint(labels->count, ==, 2);
    g_assert_cmpint(labels->label[0], ==, 4);
    g_assert_cmpint(labels->label[1], ==, 17);
    g_assert_cmpint(lam_labels_find(labels, 17), ==, 1);
    g_assert_cmpint(lam_labels_find(labels, 5), ==, -1);
    set(map, 2, 2, 2, 0.37f);
    assert_refused(map, map, "it holds 0.37,");
    set(map, 2, 2, 2, INFINITY);
    assert_refused(map, map, "whole numbers");
}

static void test_too_many(void)
{
    LamGrid grid = make_grid(20, 20, 20, 1, 0);
    g_autoptr(LamVolume) map = empty(&grid);
    map->path = g_strdup("t1.nii");
    for (size_t i = 0; i < 8000; i++)
        map->data[i] = (float)i;
    assert_refused(map, map, "t1.nii: over 5000 different values");
}

/* Whole numbers, but noise; large blocks of as many are fine. */
static void test_scan(void)
{
    LamGrid grid = make_grid(40, 40, 20, 1, 0);
    g_autoptr(LamVolume) map = empty(&grid);
    guint32 state = 1;
    for (size_t i = 0; i < 32000; i++)
        map->data[i] = (float)(((state = state * 1664525u + 1013904223u) >> 16) % 900);
    assert_refused(map, map, "is it a scan?");
    for (size_t i = 0; i < 32000; i++)
        map->data[i] = (float)(1 + i / 40);
    g_autoptr(LamLabels) labels = lam_labels_new(map, map, NULL);
    g_assert_cmpint(labels->count, ==, 800);
}

/* Voxel 1, 2, 3 is at 0, 2, 4 mm: spacing 2, origin -2. */
static void test_at(void)
{
    LamGrid grid = make_grid(7, 5, 4, 2, -2);
    g_autoptr(LamVolume) map = empty(&grid);
    set(map, 1, 2, 3, 17);
    set(map, 2, 2, 3, -3);
    g_autoptr(LamLabels) labels = lam_labels_new(map, NULL, NULL);
    const struct {
        LamVec3 at;
        int label;
    } points[] = {{{{0, 2, 4}}, 17},  {{{0.9, 2.9, 4.9}}, 17}, {{{-0.9, 1.1, 3.1}}, 17},
                  {{{1.1, 2, 4}}, 0}, {{{0, 2, 5.1}}, 0},      {{{0, 2, 1e9}}, 0},
                  {{{NAN, 2, 4}}, 0}, {{{-100, 2, 4}}, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++)
        g_assert_cmpint(lam_labels_at(labels, points[i].at), ==, points[i].label);
}

/* Maps of a scan of 10 x 12 x 8 voxels of 2 mm. */
static void test_space(void)
{
    LamGrid grid = make_grid(10, 12, 8, 2, 0), near = make_grid(10, 12, 8, 2, 0.2);
    LamGrid away = make_grid(10, 12, 8, 2, 6), fine = make_grid(20, 24, 16, 1, -0.5);
    LamGrid elsewhere = make_grid(5, 5, 5, 2, 100), flipped = grid;
    flipped.to_world.m[0][0] = -2;
    flipped.to_world.m[0][3] = 18;
    g_autoptr(LamVolume) scan = empty(&grid);
    const struct {
        LamGrid grid;
        const char *why; /* NULL: it is fine */
    } cases[] = {{grid, NULL},
                 {near, NULL},
                 {fine, NULL},
                 {flipped, NULL},
                 {away, "lie up to 10.4 mm away"},
                 {elsewhere, "100 % of what is labelled lies beyond its scan"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LamVolume) map = empty(&cases[i].grid);
        set(map, 2, 2, 2, 3);
        if (cases[i].why != NULL) {
            assert_refused(map, scan, cases[i].why);
            continue;
        }
        g_autoptr(GError) error = NULL;
        g_autoptr(LamLabels) labels = lam_labels_new(map, scan, &error);
        g_assert_no_error(error);
        g_assert_nonnull(labels);
    }
}

static void test_files(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("labels-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "map.nii", NULL);
    LamGrid grid = make_grid(7, 5, 4, 1, 0);
    g_autoptr(LamVolume) map = empty(&grid);
    set(map, 1, 2, 3, 1035);
    g_assert_true(lam_nifti_save(map, path, LAM_NIFTI_INT16, NULL, &error));
    g_autoptr(LamLabels) labels = lam_labels_load(path, map, &error);
    g_assert_no_error(error);
    g_assert_cmpint(lam_labels_at(labels, (LamVec3){{1, 2, 3}}), ==, 1035);
    g_unlink(path);
    g_assert_null(lam_labels_load(path, map, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
    g_rmdir(folder);
}

/* Neighbouring numbers are far apart, and all are bright enough for a dark ground. */
static void test_colours(void)
{
    guint8 last[3] = {0};
    for (int label = 1; label < 300; label++) {
        guint8 rgb[3];
        lam_label_colour(label, rgb);
        int apart = abs(rgb[0] - last[0]) + abs(rgb[1] - last[1]) + abs(rgb[2] - last[2]);
        g_assert_cmpint(apart, >, 60);
        g_assert_cmpint(MAX(rgb[0], MAX(rgb[1], rgb[2])), >, 90);
        memcpy(last, rgb, sizeof last);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/labels/values", test_values);
    g_test_add_func("/labels/too-many", test_too_many);
    g_test_add_func("/labels/scan", test_scan);
    g_test_add_func("/labels/at", test_at);
    g_test_add_func("/labels/space", test_space);
    g_test_add_func("/labels/files", test_files);
    g_test_add_func("/labels/colours", test_colours);
    return g_test_run();
}

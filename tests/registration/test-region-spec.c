/* Regions as they are told: on a command line, in a file, and their masks. */
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/region_spec.h>
#include <math.h>
#include <string.h>

static LamRegionSpec *parse(const char *text)
{
    GError *error = NULL;
    LamRegionSpec *spec = lam_region_spec_parse(text, &error);
    g_assert_no_error(error);
    return spec;
}

static void test_text(void)
{
    g_autoptr(LamRegionSpec) spec = parse(
        "name=left ventricle; labels=51, 52 ;lambda=0.8;border=7.5;kind=rigid;colour=#12aBff;");
    g_assert_cmpstr(spec->settings->name, ==, "left ventricle");
    g_assert_cmpint(spec->source, ==, LAM_REGION_OF_LABELS);
    g_assert_cmpint(spec->labels->len, ==, 2);
    g_assert_cmpint(g_array_index(spec->labels, int, 1), ==, 52);
    g_assert_false(spec->settings->follows);
    g_assert_cmpfloat(spec->settings->lambda, ==, 0.8);
    g_assert_cmpfloat(spec->settings->border_mm, ==, 7.5);
    g_assert_cmpint(spec->settings->kind, ==, LAM_REGION_RIGID);
    g_assert_cmphex(spec->settings->colour, ==, 0x12abff);
    g_autoptr(LamRegionSpec) other = parse("name=t;mask=/a/b.nii;follow=2");
    g_assert_true(other->settings->follows);
    g_assert_cmpfloat(other->settings->factor, ==, 2);
    g_assert_cmpfloat(other->settings->border_mm, ==, 8);
    g_assert_cmpstr(other->path, ==, "/a/b.nii");
}

static void test_text_refused(void)
{
    const struct {
        const char *text, *why;
    } wrong[] = {
        {"", "no name"},
        {"name=a", "not told where it is"},
        {"labels=1", "no name"},
        {"name=;labels=1", "name is empty"},
        {"name=a;labels=", "labels needs numbers"},
        {"name=a;labels=1,x", "labels needs numbers"},
        {"name=a;labels=0", "above zero"},
        {"name=a;labels=1.5", "whole numbers"},
        {"name=a;labels=1;mask=b", "in two ways"},
        {"name=a;labels=1;labels=2", "in two ways"},
        {"name=a;labels=1;lambda=1.1", "between 0 and 1"},
        {"name=a;labels=1;lambda=nan", "lambda needs one number"},
        {"name=a;labels=1;follow=0", "0.001"},
        {"name=a;labels=1;border=51", "50 mm"},
        {"name=a;labels=1;kind=soft", "kind is none of"},
        {"name=a;labels=1;colour=red", "#rrggbb"},
        {"name=a;box=1,2,3", "needs 6 numbers"},
        {"name=a;box=1,2,3,4,0,4", "above zero"},
        {"name=a;threshold=1,2,3,4,5,4", "below the lowest"},
        {"name=a;painted=1,2,3,4,5", "four numbers"},
        {"name=a;painted=1,2,3,0", "radii of balls"},
        {"name=a;painted=1e6,2,3,4", "beyond 100 m"},
        {"name=a;painted=1,2,3,4;labels=1", "two ways"},
        {"name=a;outlines=5,0,1,2,3", "13 at least"},
        {"name=a;outlines=5,0,0,0,0,0,9,0,0,0,9,9,0,0", "four numbers for each corner"},
        {"name=a;outlines=0,0,0,0,0,0,9,0,0,0,9,9,0", "thickness of outlines"},
        {"name=a;outlines=5,1,0,0,0,1,9,0,0,1,9,9,0", "not numbered 0, 1, 2"},
        {"name=a;outlines=5,0.5,0,0,0,0.5,9,0,0,0.5,9,9,0", "not numbered"},
        {"name=a;outlines=5,0,0,0,0,0,9,0,0,1,9,9,0", "fewer than three corners"},
        {"name=a;outlines=5,0,0,0,0,0,9,0,0,0,4,0,0", "encloses nothing"},
        {"name=a;outlines=5,0,0,0,0,0,9,0,0,0,9,9,0,0,0,9,3", "not flat"},
        {"name=a;outlines=5,0,0,0,0,0,9,0,0,0,9,9,0,1,0,0,5,1,0,9,5,1,0,9,14", "parallel slices"},
        {"name=a;outlines=5,0,0,0,1e6,0,9,0,1e6,0,9,9,1e6", "beyond 100 m"},
        {"name=a;outlines=5,0,0,0,0,0,9,0,0,0,9,9,0;labels=1", "two ways"},
        {"name=a;size=3", "no key size"},
        {"name", "key=value"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_region_spec_parse(wrong[i].text, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        if (strstr(error->message, wrong[i].why) == NULL)
            g_error("%s: %s", wrong[i].text, error->message);
    }
}

/* What is written is read again. */
static void test_file(void)
{
    const char *texts[] = {
        "name=a;labels=3,4,900;lambda=0.25;border=8;colour=#010203",
        "name=„b“;mask=/tmp/folder/deep/mask.nii;follow=0.5;kind=unmatched;colour=#ffffff",
        "name=c;ellipsoid=1,-2.5,3,4,5,6;kind=unmoved",
        "name=d;box=1,-2.5,3,4,5,6;lambda=1",
        "name=e;threshold=1,-2.5,3,4,-5,60.25",
        "name=f;painted=1,-2.5,3,4,1.5,0,0,-2;lambda=0.5",
        "name=g;outlines=7.5,0,0,0,0,0,9,0,0,0,9,9,0,1,0,0,5,1,9,0,5,1,9,9.5,5;kind=rigid",
    };
    g_autoptr(GPtrArray) specs =
        g_ptr_array_new_with_free_func((GDestroyNotify)lam_region_spec_free);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_ptr_array_add(specs, parse(texts[i]));
    g_autofree char *text = lam_region_specs_text(specs, "/tmp/folder");
    g_assert_nonnull(strstr(text, "\"deep/mask.nii\""));
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) read = lam_region_specs_parse(text, -1, "/tmp/folder", "x", &error);
    g_assert_no_error(error);
    g_assert_cmpint(read->len, ==, specs->len);
    for (guint i = 0; i < read->len; i++) {
        const LamRegionSpec *a = specs->pdata[i], *b = read->pdata[i];
        g_assert_true(lam_region_spec_same_mask(a, b));
        g_assert_cmpstr(a->settings->name, ==, b->settings->name);
        g_assert_cmphex(a->settings->colour, ==, b->settings->colour);
        g_assert_cmpint(a->settings->kind, ==, b->settings->kind);
        g_assert_cmpint(a->settings->follows, ==, b->settings->follows);
        g_assert_cmpfloat(lam_region_lambda(a->settings, 0.3), ==,
                          lam_region_lambda(b->settings, 0.3));
        g_assert_cmpfloat(a->settings->border_mm, ==, b->settings->border_mm);
    }
}

#define FILE_OF(regions)                                                                           \
    "{\"format\":\"lambdascope-regions\",\"version\":1,\"regions\":" regions "}"

static void test_file_refused(void)
{
    const struct {
        const char *text, *why;
        int code;
    } wrong[] = {
        {"", "regions file", LAM_ERROR_FORMAT},
        {"[]", "no regions file", LAM_ERROR_FORMAT},
        {"{", "x:", LAM_ERROR_FORMAT},
        {"{\"format\":\"other\",\"version\":1,\"regions\":[]}", "no regions file",
         LAM_ERROR_FORMAT},
        {"{\"format\":\"lambdascope-regions\",\"version\":9,\"regions\":[]}", "later version",
         LAM_ERROR_UNSUPPORTED},
        {FILE_OF("{}"), "no regions file", LAM_ERROR_FORMAT},
        {FILE_OF("[1]"), "region 1: it is not an object", LAM_ERROR_FORMAT},
        {FILE_OF("[{\"name\":\"a\",\"labels\":[1]},{\"name\":\"b\"}]"), "region 2: it is not told",
         LAM_ERROR_FORMAT},
        {FILE_OF("[{\"name\":7}]"), "name is not a text", LAM_ERROR_FORMAT},
        {FILE_OF("[{\"labels\":[\"x\"]}]"), "not a number", LAM_ERROR_FORMAT},
        {FILE_OF("[{\"labels\":[]}]"), "labels has 0 numbers", LAM_ERROR_FORMAT},
        {FILE_OF("[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]"), "not JSON", LAM_ERROR_FORMAT},
        {FILE_OF("[{\"lamda\":0.3}]"), "no key lamda", LAM_ERROR_FORMAT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(lam_region_specs_parse(wrong[i].text, -1, NULL, "x", &error));
        if (error->code != wrong[i].code || strstr(error->message, wrong[i].why) == NULL)
            g_error("%s: %s", wrong[i].text, error->message);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_region_specs_load("/nowhere/regions.json", &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_IO);
}

/* 20 x 20 x 20 voxels of 2 mm whose value is x in mm. */
static LamVolume *scan(void)
{
    LamGrid grid = {.size = {20, 20, 20}, .to_world = lam_mat4_identity()};
    for (int a = 0; a < 3; a++) {
        grid.to_world.m[a][a] = 2;
        grid.to_world.m[a][3] = -19;
    }
    LamVolume *volume = lam_volume_new(&grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&grid); i++)
        volume->data[i] = (float)(2 * (int)(i % 20) - 19);
    return volume;
}

static double volume_ml(const char *text, const LamVolume *fixed)
{
    g_autoptr(LamRegionSpec) spec = parse(text);
    GError *error = NULL;
    g_autoptr(LamRegion) region = lam_region_spec_make(spec, fixed, fixed, &error);
    g_assert_no_error(error);
    double sum = 0;
    for (size_t i = 0; i < lam_grid_voxels(&region->mask->grid); i++)
        sum += (double)region->mask->data[i];
    return sum * 8e-3;
}

static void test_masks(void)
{
    g_autoptr(LamVolume) fixed = scan();
    const double ball = 4.0 / 3 * G_PI * 12 * 12 * 12 * 1e-3;
    g_assert_cmpfloat_with_epsilon(volume_ml("name=a;box=0,0,0,10,4,6", fixed), 1.92, 1e-6);
    g_assert_cmpfloat_with_epsilon(volume_ml("name=a;ellipsoid=0,0,0,12,12,12", fixed), ball, 0.1);
    g_assert_cmpfloat_with_epsilon(volume_ml("name=a;threshold=0,0,0,12,0,50", fixed), ball / 2,
                                   0.1);
    g_assert_cmpfloat_with_epsilon(volume_ml("name=a;labels=5,9", fixed), 2 * 400 * 8e-3, 1e-6);
}

/* Balls add up, and what was erased is gone; voxels of 1 mm, wherever the scan lies. */
static void test_painted(void)
{
    g_autoptr(LamVolume) fixed = scan();
    const double ball = 4.0 / 3 * G_PI * 12 * 12 * 12 * 1e-3;
    const struct {
        const char *text;
        double ml;
    } cases[] = {
        {"name=a;painted=0,0,0,12", ball},
        {"name=a;painted=0,0,0,12,0,0,0,12", ball},
        {"name=a;painted=-200,0,0,12,-160,3,0,12", 2 * ball},
        {"name=a;painted=0,0,0,12,0,0,0,-6", ball * 7 / 8},
        {"name=a;painted=0,0,0,-6,0,0,0,12", ball}, /* erased before it was there */
        {"name=a;painted=0,0,0,-6", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) /* volume_ml counts voxels of 2 mm */
        g_assert_cmpfloat_with_epsilon(volume_ml(cases[i].text, fixed) / 8, cases[i].ml,
                                       0.01 * ball);
}

/* Squares about the z axis, in mm: half their side, and their height. */
static char *squares(double thickness, int n, const double half[], const double height[])
{
    GString *text = g_string_new("name=a;outlines=");
    g_string_append_printf(text, "%g", thickness);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < 4; k++) {
            double x = k == 0 || k == 3 ? -half[i] : half[i], y = k < 2 ? -half[i] : half[i];
            g_string_append_printf(text, ",%d,%g,%g,%g", i, x, y, height[i]);
        }
    return g_string_free(text, FALSE);
}

/* One slice is as thick as told; between two the shape passes from one into the other, whichever comes first. */
static void test_outlines(void)
{
    g_autoptr(LamVolume) fixed = scan();
    const struct {
        int n;
        double thickness, half[3], height[3], ml;
    } cases[] = {
        {1, 6, {10}, {0}, 20 * 20 * 6e-3},
        {1, 6, {10}, {-150}, 20 * 20 * 6e-3},
        {2, 2, {10, 10}, {0, 12}, 20 * 20 * 14e-3},
        {2, 2, {10, 5}, {0, 10}, ((8000 - 1000) / 3.0 + 400 + 100) * 1e-3},
        {2, 2, {5, 10}, {10, 0}, ((8000 - 1000) / 3.0 + 400 + 100) * 1e-3},
        {3, 2, {5, 10, 5}, {10, 0, -10}, (2 * (8000 - 1000) / 3.0 + 100 + 100) * 1e-3},
        {2, 6, {10, 4}, {0, 0}, 20 * 20 * 6e-3}, /* two on one slice: both */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            squares(cases[i].thickness, cases[i].n, cases[i].half, cases[i].height);
        g_assert_cmpfloat_with_epsilon(volume_ml(text, fixed) / 8, cases[i].ml, 0.03 * cases[i].ml);
    }
    /* 20 x 20 mm, slanting: (0.6, 0, 0.8) is across it. With a hole where the outline crosses itself. */
    const char *slanted = "name=a;outlines=6,0,-8,-10,6,0,8,-10,-6,0,8,10,-6,0,-8,10,6";
    g_assert_cmpfloat_with_epsilon(volume_ml(slanted, fixed) / 8, 2.4, 0.07);
    const char *ring = "name=a;outlines=6,0,-10,-10,0,0,10,-10,0,0,10,10,0,0,-10,10,0,0,-10,-10,0,"
                       "0,-5,-5,0,0,-5,5,0,0,5,5,0,0,5,-5,0,0,-5,-5,0";
    g_assert_cmpfloat_with_epsilon(volume_ml(ring, fixed) / 8, (400 - 100) * 6e-3, 0.1);
}

/* A new outline takes the place of what was on its slice; one that cannot be leaves everything as it was. */
static void test_outlines_added(void)
{
    g_autoptr(LamVolume) fixed = scan();
    g_autoptr(LamRegionSpec) spec = lam_region_spec_new("a", 0);
    const LamVec3 low[] = {{{-10, -10, 0}}, {{10, -10, 0}}, {{10, 10, 0}}, {{-10, 10, 0}}},
                  high[] = {{{-10, -10, 12}}, {{-10, 10, 12}}, {{10, 10, 12}}},
                  again[] = {{{-5, -5, 12.2}}, {{5, -5, 12.2}}, {{5, 5, 12.2}}},
                  across[] = {{{0, -5, 20}}, {{0, 5, 20}}, {{0, 5, 30}}};
    spec->thickness_mm = 2;
    g_assert_null(lam_region_spec_add_outline(spec, low, 4));
    g_assert_cmpint(spec->source, ==, LAM_REGION_OF_OUTLINES);
    g_assert_null(lam_region_spec_add_outline(spec, high, 3));
    g_assert_cmpuint(spec->corners->len, ==, 7);
    g_assert_null(lam_region_spec_add_outline(spec, again, 3));
    g_assert_cmpuint(spec->corners->len, ==, 7);
    g_assert_cmpint(g_array_index(spec->corners, LamCorner, 6).outline, ==, 1);
    g_assert_cmpfloat(g_array_index(spec->corners, LamCorner, 6).at_mm.v[2], ==, 12.2);
    g_assert_null(lam_region_spec_add_outline(spec, low, 4)); /* the first goes to the end */
    g_assert_cmpfloat(g_array_index(spec->corners, LamCorner, 0).at_mm.v[2], ==, 12.2);
    g_autoptr(LamRegionSpec) before = lam_region_spec_copy(spec);
    g_assert_nonnull(strstr(lam_region_spec_add_outline(spec, across, 3), "parallel"));
    g_assert_nonnull(strstr(lam_region_spec_add_outline(spec, low, 2), "fewer than three"));
    g_assert_nonnull(strstr(lam_region_spec_add_outline(spec, low, 0), "fewer than three"));
    g_assert_true(lam_region_spec_same_mask(before, spec));
    g_array_index(spec->corners, LamCorner, 1).at_mm.v[0] += 1;
    g_assert_false(lam_region_spec_same_mask(before, spec));
    g_autofree LamVec3 *many = g_new(LamVec3, LAM_REGION_MAX_CORNERS);
    for (int i = 0; i < LAM_REGION_MAX_CORNERS; i++)
        many[i] = (LamVec3){{10 * cos(i * 1e-3), 10 * sin(i * 1e-3), 40}};
    g_assert_nonnull(
        strstr(lam_region_spec_add_outline(spec, many, LAM_REGION_MAX_CORNERS), "as many corners"));
}

static void test_masks_refused(void)
{
    g_autoptr(LamVolume) fixed = scan();
    g_autoptr(LamRegionSpec) labels = parse("name=deep;labels=4"),
                             file = parse("name=a;mask=/no.nii");
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_region_spec_make(labels, fixed, NULL, &error));
    g_assert_cmpstr(error->message, ==,
                    "cannot make the region: deep: the fixed scan has no label map");
    g_clear_error(&error);
    g_assert_null(lam_region_spec_make(labels, fixed, fixed, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    g_assert_null(lam_region_spec_make(file, fixed, fixed, &error));
    g_assert_nonnull(strstr(error->message, "/no.nii"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/region-spec/text", test_text);
    g_test_add_func("/region-spec/text/refused", test_text_refused);
    g_test_add_func("/region-spec/file", test_file);
    g_test_add_func("/region-spec/file/refused", test_file_refused);
    g_test_add_func("/region-spec/masks", test_masks);
    g_test_add_func("/region-spec/painted", test_painted);
    g_test_add_func("/region-spec/outlines", test_outlines);
    g_test_add_func("/region-spec/outlines/added", test_outlines_added);
    g_test_add_func("/region-spec/masks/refused", test_masks_refused);
    return g_test_run();
}

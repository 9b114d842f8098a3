/* Regions as they are told: on a command line, in a file, and their masks. */
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/region_spec.h>
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
    g_test_add_func("/region-spec/masks/refused", test_masks_refused);
    return g_test_run();
}

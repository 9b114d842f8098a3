/* lam register with regions. */
#include "fixture.h"

#include <json-glib/json-glib.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

static LamCliFixture *fixture;
static char *labels; /* of the fixed scan */

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static LamCliRun register_with(const char *field, const char *lambda, const char *a, const char *b,
                               const char *c, const char *d)
{
    return lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-M",
                       fixture->model, "--json", "-l", lambda, "--field", field, a, b, c, d, NULL);
}

static void assert_done(const LamCliRun *run)
{
    if (run->status != 0)
        g_error("status %d: %s", run->status, run->err);
}

/* The field as written. */
static LamVolume *field_of(const char *name, const char *lambda, const char *a, const char *b)
{
    g_autofree char *path = in_folder(name);
    LamCliRun run = register_with(path, lambda, a, b, "--fixed-labels", labels);
    if (a == NULL)
        lam_cli_run_clear(&run), run = register_with(path, lambda, NULL, NULL, NULL, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    return lam_nifti_load(path, 0, NULL);
}

static double difference_at(const LamVolume *a, const LamVolume *b, size_t voxel)
{
    double squared = 0;
    for (int c = 0; c < 3; c++) {
        size_t i = (size_t)c * lam_grid_voxels(&a->grid) + voxel;
        squared += pow((double)(a->data[i] - b->data[i]), 2);
    }
    return sqrt(squared);
}

static double largest_difference(const LamVolume *a, const LamVolume *b)
{
    double largest = 0;
    for (size_t i = 0; i < lam_grid_voxels(&a->grid); i++)
        largest = MAX(largest, difference_at(a, b, i));
    return largest;
}

/* With the λ of the rest a region changes nothing; with another, the field inside comes near that λ's. */
static void test_lambda(void)
{
    g_autoptr(LamVolume) rest = field_of("rest.nii.gz", "0.1", NULL, NULL);
    g_autoptr(LamVolume) same =
        field_of("same.nii.gz", "0.1", "--region", "name=ball;ellipsoid=0,0,0,30,30,30;lambda=0.1");
    g_autoptr(LamVolume) other = field_of("other.nii.gz", "0.1", "--region",
                                          "name=ball;ellipsoid=0,0,0,30,30,30;lambda=0.9;border=6");
    g_assert_cmpfloat(largest_difference(rest, same), <, 1e-3);
    g_assert_cmpfloat(largest_difference(rest, other), >, 1e-3);
}

static void test_report(void)
{
    g_autofree char *field = in_folder("f.nii.gz");
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun run =
        register_with(field, "0.5", "--region", "name=a;ellipsoid=0,0,0,20,20,20;follow=1;border=2",
                      "--region", "name=far;box=900,0,0,5,5,5;kind=unmoved");
    assert_done(&run);
    g_assert_nonnull(strstr(run.err, "lam register: region a: a border of 2 mm is narrow"));
    g_assert_nonnull(strstr(run.err, "region far is empty"));
    g_assert_true(json_parser_load_from_data(parser, run.out, -1, NULL));
    JsonObject *root = json_node_get_object(json_parser_get_root(parser));
    JsonObject *first =
        json_array_get_object_element(json_object_get_array_member(root, "regions"), 0);
    g_assert_cmpstr(json_object_get_string_member(first, "name"), ==, "a");
    g_assert_cmpfloat(json_object_get_double_member(first, "lambda"), ==, 0.5);
    g_assert_cmpint(json_array_get_length(json_object_get_array_member(root, "region_warnings")),
                    ==, 2);
    lam_cli_run_clear(&run);
}

static void test_file(void)
{
    g_autofree char *path = in_folder("regions.json"), *field = in_folder("f.nii.gz");
    const char *text = "{\"format\":\"lambdascope-regions\",\"version\":1,\"regions\":"
                       "[{\"name\":\"all\",\"mask\":\"pair/mask.nii.gz\",\"lambda\":0.9}]}";
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    LamCliRun run = register_with(field, "0.5", "--regions", path, NULL, NULL);
    lam_cli_assert_failed(&run, 1, "mask.nii.gz");
    lam_cli_run_clear(&run);
    g_assert_true(g_file_set_contents(path, "{", -1, NULL));
    run = register_with(field, "0.5", "--regions", path, NULL, NULL);
    lam_cli_assert_failed(&run, 1, path);
    lam_cli_run_clear(&run);
}

static int some_label(void)
{
    g_autoptr(LamVolume) map = lam_nifti_load(labels, 0, NULL);
    float most = 0;
    for (size_t i = 0; i < lam_grid_voxels(&map->grid); i++)
        most = MAX(most, map->data[i]);
    return (int)most;
}

static void test_labels(void)
{
    g_autofree char *field = in_folder("f.nii.gz");
    LamCliRun run = register_with(field, "0.5", "--region", "name=a;labels=1", NULL, NULL);
    lam_cli_assert_failed(&run, 1, "has no label map");
    lam_cli_run_clear(&run);
    run = register_with(field, "0.5", "--region", "name=a;labels=4000", "--fixed-labels", labels);
    lam_cli_assert_failed(&run, 1, "no voxel has label 4000");
    lam_cli_run_clear(&run);
    g_autofree char *region = g_strdup_printf("name=a;labels=%d,4000;lambda=0.9", some_label());
    run = register_with(field, "0.5", "--region", region, "--fixed-labels", labels);
    assert_done(&run);
    lam_cli_run_clear(&run);
}

static void test_refused(void)
{
    g_autofree char *field = in_folder("f.nii.gz");
    LamCliRun run = register_with(field, "0.5", "--region", "name=a;labels=x", NULL, NULL);
    lam_cli_assert_failed(&run, 1, "labels needs numbers");
    lam_cli_run_clear(&run);
    run = register_with(field, "0.5", "--region", "name=a;labels=1", "--method", "refine");
    lam_cli_assert_failed(&run, 2, "--method network is needed");
    lam_cli_run_clear(&run);
    run = lam_cli_run("register", "--batch", "pairs.csv", "-o", "x", "--region", "name=a;labels=1",
                      NULL);
    lam_cli_assert_failed(&run, 2, "--batch");
    lam_cli_run_clear(&run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    labels = g_build_filename(fixture->pair, "fixed_labels.nii.gz", NULL);
    g_test_add_func("/regions/lambda", test_lambda);
    g_test_add_func("/regions/report", test_report);
    g_test_add_func("/regions/file", test_file);
    g_test_add_func("/regions/labels", test_labels);
    g_test_add_func("/regions/refused", test_refused);
    int status = g_test_run();
    g_free(labels);
    lam_cli_fixture_free(fixture);
    return status;
}

/* lam as a program: what each subcommand prints and writes, and its exit status. */
#include "fixture.h"

#include <json-glib/json-glib.h>
#include <lambdascope/metrics.h>
#include <lambdascope/nifti.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static LamCliFixture *fixture;

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static char *in_pair(const char *name)
{
    return g_build_filename(fixture->pair, name, NULL);
}

static void assert_done(LamCliRun *run)
{
    g_test_message("%s%s", run->out, run->err);
    g_assert_cmpstr(run->err, ==, "");
    g_assert_cmpint(run->status, ==, 0);
}

/* Standard output is one JSON object and nothing else. */
static JsonObject *parse_object(const char *text, JsonParser *parser)
{
    g_autoptr(GError) error = NULL;
    json_parser_load_from_data(parser, text, -1, &error);
    g_assert_no_error(error);
    return json_node_get_object(json_parser_get_root(parser));
}

static void test_help(void)
{
    static const char *const commands[] = {"register", "apply",    "invert", "compose", "jacobian",
                                           "points",   "evaluate", "info",   "synth",   "render",
                                           "report",   "movie",    "train",  "bench"};
    LamCliRun all = lam_cli_run("--help", NULL), version = lam_cli_run("--version", NULL);
    assert_done(&all);
    assert_done(&version);
    g_assert_true(g_str_has_prefix(version.out, "lam "));
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        LamCliRun one = lam_cli_run(commands[i], "--help", NULL);
        assert_done(&one);
        g_assert_nonnull(strstr(all.out, commands[i]));
        g_assert_nonnull(strstr(one.out, commands[i]));
        lam_cli_run_clear(&one);
    }
    lam_cli_run_clear(&all);
    lam_cli_run_clear(&version);
}

static void test_usage(void)
{
    static const char *const wrong[][11] = {
        {"frobnicate"},
        {"info"},
        {"info", "a", "b"},
        {"info", "--colour", "a"},
        {"study", "hyper", "-d", "a"},
        {"study", "hyper", "-d", "a", "-o", "b", "-l2"},
        {"study", "hyper", "-d", "a", "-o", "b", "-n-1"},
        {"study", "few", "-o", "b"},
        {"study", "few", "-d", "a", "-o", "b", "-s1,3"},
        {"study", "few", "-d", "a", "-o", "b", "-r-1"},
        {"register", "--fixed", "a"},
        {"register", "--fixed", "a", "--moving", "b", "--lambda", "0.5"},
        {"register", "-f", "a", "-m", "b", "-l", "0.5"},
        {"register", "-f", "a", "-m", "b", "-wc", "-t", "bent"},
        {"register", "-f", "a", "-m", "b", "-wc", "--method", "refine", "--similarity", "magic"},
        {"register", "-f", "a", "-m", "b", "-wc", "--similarity", "nmi"},
        {"register", "-f", "a", "-m", "b", "-wc", "--method", "magic"},
        {"register", "-f", "a", "-m", "b", "-wc", "--to", "mars"},
        {"register", "-f", "a", "-m", "b", "-wc", "--keep-initial"},
        {"register", "-f", "a", "-m", "b", "-wc", "--resume"},
        {"register", "--batch", "a.csv"},
        {"register", "-f", "a", "-m", "b", "-wc", "--fixed-labels", "d"},
        {"register", "-f", "a", "-m", "b", "-wc", "--landmarks", "d"},
        {"register", "--batch", "a.csv", "-o", "b", "-f", "c"},
        {"register", "--batch", "a.csv", "-o", "b", "-J", "0"},
        {"register", "-f", "a", "-m", "b", "-wc", "-l", "1.5"},
        {"register", "-f", "a", "-m", "b", "-wc", "--label-share", "1.5"},
        {"register", "-f", "a", "-m", "b", "-wc", "--label-share", "-0.5"},
        {"register", "-f", "a", "-m", "b", "-wc", "--label-share", "half"},
        {"register", "-f", "a", "-m", "b", "-wc", "-trigid", "--label-share=1"},
        {"register", "-f", "a", "-m", "b", "-taffine", "--uncertainty", "c"},
        {"register", "-f", "a", "-m", "b", "--method=refine", "--uncertainty", "c"},
        {"register", "-f", "a", "-m", "b", "--symmetric", "--uncertainty", "c"},
        {"register", "--batch", "a.csv", "-o", "b", "--uncertainty", "c"},
        {"register", "-f", "a", "-m", "b", "--method=refine", "--sensitivity", "c"},
        {"register", "-f", "a", "-m", "b", "--symmetric", "--sensitivity", "c"},
        {"register", "-f", "a", "-m", "b", "--region", "51:0.5", "--sensitivity", "c"},
        {"register", "--batch", "a.csv", "-o", "b", "--sensitivity", "c"},
        {"movie", "-f", "a", "-m", "b"},
        {"movie", "-f", "a", "-m", "b", "-o", "c.png", "--play", "waltz"},
        {"movie", "-f", "a", "-m", "b", "-o", "c.png", "--seconds", "0"},
        {"movie", "-f", "a", "-m", "b", "-o", "c.png", "--play", "attribute"},
        {"movie", "--demo", "digits", "-o", "c.png", "--play", "attribute"},
        {"movie", "-f", "a", "-m", "b", "-o", "c.png", "--rate", "61"},
        {"movie", "-f", "a", "-m", "b", "-o", "c.png", "--lambda", "2"},
        {"apply", "--input", "a"},
        {"evaluate"},
        {"evaluate", "a.csv", "--lambda", "0.1,x"},
        {"evaluate", "a.csv", "--lambda", "2"},
        {"evaluate", "a.csv", "--grid", "square"},
        {"evaluate", "a.csv", "--label-share", "7"},
        {"evaluate", "a.csv", "-m", "classical", "--label-share", "0.5"},
        {"evaluate", "a.csv", "--method", "magic"},
        {"evaluate", "a.csv", "--similarity", "nmi"},
        {"evaluate", "a.csv", "--method", "classical", "--similarity", "field"},
        {"evaluate", "a.csv", "--refine-seconds", "5"},
        {"evaluate", "a.csv", "-m", "refine", "--refine-seconds", "-2"},
        {"synth", "phantom"},
        {"synth", "brains", "-o", "a"},
        {"synth", "shapes"},
        {"synth", "shapes", "-o", "a", "--size", "4x4"},
        {"synth", "shapes", "-o", "a", "-n", "0"},
        {"bench"},
        {"bench", "coffee"},
        {"bench", "tick", "--repeats", "-1"},
        {"bench", "step", "--precision", "f16"},
        {"synth", "skull", "--output", "x"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        LamCliRun run = lam_cli_run_array(wrong[i]);
        lam_cli_assert_failed(&run, 2, "");
        lam_cli_run_clear(&run);
    }
    LamCliRun nothing = lam_cli_run_array((const char *[]){NULL});
    g_assert_cmpint(nothing.status, ==, 2);
    lam_cli_run_clear(&nothing);
}

static void test_info_scan(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun text = lam_cli_run("info", fixture->fixed, NULL);
    LamCliRun json = lam_cli_run("info", "--json", fixture->fixed, NULL);
    assert_done(&text);
    assert_done(&json);
    g_assert_nonnull(strstr(text.out, "RAS"));
    JsonObject *object = parse_object(json.out, parser);
    g_assert_cmpstr(json_object_get_string_member(object, "kind"), ==, "scan");
    g_assert_cmpstr(json_object_get_string_member(object, "orientation"), ==, "RAS");
    g_assert_cmpstr(json_object_get_string_member(object, "space_source"), ==, "sform");
    g_assert_cmpstr(json_object_get_string_member(object, "stored_type"), ==, "int16");
    JsonArray *size = json_object_get_array_member(object, "size_voxels");
    g_assert_cmpint(json_array_get_int_element(size, 0), ==, 41);
    JsonArray *spacing = json_object_get_array_member(object, "spacing_mm");
    g_assert_cmpfloat(json_array_get_double_element(spacing, 2), ==, 4);
    lam_cli_run_clear(&text);
    lam_cli_run_clear(&json);
}

static void test_info_prepare(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *truth = in_pair("truth.nii.gz");
    LamCliRun text = lam_cli_run("info", "-p", "-M", fixture->model, fixture->fixed, NULL);
    LamCliRun json =
        lam_cli_run("info", "--prepare", "-M", fixture->model, "--json", fixture->fixed, NULL);
    LamCliRun field = lam_cli_run("info", "--prepare", "-M", fixture->model, truth, NULL);
    assert_done(&text);
    assert_done(&json);
    g_assert_nonnull(strstr(text.out, "99.5th percentile"));
    g_assert_nonnull(strstr(text.out, "40×48×40 voxels of 4 mm"));
    JsonObject *object =
        json_object_get_object_member(parse_object(json.out, parser), "preparation");
    g_assert_cmpstr(json_object_get_string_member(object, "model"), ==, "untrained test model");
    g_assert_cmpfloat(json_object_get_double_member(object, "foreground_litres"), >, 0.5);
    g_assert_cmpfloat(json_object_get_double_member(object, "foreground_litres"), <, 3);
    g_assert_cmpfloat(json_object_get_double_member(object, "outside_percent"), <, 1);
    JsonArray *box = json_object_get_array_member(object, "box_voxels");
    g_assert_cmpfloat(json_array_get_double_element(box, 1), ==, 48);
    lam_cli_assert_failed(&field, 1, "field");
    lam_cli_run_clear(&text);
    lam_cli_run_clear(&json);
    lam_cli_run_clear(&field);
}

static void test_info_field(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *truth = in_pair("truth.nii.gz");
    LamCliRun json = lam_cli_run("info", "--json", truth, NULL);
    assert_done(&json);
    JsonObject *object = parse_object(json.out, parser);
    g_assert_cmpstr(json_object_get_string_member(object, "kind"), ==, "field");
    g_assert_cmpfloat(json_object_get_double_member(object, "fold_percent"), ==, 0);
    g_assert_cmpfloat(json_object_get_double_member(object, "digital_fold_percent"), ==, 0);
    g_assert_cmpfloat(json_object_get_double_member(object, "ndv_percent"), ==, 0);
    g_assert_cmpfloat(json_object_get_double_member(object, "displacement_max_mm"), >, 7);
    lam_cli_run_clear(&json);
}

static void test_info_model(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun json = lam_cli_run("info", "--json", fixture->model, NULL);
    assert_done(&json);
    JsonObject *object = parse_object(json.out, parser);
    g_assert_cmpstr(json_object_get_string_member(object, "kind"), ==, "model");
    g_assert_cmpstr(json_object_get_string_member(object, "title"), ==, "untrained test model");
    g_assert_cmpfloat(json_object_get_double_member(object, "spacing_mm"), ==, 4);
    g_assert_cmpint(json_object_get_int_member(object, "parameters"), >, 100);
    lam_cli_run_clear(&json);
}

/* The figures agree with each other. */
static void test_bench_tick(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun json =
        lam_cli_run("bench", "tick", "--json", "--model", fixture->model, "--repeats", "12", NULL);
    assert_done(&json);
    JsonObject *object = parse_object(json.out, parser);
    double median = json_object_get_double_member(object, "tick_ms_median");
    double conv = json_object_get_double_member(object, "conv_gflops");
    double sgemm = json_object_get_double_member(object, "sgemm_gflops");
    double share = json_object_get_double_member(object, "sgemm_share");
    g_assert_cmpfloat(median, >, json_object_get_double_member(object, "conv_ms_median"));
    g_assert_cmpfloat(median, <=, json_object_get_double_member(object, "tick_ms_p95"));
    g_assert_cmpfloat(conv, >, 0);
    g_assert_cmpfloat(sgemm, >, 0);
    g_assert_cmpfloat_with_epsilon(share, conv / sgemm, 1e-9);
    lam_cli_run_clear(&json);
}

/* The true field carries the moving labels onto the fixed ones. */
static void test_apply(void)
{
    g_autofree char *truth = in_pair("truth.nii.gz"), *moving = in_pair("moving_labels.nii.gz");
    g_autofree char *fixed = in_pair("fixed_labels.nii.gz"), *output = in_folder("carried.nii.gz");
    LamCliRun run = lam_cli_run("apply", "--field", truth, "--input", moving, "--reference",
                                fixture->fixed, "--labels", "--output", output, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) carried = lam_nifti_load(output, 0, NULL);
    g_autoptr(LamVolume) wanted = lam_nifti_load(fixed, 0, NULL);
    g_assert_cmpstr(carried->stored_type, ==, "int16");
    g_assert_true(lam_grid_equal(&carried->grid, &wanted->grid, 1e-4));
    g_assert_cmpfloat(lam_dice(carried, wanted, 44), >, 0.75);
    g_assert_cmpfloat(lam_dice(carried, wanted, 59), >, 0.8);
}

static void test_register_affine(void)
{
    g_autofree char *warped = in_folder("affine.nii.gz"), *field = in_folder("affine-field.nii.gz");
    LamCliRun run =
        lam_cli_run("register", "--fixed", fixture->fixed, "--moving", fixture->moving,
                    "--transform", "affine", "--warped", warped, "--field", field, NULL);
    assert_done(&run);
    double before, aligned;
    const char *line = strstr(run.out, "correlation  as loaded");
    g_assert_nonnull(line);
    g_assert_cmpint(sscanf(line, "correlation as loaded %lf, linear %lf", &before, &aligned), ==,
                    2);
    g_assert_cmpfloat(aligned, >, before);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) u = lam_nifti_load(field, 0, NULL);
    g_assert_cmpint(u->channels, ==, 3);
}

/* What register writes as field and image belong together: apply gives the image again. */
static void test_register_model(void)
{
    g_autofree char *warped = in_folder("warped.nii.gz"), *field = in_folder("field.nii.gz");
    g_autofree char *again = in_folder("again.nii.gz");
    LamCliRun run = lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-l",
                                "0.3", "-M", fixture->model, "-w", warped, "-u", field, NULL);
    assert_done(&run);
    g_assert_nonnull(strstr(run.out, "folds"));
    lam_cli_run_clear(&run);
    run = lam_cli_run("apply", "-u", field, "-i", fixture->moving, "-r", fixture->fixed, "-o",
                      again, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    g_autoptr(LamVolume) a = lam_nifti_load(warped, 0, NULL);
    g_autoptr(LamVolume) b = lam_nifti_load(again, 0, NULL);
    g_assert_cmpfloat(lam_correlation(a->data, b->data, lam_grid_voxels(&a->grid)), >, 0.9999);
}

/* Fixed points as they are, moving points as the affine of the phantom has them, but 2 mm to the right:
 * the refinement goes for them. The way back undoes the way. */
static void test_register_refine(void)
{
    g_autofree char *there = in_folder("there.safetensors"), *back = in_folder("back.safetensors");
    g_autofree char *affine = in_folder("linear.lta"), *marks = in_folder("marks.csv");
    g_autofree char *report = in_folder("refined.json"), *warped = in_folder("refined.mgz");
    g_assert_true(g_file_set_contents(marks,
                                      "fixed_x,fixed_y,fixed_z,moving_x,moving_y,moving_z\n"
                                      "10,0,0,12,0,0\n-20,10,5,-18,10,5\n0,-30,10,2,-30,10\n",
                                      -1, NULL));
    LamCliRun run =
        lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-l", "0.3", "-M",
                    fixture->model, "--method", "refine", "--seconds", "0", "--landmarks", marks,
                    "--symmetric", "--save", there, "--save-inverse", back, "--save-affine", affine,
                    "--report", report, "--warped", warped, NULL);
    assert_done(&run);
    g_assert_nonnull(strstr(run.out, "refinement"));
    g_assert_nonnull(strstr(run.out, "landmarks"));
    lam_cli_run_clear(&run);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(json_parser_load_from_file(parser, report, NULL));
    JsonObject *root = json_node_get_object(json_parser_get_root(parser));
    JsonObject *refinement = json_object_get_object_member(root, "refinement");
    g_assert_cmpfloat(
        json_object_get_double_member(json_object_get_object_member(refinement, "after"), "loss"),
        <,
        json_object_get_double_member(json_object_get_object_member(refinement, "before"), "loss"));
    g_autoptr(LamVolume) image = lam_scan_load(warped, 0, NULL);
    g_autoptr(LamVolume) fixed = lam_nifti_load(fixture->fixed, 0, NULL);
    g_assert_true(lam_grid_equal(&image->grid, &fixed->grid, 1e-3));
    g_autofree char *points = in_folder("points.csv");
    g_assert_true(g_file_set_contents(points, "x,y,z\n5,-10,20\n-30,0,0\n", -1, NULL));
    double p[6];
    run = lam_cli_run("points", "-t", there, "-t", back, "-i", points, NULL);
    g_assert_cmpint(
        sscanf(run.out, "x,y,z\n%lf,%lf,%lf\n%lf,%lf,%lf", p, p + 1, p + 2, p + 3, p + 4, p + 5),
        ==, 6);
    const double wanted[6] = {5, -10, 20, -30, 0, 0};
    for (int i = 0; i < 6; i++)
        g_assert_cmpfloat_with_epsilon(p[i], wanted[i], 0.05);
    lam_cli_run_clear(&run);
}

/* The report calls the similarity by its name. */
static void test_register_similarity(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *warped = in_folder("similarity.nii.gz");
    LamCliRun run = lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "--method",
                                "classical", "--similarity", "nmi", "-l", "0.02", "--seconds", "2",
                                "--warped", warped, "--json", NULL);
    assert_done(&run);
    JsonObject *refinement =
        json_object_get_object_member(parse_object(run.out, parser), "refinement");
    JsonObject *after = json_object_get_object_member(refinement, "after");
    g_assert_false(json_object_has_member(after, "local_correlation"));
    g_assert_cmpfloat(json_object_get_double_member(after, "mutual_information"), >, 1);
    lam_cli_run_clear(&run);
}

/* Which term the report of a refinement names, of a scan and another one. */
static bool climbs(const char *moving, const char *term)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *warped = in_folder("climbs.nii.gz");
    LamCliRun run =
        lam_cli_run("register", "-f", fixture->fixed, "-m", moving, "--method", "classical",
                    "--seconds", "0.5", "--warped", warped, "--json", NULL);
    assert_done(&run);
    JsonObject *refinement =
        json_object_get_object_member(parse_object(run.out, parser), "refinement");
    JsonObject *after = json_object_get_object_member(refinement, "after");
    bool named = json_object_has_member(after, term);
    lam_cli_run_clear(&run);
    return named;
}

/* Unless it is told: of one contrast by correlation, of two by mutual information. */
static void test_register_contrasts(void)
{
    g_autofree char *other = in_folder("inverted.nii.gz");
    g_autoptr(LamVolume) scan = lam_nifti_load(fixture->moving, 0, NULL);
    float most = 0;
    for (size_t i = 0; i < lam_grid_voxels(&scan->grid); i++)
        most = fmaxf(most, scan->data[i]);
    for (size_t i = 0; i < lam_grid_voxels(&scan->grid); i++)
        scan->data[i] = scan->data[i] > 0.05F * most ? 1.1F * most - scan->data[i] : 0;
    g_assert_true(lam_nifti_save(scan, other, LAM_NIFTI_FLOAT32, NULL, NULL));
    g_assert_true(climbs(fixture->moving, "local_correlation"));
    g_assert_true(climbs(other, "mutual_information"));
}

static void test_synth_brains(void)
{
    g_autofree char *table = in_folder("labels.csv"), *maps = in_pair("fixed_labels.nii.gz");
    g_autofree char *folder = in_folder("synthetic"), *made = NULL;
    g_autoptr(LamVolume) source = lam_nifti_load(maps, 0, NULL);
    g_autoptr(GString) text = g_string_new("value,structure_value\n");
    bool seen[1024] = {false};
    for (size_t i = 0; i < lam_grid_voxels(&source->grid); i++)
        seen[(int)source->data[i]] = true;
    for (int i = 0; i < 1024; i++)
        if (seen[i])
            g_string_append_printf(text, "%d,%d\n", i, i);
    g_assert_true(g_file_set_contents(table, text->str, -1, NULL));
    LamCliRun run = lam_cli_run("synth", "brains", "--labels", maps, "--table", table, "-n", "2",
                                "--size", "40x48x40", "--spacing", "4", "-o", folder, NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    g_assert_cmpuint(lam_cli_count_files(folder), ==, 4);
    made = g_build_filename(folder, "sample-002_labels.nii.gz", NULL);
    g_autoptr(LamVolume) labels = lam_nifti_load(made, 0, NULL);
    size_t brain = 0;
    for (size_t i = 0; i < lam_grid_voxels(&labels->grid); i++) {
        g_assert_true(seen[(int)labels->data[i]]);
        brain += labels->data[i] > 0;
    }
    g_assert_cmpuint(brain, >, 40 * 48 * 40 / 10);
}

/* Two seeds, two pairs; the same seed, the same files. */
static void test_synth(void)
{
    g_autofree char *again = in_folder("again"), *other = in_folder("other");
    LamCliRun a = lam_cli_run("synth", "phantom", "--spacing", "4", "-o", again, NULL);
    LamCliRun b =
        lam_cli_run("synth", "phantom", "--spacing", "4", "--seed", "2", "-o", other, NULL);
    assert_done(&a);
    assert_done(&b);
    g_autofree char *path_again = g_build_filename(again, "fixed.nii.gz", NULL);
    g_autofree char *path_other = g_build_filename(other, "fixed.nii.gz", NULL);
    g_autoptr(LamVolume) first = lam_nifti_load(fixture->fixed, 0, NULL);
    g_autoptr(LamVolume) same = lam_nifti_load(path_again, 0, NULL);
    g_autoptr(LamVolume) differs = lam_nifti_load(path_other, 0, NULL);
    size_t bytes = lam_grid_voxels(&first->grid) * sizeof(float);
    g_assert_cmpmem(first->data, bytes, same->data, bytes);
    g_assert_true(memcmp(first->data, differs->data, bytes) != 0);
    lam_cli_run_clear(&a);
    lam_cli_run_clear(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cli/help", test_help);
    g_test_add_func("/cli/usage", test_usage);
    g_test_add_func("/cli/info/scan", test_info_scan);
    g_test_add_func("/cli/info/prepare", test_info_prepare);
    g_test_add_func("/cli/info/field", test_info_field);
    g_test_add_func("/cli/info/model", test_info_model);
    g_test_add_func("/cli/bench/tick", test_bench_tick);
    g_test_add_func("/cli/apply", test_apply);
    g_test_add_func("/cli/synth", test_synth);
    g_test_add_func("/cli/register/affine", test_register_affine);
    g_test_add_func("/cli/register/model", test_register_model);
    g_test_add_func("/cli/register/refine", test_register_refine);
    g_test_add_func("/cli/register/similarity", test_register_similarity);
    g_test_add_func("/cli/register/contrasts", test_register_contrasts);
    g_test_add_func("/cli/synth-brains", test_synth_brains);
    fixture = lam_cli_fixture_new();
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    return status;
}

/* lam evaluate: its tables for models, methods and λ, as text, JSON, CSV and plot. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static LamCliFixture *fixture;
static char *pairs;

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
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

static JsonObject *result(JsonObject *root, guint which)
{
    return json_array_get_object_element(json_object_get_array_member(root, "results"), which);
}

static JsonObject *at_lambda(JsonObject *subject, guint which)
{
    return json_array_get_object_element(json_object_get_array_member(subject, "lambdas"), which);
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

static void test_json(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun run = lam_cli_run("evaluate", pairs, "--lambda", "0.1,0.9", "--model", fixture->model,
                                "--json", "--per-structure", NULL);
    assert_done(&run);
    JsonObject *object = parse_object(run.out, parser);
    JsonObject *affine = json_object_get_object_member(object, "affine");
    double sub = json_object_get_double_member(affine, "dice_subcortical");
    g_assert_cmpfloat(sub, >, 0.3);
    g_assert_cmpfloat(sub, <, 1);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "results")), ==, 1);
    JsonObject *network = result(object, 0);
    g_assert_cmpstr(json_object_get_string_member(network, "model"), ==, fixture->model);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(network, "lambdas")), ==,
                     2);
    JsonObject *last = at_lambda(network, 1);
    g_assert_cmpfloat(json_object_get_double_member(last, "lambda"), ==, 0.9);
    /* Untrained, the network hardly moves anything, so that the affine's figures come again. */
    g_assert_cmpfloat(fabs(json_object_get_double_member(last, "dice_subcortical") - sub), <, 0.02);
    g_assert_cmpfloat(json_object_get_double_member(last, "tick_ms"), >, 0);
    g_assert_cmpfloat(json_object_get_double_member(last, "fold_percent"), ==, 0);
    g_assert_cmpfloat(json_object_get_double_member(last, "digital_fold_percent"), ==, 0);
    g_assert_cmpfloat(json_object_get_double_member(last, "ndv_percent"), ==, 0);
    g_assert_false(json_object_has_member(last, "hd95_subcortical_mm"));
    g_assert_true(
        json_object_has_member(json_object_get_object_member(last, "dice_per_structure"), "44"));
    lam_cli_run_clear(&run);
}

static void test_text(void)
{
    LamCliRun run =
        lam_cli_run("evaluate", pairs, "-l", "0.5", "-M", fixture->model, "--grid", "fixed", NULL);
    assert_done(&run);
    g_assert_true(g_str_has_prefix(run.out, "lambda "));
    g_assert_nonnull(strstr(run.out, "\n0.5 "));
    g_assert_nonnull(strstr(run.out, "on the fixed grid"));
    g_assert_null(strstr(run.out, "HD95"));
    lam_cli_run_clear(&run);
}

/* The subcortical Dice at λ = 0.3 by some method, and what JSON says it was. */
static double dice_by(const char *method, const char *more)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun run = lam_cli_run("evaluate", pairs, "-l", "0.3", "-M", fixture->model, "--method",
                                method, "--json", more, NULL);
    assert_done(&run);
    JsonObject *object = parse_object(run.out, parser);
    g_assert_cmpstr(json_object_get_string_member(result(object, 0), "method"), ==, method);
    g_assert_cmpint(json_object_get_boolean_member(object, "symmetric"), ==,
                    g_strcmp0(more, "--symmetric") == 0);
    double dice =
        json_object_get_double_member(at_lambda(result(object, 0), 0), "dice_subcortical");
    lam_cli_run_clear(&run);
    return dice;
}

/* The network is untrained: what optimisation finds is better. 0: as long as it takes, for the clock must
 * not decide. */
static void test_methods(void)
{
    double network = dice_by("network", "--symmetric");
    g_assert_cmpfloat(dice_by("refine", "--refine-seconds=0"), >, network + 0.02);
    g_assert_cmpfloat(dice_by("classical", "--refine-seconds=0"), >, network + 0.02);
}

static void test_similarity(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    LamCliRun run = lam_cli_run("evaluate", pairs, "-l", "0.02", "-m", "classical", "-r", "2",
                                "--json", "--similarity", "nmi", NULL);
    assert_done(&run);
    JsonObject *object = parse_object(run.out, parser);
    g_assert_cmpstr(json_object_get_string_member(object, "similarity"), ==, "nmi");
    g_assert_cmpfloat(json_object_get_double_member(at_lambda(result(object, 0), 0), "correlation"),
                      >, 0.8);
    lam_cli_run_clear(&run);
}

/* ---- lists ---- */

/* The lines that begin so, and the mean, the deviation and the pairs of the first one. */
static int find_lines(const char *table, const char *begin, double *mean, double *sd, int *n)
{
    g_autofree char *needle = g_strdup_printf("\n%s,", begin);
    const char *at = strstr(table, needle);
    g_assert_nonnull(at);
    g_auto(GStrv) fields = g_strsplit(at + strlen(needle), ",", 4);
    g_assert_cmpuint(g_strv_length(fields), ==, 4);
    *mean = g_ascii_strtod(fields[0], NULL);
    *sd = *fields[1] != '\0' ? g_ascii_strtod(fields[1], NULL) : NAN;
    *n = atoi(fields[2]);
    return count(table, needle);
}

/* The pair there and back. */
static char *both_ways(void)
{
    char *rows = g_build_filename(fixture->pair, "both.csv", NULL);
    g_assert_true(
        g_file_set_contents(rows,
                            "fixed,moving,fixed_labels,moving_labels\n"
                            "fixed.nii.gz,moving.nii.gz,fixed_labels.nii.gz,moving_labels.nii.gz\n"
                            "moving.nii.gz,fixed.nii.gz,moving_labels.nii.gz,fixed_labels.nii.gz\n",
                            -1, NULL));
    return rows;
}

/* Models and methods by λ, each line once. The same model under two names gives the same figures. */
static void test_lists(void)
{
    g_autofree char *rows = both_ways();
    g_autofree char *twin = in_folder("twin.safetensors"), *both = NULL, *bytes = NULL;
    g_autofree char *table = in_folder("table.csv"), *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(fixture->model, &bytes, &size, NULL));
    g_assert_true(g_file_set_contents(twin, bytes, (gssize)size, NULL));
    both = g_strdup_printf("%s,%s", fixture->model, twin);
    LamCliRun run =
        lam_cli_run("evaluate", rows, "-l", "0.1,0.4", "-M", both, "-m", "affine,network", "-m",
                    "refine,network", "-r", "0.01", "--csv", table, "--hd95", NULL);
    assert_done(&run);
    const char *first = strstr(run.out, ", network\n"), *last = strstr(run.out, ", refine\n");
    g_assert_true(first != NULL && last != NULL && first < last);
    g_assert_cmpint(count(run.out, "\nlambda "), ==, 4);
    g_assert_cmpint(count(run.out, "HD95 sub"), ==, 4);
    lam_cli_run_clear(&run);
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "model,method,lambda,figure,mean,sd,pairs,structure\n"
                                         ",affine,,dice_subcortical,"));
    double mean[3], sd[3];
    int n;
    for (int i = 0; i < 2; i++) {
        g_autofree char *line =
            g_strdup_printf("%s,network,0.4,dice_subcortical", i == 0 ? fixture->model : twin);
        g_autofree char *refined =
            g_strdup_printf("%s,refine,0.1,hd95_mm_label_44", i == 0 ? fixture->model : twin);
        g_assert_cmpint(find_lines(text, line, &mean[i], &sd[i], &n), ==, 1);
        g_assert_cmpint(n, ==, 2);
        g_assert_cmpint(find_lines(text, refined, &mean[2], &sd[2], &n), ==, 1);
        g_assert_cmpfloat(mean[2], >, 0);
    }
    g_assert_cmpfloat(mean[0], ==, mean[1]);
    g_assert_cmpfloat(sd[0], ==, sd[1]);
    g_assert_cmpfloat(sd[0], >, 0);
    g_assert_cmpint(find_lines(text, ",affine,,hd95_subcortical_mm", &mean[0], &sd[0], &n), ==, 1);
    g_assert_cmpfloat(mean[0], >, 1);
    g_assert_cmpfloat(mean[0], <, 20);
    g_assert_null(strstr(text, ",affine,,roughness"));
}

/* Mean and deviation of the table are those of the pairs that JSON tells. */
static void test_deviation(void)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autofree char *rows = both_ways(), *text = NULL;
    g_autofree char *table = in_folder("deviation.csv");
    double mean, sd;
    int n;
    LamCliRun run = lam_cli_run("evaluate", rows, "-m", "affine", "--csv", table, "--json", NULL);
    assert_done(&run);
    JsonObject *affine = json_object_get_object_member(parse_object(run.out, parser), "affine");
    JsonArray *values = json_object_get_array_member(
        json_object_get_object_member(affine, "per_pair"), "dice_subcortical");
    double a = json_array_get_double_element(values, 0),
           b = json_array_get_double_element(values, 1);
    lam_cli_run_clear(&run);
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    find_lines(text, ",affine,,dice_subcortical", &mean, &sd, &n);
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpfloat_with_epsilon(mean, (a + b) / 2, 1e-5);
    g_assert_cmpfloat_with_epsilon(sd, fabs(a - b) / sqrt(2), 1e-5);
    run = lam_cli_run("evaluate", pairs, "-m", "affine", "--csv", table, NULL);
    assert_done(&run);
    g_assert_null(strstr(run.out, "\n0.1 "));
    lam_cli_run_clear(&run);
    g_clear_pointer(&text, g_free);
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    find_lines(text, ",affine,,dice_subcortical", &mean, &sd, &n);
    g_assert_true(isnan(sd)); /* of one pair */
    g_assert_cmpint(n, ==, 1);
}

/* ---- names ---- */

static void test_names(void)
{
    g_autofree char *names = in_folder("names.csv"), *table = in_folder("named.csv"), *text = NULL;
    g_autofree char *beside = g_build_filename(fixture->pair, "labels.csv", NULL);
    g_assert_true(
        g_file_set_contents(names, "label,name\n44,\"Putamen, \"\"left\"\"\"\n", -1, NULL));
    LamCliRun run = lam_cli_run("evaluate", pairs, "-m", "affine", "-s", "--names", names, "--csv",
                                table, NULL);
    assert_done(&run);
    g_assert_nonnull(strstr(run.out, "  Putamen, \"left\"\n"));
    lam_cli_run_clear(&run);
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, ",1,\"Putamen, \"\"left\"\"\"\n"));
    g_assert_true(g_file_set_contents(beside, "Label Number,Label Name\n44,Beside\n", -1, NULL));
    run = lam_cli_run("evaluate", pairs, "-m", "affine", "-s", NULL);
    assert_done(&run);
    g_assert_nonnull(strstr(run.out, "  Beside\n"));
    lam_cli_run_clear(&run);
    /* what nobody named may be anything */
    g_assert_true(g_file_set_contents(beside, "colour\nred\n", -1, NULL));
    run = lam_cli_run("evaluate", pairs, "-m", "affine", NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    run = lam_cli_run("evaluate", pairs, "-m", "affine", "--names", beside, NULL);
    lam_cli_assert_failed(&run, 1, "labels.csv, line 1");
    lam_cli_run_clear(&run);
    g_unlink(beside);
}

/* ---- plot ---- */

static void test_plot(void)
{
    g_autofree char *program = g_find_program_in_path("gnuplot"), *plot = in_folder("plot.svg");
    g_autofree char *text = NULL;
    if (program == NULL) {
        g_test_skip("gnuplot is not installed");
        return;
    }
    LamCliRun run = lam_cli_run("evaluate", pairs, "-l", "0.9,0.1", "-M", fixture->model, "-m",
                                "network,refine", "-r", "0.01", "--plot", plot, "--hd95", NULL);
    assert_done(&run);
    lam_cli_run_clear(&run);
    g_assert_true(g_file_get_contents(plot, &text, NULL, NULL));
    g_autofree char *name = g_strdup_printf(">%s, refine<", fixture->model);
    int panels = count(text, ">λ<");
    g_assert_true(panels == 4 || panels == 6); /* with a cortex or without */
    g_assert_cmpint(count(text, name), ==, panels);
    g_assert_cmpint(count(text, ">affine<"), ==, panels - 2); /* not folds and roughness */
    g_assert_cmpint(count(text, ">0.9<"), >=, panels);
    g_assert_nonnull(strstr(text, ">Folds, % of voxels<"));
    g_assert_nonnull(strstr(text, ">HD95, subcortical, mm<"));
}

/* ---- refused ---- */

static void refuse(int status, const char *word, const char *option, const char *value)
{
    LamCliRun run =
        lam_cli_run("evaluate", pairs, "-m", "network", "-M", fixture->model, option, value, NULL);
    lam_cli_assert_failed(&run, status, word);
    lam_cli_run_clear(&run);
}

static void test_refused(void)
{
    g_autofree char *absent = in_folder("absent.safetensors");
    g_autofree char *nowhere = g_build_filename(fixture->folder, "no", "a.svg", NULL);
    refuse(2, "--method", "-m", "network,magic");
    refuse(2, "--model", "-M", "a,,b");
    refuse(2, "--refine-seconds", "-r", "5");
    refuse(1, absent, "-M", absent);
    refuse(1, nowhere, "--plot", nowhere);
    refuse(1, ".svg or .png", "--plot", "plot.pdf");
    refuse(1, "inputs", "--csv", fixture->fixed);
    refuse(1, "inputs", "--csv", fixture->model);
    refuse(1, "/no/such/names.csv", "--names", "/no/such/names.csv");
    LamCliRun run = lam_cli_run("evaluate", pairs, "-m", "affine", "--plot", "a.svg", NULL);
    lam_cli_assert_failed(&run, 2, "--plot");
    lam_cli_run_clear(&run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cli/evaluate/json", test_json);
    g_test_add_func("/cli/evaluate/text", test_text);
    g_test_add_func("/cli/evaluate/methods", test_methods);
    g_test_add_func("/cli/evaluate/similarity", test_similarity);
    g_test_add_func("/cli/evaluate/lists", test_lists);
    g_test_add_func("/cli/evaluate/deviation", test_deviation);
    g_test_add_func("/cli/evaluate/names", test_names);
    g_test_add_func("/cli/evaluate/plot", test_plot);
    g_test_add_func("/cli/evaluate/refused", test_refused);
    fixture = lam_cli_fixture_new();
    pairs = g_build_filename(fixture->pair, "pairs.csv", NULL);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    g_free(pairs);
    return status;
}

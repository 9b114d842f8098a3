/* lam report: three files, or one line that says why not. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
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

/* False, and the test marked as skipped, where there is no GL. */
static bool done(LamCliRun *run)
{
    if (run->status == 1 && strstr(run->err, "cannot draw without a window")) {
        g_test_skip(run->err);
        return false;
    }
    g_test_message("%s", run->err);
    g_assert_cmpint(run->status, ==, 0);
    g_assert_cmpstr(run->err, ==, "");
    g_assert_cmpstr(run->out, ==, "");
    return true;
}

static char *read_file(const char *name)
{
    g_autofree char *path = in_folder(name);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static JsonObject *load(const char *name, JsonParser *parser)
{
    g_autofree char *path = in_folder(name);
    g_assert_true(json_parser_load_from_file(parser, path, NULL));
    return json_node_get_object(json_parser_get_root(parser));
}

static void test_html(void)
{
    g_autofree char *path = in_folder("a.html"), *names = in_folder("names.csv");
    g_autofree char *fixed = in_pair("fixed_labels.nii.gz"),
                    *moving = in_pair("moving_labels.nii.gz");
    g_assert_true(g_file_set_contents(names, "value,name\n4,Left <ventricle>\n", -1, NULL));
    LamCliRun run =
        lam_cli_run("report", fixture->fixed, fixture->moving, "-M", fixture->model, "-l", "0.4",
                    "--fixed-labels", fixed, "--moving-labels", moving, "--label-names", names,
                    "--rating", "fail", "--notes", "<i>a & b</i>", "-o", path, NULL);
    if (done(&run)) {
        g_autofree char *html = read_file("a.html"), *csv = read_file("a.csv");
        g_autofree char *json = read_file("a.json");
        g_autoptr(JsonParser) parser = json_parser_new();
        JsonObject *root = load("a.json", parser);
        JsonObject *m = json_object_get_object_member(root, "measures");
        g_assert_nonnull(strstr(html, "&lt;i&gt;a &amp; b&lt;/i&gt;"));
        g_assert_nonnull(strstr(html, "4  Left &lt;ventricle&gt;"));
        g_assert_nonnull(strstr(html, "0.400 (γ = 0.667); chosen by eye"));
        g_assert_nonnull(strstr(html, "untrained test model"));
        g_assert_null(strstr(html, "fixed.nii.gz"));
        g_assert_null(strstr(html, fixture->folder));
        g_assert_null(strstr(json, fixture->folder));
        g_assert_nonnull(strstr(csv, "rating,,,fail\n"));
        g_assert_nonnull(strstr(csv, "dice,4,Left <ventricle>,0."));
        g_assert_cmpfloat(json_object_get_double_member(root, "lambda"), ==, 0.4);
        g_assert_cmpfloat(json_object_get_double_member(m, "mean_dice_before"), >, 0.3);
    }
    lam_cli_run_clear(&run);
}

/* Of a transform of lam register's the figures are those that it printed. */
static void test_transform(void)
{
    g_autofree char *transform = in_folder("t.safetensors"), *path = in_folder("t.pdf");
    g_autofree char *told = in_folder("told.json");
    LamCliRun run =
        lam_cli_run("register", "-f", fixture->fixed, "-m", fixture->moving, "-M", fixture->model,
                    "-l", "0.4", "--save", transform, "--report", told, NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    run = lam_cli_run("report", fixture->fixed, fixture->moving, "-t", transform, "-o", path,
                      "--names", NULL);
    if (done(&run)) {
        g_autoptr(JsonParser) first = json_parser_new(), second = json_parser_new();
        JsonObject *wanted = load("told.json", first), *root = load("t.json", second);
        JsonObject *m = json_object_get_object_member(root, "measures");
        g_assert_cmpfloat_with_epsilon(json_object_get_double_member(m, "correlation_before"),
                                       json_object_get_double_member(wanted, "correlation_linear"),
                                       1e-4);
        g_assert_cmpfloat_with_epsilon(json_object_get_double_member(m, "correlation_after"),
                                       json_object_get_double_member(wanted, "correlation_warped"),
                                       0.02);
        g_assert_cmpstr(json_object_get_string_member(root, "lambda_chosen"), ==, "unknown");
        g_assert_cmpstr(
            json_object_get_string_member(json_object_get_object_member(root, "fixed"), "name"), ==,
            "fixed.nii.gz");
        g_autofree char *pdf = read_file("t.pdf");
        g_assert_true(g_str_has_prefix(pdf, "%PDF-"));
    }
    lam_cli_run_clear(&run);
}

static void test_usage(void)
{
    static const char *const wrong[][8] = {
        {"report"},
        {"report", "a", "b"},
        {"report", "a", "-o", "c.html"},
        {"report", "a", "b", "-o", "c.html", "-l", "2"},
        {"report", "a", "b", "-o", "c.html", "-l", "0.1,0.2"},
        {"report", "a", "b", "-o", "c.html", "--rating", "good"},
        {"report", "a", "b", "-o", "c.html", "--chosen", "dice"},
        {"report", "a", "b", "-o", "c.html", "--fixed-labels", "d"},
        {"report", "a", "b", "-o", "c.html", "--label-names", "d"},
        {"report", "a", "b", "-oc.html", "-t", "d", "-Me"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        LamCliRun run = lam_cli_run_array(wrong[i]);
        lam_cli_assert_failed(&run, 2, "lam report:");
        lam_cli_run_clear(&run);
    }
}

static void expect_failure(const char *output, const char *word)
{
    LamCliRun run = lam_cli_run("report", fixture->fixed, fixture->moving, "-M", fixture->model,
                                "-o", output, NULL);
    lam_cli_assert_failed(&run, 1, word);
    lam_cli_run_clear(&run);
}

/* Refused at once; nothing is left behind and nothing written over. */
static void test_targets(void)
{
    g_autofree char *nowhere = in_folder("none/a.html"), *text = in_folder("a.txt");
    g_autofree char *folder = in_folder("b.csv"), *beside = in_folder("b.html");
    g_mkdir(folder, 0777);
    guint before = lam_cli_count_files(fixture->folder);
    expect_failure(nowhere, "its folder does not exist");
    expect_failure(text, ".html or .pdf");
    expect_failure(beside, "b.csv: it is a folder");
    g_assert_cmpint(lam_cli_count_files(fixture->folder), ==, before);
}

static void test_inputs(void)
{
    g_autofree char *names = in_folder("n.csv"), *output = in_folder("n.html");
    g_autofree char *missing = in_folder("missing.nii.gz");
    g_autofree char *labels = in_pair("fixed_labels.nii.gz");
    g_assert_true(g_file_set_contents(names, "value,name\n", -1, NULL));
    LamCliRun run =
        lam_cli_run("report", fixture->fixed, fixture->moving, "--fixed-labels", labels,
                    "--moving-labels", labels, "--label-names", names, "-o", output, NULL);
    lam_cli_assert_failed(&run, 1, "n.csv: it is one of the inputs");
    lam_cli_run_clear(&run);
    run = lam_cli_run("report", missing, fixture->moving, "-o", output, NULL);
    lam_cli_assert_failed(&run, 1, "missing.nii.gz");
    lam_cli_run_clear(&run);
}

/* Of a batch's results, and without a display: a table. */
static void test_qc(void)
{
    g_autofree char *folder = in_folder("batch"),
                    *pairs = g_build_filename(fixture->pair, "pairs.csv", NULL);
    g_autofree char *ratings = g_build_filename(folder, "ratings.csv", NULL);
    LamCliRun run = lam_cli_run("register", "--batch", pairs, "-o", folder, "-M", fixture->model,
                                "-l", "0.4", NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    g_assert_true(g_file_set_contents(ratings,
                                      "result,rating,notes,rated\n"
                                      "moving_to_fixed,borderline,a bit off,2026-01-01T00:00:00Z\n",
                                      -1, NULL));
    run = lam_cli_run("qc", "--table", folder, NULL);
    g_test_message("%s%s", run.out, run.err);
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "moving_to_fixed  borderline   0.400"));
    g_assert_nonnull(strstr(run.out, "a bit off\n1 of 1 rated\n"));
    lam_cli_run_clear(&run);
    run = lam_cli_run("qc", fixture->pair, NULL);
    lam_cli_assert_failed(&run, 1, "no JSON of lam report");
    lam_cli_run_clear(&run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    g_test_add_func("/report/html", test_html);
    g_test_add_func("/report/transform", test_transform);
    g_test_add_func("/report/usage", test_usage);
    g_test_add_func("/report/targets", test_targets);
    g_test_add_func("/report/inputs", test_inputs);
    g_test_add_func("/report/qc", test_qc);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    return status;
}

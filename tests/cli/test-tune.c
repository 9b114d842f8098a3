/* lam curve and lam tune on the phantom pair. */
#include "fixture.h"

#include <lambdascope/number_table.h>
#include <lambdascope/evidence.h>
#include <string.h>

static LamCliFixture *fixture;

static char *in(const char *folder, const char *name)
{
    return g_build_filename(folder, name, NULL);
}

static void test_curve(void)
{
    g_autofree char *table = in(fixture->folder, "curve.csv");
    g_autofree char *fixed = in(fixture->pair, "fixed_labels.nii.gz");
    g_autofree char *moving = in(fixture->pair, "moving_labels.nii.gz");
    LamCliRun run = lam_cli_run("curve", fixture->fixed, fixture->moving, "-M", fixture->model,
                                "--fixed-labels", fixed, "--moving-labels", moving, "--most-folds",
                                "50", "-o", table, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "best λ"));
    g_assert_nonnull(strstr(run.out, "nothing is measurably better"));
    g_assert_nonnull(strstr(run.out, "moves of the slider"));
    lam_cli_run_clear(&run);
    g_autoptr(LamNumberTable) read = lam_number_table_load(table, NULL);
    g_assert_cmpint(read->rows, ==, 33);
    g_assert_cmpfloat(lam_number_table_get(read, 16, 0), ==, 0.5);
    double dice = lam_number_table_get(read, 4, lam_number_table_find(read, "dice"));
    g_assert_cmpfloat(dice, >, 0.2);
    g_assert_cmpfloat(dice, <=, 1);
}

static void test_curve_refused(void)
{
    LamCliRun run = lam_cli_run("curve", fixture->fixed, fixture->moving, "-M", fixture->model,
                                "--fixed-labels", fixture->fixed, NULL);
    lam_cli_assert_failed(&run, 2, "moving-labels");
    lam_cli_run_clear(&run);
    run = lam_cli_run("curve", fixture->fixed, fixture->moving, "-M", fixture->model, "-o",
                      fixture->fixed, NULL);
    lam_cli_assert_failed(&run, 1, "fixed");
    lam_cli_run_clear(&run);
}

static void test_tune(void)
{
    g_autofree char *pairs = in(fixture->pair, "pairs.csv"), *out = in(fixture->folder, "tuned");
    g_autofree char *named = g_strdup_printf("phantom=%s", pairs), *json = in(out, "phantom.json");
    g_autofree char *csv = in(out, "tune.csv"), *text = NULL;
    LamCliRun run =
        lam_cli_run("tune", "-p", named, "-M", fixture->model, "--draws", "50", "-o", out, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "phantom: λ"));
    lam_cli_run_clear(&run);
    g_autoptr(LamEvidence) preset = lam_evidence_load(json, NULL);
    g_assert_nonnull(preset);
    g_assert_cmpint(preset->n_pairs, ==, 1);
    g_assert_cmpint(preset->n_structures, >, 1);
    g_assert_cmpuint(strlen(preset->model_sha256), ==, 64);
    g_assert_true(g_file_get_contents(csv, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "task,label,structure,lambda,from,to,dice\n"));
}

/* Two pairs with one fixed scan: a template. Both sides are one structure, and others none. */
static void test_tune_template(void)
{
    g_autofree char *csv = in(fixture->folder, "template.csv"),
                    *out = in(fixture->folder, "joined");
    g_autofree char *table = in(fixture->folder, "structures.csv"),
                    *json = in(out, "template.json");
    g_autofree char *fixed = in(fixture->pair, "fixed_labels.nii.gz");
    g_autofree char *moving = in(fixture->pair, "moving_labels.nii.gz");
    g_autofree char *rows = g_strdup_printf(
        "fixed,moving,fixed_labels,moving_labels\n%s,%s,%s,%s\n%s,%s,%s,%s\n", fixture->fixed,
        fixture->moving, fixed, moving, fixture->fixed, fixture->fixed, fixed, fixed);
    g_assert_true(g_file_set_contents(csv, rows, -1, NULL));
    g_assert_true(g_file_set_contents(
        table, "value,structure_value,structure\n51,51,ventricles\n52,51,ventricles\n", -1, NULL));
    LamCliRun run = lam_cli_run("tune", "-p", csv, "-M", fixture->model, "--structures", table,
                                "--draws", "20", "-o", out, NULL);
    g_assert_cmpstr(run.err, ==, "");
    lam_cli_run_clear(&run);
    g_autoptr(LamEvidence) preset = lam_evidence_load(json, NULL);
    g_assert_nonnull(preset);
    g_assert_cmpint(preset->n_structures, ==, 1);
    g_assert_cmpstr(preset->structures[0].name, ==, "ventricles");
}

static void test_tune_refused(void)
{
    g_autofree char *pairs = in(fixture->pair, "pairs.csv"), *out = in(fixture->folder, "refused");
    static const char *const options[][2] = {{"--draws", "0"},
                                             {"--labels", "47,x"},
                                             {"--names", "/nowhere.csv"},
                                             {"--labels", "999"},
                                             {"--structures", "/nowhere.csv"}};
    static const int status[] = {2, 2, 1, 1, 1};
    static const char *const words[] = {"draws", "labels", "nowhere", "no label", "nowhere"};
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        LamCliRun run = lam_cli_run("tune", "-p", pairs, "-M", fixture->model, "-o", out,
                                    options[i][0], options[i][1], NULL);
        lam_cli_assert_failed(&run, status[i], words[i]);
        lam_cli_run_clear(&run);
    }
    LamCliRun run =
        lam_cli_run("tune", "-p", pairs, "-p", pairs, "-M", fixture->model, "-o", out, NULL);
    lam_cli_assert_failed(&run, 2, "name of its own");
    lam_cli_run_clear(&run);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    g_test_add_func("/tune/curve", test_curve);
    g_test_add_func("/tune/curve/refused", test_curve_refused);
    g_test_add_func("/tune/tune", test_tune);
    g_test_add_func("/tune/tune-template", test_tune_template);
    g_test_add_func("/tune/tune/refused", test_tune_refused);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    return status;
}

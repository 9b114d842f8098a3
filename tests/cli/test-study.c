/* lam study: files, tables, and what it refuses. */
#include "fixture.h"

#include <string.h>

static LamCliFixture *fixture;

static char *inside(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

static bool has_gnuplot(void)
{
    g_autofree char *program = g_find_program_in_path("gnuplot");
    if (program == NULL)
        g_test_skip("gnuplot is not installed");
    return program != NULL;
}

/* The first line of DIR/NAME.csv, and how many follow; the figures are there. */
static guint check_files(const char *folder, const char *name, const char *header)
{
    static const char *const suffixes[] = {".csv", ".svg", ".png"};
    g_autofree char *csv = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = g_strconcat(name, suffixes[i], NULL);
        g_autofree char *path = g_build_filename(folder, file, NULL);
        g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
        if (i == 0)
            g_assert_true(g_file_get_contents(path, &csv, NULL, NULL));
    }
    g_auto(GStrv) lines = g_strsplit(csv, "\n", -1);
    g_assert_cmpstr(lines[0], ==, header);
    return g_strv_length(lines) - 2;
}

static void contrast(void)
{
    if (!has_gnuplot())
        return;
    g_autofree char *pairs = g_build_filename(fixture->pair, "pairs.csv", NULL);
    g_autofree char *out = inside("contrast");
    LamCliRun run = lam_cli_run("study", "contrast", "--pairs", pairs, "--model", fixture->model,
                                "--classical", "none", "--steps", "2", "--output", out, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "t = 1"));
    g_assert_nonnull(strstr(run.out, "contrast.csv"));
    g_assert_cmpuint(check_files(out, "contrast",
                                 "pair,t,method,lambda,dice_subcortical,dice_cortical,"
                                 "fold_percent,sd_log_jacobian"),
                     ==, 4); /* affine and model, at 0 and 1 */
    lam_cli_run_clear(&run);
}

static void self(void)
{
    if (!has_gnuplot())
        return;
    g_autofree char *csv = inside("scans.csv"), *out = inside("self");
    g_assert_true(g_file_set_contents(csv,
                                      "name,contrast,scan,labels\n"
                                      "p,T1,fixed.nii.gz,fixed_labels.nii.gz\n"
                                      "p,T2,fixed.nii.gz,\n",
                                      -1, NULL));
    LamCliRun run =
        lam_cli_run("study", "contrast", "--scans", csv, "--data", fixture->pair, "--model",
                    fixture->model, "--classical", "none", "--seeds", "1", "--output", out, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "identity"));
    g_assert_cmpuint(check_files(out, "contrast-self",
                                 "person,contrast,seed,method,lambda,error_mean_mm,error_p95_mm,"
                                 "dice_subcortical,dice_cortical,fold_percent"),
                     ==, 4);
    lam_cli_run_clear(&run);
}

static void features(void)
{
    if (!has_gnuplot())
        return;
    g_autofree char *out = inside("features");
    LamCliRun run = lam_cli_run("study", "features", "--fixed", fixture->fixed, "--moving",
                                fixture->moving, "--contrast", "0.5", "--model", fixture->model,
                                "--model", fixture->model, "--output", out, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_cmpuint(check_files(out, "features",
                                 "model,lambda,channel,correlation,normalised_rms,deviation,shown"),
                     ==, 32); /* 16 channels, twice */
    lam_cli_run_clear(&run);
}

static void help(void)
{
    static const char *const names[] = {"contrast", "features"};
    LamCliRun list = lam_cli_run("study", "--help", NULL);
    g_assert_cmpint(list.status, ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        LamCliRun run = lam_cli_run("study", names[i], "--help", NULL);
        g_autofree char *usage = g_strdup_printf("lam study %s", names[i]);
        g_assert_nonnull(strstr(list.out, names[i]));
        g_assert_cmpint(run.status, ==, 0);
        g_assert_nonnull(strstr(run.out, usage));
        g_assert_nonnull(strstr(run.out, "--output"));
        lam_cli_run_clear(&run);
    }
    lam_cli_run_clear(&list);
}

static void refuse(int status, const char *word, const char *const *arguments)
{
    LamCliRun run = lam_cli_run_array(arguments);
    lam_cli_assert_failed(&run, status, word);
    lam_cli_run_clear(&run);
}

#define REFUSE(status, word, ...)                                                                  \
    refuse(status, word, (const char *const[]){"study", __VA_ARGS__, NULL})

static void misuse(void)
{
    const char *out = fixture->folder, *f = fixture->fixed, *m = fixture->model;
    refuse(2, "missing", (const char *const[]){"study", NULL});
    REFUSE(2, "nothing", "nothing", "--output", out);
    REFUSE(2, "--pairs", "contrast", "--output", out);
    REFUSE(2, "--output", "contrast", "--pairs", "p.csv");
    REFUSE(2, "--lambda", "contrast", "--pairs", "p.csv", "--output", out, "--lambda", "2");
    REFUSE(2, "--steps", "contrast", "--pairs", "p.csv", "--output", out, "--steps", "1");
    REFUSE(2, "--seeds", "contrast", "--scans", "p.csv", "--output", out, "--seeds", "0");
    REFUSE(2, "--warp", "contrast", "--scans", "p.csv", "--output", out, "--warp", "nan");
    REFUSE(2, "--atlas", "contrast", "--scans", "p.csv", "--output", out, "--atlas", f);
    REFUSE(2, "--classical-seconds", "contrast", "--pairs", "p.csv", "--output", out,
           "--classical-seconds", "-1");
    REFUSE(2, "--model", "features", "--fixed", f, "--moving", f, "--output", out);
    REFUSE(2, "--moving", "features", "--fixed", f, "--model", m, "--output", out);
    REFUSE(2, "--contrast", "features", "--fixed", f, "--moving", f, "--model", m, "--output", out,
           "--contrast", "3");
    REFUSE(2, "--other", "features", "--fixed", f, "--moving", f, "--model", m, "--output", out,
           "--contrast", "1", "--other", f);
}

static void bad_files(void)
{
    if (!has_gnuplot())
        return;
    const char *out = fixture->folder, *f = fixture->fixed, *m = fixture->model;
    g_autofree char *csv = inside("bad.csv"), *lost = inside("lost.csv");
    g_autofree char *below = g_build_filename(f, "below", NULL);
    REFUSE(1, "lost.csv", "contrast", "--pairs", lost, "--output", out);
    REFUSE(1, "lost.csv", "contrast", "--scans", lost, "--output", out);
    REFUSE(1, "colour", "contrast", "--pairs", lost, "--output", out, "--classical", "ncc,colour");
    REFUSE(1, "below", "contrast", "--pairs", lost, "--output", below);
    REFUSE(1, "lost.csv", "features", "--fixed", lost, "--moving", f, "--model", m, "--output",
           out);
    REFUSE(1, "fixed.nii.gz", "features", "--fixed", f, "--moving", f, "--model", f, "--output",
           out);
    g_assert_true(g_file_set_contents(csv, "name,contrast,scan\np,T2,x.nii\n", -1, NULL));
    REFUSE(1, "T1", "contrast", "--scans", csv, "--output", out);
    g_assert_true(g_file_set_contents(csv, "fixed,moving\na,b\n", -1, NULL));
    REFUSE(1, "fixed_labels", "contrast", "--pairs", csv, "--output", out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    g_test_add_func("/study/contrast", contrast);
    g_test_add_func("/study/self", self);
    g_test_add_func("/study/features", features);
    g_test_add_func("/study/help", help);
    g_test_add_func("/study/misuse", misuse);
    g_test_add_func("/study/bad-files", bad_files);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    return status;
}

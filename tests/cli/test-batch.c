/* lam register --batch: broken pairs, a kill in the middle, going on. */
#include "fixture.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static LamCliFixture *fixture;

static char *in_folder(const char *name)
{
    return g_build_filename(fixture->folder, name, NULL);
}

/* n pairs of the phantom; every `broken`-th names a file that is not a scan. */
static char *write_pairs(const char *name, int n, int broken)
{
    g_autoptr(GString) text = g_string_new("name,fixed,moving\n");
    g_autofree char *bad = in_folder("broken.nii.gz");
    g_assert_true(g_file_set_contents(bad, "not a scan", -1, NULL));
    for (int i = 1; i <= n; i++)
        g_string_append_printf(text, "p%02d,%s,%s\n", i, fixture->fixed,
                               i % broken == 0 ? bad : fixture->moving);
    char *path = in_folder(name);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
    return path;
}

static int count_lines(const char *path, const char *with)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int n = 0;
    for (char **line = lines; *line != NULL; line++)
        n += strstr(*line, with) != NULL;
    return n;
}

static bool is_there(const char *output, const char *pair, const char *name)
{
    g_autofree char *path = g_build_filename(output, pair, name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static bool is_whole(const char *output, const char *pair)
{
    return is_there(output, pair, "warped.nii.gz") && is_there(output, pair, "report.json") &&
           is_there(output, pair, "transform.safetensors");
}

/* Ended with this word; results of the other pairs were told. */
static void assert_some_failed(LamCliRun *run, const char *word)
{
    g_assert_cmpint(run->status, ==, 1);
    g_assert_nonnull(strstr(run->err, word));
    lam_cli_run_clear(run);
}

static void test_broken_pairs(void)
{
    g_autofree char *pairs = write_pairs("some.csv", 6, 3), *output = in_folder("some");
    g_autofree char *summary = g_build_filename(output, "summary.csv", NULL);
    LamCliRun run = lam_cli_run("register", "--batch", pairs, "--output", output, "--jobs", "2",
                                "-M", fixture->model, NULL);
    assert_some_failed(&run, "2 of 6");
    g_assert_cmpint(count_lines(summary, ",done,"), ==, 4);
    g_assert_cmpint(count_lines(summary, "broken.nii.gz"), ==, 2);
    g_assert_cmpint(count_lines(summary, ",failed,"), ==, 2);
    g_assert_true(is_whole(output, "p01"));
    g_assert_false(is_there(output, "p03", "report.json"));
    /* four results, the summary, the lock; nothing half-made */
    g_assert_cmpuint(lam_cli_count_files(output), ==, 6);
}

static void test_folder_in_use(void)
{
    g_autofree char *pairs = write_pairs("two.csv", 2, 9), *output = in_folder("two");
    g_autofree char *file = g_build_filename(output, "mine.txt", NULL);
    g_assert_cmpint(g_mkdir(output, 0777), ==, 0);
    g_assert_true(g_file_set_contents(file, "keep", -1, NULL));
    LamCliRun run =
        lam_cli_run("register", "--batch", pairs, "--output", output, "-t", "rigid", NULL);
    lam_cli_assert_failed(&run, 1, "not empty");
    lam_cli_run_clear(&run);
    g_assert_true(g_file_test(file, G_FILE_TEST_IS_REGULAR));
}

static gint64 modified(const char *output, const char *pair)
{
    g_autofree char *path = g_build_filename(output, pair, "report.json", NULL);
    GStatBuf about;
    g_assert_cmpint(g_stat(path, &about), ==, 0);
    return (gint64)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
}

/* Starts a batch, kills it once it has a result, starts it again. */
static void test_kill_and_resume(void)
{
    g_autofree char *pairs = write_pairs("many.csv", 8, 4), *output = in_folder("many");
    g_autofree char *summary = g_build_filename(output, "summary.csv", NULL);
    const char *command[] = {
        g_getenv("LAM_PROGRAM"), "register", "--batch", pairs, "--output", output, "--resume", "-M",
        fixture->model,          NULL};
    GPid child;
    g_assert_true(g_spawn_async(NULL, (char **)command, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                                &child, NULL));
    for (int i = 0; i < 6000 && !is_there(output, "p02", "report.json"); i++)
        g_usleep(10000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    g_assert_true(is_whole(output, "p01"));
    gint64 before = modified(output, "p01");
    LamCliRun run = lam_cli_run_array((const char *const *)command + 1);
    assert_some_failed(&run, "2 of 8");
    g_assert_cmpint(modified(output, "p01"), ==, before); /* was not done again */
    for (int i = 1; i <= 8; i++) {
        char name[8];
        g_snprintf(name, sizeof name, "p%02d", i);
        g_assert_true(is_whole(output, name) == (i % 4 != 0));
    }
    g_assert_cmpint(count_lines(summary, ",done,"), ==, 6);
    g_assert_cmpuint(lam_cli_count_files(output), ==, 8); /* 6 results, summary, lock */
}

/* Other options: what is there is of no use. */
static void test_other_options(void)
{
    g_autofree char *pairs = write_pairs("again.csv", 1, 9), *output = in_folder("again");
    LamCliRun run = lam_cli_run("register", "-b", pairs, "-o", output, "-l", "0.3", "--to", "itk",
                                "-M", fixture->model, NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    gint64 before = modified(output, "p01");
    run = lam_cli_run("register", "-b", pairs, "-o", output, "-t", "rigid", "--to", "freesurfer",
                      "-R", NULL);
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "1 done, 0 kept"));
    lam_cli_run_clear(&run);
    g_assert_cmpint(modified(output, "p01"), !=, before);
}

static void test_bids_names(void)
{
    g_autofree char *folder = in_folder("bids"), *output = in_folder("derived");
    g_autofree char *fixed = g_build_filename(folder, "sub-2_T1w.nii.gz", NULL);
    g_autofree char *moving = g_build_filename(folder, "sub-1_T1w.nii.gz", NULL);
    g_autofree char *pairs = g_build_filename(folder, "pairs.csv", NULL);
    g_assert_cmpint(g_mkdir(folder, 0777), ==, 0);
    g_assert_cmpint(symlink(fixture->fixed, fixed), ==, 0);
    g_assert_cmpint(symlink(fixture->moving, moving), ==, 0);
    g_assert_true(
        g_file_set_contents(pairs, "moving,fixed\nsub-1_T1w.nii.gz,sub-2_T1w.nii.gz\n", -1, NULL));
    LamCliRun run = lam_cli_run("register", "-b", pairs, "-o", output, "-M", fixture->model, "--to",
                                "itk", NULL);
    g_assert_cmpint(run.status, ==, 0);
    lam_cli_run_clear(&run);
    g_assert_true(
        is_there(output, "sub-1/anat", "sub-1_from-T1w_to-sub2T1w_mode-image_xfm.nii.gz"));
    g_assert_true(is_there(output, "sub-1/anat", "sub-1_from-T1w_to-sub2T1w_mode-image_xfm.json"));
    g_assert_true(is_there(output, "sub-1/anat", "sub-1_space-sub2T1w_T1w.nii.gz"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture = lam_cli_fixture_new();
    g_test_add_func("/cli/batch/broken-pairs", test_broken_pairs);
    g_test_add_func("/cli/batch/folder-in-use", test_folder_in_use);
    g_test_add_func("/cli/batch/kill-and-resume", test_kill_and_resume);
    g_test_add_func("/cli/batch/other-options", test_other_options);
    g_test_add_func("/cli/batch/bids-names", test_bids_names);
    int status = g_test_run();
    lam_cli_fixture_free(fixture);
    return status;
}

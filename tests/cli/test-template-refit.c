/* lam template refit as a program: the model it writes, what it tells, and what it refuses. */
#include "../registration/template-fixture.h"
#include "../registration/template-people-fixture.h"

#include "fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/model.h>
#include <string.h>

typedef struct {
    char *folder, *model, *output;
} Fixture;

static const TemplatePerson people[] = {
    {"anna", 30, 'F', 1}, {"bert", 31, 'M', 1.1}, {"cora", 75, 'F', 0.9}, {"dirk", 60, 'M', 1}};

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = template_people_folder("lam-cli-refit", people, G_N_ELEMENTS(people), &f->model);
    f->output = g_build_filename(f->folder, "refitted.safetensors", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    lam_cli_remove_folder(f->folder);
    g_free(f->folder);
    g_free(f->model);
    g_free(f->output);
}

static void test_writes(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamCliRun run =
        lam_cli_run("template", "refit", "-M", f->model, "--data", f->folder, "--scans", "*_t1.nii",
                    "--subjects", "subjects.csv", "-r", "1", "-o", f->output, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "round  mean displacement"));
    g_assert_nonnull(strstr(run.out, "\n    1  "));
    lam_cli_run_clear(&run);
    g_autoptr(LamModel) model = lam_model_load(f->output, &error);
    g_assert_no_error(error);
    g_assert_true(lam_model_template(model)->slopes);
}

static void test_refuses(Fixture *f, gconstpointer data)
{
    const struct {
        const char *scans, *output, *rounds, *word;
        int status;
    } bad[] = {{NULL, f->output, "1", "--scans", 2},
               {"*_t1.nii", NULL, "1", "--output", 2},
               {"*_t1.nii", f->model, "1", "model.safetensors", 1},
               {"*_t1.nii", f->output, "-1", "within 0 and 50", 1},
               {"*_t1.nii", f->output, "51", "within 0 and 50", 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        LamCliRun run = lam_cli_run(
            "template", "refit", "-M", f->model, "--data", f->folder, "--subjects", "subjects.csv",
            "-r", bad[i].rounds, bad[i].scans != NULL ? "--scans" : "-l",
            bad[i].scans != NULL ? bad[i].scans : "0.3", bad[i].output != NULL ? "-o" : "-l",
            bad[i].output != NULL ? bad[i].output : "0.3", NULL);
        g_assert_cmpint(run.status, ==, bad[i].status);
        g_assert_nonnull(strstr(run.err, bad[i].word));
        lam_cli_run_clear(&run);
    }
    g_assert_false(g_file_test(f->output, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/cli/template-refit/writes", Fixture, NULL, set_up, test_writes, tear_down);
    g_test_add("/cli/template-refit/refuses", Fixture, NULL, set_up, test_refuses, tear_down);
    return g_test_run();
}

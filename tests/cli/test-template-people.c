/* lam template people as a program: its table, and what it refuses. */
#include "../registration/template-fixture.h"
#include "../registration/template-people-fixture.h"

#include <glib/gstdio.h>
#include <lambdascope/template_population.h>
#include "fixture.h"

#include <lambdascope/csv.h>
#include <lambdascope/nifti.h>
#include <string.h>

typedef struct {
    char *folder, *model, *table, *field;
} Fixture;

static const TemplatePerson people[] = {{"anna", 30, 'F', 1}, {"bert", 85, 'M', 1.1}};

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = template_people_folder("lam-cli-people", people, G_N_ELEMENTS(people), &f->model);
    f->table = g_build_filename(f->folder, "people.csv", NULL);
    f->field = g_build_filename(f->folder, "mean.nii.gz", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    lam_cli_remove_folder(f->folder);
    g_free(f->folder);
    g_free(f->model);
    g_free(f->table);
    g_free(f->field);
}

/* Of a CSV without quotes. */
static char *cell(const char *table, int row, const char *column)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) header = lam_csv_split(lines[0]);
    g_autoptr(GPtrArray) fields = lam_csv_split(lines[row]);
    return g_strdup(lam_csv_field(fields, lam_csv_find(header, column)));
}

static void assert_cell(const Fixture *f, int row, const char *column, const char *wanted)
{
    g_autofree char *found = cell(f->table, row, column);
    g_assert_cmpstr(found, ==, wanted);
}

static void test_table(Fixture *f, gconstpointer data)
{
    LamCliRun run =
        lam_cli_run("template", "people", "-M", f->model, "--data", f->folder, "--scans",
                    "*_t1.nii", "--labels", "*_labels.nii", "--subjects", "subjects.csv", "-o",
                    f->table, "--mean-displacement", f->field, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_nonnull(strstr(run.out, "2, 2 scans; λ 0.3"));
    g_assert_nonnull(strstr(run.out, "bert: age 85: trained on 20 to 80"));
    g_assert_nonnull(strstr(run.out, "all ages evenly"));
    g_assert_nonnull(strstr(run.out, "without its affine part"));
    lam_cli_run_clear(&run);
    assert_cell(f, 1, "person", "anna");
    assert_cell(f, 2, "scan", "bert_t1.nii");
    assert_cell(f, 2, "age", "85");
    assert_cell(f, 2, "sex", "M");
    g_autofree char *ml = cell(f->table, 1, "ventricle");
    g_assert_cmpfloat(g_ascii_strtod(ml, NULL), >, 10);
    g_autoptr(LamVolume) field = lam_nifti_load(f->field, 0, NULL);
    g_assert_nonnull(field);
    g_assert_cmpint(field->channels, ==, 3);
}

/* What the viewer shows beside the model names no scan and no person. */
static void test_volumes(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *beside = g_build_filename(f->folder, "model.people.csv", NULL), *text = NULL;
    LamCliRun run = lam_cli_run("template", "people", "-M", f->model, "--data", f->folder,
                                "--scans", "*_t1.nii", "--labels", "*_labels.nii", "--subjects",
                                "subjects.csv", "--volumes", beside, NULL);
    g_assert_cmpstr(run.err, ==, "");
    lam_cli_run_clear(&run);
    g_assert_true(g_file_get_contents(beside, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "person,age,sex,ventricle\n1,30,F,"));
    g_assert_null(strstr(text, "bert"));
    g_autoptr(LamModel) model = lam_model_load(f->model, &error);
    g_autoptr(LamTemplatePopulation) known = lam_template_population_of(model, &error);
    g_assert_no_error(error);
    g_assert_cmpint(known->n, ==, 2);
    g_assert_cmpfloat(known->values[LAM_TEMPLATE_MAX_ATTRIBUTES], ==, 85);
    g_assert_cmpfloat(known->ml[1], >, 10);
    g_assert_true(g_file_set_contents(beside, "person,age\n", -1, NULL));
    g_assert_null(lam_template_population_of(model, &error));
    g_assert_nonnull(strstr(error->message, "model.people.csv"));
    g_clear_error(&error);
    g_unlink(beside);
    g_assert_null(lam_template_population_of(model, &error));
    g_assert_no_error(error);
}

static void test_refuses(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *extra[8], *word;
        int status;
    } bad[] = {
        {{"--subjects", "subjects.csv"}, "--scans", 2},
        {{"--scans", "*_t1.nii", "--lambda", "2"}, "--lambda", 2},
        {{"--scans", "*_t1.nii"}, "a table of subjects is needed", 1},
        {{"--scans", "*_t1.nii", "--subjects", "subjects.csv", "--volumes", "v.csv"},
         "--labels",
         2},
        {{"--scans", "anna_t1.nii", "--subjects", "subjects.csv"}, "fewer than two scans", 1},
        {{"--scans", "none-*.nii", "--subjects", "subjects.csv"}, "fewer than two scans", 1},
        {{"--scans", "*_t1.nii", "--subjects", "none.csv"}, "none.csv", 1},
        {{"--scans", "*_t1.nii", "--subjects", "subjects.csv", "--labels", "none-*.nii"},
         "no label maps",
         1},
        {{"--scans", "*_t1.nii", "--subjects", "subjects.csv", "--structures", "none.csv"},
         "none.csv",
         1},
        {{"--scans", "*_t1.nii", "--subjects", "subjects.csv", "--aligned-mean", "mean.txt"},
         "mean.txt",
         1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *all[17] = {"template", "people",  "-M", f->model,
                               "--data",   f->folder, "-o", f->table};
        memcpy(all + 8, bad[i].extra, sizeof bad[i].extra);
        LamCliRun run = lam_cli_run_array(all);
        lam_cli_assert_failed(&run, bad[i].status, bad[i].word);
        lam_cli_run_clear(&run);
        g_assert_false(g_file_test(f->table, G_FILE_TEST_EXISTS));
    }
}

/* What people wrote is what curve compares with. */
static void test_curve(Fixture *f, gconstpointer data)
{
    g_autofree char *gnuplot = g_find_program_in_path("gnuplot");
    if (gnuplot == NULL) {
        g_test_skip("gnuplot is not installed");
        return;
    }
    g_autofree char *plot = g_build_filename(f->folder, "curve.svg", NULL);
    const char *text = "age,sex,ventricle\n20,F,20\n30,M,21\n45,F,23\n60,F,24\n75,F,26\n80,F,28\n";
    g_assert_true(g_file_set_contents(f->table, text, -1, NULL));
    LamCliRun run = lam_cli_run("template", "curve", "-M", f->model, "--sex", "F", "--people",
                                f->table, "--from", "25", "--to", "85", "--plot", plot, NULL);
    g_assert_cmpstr(run.err, ==, "");
    g_assert_cmpint(run.status, ==, 0);
    g_assert_true(g_str_has_prefix(
        run.out, "age,ventricle,ventricle of people,ventricle low,ventricle high\n25,"));
    g_assert_nonnull(strstr(run.out, "\n# extrapolated: age 85: trained on 20 to 80\n"));
    g_assert_nonnull(strstr(run.out, "\n# ventricle: "));
    g_assert_true(g_file_test(plot, G_FILE_TEST_EXISTS));
    lam_cli_run_clear(&run);
}

static void test_curve_refuses(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *table, *option, *value, *word;
        int status;
    } bad[] = {
        {"age,sex\n20,F\n", "--trend", "linear", "no column is one of", 1},
        {"age,sex,ventricle\n20,F,1\n20,F,2\n20,F,3\n", "--trend", "linear", "20 for all 3", 1},
        {"age,sex,ventricle\n20,F,1\n", "--trend", "cubic", "--trend", 2},
        {"age,sex,ventricle\n20,F,1\n", "--from", "90", "must be below --to", 2},
        {"age,sex,ventricle\n20,F,1\n", "--to", "900", "says nothing so far outside", 1},
        {"age,sex,ventricle\n20,F,1\n", "--people", "none.csv", "none.csv", 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_true(g_file_set_contents(f->table, bad[i].table, -1, NULL));
        LamCliRun run = lam_cli_run("template", "curve", "-M", f->model, "--sex", "F", "--people",
                                    f->table, bad[i].option, bad[i].value, NULL);
        lam_cli_assert_failed(&run, bad[i].status, bad[i].word);
        lam_cli_run_clear(&run);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/template-people/table", Fixture, NULL, set_up, test_table, tear_down);
    g_test_add("/template-people/volumes", Fixture, NULL, set_up, test_volumes, tear_down);
    g_test_add("/template-people/refuses", Fixture, NULL, set_up, test_refuses, tear_down);
    g_test_add("/template-people/curve", Fixture, NULL, set_up, test_curve, tear_down);
    g_test_add("/template-people/curve-refuses", Fixture, NULL, set_up, test_curve_refuses,
               tear_down);
    return g_test_run();
}

/* Studies that train, on drawn discs: what they measure, what they leave, and how they go on. */
#include "discs.h"

#include <glib/gstdio.h>
#include <lambdascope/checksum.h>
#include <lambdascope/error.h>
#include <lambdascope/study_few.h>
#include <lambdascope/study_hyper.h>
#include <math.h>
#include <string.h>

#define BASE                                                                                       \
    "[network]\nsize=24,24,1\nspacing_mm=2\nencoder=8,8,8\ndecoder=8,8\nfinal=8\n"                 \
    "hidden=8,8\nhidden_slope=0.1\ngenerated=decoder\nskip=add\nintegration_steps=5\n"             \
    "[loss]\nwindow=5\n"                                                                           \
    "[data]\nscans=disc-*.nii\nalign=false\nvalidation=pairs.csv\n"                                \
    "[training]\nseed=3\nrate=5e-3\nrate_end=1e-4\nwarmup=10\nlambda_ends=0.2\n"

typedef struct {
    char *folder, *recipe, *output;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = disc_folder_new();
    for (int scan = 0; scan < DISC_SCANS; scan++)
        disc_save_labels(f->folder, scan, 4,
                         100); /* a subcortical structure around a cortical one */
    g_autofree char *pairs = g_build_filename(f->folder, "pairs.csv", NULL);
    g_assert_true(g_file_set_contents(pairs,
                                      "fixed,moving,fixed_labels,moving_labels\n"
                                      "disc-0.nii,disc-1.nii,labels-0.nii,labels-1.nii\n"
                                      "disc-4.nii,disc-2.nii,labels-4.nii,labels-2.nii\n",
                                      -1, NULL));
    f->recipe = disc_recipe(f->folder, BASE "steps=60\n");
    f->output = g_build_filename(f->folder, "study", NULL);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    disc_folder_remove(f->folder);
    g_free(f->recipe);
    g_free(f->output);
}

static LamStudyTraining training_of(const Fixture *f, int steps)
{
    return (LamStudyTraining){
        .recipe = f->recipe, .data = f->folder, .output = f->output, .steps = steps};
}

static const double two_lambdas[] = {0.1, 0.7};

static LamStudyHyperOptions hyper_of(const Fixture *f, int steps)
{
    return (LamStudyHyperOptions){.training = training_of(f, steps),
                                  .budget = 1.5,
                                  .lambdas = two_lambdas,
                                  .n_lambdas = 2,
                                  .curve = 5};
}

static double cell(const LamStudyTable *table, guint row, const char *column)
{
    const char *text = lam_study_table_cell(table, row, column);
    g_assert_nonnull(text);
    return *text != '\0' ? g_ascii_strtod(text, NULL) : (double)NAN;
}

static gint64 changed_at(const char *folder, const char *run, const char *file)
{
    g_autofree char *path = g_build_filename(folder, run, file, NULL);
    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    return status.st_mtim.tv_sec * (gint64)1000000000 + status.st_mtim.tv_nsec;
}

static GKeyFile *recipe_of(const char *output, const char *run)
{
    g_autofree char *name = g_strconcat(run, ".ini", NULL);
    g_autofree char *path = g_build_filename(output, name, NULL);
    GKeyFile *recipe = g_key_file_new();
    g_assert_true(g_key_file_load_from_file(recipe, path, G_KEY_FILE_NONE, NULL));
    return recipe;
}

/* ---- hyper ---- */

/* The larger of the differences at the two λ, from the table's own cells. */
static double difference(const LamStudyTable *t, const char *column)
{
    double most = 0;
    for (guint i = 0; i < lam_study_table_rows(t); i++)
        for (guint k = 0; k < lam_study_table_rows(t); k++)
            if (g_str_equal(lam_study_table_cell(t, i, "model"), "single") &&
                g_str_equal(lam_study_table_cell(t, k, "model"), "hyper") &&
                cell(t, i, "lambda") == cell(t, k, "lambda"))
                most = fmax(most, fabs(cell(t, i, column) - cell(t, k, column)));
    return most;
}

/* λ = 0, 0.1, 0.25, 0.5, 0.7, 0.75, 1 of the HyperMorph, then the two single models. */
static void check_hyper_table(const LamStudyTable *t, const LamStudyHyperFindings *found)
{
    static const double lambdas[] = {0, 0.1, 0.25, 0.5, 0.7, 0.75, 1, 0.1, 0.7};
    g_assert_cmpuint(lam_study_table_rows(t), ==, G_N_ELEMENTS(lambdas));
    for (guint i = 0; i < G_N_ELEMENTS(lambdas); i++) {
        bool single = i >= 7;
        g_assert_cmpstr(lam_study_table_cell(t, i, "model"), ==, single ? "single" : "hyper");
        g_assert_cmpfloat(cell(t, i, "lambda"), ==, lambdas[i]);
        g_assert_cmpfloat(cell(t, i, "training_steps"), ==, single ? 250 : 375);
        g_assert_cmpfloat(cell(t, i, "training_seconds"), >, 0);
        g_assert_cmpfloat(cell(t, i, "subcortical"), >, 0.5);
        g_assert_cmpfloat(cell(t, i, "cortical"), >, 0.05);
        g_test_message("%s λ %g: Dice %.3f, roughness %g", lam_study_table_cell(t, i, "model"),
                       lambdas[i], cell(t, i, "subcortical"), cell(t, i, "roughness"));
    }
    g_assert_cmpfloat(cell(t, 6, "roughness"), <, 0.7 * cell(t, 1, "roughness"));
    g_assert_cmpfloat(cell(t, 5, "roughness"), <, cell(t, 1, "roughness"));
    g_assert_cmpfloat(cell(t, 8, "roughness"), <, 0.7 * cell(t, 7, "roughness"));
    g_assert_cmpfloat_with_epsilon(found->subcortical, difference(t, "subcortical"), 2e-4);
    g_assert_cmpfloat_with_epsilon(found->cortical, difference(t, "cortical"), 2e-4);
    double hyper = cell(t, 0, "training_seconds");
    double all = cell(t, 7, "training_seconds") + cell(t, 8, "training_seconds");
    g_assert_cmpfloat_with_epsilon(found->time_of_all / (hyper / all), 1, 0.2);
    g_assert_cmpfloat_with_epsilon(found->time_of_one / found->time_of_all, 2, 1e-6);
    g_assert_cmpfloat_with_epsilon(found->step_of_one / found->time_of_one, 250.0 / 375, 1e-6);
}

static void check_hyper_recipes(const char *output)
{
    g_autoptr(GKeyFile) hyper = recipe_of(output, "hyper"),
                        single = recipe_of(output, "single-0.7");
    g_autofree char *a = g_key_file_get_string(hyper, "network", "generated", NULL);
    g_autofree char *b = g_key_file_get_string(single, "network", "generated", NULL);
    g_assert_cmpstr(a, ==, "decoder");
    g_assert_cmpstr(b, ==, "none");
    g_assert_false(g_key_file_has_key(hyper, "training", "lambda", NULL));
    g_assert_cmpfloat(g_key_file_get_double(single, "training", "lambda", NULL), ==, 0.7);
    g_assert_false(g_key_file_has_key(single, "data", "validation", NULL));
}

/* The curve falls in roughness, the findings are those of the table, and a second call trains nothing. */
static void test_hyper(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    LamStudyHyperOptions o = hyper_of(f, 250);
    LamStudyHyperFindings first, second;
    g_autoptr(LamStudyResult) result = lam_study_hyper(&o, &first, NULL, &error);
    g_assert_no_error(error);
    check_hyper_table(result->table, &first);
    check_hyper_recipes(f->output);
    g_assert_cmpuint(lam_study_table_rows(result->summary), ==, 2);
    gint64 hyper = changed_at(f->output, "hyper", "checkpoint.safetensors");
    gint64 single = changed_at(f->output, "single-0.1", "checkpoint.safetensors");
    g_autoptr(LamStudyResult) again = lam_study_hyper(&o, &second, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(changed_at(f->output, "hyper", "checkpoint.safetensors"), ==, hyper);
    g_assert_cmpint(changed_at(f->output, "single-0.1", "checkpoint.safetensors"), ==, single);
    g_assert_cmpmem(&first, sizeof first, &second, sizeof second);
}

/* ---- going on ---- */

typedef struct {
    GCancellable *cancellable;
    int left; /* reports until it cancels */
} Interrupt;

static void count_down(double fraction, const char *stage, void *user)
{
    Interrupt *interrupt = user;
    if (g_str_has_prefix(stage, "step") && --interrupt->left == 0)
        g_cancellable_cancel(interrupt->cancellable);
}

static char *sum_of(const char *output, const char *run)
{
    g_autofree char *path = g_build_filename(output, run, "best.safetensors", NULL);
    g_autoptr(GError) error = NULL;
    char *sum = lam_checksum_file(path, &error);
    g_assert_no_error(error);
    return sum;
}

/* Interrupted in the second run and called again: the models are those of a study at one go. */
static void test_interrupted(Fixture *f, gconstpointer data)
{
    static const char *const runs[] = {"hyper", "single-0.1", "single-0.7"};
    LamStudyHyperOptions o = hyper_of(f, 20);
    LamStudyHyperFindings found;
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Interrupt interrupt = {cancellable, 41}; /* 30 steps of the first run, 11 of the second */
    LamProgress progress = {.report = count_down, .user = &interrupt, .cancellable = cancellable};
    g_assert_null(lam_study_hyper(&o, &found, &progress, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_CANCELLED);
    g_clear_error(&error);
    gint64 first = changed_at(f->output, "hyper", "checkpoint.safetensors");
    changed_at(f->output, "single-0.1", "checkpoint.safetensors");
    g_autofree char *third = g_build_filename(f->output, "single-0.7", NULL);
    g_assert_false(g_file_test(third, G_FILE_TEST_EXISTS));
    interrupt.left = 1000;
    g_autoptr(LamStudyResult) parts = NULL;
    g_cancellable_reset(cancellable);
    parts = lam_study_hyper(&o, &found, &progress, &error);
    g_assert_no_error(error);
    g_assert_cmpint(interrupt.left, ==, 1000 - 9 - 20);
    g_assert_cmpint(changed_at(f->output, "hyper", "checkpoint.safetensors"), ==, first);
    g_autofree char *output = g_build_filename(f->folder, "whole", NULL);
    o.training.output = output;
    g_autoptr(LamStudyResult) whole = lam_study_hyper(&o, &found, NULL, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_autofree char *a = sum_of(f->output, runs[i]), *b = sum_of(output, runs[i]);
        g_assert_cmpstr(a, ==, b);
    }
}

/* ---- few ---- */

/* The rows of both methods and of each number of scans; refinement does better than what it starts from,
 * and the larger set is really used. */
static void test_few(Fixture *f, gconstpointer data)
{
    static const int scans[] = {2, 4};
    static const char *const methods[] = {"affine",  "classical", "network",
                                          "refined", "network",   "refined"};
    g_autoptr(GError) error = NULL;
    LamStudyFewOptions o = {.training = training_of(f, 0),
                            .scans = scans,
                            .n_scans = 2,
                            .lambda = 0.1,
                            .refine_seconds = 0.3};
    g_autoptr(LamStudyResult) result = lam_study_few(&o, NULL, &error);
    g_assert_no_error(error);
    const LamStudyTable *t = result->table;
    g_assert_cmpuint(lam_study_table_rows(t), ==, G_N_ELEMENTS(methods));
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_test_message("%s %s: Dice %s, cortical %s", lam_study_table_cell(t, i, "method"),
                       lam_study_table_cell(t, i, "scans"),
                       lam_study_table_cell(t, i, "subcortical"),
                       lam_study_table_cell(t, i, "cortical"));
        g_assert_cmpstr(lam_study_table_cell(t, i, "method"), ==, methods[i]);
        if (i >= 2)
            g_assert_cmpfloat(cell(t, i, "scans"), ==, scans[(i - 2) / 2]);
    }
    for (guint i = 2; i < 6; i += 2) {
        g_assert_cmpfloat(cell(t, i, "training_steps"), ==, 60);
        g_assert_cmpfloat(cell(t, i + 1, "subcortical"), >, cell(t, i, "subcortical"));
        g_assert_cmpfloat(cell(t, i + 1, "subcortical"), >, cell(t, 0, "subcortical"));
    }
    g_autoptr(GKeyFile) recipe = recipe_of(f->output, "scans-2");
    g_assert_cmpint(g_key_file_get_integer(recipe, "data", "limit", NULL), ==, 2);
    g_autofree char *a = sum_of(f->output, "scans-2"), *b = sum_of(f->output, "scans-4");
    g_assert_cmpstr(a, !=, b);
}

/* ---- refusals ---- */

static void assert_refused(GError *error, const char *message)
{
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, message));
    g_error_free(error);
}

static void test_bad_recipes(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"no key\n", "recipe.ini"},
        {BASE, "[training] steps: a number from 1 to 1e8"},
        {BASE "steps=20\nminutes=3\n", "[training] minutes: a study needs steps"},
        {"[data]\nscans=disc-*.nii\n[training]\nsteps=3\n", "[data] validation: missing"},
        {BASE "steps=20\n[data]\nvalidation=nowhere.csv\n", "nowhere.csv"},
        {BASE "steps=20\nstep=3\n", "[training] step: unknown key"},
        {BASE "steps=20\n[data]\nscans=nothing-*.nii\n", "fewer than two scans"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GError *error = NULL;
        LamStudyHyperFindings found;
        g_autofree char *path = disc_recipe(f->folder, wrong[i].text);
        g_autofree char *output = g_strdup_printf("%s/study-%zu", f->folder, i);
        LamStudyHyperOptions o = hyper_of(f, 0);
        o.training.recipe = path;
        o.training.output = output;
        g_assert_null(lam_study_hyper(&o, &found, NULL, &error));
        assert_refused(error, wrong[i].message);
    }
}

static void test_bad_hyper(Fixture *f, gconstpointer data)
{
    static const double twice[] = {0.1, 0.1}, beyond[] = {0.1, 1.5};
    GError *errors[5] = {NULL};
    LamStudyHyperFindings found;
    LamStudyHyperOptions o = hyper_of(f, 4), none = o, over = o, cheap = o, other = o;
    o.lambdas = twice;
    over.lambdas = beyond;
    none.n_lambdas = 0;
    cheap.budget = 0;
    g_assert_null(lam_study_hyper(&o, &found, NULL, &errors[0]));
    g_assert_null(lam_study_hyper(&over, &found, NULL, &errors[1]));
    g_assert_null(lam_study_hyper(&none, &found, NULL, &errors[2]));
    g_assert_null(lam_study_hyper(&cheap, &found, NULL, &errors[3]));
    assert_refused(errors[0], "a λ is named twice");
    assert_refused(errors[1], "within 0 and 1");
    assert_refused(errors[2], "at least one λ");
    assert_refused(errors[3], "budget");
    g_autoptr(LamStudyResult) small = lam_study_hyper(&other, &found, NULL, NULL);
    g_assert_nonnull(small);
    other.training.steps = 5;
    g_assert_null(lam_study_hyper(&other, &found, NULL, &errors[4]));
    assert_refused(errors[4], "hyper.ini: it was begun with another recipe");
}

static void test_bad_few(Fixture *f, gconstpointer data)
{
    static const int falling[] = {4, 2}, one[] = {1}, many[] = {2, 7};
    GError *errors[4] = {NULL};
    LamStudyFewOptions o = {.training = training_of(f, 4), .lambda = 0.1, .refine_seconds = 0.1};
    g_assert_null(lam_study_few(&o, NULL, &errors[0]));
    o.scans = falling;
    o.n_scans = 2;
    g_assert_null(lam_study_few(&o, NULL, &errors[1]));
    o.scans = one;
    o.n_scans = 1;
    g_assert_null(lam_study_few(&o, NULL, &errors[2]));
    o.scans = many;
    o.n_scans = 2;
    g_assert_null(lam_study_few(&o, NULL, &errors[3]));
    assert_refused(errors[0], "a number of scans");
    assert_refused(errors[1], "and rise");
    assert_refused(errors[2], "2 or more");
    assert_refused(errors[3], "6 files, but [data] limit is 7");
    g_autofree char *smaller = g_build_filename(f->output, "scans-2", NULL);
    g_assert_false(g_file_test(smaller, G_FILE_TEST_EXISTS)); /* told before it was trained */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/study-training/hyper", test_hyper},
        {"/study-training/interrupted", test_interrupted},
        {"/study-training/few", test_few},
        {"/study-training/bad-recipes", test_bad_recipes},
        {"/study-training/bad-hyper", test_bad_hyper},
        {"/study-training/bad-few", test_bad_few},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}

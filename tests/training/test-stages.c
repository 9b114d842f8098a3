/* Runs that go on from a model, and runs of a network that tells structures: all of it or one part. */
#include "disc-runs.h"

#include <lambdascope/error.h>
#include <lambdascope/safetensors.h>
#include <lambdascope/structures.h>
#include <math.h>
#include <string.h>

/* With features that tell so many structures. */
#define NAMING(structures)                                                                         \
    "[network]\nsize=48,48,1\nspacing_mm=1\nfeatures_encoder=16,16,16\nfeatures_decoder=16,16\n"   \
    "structures=" structures "\nencoder=16,16\ndecoder=16,16\nfinal=16\nhidden=16,16\n"            \
    "generated=decoder\nskip=add\n"                                                                \
    "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"

/* Asked what each voxel is, the features learn it; the count must be that of the data. */
static void test_structures(DiscRuns *f, gconstpointer data)
{
    const char *text =
        NAMING("%d") "[loss]\nstructure_weight=0.3\n[training]\nsteps=150\nrate=3e-3\n";
    g_autofree char *good = g_strdup_printf(text, 2), *bad = g_strdup_printf(text, 5);
    disc_runs_go(f, good, "run", false, 0);
    double before = disc_runs_column(f, "run", "structures", 0, 10);
    double after = disc_runs_column(f, "run", "structures", 130, 150);
    g_test_message("cross entropy %.3f, then %.3f", before, after);
    g_assert_cmpfloat(after, <, 0.5 * before);
    g_autofree char *path = g_build_filename(f->folder, "run", "best.safetensors", NULL);
    g_autoptr(LamSafetensors) model = lam_safetensors_load(path, NULL);
    g_assert_nonnull(
        strstr(lam_safetensors_metadata(model, "lambda"), "0.3 cross entropy of structures"));
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = disc_recipe(f->folder, bad);
    g_assert_false(disc_train(f->folder, recipe, "other", false, 0, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "structures: 5, but the data have 2"));
}

/* A model that has learned from label maps says what its structures are. */
static void test_names(DiscRuns *f, gconstpointer data)
{
    disc_runs_go(f,
                 "[network]\nsize=48,48,1\nspacing_mm=1\nfeatures_encoder=16,16,16\n"
                 "features_decoder=16,16\nstructures=2\nencoder=16,16\ndecoder=16,16\nfinal=16\n"
                 "hidden=16,16\ngenerated=decoder\nskip=add\n"
                 "[data]\nsource=brains\nmaps=labels-*.nii\ntable=table.csv\n"
                 "[loss]\nsimilarity=none\nlabel_weight=1\nstructure_weight=1\n"
                 "[training]\nsteps=2\n",
                 "named", false, 0);
    g_autofree char *path = g_build_filename(f->folder, "named", "best.safetensors", NULL);
    g_autoptr(LamModel) model = lam_model_load(path, NULL);
    g_autoptr(GPtrArray) structures = lam_structures_of(model, NULL);
    g_assert_cmpuint(structures->len, ==, 2);
    const LamStructure *body = structures->pdata[0], *hole = structures->pdata[1];
    g_assert_cmpstr(body->name, ==, "body");
    g_assert_cmpstr(hole->name, ==, "hole");
    g_assert_cmpint(body->value, !=, hole->value);
}

/* Labels of real scans that a table makes structures of: these are what is learned, in the order of their values,
 * while the overlap is that of all labels. */
static void test_structures_of_labels(DiscRuns *f, gconstpointer data)
{
    const struct {
        const char *table, *count;
        int named;
    } cases[] = {
        {"value,structure_value,structure\n1,9,all\n2,9,all\n", "1", 1},
        {"value,structure_value,structure\n1,7,body\n2,4,hole\n", "2", 2},
        {"value,structure_value,structure\n2,4,hole\n", "1", 1},
    };
    g_autofree char *table = g_build_filename(f->folder, "structures.csv", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(g_file_set_contents(table, cases[i].table, -1, NULL));
        g_autofree char *text =
            g_strdup_printf("[network]\nsize=48,48,1\nspacing_mm=1\nfeatures_encoder=16,16,16\n"
                            "features_decoder=16,16\nstructures=%s\nencoder=16,16\n"
                            "decoder=16,16\nfinal=16\nhidden=16,16\ngenerated=decoder\nskip=add\n"
                            "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"
                            "structures=structures.csv\n[loss]\nstructure_weight=0.3\n"
                            "label_weight=1\n[training]\nsteps=%d\nrate=3e-3\n",
                            cases[i].count, i == 0 ? 150 : 2);
        g_autofree char *output = g_strdup_printf("table-%zu", i);
        disc_runs_go(f, text, output, false, 0);
        g_autofree char *path = g_build_filename(f->folder, output, "best.safetensors", NULL);
        g_autoptr(LamModel) model = lam_model_load(path, NULL);
        g_autoptr(GPtrArray) structures = lam_structures_of(model, NULL);
        g_assert_cmpint((int)structures->len, ==, cases[i].named);
        const LamStructure *first = structures->pdata[0];
        g_assert_cmpint(first->value, ==, i == 0 ? 9 : 4);
        g_assert_cmpstr(first->name, ==, i == 0 ? "all" : "hole");
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe =
        disc_recipe(f->folder, NAMING("2") "structures=none.csv\n[loss]\nstructure_weight=1\n");
    g_assert_false(disc_train(f->folder, recipe, "none", false, 0, &error));
    g_assert_nonnull(strstr(error->message, "none.csv"));
    double before = disc_runs_column(f, "table-0", "structures", 0, 10);
    g_assert_cmpfloat(disc_runs_column(f, "table-0", "structures", 130, 150), <, 0.5 * before);
}

/* The largest difference of a tensor between two models. */
static double apart(DiscRuns *f, const char *one, const char *other, const char *name)
{
    g_autofree char *a = g_build_filename(f->folder, one, "best.safetensors", NULL);
    g_autofree char *b = g_build_filename(f->folder, other, "best.safetensors", NULL);
    g_autoptr(LamSafetensors) first = lam_safetensors_load(a, NULL);
    g_autoptr(LamSafetensors) second = lam_safetensors_load(b, NULL);
    const LamNamedTensor *x = lam_safetensors_find(first, name);
    const LamNamedTensor *y = lam_safetensors_find(second, name);
    double most = 0;
    g_assert_cmpuint(x->count, ==, y->count);
    for (size_t i = 0; i < x->count; i++)
        most = fmax(most, fabs((double)(x->data[i] - y->data[i])));
    return most;
}

static bool is_same(DiscRuns *f, const char *one, const char *other, const char *name)
{
    return apart(f, one, other, name) == 0;
}

/* What learns, and what stays as it was drawn. */
static void test_learns(DiscRuns *f, gconstpointer data)
{
    const struct {
        const char *text;
        bool structures;
    } runs[] = {{NAMING("2") "[loss]\nsimilarity=none\nstructure_weight=1\n"
                             "[training]\nlearns=structures\nrate=3e-3\n",
                 true},
                {NAMING("2") "[loss]\nstructure_weight=1\nsimilarity=mse\n"
                             "[training]\nlearns=registration\nrate=3e-3\n",
                 false}};
    for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_autofree char *one = g_strdup_printf("%ssteps=1\nwarmup=0\n", runs[i].text);
        g_autofree char *many = g_strdup_printf("%ssteps=120\n", runs[i].text);
        g_autofree char *first = g_strdup_printf("one-%zu", i);
        g_autofree char *last = g_strdup_printf("many-%zu", i);
        disc_runs_go(f, one, first, false, 0);
        disc_runs_go(f, many, last, false, 0);
        bool structures = runs[i].structures;
        if (structures)
            g_assert_cmpfloat(disc_runs_column(f, last, "structures", 100, 120), <,
                              0.5 * disc_runs_column(f, last, "structures", 0, 10));
        g_assert_cmpint(is_same(f, first, last, "features.encoder.0.weight"), !=, structures);
        g_assert_cmpint(is_same(f, first, last, "structures.weight"), !=, structures);
        g_assert_cmpint(is_same(f, first, last, "encoder.0.weight"), ==, structures);
        g_assert_cmpint(is_same(f, first, last, "hyper.0.weight"), ==, structures);
    }
}

/* A model to start from: its tensors are where the run begins. */
static void test_start(DiscRuns *f, gconstpointer data)
{
    const char *text = DISC_NETWORK "[data]\nscans=disc-*.nii\nalign=false\n"
                                    "[training]\nsteps=4\nrate=1e-3\n";
    disc_runs_go(f, text, "first", false, 0);
    g_autofree char *model = g_build_filename(f->folder, "first", "best.safetensors", NULL);
    g_autofree char *further = g_strdup_printf(
        "%s[training]\nstart=%s\n[training]\nrate=1e-8\nrate_end=0\nseed=99\n", text, model);
    disc_runs_go(f, further, "second", false, 0);
    g_assert_cmpfloat(apart(f, "first", "second", "encoder.0.weight"), <, 1e-3);
}

/* Features of one model and the registration of another, which sees scans: each is where the run begins. */
static void test_starts(DiscRuns *f, gconstpointer data)
{
    const char *end = "[training]\nsteps=2\nrate=1e-8\nrate_end=0\n";
    disc_runs_go(
        f, DISC_NETWORK "[data]\nscans=disc-*.nii\nalign=false\n[training]\nsteps=2\nseed=5\n",
        "scans", false, 0);
    disc_runs_go(f, NAMING("2") "[loss]\nstructure_weight=1\n[training]\nsteps=2\nseed=6\n",
                 "features", false, 0);
    g_autofree char *both = g_strdup_printf(
        "%sscans=true\n%s[training]\nstart=%s/features/best.safetensors; "
        "%s/scans/best.safetensors\n%s",
        DISC_NETWORK "features_encoder=16,16\nfeatures_decoder=16\nstructures=2\n",
        "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n[loss]\nstructure_weight=1\n",
        f->folder, f->folder, end);
    disc_runs_go(f, both, "both", false, 0);
    g_assert_cmpfloat(apart(f, "both", "scans", "encoder.0.weight"), <, 1e-3);
    g_assert_cmpfloat(apart(f, "both", "scans", "hyper.0.weight"), <, 1e-3);
    g_assert_cmpfloat(apart(f, "both", "features", "features.encoder.0.weight"), <, 1e-3);
    g_assert_cmpfloat(apart(f, "both", "features", "structures.bias"), <, 1e-3);
    g_assert_cmpfloat(apart(f, "both", "features", "hyper.0.weight"), >, 0.01);
}

/* The bias of the structures' scores after a run that starts so and hardly moves. */
static float *scores_after(DiscRuns *f, const char *text, const char *start, const char *output)
{
    g_autofree char *recipe =
        g_strdup_printf("%s[training]\nsteps=2\nrate=1e-8\nrate_end=0\nstart=%s\n", text, start);
    disc_runs_go(f, recipe, output, false, 0);
    g_autofree char *path = g_build_filename(f->folder, output, "best.safetensors", NULL);
    g_autoptr(LamSafetensors) model = lam_safetensors_load(path, NULL);
    const LamNamedTensor *bias = lam_safetensors_find(model, "structures.bias");
    g_assert_cmpuint(bias->count, ==, 16);
    return g_memdup2(bias->data, bias->count * sizeof(float));
}

/* Larger structures gain on smaller ones by the logarithm of how much larger they are. */
static void test_calibrate(DiscRuns *f, gconstpointer data)
{
    const char *text = "[network]\nsize=48,48,1\nspacing_mm=1\nfeatures_encoder=16,16\n"
                       "features_decoder=16\nstructures=2\nencoder=16,16\ndecoder=16,16\n"
                       "final=16\nhidden=16,16\ngenerated=decoder\nskip=add\n"
                       "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"
                       "[loss]\nstructure_weight=0.3\n%s";
    g_autofree char *plain = g_strdup_printf(text, ""),
                    *other = g_strdup_printf(
                        text, "structure_power=0.8\n[training]\nstart_structure_power=0.5\n");
    g_autofree char *first = g_strconcat(plain, "[training]\nsteps=2\n", NULL);
    disc_runs_go(f, first, "first", false, 0);
    g_autofree char *model = g_build_filename(f->folder, "first", "best.safetensors", NULL);
    g_autofree float *same = scores_after(f, plain, model, "same");
    g_autofree float *moved = scores_after(f, other, model, "moved");
    double by[3];
    for (int k = 0; k < 3; k++)
        by[k] = (double)(moved[k] - same[k]);
    /* the background is larger than the body, that than the hole; logarithms of less than a hundred */
    g_test_message("moved by %g, %g, %g", by[0], by[1], by[2]);
    g_assert_cmpfloat(fabs(by[0]), <, 2e-3);
    g_assert_cmpfloat(by[1], <, -0.05);
    g_assert_cmpfloat(by[2], <, by[1] - 0.05);
    g_assert_cmpfloat(by[2], >, 0.3 * -log(100));
    g_assert_cmpfloat(fabs((double)(moved[3] - same[3])), <, 2e-3); /* no label */
}

int main(int argc, char **argv)
{
    static const DiscTest tests[] = {
        {"/stages/structures", test_structures},
        {"/stages/names", test_names},
        {"/stages/learns", test_learns},
        {"/stages/start", test_start},
        {"/stages/starts", test_starts},
        {"/stages/calibrate", test_calibrate},
        {"/stages/table", test_structures_of_labels},
    };
    return disc_runs_main(argc, argv, tests, G_N_ELEMENTS(tests));
}

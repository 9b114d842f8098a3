/* The course of a run: its pieces, its learning rate, what it keeps, when it ends, and a loss that is no number. */
#include "disc-runs.h"

#include <lambdascope/nifti.h>
#include <lambdascope/safetensors.h>
#include <string.h>

/* Coarse and fine steps, two samples each, mean weights, labels, two hyperparameters: in one process or
 * in three, bit for bit the same. */
static void test_resume_with_everything(DiscRuns *f, gconstpointer data)
{
    const char *text =
        DISC_NETWORK "hyper_labels=true\n"
                     "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"
                     "[loss]\nlabel_weight=1\nanatomy_weight=0.5\nfold_weight=0.1\n"
                     "[training]\nseed=4\nsteps=14\nrate=2e-3\nwarmup=3\ncoarse=0.5\n"
                     "accumulate=2\nema=0.9\nclip=1\n"
                     "[augmentation]\nflip=true\nwarp_mm=1\nrotate_deg=5\n";
    disc_runs_go(f, text, "whole", false, 0);
    disc_runs_go(f, text, "parts", false, 5);
    disc_runs_go(f, text, "parts", true, 4);
    disc_runs_go(f, text, "parts", true, 0);
    disc_runs_same(f, "whole", "parts");
    g_autofree char *path = g_build_filename(f->folder, "whole", "checkpoint.safetensors", NULL);
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, NULL);
    g_assert_nonnull(lam_safetensors_find(file, "mean/flow.weight"));
}

/* The range test finds a rate between its ends, and leaves nothing that a run would go on from. */
static void test_find_rate(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = disc_recipe(
        f->folder, DISC_NETWORK "[data]\nscans=disc-*.nii\nalign=false\n[training]\nseed=4\n");
    g_autofree char *out = g_build_filename(f->folder, "rates", NULL);
    g_autofree char *table = g_build_filename(out, "rates.csv", NULL), *text = NULL;
    g_autofree char *checkpoint = g_build_filename(out, "checkpoint.safetensors", NULL);
    LamTrainOptions options = {.recipe = recipe, .data = f->folder, .output = out};
    double rate = 0;
    g_assert_true(lam_train_find_rate(&options, 200, &rate, NULL, &error));
    g_test_message("rate %g", rate);
    g_assert_cmpfloat(rate, >, 2e-6);
    g_assert_cmpfloat(rate, <, 9e-3);
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "step,rate,loss,running_loss\n0,1e-06,"));
    g_assert_false(g_file_test(checkpoint, G_FILE_TEST_EXISTS));
}

/* A pair whose labels count in a validation. */
static void save_scored_pair(const DiscRuns *f, int moving)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *pairs = g_build_filename(f->folder, "pairs.csv", NULL);
    for (int scan = 0; scan < 2; scan++) { /* 4 is a subcortical structure */
        g_autofree char *path = g_strdup_printf("%s/labels-%d.nii", f->folder, scan);
        g_autoptr(LamVolume) labels = lam_nifti_load(path, 0, &error);
        for (size_t i = 0; i < lam_grid_voxels(&labels->grid); i++)
            labels->data[i] = labels->data[i] > 0 ? 4 : 0;
        g_assert_true(lam_nifti_save(labels, path, LAM_NIFTI_INT16, NULL, &error));
    }
    g_autofree char *text = g_strdup_printf("fixed,moving,fixed_labels,moving_labels\n"
                                            "disc-0.nii,disc-%d.nii,labels-0.nii,labels-%d.nii\n",
                                            moving, moving);
    g_assert_true(g_file_set_contents(pairs, text, -1, NULL));
}

static double best_steps(const DiscRuns *f)
{
    g_autofree char *path = g_build_filename(f->folder, "run", "best.safetensors", NULL);
    g_autoptr(LamSafetensors) model = lam_safetensors_load(path, NULL);
    return g_ascii_strtod(lam_safetensors_metadata(model, "training_steps"), NULL);
}

/* Two runs that learn nothing, the second going on from the first: while samples are easy the later state
 * is kept, else the first that was as good. */
static void test_best_on_ramp(DiscRuns *f, gconstpointer data)
{
    const char *text = DISC_NETWORK "[data]\nsource=shapes\nshapes=2\nshape_labels=4\nramp=%d\n"
                                    "validation=pairs.csv\n[loss]\nsimilarity=none\n"
                                    "anatomy_weight=1\n[training]\nsteps=%d\nrate=1e-8\n"
                                    "rate_end=0\nlambdas=0.5\n";
    save_scored_pair(f, 0); /* a scan and itself: nothing scores better than no deformation */
    for (int ramp = 0; ramp <= 1000; ramp += 1000) {
        g_autofree char *first = g_strdup_printf(text, ramp, 2);
        g_autofree char *second = g_strdup_printf(text, ramp, 4);
        disc_runs_go(f, first, "run", false, 0);
        g_assert_cmpfloat(best_steps(f), ==, 2);
        disc_runs_go(f, second, "run", true, 0);
        g_assert_cmpfloat(best_steps(f), ==, ramp > 0 ? 4 : 2);
    }
}

static void count_validations(const char *line, void *user)
{
    *(int *)user += g_str_has_prefix(line, "validation after");
}

/* A run that learns nothing ends after its patience, long before its schedule. */
static void test_patience(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = g_build_filename(f->folder, "run", NULL);
    save_scored_pair(f, 1);
    g_autofree char *recipe = disc_recipe(
        f->folder, DISC_NETWORK "[data]\nscans=disc-*.nii\nalign=false\nvalidation=pairs.csv\n"
                                "[training]\nminutes=10\nrate=1e-8\nrate_end=0\npatience=2\n"
                                "validate_minutes=0.01\nlambdas=0.5\n");
    int validations = 0;
    LamTrainOptions options = {.recipe = recipe,
                               .data = f->folder,
                               .output = out,
                               .say = count_validations,
                               .user = &validations};
    gint64 start = g_get_monotonic_time();
    g_assert_true(lam_train(&options, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpint(validations, >=, 3);
    g_assert_cmpfloat(1e-6 * (double)(g_get_monotonic_time() - start), <, 300);
}

static int count_refused(const DiscRuns *f, const char *output)
{
    g_autofree char *path = g_build_filename(f->folder, output, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    int n = 0;
    while ((name = g_dir_read_name(dir)) != NULL)
        n += g_str_has_prefix(name, "refused-");
    return n;
}

/* A smoothness that overflows makes the loss infinite wherever the field is not flat: those steps change
 * nothing and their samples are kept; after ten in a row the run ends, with its checkpoint as it was. */
static void test_refused(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const char *good = DISC_NETWORK "[data]\nscans=disc-*.nii\nalign=false\n"
                                    "[training]\nsteps=1000\nrate=1e-3\nlambda=0.5\n";
    disc_runs_go(f, good, "run", false, 3);
    g_autofree char *path = g_build_filename(f->folder, "run", "checkpoint.safetensors", NULL);
    g_autofree char *before = NULL, *after = NULL;
    gsize n, m;
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, NULL);
    LamNamedTensor *flow = (LamNamedTensor *)lam_safetensors_find(file, "flow.weight");
    for (size_t i = 0; i < flow->count; i++)
        flow->data[i] = 3e38f;
    g_assert_true(lam_safetensors_save(file, path, LAM_STORE_F32, NULL));
    g_assert_true(g_file_get_contents(path, &before, &n, NULL));
    g_autofree char *recipe = disc_recipe(f->folder, good);
    g_assert_false(disc_train(f->folder, recipe, "run", true, 0, &error));
    g_assert_nonnull(strstr(error->message, "training diverged at step"));
    g_assert_nonnull(strstr(error->message, "not finite"));
    g_assert_cmpint(count_refused(f, "run"), ==, 10);
    g_assert_true(g_file_get_contents(path, &after, &m, NULL));
    g_assert_cmpmem(before, n, after, m);
}

int main(int argc, char **argv)
{
    static const DiscTest tests[] = {
        {"/course/resume-with-everything", test_resume_with_everything},
        {"/course/find-rate", test_find_rate},
        {"/course/best-on-ramp", test_best_on_ramp},
        {"/course/patience", test_patience},
        {"/course/refused", test_refused},
    };
    return disc_runs_main(argc, argv, tests, G_N_ELEMENTS(tests));
}

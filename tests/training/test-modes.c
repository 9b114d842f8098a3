/* What a recipe may ask for beside the plain case: labels, other sources, coarse steps, mean weights,
 * several samples a step. */
#include "disc-runs.h"

#include "dataset.h"
#include "recipe.h"

#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

/* Labels alone teach a network to align them. */
static void test_labels(DiscRuns *f, gconstpointer data)
{
    disc_runs_go(f,
                 DISC_NETWORK "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"
                              "[loss]\nsimilarity=none\nlabel_weight=1\nsmoothness=0.1\n"
                              "[training]\nseed=4\nsteps=300\nrate=3e-3\nwarmup=10\nlambda=0.1\n",
                 "run", false, 0);
    double before = disc_runs_column(f, "run", "labels", 0, 40),
           after = disc_runs_column(f, "run", "labels", 260, 300);
    g_test_message("1 - Dice: %.3f, then %.3f", before, after);
    g_assert_cmpfloat(after, <, 0.75 * before);
    g_assert_true(isnan(disc_runs_column(f, "run", "similarity", 0, 1)));
}

static LamDataset *dataset_of(const DiscRuns *f, const char *data, GError **error)
{
    g_autofree char *text =
        g_strconcat(DISC_NETWORK "[data]\nalign=false\nscans=disc-*.nii\n", data, NULL);
    g_autofree char *path = disc_recipe(f->folder, text);
    g_autofree char *cache = g_build_filename(f->folder, "affine.ini", NULL);
    g_autoptr(LamRecipe) recipe = lam_recipe_load(path, error);
    return recipe != NULL ? lam_dataset_new(recipe, f->folder, cache, NULL, error) : NULL;
}

/* A limit takes the first scans with their labels, and is an error where there are fewer. */
static void test_limit(DiscRuns *f, gconstpointer data)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {{"limit=7\n", "disc-*.nii: 6 files, but [data] limit is 7"},
                 {"limit=5\nlabels=labels-[0-3].nii\n", "4 files, but [data] limit is 5"},
                 {"limit=1\n", "[data] limit: a pair needs 2 scans"}};
    g_autoptr(GError) error = NULL;
    g_autoptr(LamDataset) few = dataset_of(f, "limit=3\nlabels=labels-*.nii\n", &error);
    g_assert_no_error(error);
    g_autofree char *about = lam_dataset_describe(few);
    g_assert_nonnull(strstr(about, "3 scans"));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) why = NULL;
        g_assert_null(dataset_of(f, wrong[i].text, &why));
        g_assert_nonnull(why);
        g_assert_nonnull(strstr(why->message, wrong[i].message));
    }
}

/* Label maps alone, and shapes of nothing, give samples whose labels can be aligned. */
static void test_synthetic(DiscRuns *f, gconstpointer data)
{
    disc_runs_go(
        f,
        DISC_NETWORK
        "[data]\nsource=brains,shapes,figures\nmaps=labels-*.nii\ntable=table.csv\nshapes=3\n"
        "shape_labels=4\nshape_scale_mm=12\nsame=0.5\n"
        "[loss]\nsimilarity=none\nlabel_weight=1\n"
        "[training]\nseed=4\nsteps=12\nrate=1e-3\n"
        "[synthesis]\nwarp_mm=1\nwarp_scale_mm=8;16\nstrip=0\n[shapes]\nwarp_mm=2\n",
        "run", false, 0);
    double loss = disc_runs_column(f, "run", "labels", 0, 12);
    g_assert_cmpfloat(loss, >, 0.02);
    g_assert_cmpfloat(loss, <, 0.98);
}

#define BRAINS                                                                                     \
    DISC_NETWORK                                                                                   \
    "[data]\nsource=brains\nmaps=labels-*.nii\ntable=table.csv\n[loss]\nsimilarity=none\n"         \
    "anatomy_weight=1\nwindow=5\n[synthesis]\nwarp_mm=0\n"

static LamSample *draw_of(const DiscRuns *f, const char *text, guint64 number)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = disc_recipe(f->folder, text);
    g_autofree char *cache = g_build_filename(f->folder, "affine.ini", NULL);
    g_autoptr(LamRecipe) recipe = lam_recipe_load(path, &error);
    g_assert_no_error(error);
    g_autoptr(LamDataset) dataset = lam_dataset_new(recipe, f->folder, cache, NULL, &error);
    g_assert_no_error(error);
    LamSampleGrid grid = lam_sample_grid(recipe, false);
    LamSample *sample = lam_sample_new(recipe, &grid, &error);
    g_assert_true(lam_dataset_draw(dataset, number, sample, &error));
    return sample;
}

/* Classes change nothing but λ: without a blur it is that of each voxel's class, with one it is between them. */
static void test_tissue_map(DiscRuns *f, gconstpointer data)
{
    for (guint64 number = 0; number < 4; number++) {
        g_autoptr(LamSample) plain = draw_of(f, BRAINS, number);
        g_autoptr(LamSample) hard =
            draw_of(f, BRAINS "[tissues]\nblur_mm=0\nround=body\ngap=hole\n", number);
        g_autoptr(LamSample) soft =
            draw_of(f, BRAINS "[tissues]\nblur_mm=2\nround=body\ngap=hole\n", number);
        size_t n = lam_sample_voxels(plain);
        double low = fmin(hard->lambdas[0], fmin(hard->lambdas[1], hard->lambdas[2])), mean = 0;
        double high = fmax(hard->lambdas[0], fmax(hard->lambdas[1], hard->lambdas[2]));
        g_assert_cmpmem(plain->fixed, n * 4, soft->fixed, n * 4);
        g_assert_cmpmem(plain->moving_anatomy, n * 4, soft->moving_anatomy, n * 4);
        for (size_t i = 0; i < n; i++) {
            int label = (int)hard->fixed_labels[i];
            g_assert_cmpfloat_with_epsilon(hard->lambda_map[i], hard->lambdas[label], 1e-6);
            g_assert_cmpfloat(soft->tissues[i], ==, (float)label);
            g_assert_cmpfloat(soft->lambda_map[i], >=, low - 1e-5);
            g_assert_cmpfloat(soft->lambda_map[i], <=, high + 1e-5);
            mean += (double)soft->lambda_map[i] / (double)n;
        }
        g_assert_cmpfloat_with_epsilon(soft->lambda, mean, 1e-6);
    }
}

/* On a coarse grid and on the field's, in one process or in two. */
static void test_tissue_run(DiscRuns *f, gconstpointer data)
{
    const char *text = BRAINS "[tissues]\nround=body\n"
                              "[training]\nseed=4\nsteps=8\nrate=2e-3\ncoarse=0.5\n";
    disc_runs_go(f, text, "whole", false, 0);
    disc_runs_go(f, text, "parts", false, 5);
    disc_runs_go(f, text, "parts", true, 0);
    disc_runs_same(f, "whole", "parts");
}

static void test_tissue_names(DiscRuns *f, gconstpointer data)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {{"[tissues]\na=spleen\n", "[tissues] a: spleen: the label table has no"},
                 {"[tissues]\na=body\nb=hole,body\n", "[tissues] b: body: another class has it"}};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat(BRAINS, wrong[i].text, NULL);
        g_autofree char *path = disc_recipe(f->folder, text);
        g_autoptr(LamRecipe) recipe = lam_recipe_load(path, &error);
        g_assert_no_error(error);
        g_assert_null(lam_dataset_new(recipe, f->folder, NULL, NULL, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, wrong[i].message));
    }
}

/* Mean intensity of each label of an image. */
static void label_means(const float *image, const float *labels, size_t n, double mean[8])
{
    double count[8] = {0};
    memset(mean, 0, 8 * sizeof *mean);
    for (size_t i = 0; i < n; i++) {
        mean[(int)labels[i]] += (double)image[i];
        count[(int)labels[i]]++;
    }
    for (int l = 0; l < 8; l++)
        mean[l] /= fmax(count[l], 1);
}

/* How differently the two scans of a sample show one label: mean over labels. */
static double unlike(const LamSample *s)
{
    double a[8], b[8], sum = 0;
    size_t n = lam_sample_voxels(s);
    label_means(s->fixed, s->fixed_labels, n, a);
    label_means(s->moving, s->moving_labels, n, b);
    for (int l = 1; l <= 4; l++)
        sum += fabs(a[l] - b[l]) / 4;
    return sum;
}

/* The first samples are clean and of one contrast, those after the ramp as the recipe says. */
static void test_ramp(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        disc_recipe(f->folder, DISC_NETWORK "[data]\nsource=shapes\nshapes=4\nshape_labels=4\n"
                                            "shape_scale_mm=12\nramp=1000\n"
                                            "[loss]\nsimilarity=none\nanatomy_weight=1\n"
                                            "[shapes]\nbias=0\nblur_mm=0.3\nwarp_mm=1\n");
    g_autoptr(LamRecipe) recipe = lam_recipe_load(path, &error);
    g_assert_no_error(error);
    g_autoptr(LamDataset) dataset = lam_dataset_new(recipe, f->folder, NULL, NULL, &error);
    LamSampleGrid grid = lam_sample_grid(recipe, false);
    g_autoptr(LamSample) s = lam_sample_new(recipe, &grid, &error);
    double easy = 0, hard = 0;
    for (guint64 k = 0; k < 10; k++) {
        g_assert_true(lam_dataset_draw(dataset, k, s, &error));
        easy += unlike(s) / 10;
        g_assert_true(lam_dataset_draw(dataset, 1000 + k, s, &error));
        hard += unlike(s) / 10;
    }
    g_test_message("labels differ by %.3f, then %.3f", easy, hard);
    g_assert_cmpfloat(easy, <, 0.08);
    g_assert_cmpfloat(hard, >, 0.12);
}

/* The pictures of both label maps show one label in one grey. */
static void test_anatomy(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        disc_recipe(f->folder, DISC_NETWORK "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\n"
                                            "align=false\n[loss]\nanatomy_weight=1\n");
    g_autoptr(LamRecipe) recipe = lam_recipe_load(path, &error);
    g_autoptr(LamDataset) dataset = lam_dataset_new(recipe, f->folder, NULL, NULL, &error);
    g_assert_no_error(error);
    LamSampleGrid grid = lam_sample_grid(recipe, false);
    g_autoptr(LamSample) s = lam_sample_new(recipe, &grid, &error);
    for (guint64 k = 0; k < 5; k++) {
        double a[8], b[8];
        g_assert_true(lam_dataset_draw(dataset, k, s, &error));
        label_means(s->fixed_anatomy, s->fixed_labels, lam_sample_voxels(s), a);
        label_means(s->moving_anatomy, s->moving_labels, lam_sample_voxels(s), b);
        for (int l = 0; l <= 2; l++)
            g_assert_cmpfloat_with_epsilon(a[l], b[l], 0.12);
        g_assert_cmpfloat(a[0], <, 0.1);
    }
}

/* The truth of a simulated pair carries the moving scan onto the fixed one. */
static void test_simulated(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = disc_recipe(f->folder, DISC_NETWORK
                                        "[data]\nscans=disc-*.nii\nalign=false\nsimulated=true\n"
                                        "[loss]\nsimilarity=field\n[augmentation]\nwarp_mm=2\n");
    g_autofree char *cache = g_build_filename(f->folder, "affine.ini", NULL);
    g_autoptr(LamRecipe) recipe = lam_recipe_load(path, &error);
    g_assert_no_error(error);
    g_autoptr(LamDataset) dataset = lam_dataset_new(recipe, f->folder, cache, NULL, &error);
    g_assert_no_error(error);
    LamSampleGrid grid = lam_sample_grid(recipe, false);
    g_autoptr(LamSample) s = lam_sample_new(recipe, &grid, &error);
    double still = 0, carried = 0;
    for (int k = 0; k < 5; k++) {
        g_assert_true(lam_dataset_draw(dataset, (guint64)k, s, &error));
        const int n = grid.size[0], half = grid.field_size[0];
        for (int y = 6; y < n - 6; y++)
            for (int x = 6; x < n - 6; x++) {
                /* the nearest vector of the coarser field will do; twice: its voxels are larger */
                int at = y / 2 * half + x / 2;
                int u = x + (int)lrintf(2 * s->truth[at]);
                int v = y + (int)lrintf(2 * s->truth[half * half + at]);
                still += fabs((double)(s->fixed[y * n + x] - s->moving[y * n + x]));
                carried += fabs((double)(s->fixed[y * n + x] - s->moving[v * n + u]));
            }
    }
    g_test_message("difference %.0f, carried %.0f", still, carried);
    g_assert_cmpfloat(carried, <, 0.5 * still);
}

/* Supervised by the simulated field, and a displacement network: the distance falls. */
static void test_supervised(DiscRuns *f, gconstpointer data)
{
    disc_runs_go(
        f,
        "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\ndecoder=16,16\nfinal=16\n"
        "generated=none\nskip=add\nintegration_steps=0\n"
        "[data]\nscans=disc-*.nii\nalign=false\nsimulated=true\n"
        "[loss]\nsimilarity=field\nsmoothness=0.01\n[augmentation]\nwarp_mm=5\n"
        "[training]\nseed=4\nsteps=1500\nrate=3e-3\nwarmup=10\nlambda=0\n",
        "run", false, 0);
    double before = disc_runs_column(f, "run", "similarity", 0, 100);
    double after = disc_runs_column(f, "run", "similarity", 1400, 1500);
    g_test_message("squared distance %.3f, then %.3f", before, after);
    g_assert_cmpfloat(after, <, 0.85 * before);
}

/* The probabilistic network, other similarities and bending energy run and stay finite. */
static void test_other_losses(DiscRuns *f, gconstpointer data)
{
    static const char *const losses[] = {
        "[loss]\nsimilarity=mse\nsigma=0.2\nroughness=bending\n",
        "[loss]\nsimilarity=nmi\nbins=16\n",
        "[loss]\nkl_weight=0.1\nprior=5\nsmoothness=0\n[network]\nuncertain=true\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autofree char *text = g_strconcat(
            DISC_NETWORK "[data]\nscans=disc-*.nii\nalign=false\n[training]\nsteps=8\nrate=1e-3\n",
            losses[i], NULL);
        disc_runs_go(f, text, "run", false, 0);
        g_assert_true(isfinite(disc_runs_column(f, "run", "loss", 0, 8)));
        g_assert_true(isfinite(disc_runs_column(f, "run", "similarity", 0, 8)));
    }
}

static void test_samples(DiscRuns *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe =
        disc_recipe(f->folder, DISC_NETWORK "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\n"
                                            "align=false\n[loss]\nlabel_weight=1\n");
    g_autofree char *out = g_build_filename(f->folder, "samples", NULL);
    LamTrainOptions options = {.recipe = recipe, .data = f->folder, .output = out};
    g_assert_true(lam_train_write_samples(&options, 2, NULL, &error));
    static const char *const names[] = {"fixed", "moving", "fixed_labels", "moving_labels"};
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
            g_autofree char *path = g_strdup_printf("%s/sample-%03d_%s.nii.gz", out, k, names[i]);
            g_autoptr(LamVolume) volume = lam_nifti_load(path, 0, &error);
            g_assert_no_error(error);
            float most = 0;
            for (size_t v = 0; v < lam_grid_voxels(&volume->grid); v++)
                most = fmaxf(most, volume->data[v]);
            g_assert_cmpfloat(most, >, i < 2 ? 0.5 : 1.5);
        }
}

int main(int argc, char **argv)
{
    static const DiscTest tests[] = {
        {"/modes/labels", test_labels},
        {"/modes/limit", test_limit},
        {"/modes/synthetic", test_synthetic},
        {"/modes/tissue-map", test_tissue_map},
        {"/modes/tissue-run", test_tissue_run},
        {"/modes/tissue-names", test_tissue_names},
        {"/modes/ramp", test_ramp},
        {"/modes/anatomy", test_anatomy},
        {"/modes/simulated", test_simulated},
        {"/modes/supervised", test_supervised},
        {"/modes/other-losses", test_other_losses},
        {"/modes/samples", test_samples},
    };
    return disc_runs_main(argc, argv, tests, G_N_ELEMENTS(tests));
}

/* What a recipe may ask for beside the plain case: labels, other sources, coarse steps, mean weights,
 * several samples a step; and what a run does with a loss that is no number. */
#include "discs.h"

#include "dataset.h"
#include "recipe.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/nifti.h>
#include <lambdascope/safetensors.h>
#include <math.h>
#include <string.h>

#define NETWORK                                                                                    \
    "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\ndecoder=16,16\nfinal=16\n"           \
    "hidden=16,16\ngenerated=decoder\nskip=add\nintegration_steps=5\n"

/* Likewise, with features that tell so many structures. */
#define NAMING(structures)                                                                         \
    "[network]\nsize=48,48,1\nspacing_mm=1\nfeatures_encoder=16,16,16\nfeatures_decoder=16,16\n"   \
    "structures=" structures "\nencoder=16,16\ndecoder=16,16\nfinal=16\nhidden=16,16\n"            \
    "generated=decoder\nskip=add\n"                                                                \
    "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"

/* Background 0, body 1, hole 2: structures that two discs share. */
static void save_labels(const char *folder)
{
    for (int scan = 0; scan < DISC_SCANS; scan++) {
        g_autofree char *path = g_strdup_printf("%s/labels-%d.nii", folder, scan);
        g_autoptr(LamVolume) disc = disc_scan(scan);
        for (size_t i = 0; i < lam_grid_voxels(&disc->grid); i++) {
            float v = disc->data[i];
            disc->data[i] = v > 0.7f ? 1 : v > 0.25f ? 2 : 0;
        }
        g_assert_true(lam_nifti_save(disc, path, LAM_NIFTI_INT16, NULL, NULL));
    }
}

static char *table_in(const char *folder)
{
    char *path = g_build_filename(folder, "table.csv", NULL);
    g_assert_true(g_file_set_contents(path,
                                      "value,structure_value,structure,intensity_class\n"
                                      "0,0,background,0\n1,1,body,1\n2,2,hole,2\n",
                                      -1, NULL));
    return path;
}

typedef struct {
    char *folder;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    f->folder = disc_folder_new();
    save_labels(f->folder);
    g_free(table_in(f->folder));
}

static void tear_down(Fixture *f, gconstpointer data)
{
    disc_folder_remove(f->folder);
}

static void run(const Fixture *f, const char *text, const char *output, bool resume, guint64 steps)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = disc_recipe(f->folder, text);
    disc_train(f->folder, recipe, output, resume, steps, &error);
    g_assert_no_error(error);
}

/* A column of steps.csv, averaged over rows [from, to). */
static double column(const Fixture *f, const char *output, const char *name, int from, int to)
{
    g_autofree char *path = g_build_filename(f->folder, output, "steps.csv", NULL), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) names = g_strsplit(lines[0], ",", -1);
    int at = 0;
    while (names[at] != NULL && !g_str_equal(names[at], name))
        at++;
    g_assert_nonnull(names[at]);
    double total = 0;
    for (int i = from; i < to; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i + 1], ",", -1);
        g_assert_cmpuint(g_strv_length(cells), ==, g_strv_length(names));
        total += *cells[at] != '\0' ? g_ascii_strtod(cells[at], NULL) : (double)NAN;
    }
    return total / (to - from);
}

static void same_files(const Fixture *f, const char *a_run, const char *b_run)
{
    g_autofree char *a_path = g_build_filename(f->folder, a_run, "checkpoint.safetensors", NULL);
    g_autofree char *b_path = g_build_filename(f->folder, b_run, "checkpoint.safetensors", NULL);
    g_autoptr(LamSafetensors) a = lam_safetensors_load(a_path, NULL);
    g_autoptr(LamSafetensors) b = lam_safetensors_load(b_path, NULL);
    g_assert_cmpuint(lam_safetensors_count(a), ==, lam_safetensors_count(b));
    for (size_t i = 0; i < lam_safetensors_count(a); i++) {
        const LamNamedTensor *x = lam_safetensors_at(a, i);
        const LamNamedTensor *y = lam_safetensors_find(b, x->name);
        g_assert_cmpmem(x->data, x->count * 4, y->data, y->count * 4);
    }
}

/* Coarse and fine steps, two samples each, mean weights, labels, two hyperparameters: in one process or
 * in three, bit for bit the same. */
static void test_resume_with_everything(Fixture *f, gconstpointer data)
{
    const char *text = NETWORK "hyper_labels=true\n"
                               "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"
                               "[loss]\nlabel_weight=1\nanatomy_weight=0.5\nfold_weight=0.1\n"
                               "[training]\nseed=4\nsteps=14\nrate=2e-3\nwarmup=3\ncoarse=0.5\n"
                               "accumulate=2\nema=0.9\nclip=1\n"
                               "[augmentation]\nflip=true\nwarp_mm=1\nrotate_deg=5\n";
    run(f, text, "whole", false, 0);
    run(f, text, "parts", false, 5);
    run(f, text, "parts", true, 4);
    run(f, text, "parts", true, 0);
    same_files(f, "whole", "parts");
    g_autofree char *path = g_build_filename(f->folder, "whole", "checkpoint.safetensors", NULL);
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, NULL);
    g_assert_nonnull(lam_safetensors_find(file, "mean/flow.weight"));
}

/* Labels alone teach a network to align them. */
static void test_labels(Fixture *f, gconstpointer data)
{
    run(f,
        NETWORK "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\nalign=false\n"
                "[loss]\nsimilarity=none\nlabel_weight=1\nsmoothness=0.1\n"
                "[training]\nseed=4\nsteps=300\nrate=3e-3\nwarmup=10\nlambda=0.1\n",
        "run", false, 0);
    double before = column(f, "run", "labels", 0, 40), after = column(f, "run", "labels", 260, 300);
    g_test_message("1 - Dice: %.3f, then %.3f", before, after);
    g_assert_cmpfloat(after, <, 0.75 * before);
    g_assert_true(isnan(column(f, "run", "similarity", 0, 1)));
}

static LamDataset *dataset_of(const Fixture *f, const char *data, GError **error)
{
    g_autofree char *text =
        g_strconcat(NETWORK "[data]\nalign=false\nscans=disc-*.nii\n", data, NULL);
    g_autofree char *path = disc_recipe(f->folder, text);
    g_autofree char *cache = g_build_filename(f->folder, "affine.ini", NULL);
    g_autoptr(LamRecipe) recipe = lam_recipe_load(path, error);
    return recipe != NULL ? lam_dataset_new(recipe, f->folder, cache, NULL, error) : NULL;
}

/* A limit takes the first scans with their labels, and is an error where there are fewer. */
static void test_limit(Fixture *f, gconstpointer data)
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
static void test_synthetic(Fixture *f, gconstpointer data)
{
    run(f,
        NETWORK
        "[data]\nsource=brains,shapes,figures\nmaps=labels-*.nii\ntable=table.csv\nshapes=3\n"
        "shape_labels=4\nshape_scale_mm=12\nsame=0.5\n"
        "[loss]\nsimilarity=none\nlabel_weight=1\n"
        "[training]\nseed=4\nsteps=12\nrate=1e-3\n"
        "[synthesis]\nwarp_mm=1\nwarp_scale_mm=8;16\nstrip=0\n[shapes]\nwarp_mm=2\n",
        "run", false, 0);
    double loss = column(f, "run", "labels", 0, 12);
    g_assert_cmpfloat(loss, >, 0.02);
    g_assert_cmpfloat(loss, <, 0.98);
}

#define BRAINS                                                                                     \
    NETWORK                                                                                        \
    "[data]\nsource=brains\nmaps=labels-*.nii\ntable=table.csv\n[loss]\nsimilarity=none\n"         \
    "anatomy_weight=1\nwindow=5\n[synthesis]\nwarp_mm=0\n"

static LamSample *draw_of(const Fixture *f, const char *text, guint64 number)
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
static void test_tissue_map(Fixture *f, gconstpointer data)
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
static void test_tissue_run(Fixture *f, gconstpointer data)
{
    const char *text = BRAINS "[tissues]\nround=body\n"
                              "[training]\nseed=4\nsteps=8\nrate=2e-3\ncoarse=0.5\n";
    run(f, text, "whole", false, 0);
    run(f, text, "parts", false, 5);
    run(f, text, "parts", true, 0);
    same_files(f, "whole", "parts");
}

static void test_tissue_names(Fixture *f, gconstpointer data)
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
static void test_ramp(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        disc_recipe(f->folder, NETWORK "[data]\nsource=shapes\nshapes=4\nshape_labels=4\n"
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
static void test_anatomy(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        disc_recipe(f->folder, NETWORK "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\n"
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
static void test_simulated(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path =
        disc_recipe(f->folder, NETWORK "[data]\nscans=disc-*.nii\nalign=false\nsimulated=true\n"
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
static void test_supervised(Fixture *f, gconstpointer data)
{
    run(f,
        "[network]\nsize=48,48,1\nspacing_mm=1\nencoder=16,16,16\ndecoder=16,16\nfinal=16\n"
        "generated=none\nskip=add\nintegration_steps=0\n"
        "[data]\nscans=disc-*.nii\nalign=false\nsimulated=true\n"
        "[loss]\nsimilarity=field\nsmoothness=0.01\n[augmentation]\nwarp_mm=5\n"
        "[training]\nseed=4\nsteps=1500\nrate=3e-3\nwarmup=10\nlambda=0\n",
        "run", false, 0);
    double before = column(f, "run", "similarity", 0, 100);
    double after = column(f, "run", "similarity", 1400, 1500);
    g_test_message("squared distance %.3f, then %.3f", before, after);
    g_assert_cmpfloat(after, <, 0.85 * before);
}

/* The probabilistic network, other similarities and bending energy run and stay finite. */
static void test_other_losses(Fixture *f, gconstpointer data)
{
    static const char *const losses[] = {
        "[loss]\nsimilarity=mse\nsigma=0.2\nroughness=bending\n",
        "[loss]\nsimilarity=nmi\nbins=16\n",
        "[loss]\nkl_weight=0.1\nprior=5\nsmoothness=0\n[network]\nuncertain=true\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autofree char *text = g_strconcat(
            NETWORK "[data]\nscans=disc-*.nii\nalign=false\n[training]\nsteps=8\nrate=1e-3\n",
            losses[i], NULL);
        run(f, text, "run", false, 0);
        g_assert_true(isfinite(column(f, "run", "loss", 0, 8)));
        g_assert_true(isfinite(column(f, "run", "similarity", 0, 8)));
    }
}

/* Asked what each voxel is, the features learn it; the count must be that of the data. */
static void test_structures(Fixture *f, gconstpointer data)
{
    const char *text =
        NAMING("%d") "[loss]\nstructure_weight=0.3\n[training]\nsteps=150\nrate=3e-3\n";
    g_autofree char *good = g_strdup_printf(text, 2), *bad = g_strdup_printf(text, 5);
    run(f, good, "run", false, 0);
    double before = column(f, "run", "structures", 0, 10);
    double after = column(f, "run", "structures", 130, 150);
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

/* Whether a tensor is the same in two models. */
static bool is_same(Fixture *f, const char *one, const char *other, const char *name)
{
    g_autofree char *a = g_build_filename(f->folder, one, "best.safetensors", NULL);
    g_autofree char *b = g_build_filename(f->folder, other, "best.safetensors", NULL);
    g_autoptr(LamSafetensors) first = lam_safetensors_load(a, NULL);
    g_autoptr(LamSafetensors) second = lam_safetensors_load(b, NULL);
    const LamNamedTensor *x = lam_safetensors_find(first, name);
    const LamNamedTensor *y = lam_safetensors_find(second, name);
    return memcmp(x->data, y->data, x->count * sizeof(float)) == 0;
}

/* What learns, and what stays as it was drawn. */
static void test_learns(Fixture *f, gconstpointer data)
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
        run(f, one, first, false, 0);
        run(f, many, last, false, 0);
        bool structures = runs[i].structures;
        if (structures)
            g_assert_cmpfloat(column(f, last, "structures", 100, 120), <,
                              0.5 * column(f, last, "structures", 0, 10));
        g_assert_cmpint(is_same(f, first, last, "features.encoder.0.weight"), !=, structures);
        g_assert_cmpint(is_same(f, first, last, "structures.weight"), !=, structures);
        g_assert_cmpint(is_same(f, first, last, "encoder.0.weight"), ==, structures);
        g_assert_cmpint(is_same(f, first, last, "hyper.0.weight"), ==, structures);
    }
}

/* A model to start from: its tensors are where the run begins. */
static void test_start(Fixture *f, gconstpointer data)
{
    const char *text = NETWORK "[data]\nscans=disc-*.nii\nalign=false\n"
                               "[training]\nsteps=4\nrate=1e-3\n";
    run(f, text, "first", false, 0);
    g_autofree char *model = g_build_filename(f->folder, "first", "best.safetensors", NULL);
    g_autofree char *further = g_strdup_printf(
        "%s[training]\nstart=%s\n[training]\nrate=1e-8\nrate_end=0\nseed=99\n", text, model);
    run(f, further, "second", false, 0);
    g_autofree char *other = g_build_filename(f->folder, "second", "best.safetensors", NULL);
    g_autoptr(LamSafetensors) a = lam_safetensors_load(model, NULL);
    g_autoptr(LamSafetensors) b = lam_safetensors_load(other, NULL);
    const LamNamedTensor *x = lam_safetensors_find(a, "encoder.0.weight");
    const LamNamedTensor *y = lam_safetensors_find(b, "encoder.0.weight");
    for (size_t i = 0; i < x->count; i++)
        g_assert_cmpfloat_with_epsilon(x->data[i], y->data[i], 1e-3);
}

/* The bias of the structures' scores after a run that starts so and hardly moves. */
static float *scores_after(Fixture *f, const char *text, const char *start, const char *output)
{
    g_autofree char *recipe =
        g_strdup_printf("%s[training]\nsteps=2\nrate=1e-8\nrate_end=0\nstart=%s\n", text, start);
    run(f, recipe, output, false, 0);
    g_autofree char *path = g_build_filename(f->folder, output, "best.safetensors", NULL);
    g_autoptr(LamSafetensors) model = lam_safetensors_load(path, NULL);
    const LamNamedTensor *bias = lam_safetensors_find(model, "structures.bias");
    g_assert_cmpuint(bias->count, ==, 16);
    return g_memdup2(bias->data, bias->count * sizeof(float));
}

/* Larger structures gain on smaller ones by the logarithm of how much larger they are. */
static void test_calibrate(Fixture *f, gconstpointer data)
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
    run(f, first, "first", false, 0);
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

/* The range test finds a rate between its ends, and leaves nothing that a run would go on from. */
static void test_find_rate(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe = disc_recipe(
        f->folder, NETWORK "[data]\nscans=disc-*.nii\nalign=false\n[training]\nseed=4\n");
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

static void test_samples(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *recipe =
        disc_recipe(f->folder, NETWORK "[data]\nscans=disc-*.nii\nlabels=labels-*.nii\n"
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

/* A pair whose labels count in a validation. */
static void save_scored_pair(const Fixture *f, int moving)
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

static double best_steps(const Fixture *f)
{
    g_autofree char *path = g_build_filename(f->folder, "run", "best.safetensors", NULL);
    g_autoptr(LamSafetensors) model = lam_safetensors_load(path, NULL);
    return g_ascii_strtod(lam_safetensors_metadata(model, "training_steps"), NULL);
}

/* Two runs that learn nothing, the second going on from the first: while samples are easy the later state
 * is kept, else the first that was as good. */
static void test_best_on_ramp(Fixture *f, gconstpointer data)
{
    const char *text = NETWORK "[data]\nsource=shapes\nshapes=2\nshape_labels=4\nramp=%d\n"
                               "validation=pairs.csv\n[loss]\nsimilarity=none\n"
                               "anatomy_weight=1\n[training]\nsteps=%d\nrate=1e-8\n"
                               "rate_end=0\nlambdas=0.5\n";
    save_scored_pair(f, 0); /* a scan and itself: nothing scores better than no deformation */
    for (int ramp = 0; ramp <= 1000; ramp += 1000) {
        g_autofree char *first = g_strdup_printf(text, ramp, 2);
        g_autofree char *second = g_strdup_printf(text, ramp, 4);
        run(f, first, "run", false, 0);
        g_assert_cmpfloat(best_steps(f), ==, 2);
        run(f, second, "run", true, 0);
        g_assert_cmpfloat(best_steps(f), ==, ramp > 0 ? 4 : 2);
    }
}

/* A run that learns nothing ends after its patience, long before its schedule. */
static void count_validations(const char *line, void *user)
{
    *(int *)user += g_str_has_prefix(line, "validation after");
}

static void test_patience(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = g_build_filename(f->folder, "run", NULL);
    save_scored_pair(f, 1);
    g_autofree char *recipe = disc_recipe(
        f->folder, NETWORK "[data]\nscans=disc-*.nii\nalign=false\nvalidation=pairs.csv\n"
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

/* ---- refused steps ---- */

static int count_refused(const Fixture *f, const char *output)
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
static void test_refused(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    const char *good = NETWORK "[data]\nscans=disc-*.nii\nalign=false\n"
                               "[training]\nsteps=1000\nrate=1e-3\nlambda=0.5\n";
    run(f, good, "run", false, 3);
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
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *name;
        void (*run)(Fixture *, gconstpointer);
    } tests[] = {
        {"/modes/resume-with-everything", test_resume_with_everything},
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
        {"/modes/structures", test_structures},
        {"/modes/learns", test_learns},
        {"/modes/start", test_start},
        {"/modes/calibrate", test_calibrate},
        {"/modes/find-rate", test_find_rate},
        {"/modes/samples", test_samples},
        {"/modes/best-on-ramp", test_best_on_ramp},
        {"/modes/patience", test_patience},
        {"/modes/refused", test_refused},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
    return g_test_run();
}

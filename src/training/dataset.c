#include "dataset.h"

#include "anatomy.h"
#include "augment.h"
#include "noise.h"
#include "source-subjects.h"
#include "tissues.h"

#include <glob.h>
#include <lambdascope/error.h>
#include <string.h>

#define MOST_SOURCES 4

struct LamDataset {
    const LamRecipe *recipe; /* borrowed */
    LamSource *source[MOST_SOURCES];
    int n_sources;
    const LamSource *subjects; /* one of them, for a template; NULL: none */
};

/* ---- what sources share ---- */

void lam_source_pick(GRand *rand, int n, bool same, int *a, int *b)
{
    *a = g_rand_int_range(rand, 0, n);
    *b = same || n < 2 ? *a : (*a + g_rand_int_range(rand, 1, n)) % n;
}

char **lam_source_glob(const char *folder, const char *pattern, int least, const char *what,
                       GError **error)
{
    g_autofree char *full = g_build_filename(folder, pattern, NULL);
    glob_t found = {0};
    char **paths = NULL;
    if (glob(full, 0, NULL, &found) == 0 && (int)found.gl_pathc >= least) {
        paths = g_strdupv(found.gl_pathv);
    } else {
        const char *number = least > 1 ? "fewer than two" : "no";
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot find files: %s: %s %s match",
                    full, number, what);
    }
    globfree(&found);
    return paths;
}

bool lam_source_place(const LamRecipe *recipe, GRand *rand, LamVec3 centre_mm,
                      const LamMat4 *fixed_from_reference, const LamMat4 *moving_from_reference,
                      LamMat4 *fixed_map, LamMat4 *moving_map, GError **error)
{
    LamMat4 to_reference, apart;
    if (!lam_mat4_invert(fixed_from_reference, &to_reference)) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FAILED,
                            "cannot train: the affine of a scan: it is singular");
        return false;
    }
    LamMat4 aligned = lam_mat4_multiply(moving_from_reference, &to_reference);
    lam_augment_draw(recipe, rand, centre_mm, fixed_map, &apart);
    /* grid -> common -> fixed world -> reference -> moving world, the moving side a little off */
    LamMat4 off = lam_mat4_multiply(&apart, fixed_map);
    *moving_map = lam_mat4_multiply(&aligned, &off);
    return true;
}

/* ---- all of them ---- */

void lam_dataset_free(LamDataset *dataset)
{
    if (dataset == NULL)
        return;
    for (int i = 0; i < dataset->n_sources; i++)
        dataset->source[i]->free(dataset->source[i]);
    g_free(dataset);
}

static bool add(LamDataset *dataset, LamSource *source)
{
    if (source != NULL)
        dataset->source[dataset->n_sources++] = source;
    return source != NULL;
}

/* Pairs, or one scan at a time for a template. */
static bool add_scans(LamDataset *dataset, const LamRecipe *recipe, const char *folder,
                      LamAffineCache *cache, const LamProgress *progress, GError **error)
{
    if (!recipe->learns_template)
        return add(dataset, lam_source_scans(recipe, folder, cache, progress, error));
    LamSource *subjects = lam_source_subjects(recipe, folder, cache, progress, error);
    dataset->subjects = subjects;
    return add(dataset, subjects);
}

LamDataset *lam_dataset_new(const LamRecipe *recipe, const char *folder, const char *cache_path,
                            const LamProgress *progress, GError **error)
{
    g_autoptr(LamAffineCache) cache = lam_affine_cache_load(cache_path);
    g_autoptr(LamDataset) dataset = g_new0(LamDataset, 1);
    const LamSources wanted = recipe->sources;
    dataset->recipe = recipe;
    if (((wanted & LAM_FROM_SCANS) &&
         !add_scans(dataset, recipe, folder, cache, progress, error)) ||
        ((wanted & LAM_FROM_BRAINS) &&
         !add(dataset, lam_source_brains(recipe, folder, cache, progress, error))) ||
        ((wanted & LAM_FROM_SHAPES) && !add(dataset, lam_source_shapes(recipe, progress, error))) ||
        ((wanted & LAM_FROM_FIGURES) &&
         !add(dataset, lam_source_figures(recipe, progress, error))) ||
        !lam_affine_cache_save(cache, error))
        return NULL;
    return g_steal_pointer(&dataset);
}

char *lam_dataset_describe(const LamDataset *dataset)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < dataset->n_sources; i++)
        g_string_append_printf(text, "%s%d %s", i > 0 ? ", " : "", dataset->source[i]->count,
                               dataset->source[i]->name);
    return g_string_free(text, FALSE);
}

const LamTemplateConfig *lam_dataset_template(const LamDataset *dataset)
{
    return dataset->subjects != NULL ? lam_source_subjects_template(dataset->subjects) : NULL;
}

bool lam_dataset_start_template(const LamDataset *dataset, float *picture, float *scores,
                                const LamProgress *progress, GError **error)
{
    return lam_source_subjects_start(dataset->subjects, dataset->recipe, picture, scores, progress,
                                     error);
}

LamLabelling lam_dataset_labelling(const LamDataset *dataset)
{
    const LamSource *first = dataset->source[0];
    if (first->structure_of != NULL) /* it is alone */
        return (LamLabelling){first->n_labels, first->n_structures, first->structure_of};
    int n = 0;
    for (int i = 0; i < dataset->n_sources; i++)
        n = MAX(n, dataset->source[i]->n_labels);
    return (LamLabelling){n, n, NULL};
}

const char *lam_dataset_structures(const LamDataset *dataset)
{
    return dataset->n_sources == 1 ? dataset->source[0]->structures : NULL;
}

static void fill_noise(LamSample *sample, guint32 seed)
{
    const int *f = sample->grid.field_size;
    if (sample->noise != NULL)
        lam_noise_run(seed, 0, sample->noise, 3 * f[0] * f[1] * f[2]);
}

static void clear_maps(LamSample *sample)
{
    const int *f = sample->grid.field_size;
    size_t image = lam_sample_voxels(sample) * sizeof(float);
    memset(sample->fixed_labels, 0, image);
    memset(sample->moving_labels, 0, image);
    memset(sample->truth, 0, 3 * (size_t)f[0] * (size_t)f[1] * (size_t)f[2] * sizeof(float));
}

bool lam_dataset_draw(const LamDataset *dataset, guint64 number, LamSample *sample, GError **error)
{
    const LamRecipe *r = dataset->recipe;
    /* a generator per sample, so that resuming draws what an unbroken run would have drawn */
    guint32 seeds[] = {r->seed, (guint32)number};
    GRand *rand = g_rand_new_with_seed_array(seeds, 2);
    sample->number = number;
    sample->lambda = r->lambda >= 0 ? r->lambda : lam_sample_draw_share(r->lambda_ends, rand);
    sample->label_share =
        r->network.hyper_labels ? lam_sample_draw_share(r->lambda_ends, rand) : 0.5;
    fill_noise(sample, g_rand_int(rand));
    clear_maps(sample);
    int i = dataset->n_sources > 1 ? g_rand_int_range(rand, 0, dataset->n_sources) : 0;
    const LamSource *source = dataset->source[i];
    bool drawn = source->draw(source, r, rand, sample, error);
    if (drawn)
        lam_sample_draw_anatomy(sample, source->n_labels, rand);
    /* last, so that a recipe without classes draws the same scans */
    if (drawn && sample->lambda_map != NULL)
        lam_tissues_draw(r, source->class_of, rand, sample);
    g_rand_free(rand);
    return drawn;
}

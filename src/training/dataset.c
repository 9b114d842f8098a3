#include "dataset.h"

#include "augment.h"

#include <glib/gstdio.h>
#include <glob.h>
#include <lambdascope/affine.h>
#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <lambdascope/resample.h>
#include <string.h>

typedef struct {
    char *key;           /* name, size, time: what the cached affine belongs to */
    LamVolume *prepared; /* at its own resolution */
    LamVec3 centre_mm;
    LamMat4 from_reference; /* reference world -> scan world */
} Scan;

struct LamDataset {
    GPtrArray *scans;
};

static void scan_free(void *p)
{
    Scan *scan = p;
    if (scan->prepared != NULL)
        lam_volume_unref(scan->prepared);
    g_free(scan->key);
    g_free(scan);
}

void lam_dataset_free(LamDataset *dataset)
{
    if (dataset == NULL)
        return;
    g_ptr_array_unref(dataset->scans);
    g_free(dataset);
}

int lam_dataset_size(const LamDataset *dataset)
{
    return (int)dataset->scans->len;
}

static char *scan_key(const char *path)
{
    GStatBuf info;
    g_autofree char *name = g_path_get_basename(path);
    if (g_stat(path, &info) != 0)
        return g_strdup(name);
    return g_strdup_printf("%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, name, (gint64)info.st_size,
                           (gint64)info.st_mtime);
}

/* The cache is a key file, one group per reference: scan key = sixteen numbers. */
static bool cached_affine(GKeyFile *cache, const Scan *reference, const Scan *scan, LamMat4 *out)
{
    gsize n = 0;
    g_autofree double *m = g_key_file_get_double_list(cache, reference->key, scan->key, &n, NULL);
    if (n != 16)
        return false;
    memcpy(out->m, m, sizeof out->m);
    return lam_mat4_is_finite(out);
}

static bool align(Scan *scan, LamVolume *volume, const Scan *reference, const LamVolume *target,
                  GKeyFile *cache, GError **error)
{
    if (target == NULL || scan == reference) {
        scan->from_reference = lam_mat4_identity();
        return true;
    }
    if (cached_affine(cache, reference, scan, &scan->from_reference))
        return true;
    LamAffine result;
    if (!lam_affine_register(target, volume, NULL, NULL, &result, error))
        return false;
    scan->from_reference = result.matrix;
    g_key_file_set_double_list(cache, reference->key, scan->key, &result.matrix.m[0][0], 16);
    return true;
}

/* target: the first scan as loaded, kept while the others are aligned with it. */
static bool add_scan(LamDataset *dataset, const char *path, const LamRecipe *recipe,
                     LamVolume **target, GKeyFile *cache, GError **error)
{
    Scan *scan = g_new0(Scan, 1);
    g_ptr_array_add(dataset->scans, scan);
    scan->key = scan_key(path);
    g_autoptr(LamVolume) volume = lam_scan_load(path, 0, error);
    if (volume == NULL)
        return false;
    scan->centre_mm = lam_volume_brain_centre_mm(volume);
    scan->prepared = lam_volume_prepare(volume, recipe->network.spacing_mm, error);
    if (scan->prepared == NULL)
        return false;
    if (*target == NULL && recipe->align)
        *target = lam_volume_ref(volume);
    return align(scan, volume, dataset->scans->pdata[0], *target, cache, error);
}

static bool load_all(LamDataset *dataset, const LamRecipe *recipe, const glob_t *found,
                     GKeyFile *cache, const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) target = NULL;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        lam_progress_report(progress, (double)i / (double)found->gl_pathc, "loading scans");
        if (lam_progress_cancelled(progress, error) ||
            !add_scan(dataset, found->gl_pathv[i], recipe, &target, cache, error))
            return false;
    }
    return true;
}

LamDataset *lam_dataset_new(const LamRecipe *recipe, const char *folder, const char *cache_path,
                            const LamProgress *progress, GError **error)
{
    g_autofree char *pattern = g_build_filename(folder, recipe->scans, NULL);
    g_autoptr(GKeyFile) cache = g_key_file_new();
    g_autoptr(LamDataset) dataset = g_new0(LamDataset, 1);
    dataset->scans = g_ptr_array_new_with_free_func(scan_free);
    g_key_file_load_from_file(cache, cache_path, G_KEY_FILE_NONE, NULL); /* absent at first */
    glob_t found = {0};
    int status = glob(pattern, 0, NULL, &found);
    bool ok = status == 0 && found.gl_pathc >= 2;
    if (!ok)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot train: %s: fewer than two scans match", pattern);
    ok = ok && load_all(dataset, recipe, &found, cache, progress, error) &&
         g_key_file_save_to_file(cache, cache_path, error);
    globfree(&found);
    return ok ? g_steal_pointer(&dataset) : NULL;
}

static bool sample(const Scan *scan, const LamGrid *grid, const LamMat4 *map, float *out,
                   GError **error)
{
    g_autoptr(LamVolume) volume = lam_resample(scan->prepared, grid, map, LAM_LINEAR, 0, error);
    if (volume == NULL)
        return false;
    memcpy(out, volume->data, lam_grid_voxels(grid) * sizeof(float));
    return true;
}

bool lam_dataset_draw(const LamDataset *dataset, const LamRecipe *recipe, GRand *rand, float *fixed,
                      float *moving, GError **error)
{
    int n = (int)dataset->scans->len, i = g_rand_int_range(rand, 0, n);
    int j = (i + g_rand_int_range(rand, 1, n)) % n;
    const Scan *f = dataset->scans->pdata[i], *m = dataset->scans->pdata[j];
    LamGrid grid = lam_grid_centred(recipe->network.size, recipe->network.spacing_mm, f->centre_mm);
    LamMat4 to_reference, common, apart;
    if (!lam_mat4_invert(&f->from_reference, &to_reference)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED, "cannot train: singular affine of %s",
                    f->key);
        return false;
    }
    lam_augment_draw(recipe, rand, f->centre_mm, &common, &apart);
    /* grid -> common -> fixed world -> reference -> moving world, the moving side a little off */
    LamMat4 aligned = lam_mat4_multiply(&m->from_reference, &to_reference);
    LamMat4 off = lam_mat4_multiply(&apart, &common);
    LamMat4 map = lam_mat4_multiply(&aligned, &off);
    size_t voxels = lam_grid_voxels(&grid);
    if (!sample(f, &grid, &common, fixed, error) || !sample(m, &grid, &map, moving, error))
        return false;
    lam_augment_intensity(recipe, rand, fixed, voxels);
    lam_augment_intensity(recipe, rand, moving, voxels);
    return true;
}

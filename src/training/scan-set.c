#include "scan-set.h"

#include "label-carry.h"
#include "source.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/order.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <string.h>

#define MOST_LABELS 254

static void scan_free(void *p)
{
    LamSetScan *scan = p;
    for (int i = 0; i < 2; i++)
        if (scan->prepared[i] != NULL)
            lam_volume_unref(scan->prepared[i]);
    lam_label_map_free(scan->labels);
    g_free(scan->path);
    g_free(scan);
}

void lam_scan_set_free(LamScanSet *set)
{
    if (set == NULL)
        return;
    g_ptr_array_unref(set->scans);
    lam_label_table_free(set->table);
    g_free(set);
}

static bool load_scan(LamSetScan *scan, const char *path, const LamRecipe *recipe,
                      LamVolume **volume, GError **error)
{
    *volume = lam_scan_load(path, 0, error);
    if (*volume == NULL)
        return false;
    scan->centre_mm = lam_volume_brain_centre_mm(*volume);
    for (int i = 0; i < (recipe->coarse > 0 ? 2 : 1); i++) {
        scan->prepared[i] =
            lam_volume_prepare(*volume, (i + 1) * recipe->network.spacing_mm, error);
        if (scan->prepared[i] == NULL)
            return false;
    }
    return true;
}

/* reference: the first scan as loaded, kept while the others are aligned with it. */
static bool load_scans(LamScanSet *s, char **paths, const LamRecipe *recipe, LamAffineCache *cache,
                       const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) reference = NULL;
    g_autofree char *reference_key = lam_affine_cache_key(paths[0]);
    double n = (double)g_strv_length(paths);
    for (int i = 0; paths[i] != NULL; i++) {
        lam_progress_report(progress, i / n, "loading scans");
        g_autoptr(LamVolume) volume = NULL;
        LamSetScan *scan = g_new0(LamSetScan, 1);
        scan->path = g_strdup(paths[i]);
        g_ptr_array_add(s->scans, scan);
        if (lam_progress_cancelled(progress, error) ||
            !load_scan(scan, paths[i], recipe, &volume, error))
            return false;
        g_autofree char *key = lam_affine_cache_key(paths[i]);
        scan->from_reference = lam_mat4_identity();
        if (i == 0)
            reference = lam_volume_ref(volume);
        else if (recipe->align && !lam_affine_cache_find(cache, reference_key, reference, key,
                                                         volume, &scan->from_reference, error))
            return false;
    }
    return true;
}

static void gather_values(GHashTable *seen, const LamVolume *labels)
{
    size_t n = lam_grid_voxels(&labels->grid);
    for (size_t i = 0; i < n && g_hash_table_size(seen) <= MOST_LABELS; i++)
        if (i == 0 || labels->data[i] != labels->data[i - 1])
            g_hash_table_add(seen, GINT_TO_POINTER((int)lrintf(labels->data[i])));
}

static LamLabelTable *table_of(GHashTable *seen)
{
    LamLabelTable *table = g_new0(LamLabelTable, 1);
    g_hash_table_add(seen, GINT_TO_POINTER(0));
    guint n = 0;
    g_autofree gpointer *keys = g_hash_table_get_keys_as_array(seen, &n);
    g_autofree int *values = g_new(int, n);
    for (guint i = 0; i < n; i++)
        values[i] = GPOINTER_TO_INT(keys[i]);
    qsort(values, n, sizeof *values, lam_order_ints);
    table->label = g_new0(LamLabel, n);
    table->count = (int)n;
    for (guint i = 0; i < n; i++)
        table->label[i] = (LamLabel){.value = values[i], .structure = values[i]};
    return table;
}

/* Two passes: which values there are, then the maps by position among them. */
static bool load_labels(LamScanSet *s, char **paths, const char *where, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GPtrArray) volumes = g_ptr_array_new_with_free_func((GDestroyNotify)lam_volume_unref);
    for (int i = 0; paths[i] != NULL; i++) {
        LamVolume *labels = lam_scan_load(paths[i], 0, error);
        if (labels == NULL)
            return false;
        g_ptr_array_add(volumes, labels);
        gather_values(seen, labels);
    }
    if (g_hash_table_size(seen) > MOST_LABELS || volumes->len != s->scans->len) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot train: %s: %s", where,
                    volumes->len != s->scans->len
                        ? "there must be one label map for each scan"
                        : "too many different values; are they label maps?");
        return false;
    }
    s->table = table_of(seen);
    for (guint i = 0; i < volumes->len; i++) {
        LamSetScan *scan = s->scans->pdata[i];
        scan->labels = lam_label_map_new(volumes->pdata[i], s->table, error);
        if (scan->labels == NULL)
            return false;
    }
    return true;
}

/* The first so many; an error if there are fewer: a study would not be what it says. */
static bool take_first(char **paths, int limit, const char *pattern, GError **error)
{
    int n = (int)g_strv_length(paths);
    for (int i = limit; limit > 0 && i < n; i++)
        g_clear_pointer(&paths[i], g_free);
    if (n < limit)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot train: %s: %d files, but [data] limit is %d", pattern, n, limit);
    return n >= limit;
}

LamScanSet *lam_scan_set_load(const LamRecipe *recipe, const char *folder, int least,
                              LamAffineCache *cache, const LamProgress *progress, GError **error)
{
    g_auto(GStrv) paths = lam_source_glob(folder, recipe->scans, least, "scans", error);
    if (paths == NULL || !take_first(paths, recipe->limit, recipe->scans, error))
        return NULL;
    g_auto(GStrv) labels = NULL;
    if (recipe->labels != NULL &&
        ((labels = lam_source_glob(folder, recipe->labels, 1, "label maps", error)) == NULL ||
         !take_first(labels, recipe->limit, recipe->labels, error)))
        return NULL;
    g_autoptr(LamScanSet) set = g_new0(LamScanSet, 1);
    set->scans = g_ptr_array_new_with_free_func(scan_free);
    if (!load_scans(set, paths, recipe, cache, progress, error) ||
        (labels != NULL && !load_labels(set, labels, labels[0], error)))
        return NULL;
    return g_steal_pointer(&set);
}

LamSetScan *lam_scan_set_at(const LamScanSet *set, int index)
{
    return set->scans->pdata[index];
}

int lam_scan_set_labels(const LamScanSet *set)
{
    return set->table != NULL ? set->table->count - 1 : 0;
}

void lam_scan_set_number(const LamScanSet *set, const LamLabelTable *table, int structure,
                         int number, guint8 *number_of)
{
    for (int l = 1; l <= lam_scan_set_labels(set); l++) {
        const LamLabel *label = lam_label_table_find(table, lam_scan_set_value(set, l));
        if (label != NULL && label->structure == structure)
            number_of[l] = (guint8)number;
    }
}

static bool sample_image(const LamVolume *source, const LamGrid *grid, const LamMat4 *map,
                         const LamVolume *d, float *image, GError **error)
{
    g_autoptr(LamVolume) total = d != NULL ? lam_field_compose_affine(d, map, grid, error) : NULL;
    if (d != NULL && total == NULL)
        return false;
    g_autoptr(LamVolume) volume =
        d != NULL ? lam_resample_field(source, grid, total, LAM_LINEAR, 0, error)
                  : lam_resample(source, grid, map, LAM_LINEAR, 0, error);
    if (volume != NULL)
        memcpy(image, volume->data, lam_grid_voxels(grid) * sizeof(float));
    return volume != NULL;
}

bool lam_scan_set_sample(const LamScanSet *set, const LamSetScan *scan, const LamGrid *grid,
                         bool coarse, const LamMat4 *map, const LamVolume *d, float *image,
                         float *labels, GError **error)
{
    if (!sample_image(scan->prepared[coarse ? 1 : 0], grid, map, d, image, error))
        return false;
    if (scan->labels == NULL)
        return true;
    size_t n = lam_grid_voxels(grid);
    g_autofree guint8 *carried = g_malloc(n);
    lam_label_map_carry(scan->labels, grid, d, map, carried);
    int zero = lam_label_table_zero(set->table);
    for (size_t i = 0; i < n; i++)
        labels[i] = carried[i] == zero ? 0 : (float)(carried[i] + (carried[i] < zero ? 1 : 0));
    return true;
}

int lam_scan_set_value(const LamScanSet *set, int label)
{
    int zero = lam_label_table_zero(set->table);
    return label == 0 ? 0 : set->table->label[label <= zero ? label - 1 : label].value;
}

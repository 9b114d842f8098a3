/* Real scans, affinely related through a reference scan; perhaps with label maps. */
#include "source.h"

#include "augment.h"
#include "label-carry.h"
#include "random.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <string.h>

#define MOST_LABELS 254

static const double warp_scale_mm[3] = {16, 32, 64};

typedef struct {
    LamVolume
        *prepared[2];    /* at its own resolution, for the network's grid and for the coarse one */
    LamLabelMap *labels; /* NULL: none */
    LamVec3 centre_mm;
    LamMat4 from_reference; /* reference world -> scan world */
} Scan;

typedef struct {
    LamSource base;
    GPtrArray *scans;
    LamLabelTable *table; /* of all their labels, the value 0 first; NULL: none */
} Scans;

static void scan_free(void *p)
{
    Scan *scan = p;
    for (int i = 0; i < 2; i++)
        if (scan->prepared[i] != NULL)
            lam_volume_unref(scan->prepared[i]);
    lam_label_map_free(scan->labels);
    g_free(scan);
}

static void scans_free(LamSource *source)
{
    Scans *s = (Scans *)source;
    g_ptr_array_unref(s->scans);
    lam_label_table_free(s->table);
    g_free(s);
}

/* ---- loading ---- */

static bool load_scan(Scan *scan, const char *path, const LamRecipe *recipe, LamVolume **volume,
                      GError **error)
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
static bool load_scans(Scans *s, char **paths, const LamRecipe *recipe, LamAffineCache *cache,
                       const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) reference = NULL;
    g_autofree char *reference_key = lam_affine_cache_key(paths[0]);
    double n = (double)g_strv_length(paths);
    for (int i = 0; paths[i] != NULL; i++) {
        lam_progress_report(progress, i / n, "loading scans");
        g_autoptr(LamVolume) volume = NULL;
        Scan *scan = g_new0(Scan, 1);
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

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
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
    qsort(values, n, sizeof *values, ascending);
    table->label = g_new0(LamLabel, n);
    table->count = (int)n;
    for (guint i = 0; i < n; i++)
        table->label[i] = (LamLabel){.value = values[i], .structure = values[i]};
    return table;
}

/* Two passes: which values there are, then the maps by position among them. */
static bool load_labels(Scans *s, char **paths, const char *where, GError **error)
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
        Scan *scan = s->scans->pdata[i];
        scan->labels = lam_label_map_new(volumes->pdata[i], s->table, error);
        if (scan->labels == NULL)
            return false;
    }
    s->base.n_labels = s->table->count - 1;
    return true;
}

/* ---- drawing ---- */

typedef struct {
    const LamRecipe *recipe;
    LamSample *sample;
    LamGrid grid;
} Drawing;

/* out = scan(map(x + d(x))), with its labels. d NULL: none. */
static bool sample_scan(const Drawing *w, const Scans *s, const Scan *scan, const LamMat4 *map,
                        const LamVolume *d, float *image, float *labels, GError **error)
{
    const LamVolume *source = scan->prepared[w->sample->grid.coarse ? 1 : 0];
    size_t n = lam_grid_voxels(&w->grid);
    g_autoptr(LamVolume) total =
        d != NULL ? lam_field_compose_affine(d, map, &w->grid, error) : NULL;
    if (d != NULL && total == NULL)
        return false;
    g_autoptr(LamVolume) volume =
        d != NULL ? lam_resample_field(source, &w->grid, total, LAM_LINEAR, 0, error)
                  : lam_resample(source, &w->grid, map, LAM_LINEAR, 0, error);
    if (volume == NULL)
        return false;
    memcpy(image, volume->data, n * sizeof(float));
    if (scan->labels == NULL)
        return true;
    g_autofree guint8 *carried = g_malloc(n);
    lam_label_map_carry(scan->labels, &w->grid, d, map, carried);
    int zero = (int)(lam_label_table_find(s->table, 0) - s->table->label);
    for (size_t i = 0; i < n; i++)
        labels[i] = carried[i] == zero ? 0 : (float)(carried[i] + (carried[i] < zero ? 1 : 0));
    return true;
}

/* A random displacement if the recipe deforms scans; *d NULL if not. */
static bool random_warp(const Drawing *w, GRand *rand, LamVolume **d, GError **error)
{
    *d = NULL;
    if (w->recipe->warp_mm == 0)
        return true;
    g_autoptr(LamVolume) v =
        lam_random_velocity(&w->grid, w->recipe->warp_mm, warp_scale_mm, rand, error);
    *d = v != NULL ? lam_field_exponential(v, 1, error) : NULL;
    return *d != NULL;
}

static bool draw_pair(const Drawing *w, const Scans *s, const Scan *f, const Scan *m, GRand *rand,
                      GError **error)
{
    LamMat4 common, map;
    if (!lam_source_place(w->recipe, rand, f->centre_mm, &f->from_reference, &m->from_reference,
                          &common, &map, error))
        return false;
    g_autoptr(LamVolume) fixed_warp = NULL;
    g_autoptr(LamVolume) moving_warp = NULL;
    return random_warp(w, rand, &fixed_warp, error) && random_warp(w, rand, &moving_warp, error) &&
           sample_scan(w, s, f, &common, fixed_warp, w->sample->fixed, w->sample->fixed_labels,
                       error) &&
           sample_scan(w, s, m, &map, moving_warp, w->sample->moving, w->sample->moving_labels,
                       error);
}

/* The grid of the field over the same box. */
static LamGrid field_grid(const LamSample *sample, const LamGrid *image)
{
    int size[3];
    memcpy(size, sample->grid.field_size, sizeof size);
    double factor = (double)sample->grid.size[0] / size[0];
    return lam_grid_centred(size, sample->grid.spacing_mm * factor, lam_grid_centre_mm(image));
}

/* mm to voxels of the field's grid, which is axis-aligned. */
static bool put_truth(const Drawing *w, const LamVolume *d, GError **error)
{
    LamGrid grid = field_grid(w->sample, &w->grid);
    g_autoptr(LamVolume) u = lam_resample_clamped(d, &grid, error);
    float scale = (float)(1 / lam_grid_spacing_mm(&grid).v[0]);
    for (size_t i = 0; u != NULL && i < 3 * lam_grid_voxels(&grid); i++)
        w->sample->truth[i] = u->data[i] * scale;
    return u != NULL;
}

/* fixed(x) = S(x), moving(y) = S(y + w(y)) with w = exp(-v) - id, so that fixed(x) = moving(x + u(x)) with
 * u = exp(v) - id. */
static bool draw_simulated(const Drawing *w, const Scans *s, const Scan *scan, GRand *rand,
                           GError **error)
{
    LamMat4 common, apart;
    lam_augment_draw(w->recipe, rand, scan->centre_mm, &common, &apart);
    double warp_mm = w->recipe->warp_mm > 0 ? w->recipe->warp_mm : w->recipe->brains.warp_mm;
    g_autoptr(LamVolume) v = lam_random_velocity(&w->grid, warp_mm, warp_scale_mm, rand, error);
    g_autoptr(LamVolume) there = v != NULL ? lam_field_exponential(v, 1, error) : NULL;
    g_autoptr(LamVolume) back = there != NULL ? lam_field_exponential(v, -1, error) : NULL;
    return back != NULL && put_truth(w, there, error) &&
           sample_scan(w, s, scan, &common, NULL, w->sample->fixed, w->sample->fixed_labels,
                       error) &&
           sample_scan(w, s, scan, &common, back, w->sample->moving, w->sample->moving_labels,
                       error);
}

static bool scans_draw(const LamSource *source, const LamRecipe *recipe, GRand *rand,
                       LamSample *sample, GError **error)
{
    const Scans *s = (const Scans *)source;
    int i, j;
    lam_source_pick(rand, (int)s->scans->len, recipe->simulated, &i, &j);
    const Scan *fixed = s->scans->pdata[i], *moving = s->scans->pdata[j];
    Drawing w = {recipe, sample,
                 lam_grid_centred(sample->grid.size, sample->grid.spacing_mm, fixed->centre_mm)};
    bool ok = recipe->simulated ? draw_simulated(&w, s, fixed, rand, error)
                                : draw_pair(&w, s, fixed, moving, rand, error);
    if (!ok)
        return false;
    lam_augment_intensity(recipe, rand, sample->fixed, lam_sample_voxels(sample));
    lam_augment_intensity(recipe, rand, sample->moving, lam_sample_voxels(sample));
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

LamSource *lam_source_scans(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                            const LamProgress *progress, GError **error)
{
    int least = recipe->simulated ? 1 : 2;
    g_auto(GStrv) paths = lam_source_glob(folder, recipe->scans, least, "scans", error);
    if (paths == NULL || !take_first(paths, recipe->limit, recipe->scans, error))
        return NULL;
    g_auto(GStrv) labels = NULL;
    if (recipe->labels != NULL &&
        ((labels = lam_source_glob(folder, recipe->labels, 1, "label maps", error)) == NULL ||
         !take_first(labels, recipe->limit, recipe->labels, error)))
        return NULL;
    Scans *s = g_new0(Scans, 1);
    s->base = (LamSource){.draw = scans_draw, .free = scans_free, .name = "scans"};
    s->scans = g_ptr_array_new_with_free_func(scan_free);
    if (load_scans(s, paths, recipe, cache, progress, error) &&
        (labels == NULL || load_labels(s, labels, labels[0], error))) {
        s->base.count = (int)s->scans->len;
        return &s->base;
    }
    scans_free(&s->base);
    return NULL;
}

/* Pairs of real scans. */
#include "source.h"

#include "augment.h"
#include "random.h"
#include "scan-set.h"

#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <lambdascope/structures.h>
#include <string.h>

static const double warp_scale_mm[3] = {16, 32, 64};

typedef struct {
    LamSource base;
    LamScanSet *set;
} Scans;

static void scans_free(LamSource *source)
{
    Scans *s = (Scans *)source;
    lam_scan_set_free(s->set);
    g_free(s->base.structures);
    g_free(s->base.structure_of);
    g_free(s);
}

/* Structures are numbered in the order of their values, as those of brains are. */
static bool read_structures(Scans *s, const LamRecipe *recipe, GError **error)
{
    if (recipe->scan_structures == NULL)
        return true;
    g_autoptr(LamLabelTable) table = lam_label_table_load(recipe->scan_structures, error);
    if (table == NULL)
        return false;
    GString *text = g_string_new(NULL);
    const LamLabel *label = NULL;
    s->base.structure_of = g_new0(guint8, s->base.n_labels + 1);
    for (int value = 0; (label = lam_label_table_next_structure(table, value)) != NULL;
         value = label->structure) {
        lam_structures_tell(text, label->structure, label->name);
        lam_scan_set_number(s->set, table, label->structure, ++s->base.n_structures,
                            s->base.structure_of);
    }
    s->base.structures = g_string_free(text, FALSE);
    return true;
}

typedef struct {
    const LamRecipe *recipe;
    LamSample *sample;
    LamGrid grid;
} Drawing;

static bool sample_scan(const Drawing *w, const Scans *s, const LamSetScan *scan,
                        const LamMat4 *map, const LamVolume *d, float *image, float *labels,
                        GError **error)
{
    return lam_scan_set_sample(s->set, scan, &w->grid, w->sample->grid.coarse, map, d, image,
                               labels, error);
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

static bool draw_pair(const Drawing *w, const Scans *s, const LamSetScan *f, const LamSetScan *m,
                      GRand *rand, GError **error)
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
static bool draw_simulated(const Drawing *w, const Scans *s, const LamSetScan *scan, GRand *rand,
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
    lam_source_pick(rand, s->base.count, recipe->simulated, &i, &j);
    const LamSetScan *fixed = lam_scan_set_at(s->set, i), *moving = lam_scan_set_at(s->set, j);
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

LamSource *lam_source_scans(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                            const LamProgress *progress, GError **error)
{
    LamScanSet *set =
        lam_scan_set_load(recipe, folder, recipe->simulated ? 1 : 2, cache, progress, error);
    if (set == NULL)
        return NULL;
    Scans *s = g_new0(Scans, 1);
    s->base = (LamSource){.draw = scans_draw,
                          .free = scans_free,
                          .name = "scans",
                          .count = (int)set->scans->len,
                          .n_labels = lam_scan_set_labels(set)};
    s->set = set;
    if (read_structures(s, recipe, error))
        return &s->base;
    scans_free(&s->base);
    return NULL;
}

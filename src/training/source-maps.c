/* Scans synthesised from label maps: of heads, related affinely through the first one's brain, or of
 * random shapes. */
#include "source.h"

#include "structure-groups.h"

#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <lambdascope/structures.h>
#include <math.h>

#define MOST_POSITIONS 256
#define MOST_PARTS     3            /* of a figure */
#define GOLDEN         0.6180339887 /* spreads the tissues' grey values */

typedef struct {
    LamLabelMap *map;
    LamVec3 centre_mm;
    LamMat4 from_reference;
} Item;

typedef struct {
    LamSource base;
    bool heads;
    GPtrArray *items;
    float index[MOST_POSITIONS]; /* position in the table -> label of the sample; 0: none */
} Maps;

static void item_free(void *p)
{
    Item *item = p;
    lam_label_map_free(item->map);
    g_free(item);
}

static void maps_free(LamSource *source)
{
    Maps *s = (Maps *)source;
    g_ptr_array_unref(s->items);
    g_free(s->base.structures);
    g_free(s);
}

static bool maps_draw(const LamSource *source, const LamRecipe *recipe, GRand *rand,
                      LamSample *sample, GError **error);

static Maps *maps_new(bool heads, const char *name)
{
    Maps *s = g_new0(Maps, 1);
    s->base.free = maps_free;
    s->base.draw = maps_draw;
    s->base.name = name;
    s->heads = heads;
    s->items = g_ptr_array_new_with_free_func(item_free);
    return s;
}

/* Labels of one structure become one label of the sample. What belongs to no structure has none. */
static void number_structures(Maps *s, const LamLabelTable *table)
{
    GString *text = g_string_new(NULL);
    const LamLabel *label = NULL;
    for (int value = 0; (label = lam_label_table_next_structure(table, value)) != NULL;
         value = label->structure) {
        s->base.n_labels++;
        for (int i = 0; i < table->count; i++)
            if (table->label[i].structure == label->structure)
                s->index[i] = (float)s->base.n_labels;
        lam_structures_tell(text, label->structure, label->name);
    }
    s->base.structures = g_string_free(text, FALSE);
}

/* ---- loading ---- */

/* A picture of the brain alone, each tissue of one grey: what heads are aligned by. */
static LamVolume *picture_of(const LamLabelMap *map, GError **error)
{
    LamVolume *out = lam_volume_new(&map->grid, 1, error);
    size_t n = out != NULL ? lam_grid_voxels(&map->grid) : 0;
    for (size_t i = 0; i < n; i++) {
        const LamLabel *label = &map->table->label[map->index[i]];
        double grey = GOLDEN * label->tissue;
        out->data[i] = label->structure == 0 ? 0 : (float)(0.3 + 0.7 * (grey - floor(grey)));
    }
    return out;
}

static Item *load_head(const char *path, const LamLabelTable *table, GError **error)
{
    g_autoptr(LamVolume) labels = lam_scan_load(path, 0, error);
    g_autoptr(LamLabelMap) map = labels != NULL ? lam_label_map_new(labels, table, error) : NULL;
    if (map == NULL)
        return NULL;
    Item *item = g_new0(Item, 1);
    item->centre_mm = lam_label_map_centre_mm(map);
    item->from_reference = lam_mat4_identity();
    item->map = g_steal_pointer(&map);
    return item;
}

static bool load_heads(Maps *s, char **paths, const LamLabelTable *table, LamAffineCache *cache,
                       const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) reference = NULL;
    g_autofree char *reference_key = lam_affine_cache_key(paths[0]);
    double n = (double)g_strv_length(paths);
    for (int i = 0; paths[i] != NULL; i++) {
        lam_progress_report(progress, i / n, "loading label maps");
        if (lam_progress_cancelled(progress, error))
            return false;
        Item *item = load_head(paths[i], table, error);
        if (item == NULL)
            return false;
        g_ptr_array_add(s->items, item);
        g_autoptr(LamVolume) picture = picture_of(item->map, error);
        g_autofree char *key = lam_affine_cache_key(paths[i]);
        if (picture == NULL)
            return false;
        if (i == 0)
            reference = lam_volume_ref(picture);
        else if (!lam_affine_cache_find(cache, reference_key, reference, key, picture,
                                        &item->from_reference, error))
            return false;
    }
    return true;
}

/* ---- drawing ---- */

static void put_labels(const Maps *s, const guint8 *from, float *to, size_t n)
{
#pragma omp parallel for
    for (size_t i = 0; i < n; i++)
        to[i] = s->index[from[i]];
}

/* The fixed scan's grid; a slice is taken somewhere near the middle. */
static LamGrid grid_of(const LamRecipe *recipe, const LamSample *sample, const Item *item,
                       GRand *rand)
{
    LamVec3 centre = item->centre_mm;
    if (sample->grid.size[2] == 1 && recipe->slices_mm > 0)
        centre.v[2] += g_rand_double_range(rand, -recipe->slices_mm, recipe->slices_mm);
    return lam_grid_centred(sample->grid.size, sample->grid.spacing_mm, centre);
}

/* From clean, stripped scans of one contrast (difficulty 0) to the recipe's (1): a network that sees the
 * hardest ones first finds nothing to hold on to, and settles on a field of zeros. */
static void ease(LamSynthesisOptions *look, double difficulty)
{
    look->sameness = 1 - difficulty;
    if (look->strip > 0)
        look->strip = 1 - difficulty * (1 - look->strip);
    double *defects[] = {&look->akin,    &look->spread, &look->texture, &look->spots, &look->plexus,
                         &look->blur_mm, &look->bias,   &look->thick,   &look->gamma};
    for (size_t i = 0; i < G_N_ELEMENTS(defects); i++)
        *defects[i] *= difficulty;
}

static bool maps_draw(const LamSource *source, const LamRecipe *recipe, GRand *rand,
                      LamSample *sample, GError **error)
{
    const Maps *s = (const Maps *)source;
    LamSynthesisOptions look = s->heads ? recipe->brains : recipe->shape_look;
    bool same = !s->heads || g_rand_double(rand) < recipe->same;
    int i, j;
    lam_source_pick(rand, (int)s->items->len, same, &i, &j);
    const Item *f = s->items->pdata[i], *m = s->items->pdata[j];
    guint32 contrast = g_rand_int(rand);
    double difficulty = fmin(1, (double)sample->number / MAX(recipe->ramp, 1));
    ease(&look, difficulty);
    bool alike = g_rand_double(rand) < 1 - difficulty * (1 - recipe->alike);
    look.contrast = alike ? contrast : 0;
    LamGrid grid = grid_of(recipe, sample, f, rand);
    size_t n = lam_sample_voxels(sample);
    g_autofree guint8 *labels = g_malloc(n);
    LamMat4 common, map;
    if (!lam_source_place(recipe, rand, lam_grid_centre_mm(&grid), &f->from_reference,
                          &m->from_reference, &common, &map, error))
        return false;
    if (!lam_synthesis_draw(f->map, &look, &grid, &common, rand, sample->fixed, labels, error))
        return false;
    put_labels(s, labels, sample->fixed_labels, n);
    if (!lam_synthesis_draw(m->map, &look, &grid, &map, rand, sample->moving, labels, error))
        return false;
    put_labels(s, labels, sample->moving_labels, n);
    return true;
}

LamSource *lam_source_brains(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                             const LamProgress *progress, GError **error)
{
    g_auto(GStrv) paths = lam_source_glob(folder, recipe->maps, 1, "label maps", error);
    g_autofree char *table_path = g_build_filename(folder, recipe->table, NULL);
    g_autoptr(LamLabelTable) table = paths != NULL ? lam_label_table_load(table_path, error) : NULL;
    if (table == NULL || !lam_kin_match(recipe, table, error))
        return NULL;
    Maps *s = maps_new(true, "label maps");
    number_structures(s, table);
    if (lam_tissues_match(recipe, table, s->index, s->base.class_of, error) &&
        load_heads(s, paths, table, cache, progress, error)) {
        s->base.count = (int)s->items->len;
        return &s->base;
    }
    maps_free(&s->base);
    return NULL;
}

/* A pool of maps made once: a map costs more than a sample of it. */
static bool make_pool(Maps *s, const LamRecipe *recipe, bool figures, const LamProgress *progress,
                      GError **error)
{
    const LamUnetConfig *network = &recipe->network;
    LamGrid grid = lam_grid_centred(network->size, network->spacing_mm, (LamVec3){{0, 0, 0}});
    guint32 seeds[] = {recipe->seed, G_MAXUINT32 - figures};
    GRand *rand = g_rand_new_with_seed_array(seeds, 2);
    bool ok = true;
    for (int i = 0; ok && i < recipe->shapes; i++) {
        lam_progress_report(progress, (double)i / recipe->shapes, "making label maps");
        Item *item = g_new0(Item, 1);
        item->from_reference = lam_mat4_identity();
        item->map = figures ? lam_label_map_figure(&grid, rand, error)
                            : lam_label_map_random(&grid, recipe->shape_labels,
                                                   recipe->shape_scale_mm, rand, error);
        g_ptr_array_add(s->items, item);
        ok = item->map != NULL && !lam_progress_cancelled(progress, error);
    }
    s->base.count = (int)s->items->len;
    g_rand_free(rand);
    return ok;
}

LamSource *lam_source_shapes(const LamRecipe *recipe, const LamProgress *progress, GError **error)
{
    Maps *s = maps_new(false, "maps of shapes");
    for (int i = 0; i < recipe->shape_labels; i++)
        s->index[i] = (float)(i + 1); /* all of them are shapes */
    s->base.n_labels = recipe->shape_labels;
    if (make_pool(s, recipe, false, progress, error))
        return &s->base;
    maps_free(&s->base);
    return NULL;
}

LamSource *lam_source_figures(const LamRecipe *recipe, const LamProgress *progress, GError **error)
{
    Maps *s = maps_new(false, "figures");
    for (int part = 1; part <= MOST_PARTS; part++)
        s->index[part] = (float)part; /* their place in every figure's table */
    s->base.n_labels = MOST_PARTS;
    if (make_pool(s, recipe, true, progress, error))
        return &s->base;
    maps_free(&s->base);
    return NULL;
}

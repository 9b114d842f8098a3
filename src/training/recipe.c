#include "recipe.h"

#include "known-contrasts.h"
#include "structure-groups.h"

#include <lambdascope/error.h>
#include <string.h>

typedef struct {
    const char *group, *key;
    enum { TEXT, INTEGER, NUMBER, BOOLEAN } kind;
    size_t offset;
    double low, high;
} Key;

#define AT(member) offsetof(LamRecipe, member)

static const Key table[] = {
    {"model", "title", TEXT, AT(title)},
    {"model", "licence", TEXT, AT(licence)},
    {"model", "data", TEXT, AT(data)},
    {"model", "expects", TEXT, AT(expects)},
    {"data", "scans", TEXT, AT(scans)},
    {"data", "labels", TEXT, AT(labels)},
    {"data", "structures", TEXT, AT(scan_structures)},
    {"data", "maps", TEXT, AT(maps)},
    {"data", "table", TEXT, AT(table)},
    {"data", "validation", TEXT, AT(validation)},
    {"data", "limit", INTEGER, AT(limit), 0, 1e6},
    {"data", "align", BOOLEAN, AT(align)},
    {"data", "simulated", BOOLEAN, AT(simulated)},
    {"data", "same", NUMBER, AT(same), 0, 1},
    {"data", "ramp", INTEGER, AT(ramp), 0, 1e8},
    {"data", "alike", NUMBER, AT(alike), 0, 1},
    {"data", "slices_mm", NUMBER, AT(slices_mm), 0, 200},
    {"data", "shapes", INTEGER, AT(shapes), 1, 10000},
    {"data", "shape_labels", INTEGER, AT(shape_labels), 2, 255},
    {"data", "shape_scale_mm", NUMBER, AT(shape_scale_mm), 1, 1000},
    {"loss", "window", INTEGER, AT(loss.window), 3, 99},
    {"loss", "sigma", NUMBER, AT(loss.sigma), 1e-4, 1e4},
    {"loss", "bins", INTEGER, AT(loss.bins), 6, 64},
    {"loss", "smoothness", NUMBER, AT(loss.smoothness), 0, 1e6},
    {"loss", "label_weight", NUMBER, AT(loss.label_weight), 0, 1e6},
    {"loss", "label_power", NUMBER, AT(loss.label_power), 0, 1},
    {"loss", "anatomy_weight", NUMBER, AT(loss.anatomy_weight), 0, 1e6},
    {"loss", "fold_weight", NUMBER, AT(loss.fold_weight), 0, 1e6},
    {"loss", "fold_margin", NUMBER, AT(loss.fold_margin), 0, 1},
    {"loss", "kl_weight", NUMBER, AT(kl_weight), 0, 1e6},
    {"loss", "structure_weight", NUMBER, AT(structure_weight), 0, 1e6},
    {"loss", "structure_power", NUMBER, AT(structure_power), 0, 1},
    {"loss", "prior", NUMBER, AT(prior), 1e-6, 1e6},
    {"template", "subjects", TEXT, AT(subjects)},
    {"template", "structures", TEXT, AT(structures)},
    {"template", "hidden", INTEGER, AT(template.hidden), 1, 256},
    {"template", "slopes", BOOLEAN, AT(template.slopes)},
    {"template", "structures_weight", NUMBER, AT(structures_weight), 0, 1e6},
    {"template", "sides", NUMBER, AT(sides), 0, 1},
    {"template", "mean_weight", NUMBER, AT(mean_weight), 0, 1e6},
    {"template", "mean_share", NUMBER, AT(mean_share), 1e-4, 1},
    {"template", "rate", NUMBER, AT(template_rate), 1e-3, 1e3},
    {"template", "magnitude_weight", NUMBER, AT(magnitude_weight), 0, 1e6},
    {"training", "seed", INTEGER, AT(seed), 0, 1e9},
    {"training", "steps", INTEGER, AT(steps), 1, 1e8},
    {"training", "minutes", NUMBER, AT(minutes), 0, 1e6},
    {"training", "rate", NUMBER, AT(rate), 1e-8, 1},
    {"training", "rate_end", NUMBER, AT(rate_end), 0, 1},
    {"training", "warmup", INTEGER, AT(warmup), 0, 1e6},
    {"training", "accumulate", INTEGER, AT(accumulate), 1, 1000},
    {"training", "clip", NUMBER, AT(clip), 0, 1e6},
    {"training", "ema", NUMBER, AT(ema), 0, 0.999999},
    {"training", "patience", INTEGER, AT(patience), 0, 1e6},
    {"training", "coarse", NUMBER, AT(coarse), 0, 1},
    {"training", "start", TEXT, AT(start)},
    {"training", "start_wider", BOOLEAN, AT(start_wider)},
    {"training", "start_structure_power", NUMBER, AT(start_structure_power), 0, 1},
    {"training", "lambda", NUMBER, AT(lambda), 0, 1},
    {"training", "lambda_ends", NUMBER, AT(lambda_ends), 0, 1},
    {"training", "checkpoint_minutes", NUMBER, AT(checkpoint_minutes), 0.01, 1e4},
    {"training", "validate_minutes", NUMBER, AT(validate_minutes), 0.01, 1e4},
    {"tissues", "blur_mm", NUMBER, AT(tissue_blur_mm), 0, 50},
    {"augmentation", "flip", BOOLEAN, AT(flip)},
    {"augmentation", "rotate_deg", NUMBER, AT(rotate_deg), 0, 180},
    {"augmentation", "scale", NUMBER, AT(scale), 0, 0.5},
    {"augmentation", "shear", NUMBER, AT(shear), 0, 0.5},
    {"augmentation", "shift_mm", NUMBER, AT(shift_mm), 0, 100},
    {"augmentation", "mismatch", NUMBER, AT(mismatch), 0, 1},
    {"augmentation", "warp_mm", NUMBER, AT(warp_mm), 0, 50},
    {"augmentation", "gamma", NUMBER, AT(gamma), 0, 1},
    {"augmentation", "gain", NUMBER, AT(gain), 0, 1},
};

#define LOOK(member) offsetof(LamSynthesisOptions, member)

/* Of the groups [synthesis] and [shapes] alike. */
static const Key look_table[] = {
    {NULL, "rotate_deg", NUMBER, LOOK(rotate_deg), 0, 180},
    {NULL, "shift_mm", NUMBER, LOOK(shift_mm), 0, 100},
    {NULL, "scale", NUMBER, LOOK(scale), 0, 0.5},
    {NULL, "shear", NUMBER, LOOK(shear), 0, 0.5},
    {NULL, "flip", BOOLEAN, LOOK(flip)},
    {NULL, "warp_mm", NUMBER, LOOK(warp_mm), 0, 100},
    {NULL, "akin", NUMBER, LOOK(akin), 0, 1},
    {NULL, "apart", NUMBER, LOOK(apart), 0, 0.5},
    {NULL, "known", NUMBER, LOOK(known), 0, 1},
    {NULL, "spread", NUMBER, LOOK(spread), 0, 1},
    {NULL, "texture", NUMBER, LOOK(texture), 0, 1},
    {NULL, "partial", NUMBER, LOOK(partial), 0, 1},
    {NULL, "spots", NUMBER, LOOK(spots), 0, 1},
    {NULL, "plexus", NUMBER, LOOK(plexus), 0, 1},
    {NULL, "blank", NUMBER, LOOK(blank), 0, 1},
    {NULL, "strip", NUMBER, LOOK(strip), 0, 1},
    {NULL, "rim_mm", NUMBER, LOOK(rim_mm), 0, 50},
    {NULL, "blur_mm", NUMBER, LOOK(blur_mm), 0, 20},
    {NULL, "bias", NUMBER, LOOK(bias), 0, 2},
    {NULL, "bias_scale_mm", NUMBER, LOOK(bias_scale_mm), 1, 1000},
    {NULL, "thick", NUMBER, LOOK(thick), 0, 1},
    {NULL, "thick_mm", NUMBER, LOOK(thick_mm), 0, 50},
    {NULL, "gamma", NUMBER, LOOK(gamma), 0, 2},
};

static LamRecipe *defaults(void)
{
    static const double lambdas[] = {0, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9};
    LamRecipe *recipe = g_new0(LamRecipe, 1);
    *recipe = (LamRecipe){
        .network = lam_unet_config_default(),
        .sources = LAM_FROM_SCANS,
        .align = true,
        .shapes = 40,
        .shape_labels = 16,
        .shape_scale_mm = 32,
        .loss = lam_loss_options_default(),
        .prior = 10,
        .structure_power = 0.5,
        .start_structure_power = -1,
        .template = lam_template_config_default(),
        .tissue_blur_mm = 2,
        .structures_weight = 0.1,
        .sides = 0.5,
        .mean_weight = 20,
        .mean_share = 0.02,
        .magnitude_weight = 0.01,
        .template_rate = 1,
        .seed = 1,
        .steps = 1000,
        .rate = 5e-4,
        .rate_end = 1e-5,
        .warmup = 50,
        .accumulate = 1,
        .lambda = -1,
        .lambda_ends = 0.15,
        .checkpoint_minutes = 4,
        .validate_minutes = 15,
        .lambdas = g_memdup2(lambdas, sizeof lambdas),
        .n_lambdas = G_N_ELEMENTS(lambdas),
        .brains = lam_synthesis_brains(),
        .shape_look = lam_synthesis_shapes(),
    };
    return recipe;
}

static void clear_groups(LamTissue *groups, int n)
{
    for (int k = 0; k < n; k++) {
        g_free(groups[k].name);
        g_strfreev(groups[k].structures);
    }
}

void lam_recipe_free(LamRecipe *recipe)
{
    if (recipe == NULL)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].kind == TEXT)
            g_free(*(char **)((char *)recipe + table[i].offset));
    clear_groups(recipe->tissues, recipe->n_tissues);
    clear_groups(recipe->kin, recipe->n_kin);
    clear_groups(recipe->contrasts, recipe->n_contrasts);
    g_free(recipe->lambdas);
    g_free(recipe);
}

/* base: the recipe, or the part of it that the offset counts from. */
static bool store(void *base, const Key *key, GKeyFile *file, const char *group, GError **error)
{
    void *at = (char *)base + key->offset;
    GError *why = NULL;
    double value = 0;
    if (key->kind == TEXT) {
        g_free(*(char **)at);
        *(char **)at = g_key_file_get_string(file, group, key->key, &why);
    } else if (key->kind == BOOLEAN) {
        *(bool *)at = g_key_file_get_boolean(file, group, key->key, &why);
    } else {
        value = key->kind == INTEGER ? g_key_file_get_integer(file, group, key->key, &why)
                                     : g_key_file_get_double(file, group, key->key, &why);
        if (why == NULL && !(value >= key->low && value <= key->high))
            g_set_error(&why, LAM_ERROR, LAM_ERROR_ARGUMENT, "must be within %g and %g", key->low,
                        key->high);
        if (key->kind == INTEGER)
            *(int *)at = (int)value;
        else
            *(double *)at = value;
    }
    if (why != NULL)
        g_propagate_prefixed_error(error, why, "[%s] %s: ", group, key->key);
    return why == NULL;
}

static const Key *find(const Key *keys, size_t n, const char *group, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if ((keys[i].group == NULL || g_str_equal(keys[i].group, group)) &&
            g_str_equal(keys[i].key, name))
            return &keys[i];
    return NULL;
}

static bool wrong(GError **error, const char *key, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "%s: %s", key, why);
    return false;
}

static bool store_network(LamRecipe *recipe, GKeyFile *file, const char *name, GError **error)
{
    g_autofree char *value = g_key_file_get_value(file, "network", name, error);
    return value != NULL && lam_unet_config_set(&recipe->network, name, g_strstrip(value), error);
}

static bool store_lambdas(LamRecipe *recipe, GKeyFile *file, GError **error)
{
    GError *why = NULL;
    g_free(recipe->lambdas);
    recipe->lambdas =
        g_key_file_get_double_list(file, "training", "lambdas", &recipe->n_lambdas, &why);
    bool ok = recipe->lambdas != NULL; /* NULL without an error: the list is empty */
    for (gsize i = 0; ok && i < recipe->n_lambdas; i++)
        ok = recipe->lambdas[i] >= 0 && recipe->lambdas[i] <= 1;
    if (!ok && why == NULL)
        g_set_error_literal(&why, LAM_ERROR, LAM_ERROR_ARGUMENT, "must be numbers within 0 and 1");
    if (!ok)
        g_propagate_prefixed_error(error, why, "[training] lambdas: ");
    return ok;
}

static bool store_scales(LamSynthesisOptions *look, GKeyFile *file, const char *group,
                         GError **error)
{
    gsize n = 0;
    g_autofree double *list = g_key_file_get_double_list(file, group, "warp_scale_mm", &n, NULL);
    bool ok = list != NULL && n <= G_N_ELEMENTS(look->warp_scale_mm);
    for (gsize i = 0; ok && i < n; i++)
        ok = list[i] >= 1 && list[i] <= 1000;
    for (gsize i = 0; ok && i < G_N_ELEMENTS(look->warp_scale_mm); i++)
        look->warp_scale_mm[i] = i < n ? list[i] : 0;
    return ok || wrong(error, "warp_scale_mm", "must be one to three lengths from 1 to 1000");
}

static bool store_sources(LamRecipe *recipe, const char *text, GError **error)
{
    static const struct {
        const char *name;
        LamSources source;
    } names[] = {{"scans", LAM_FROM_SCANS},
                 {"brains", LAM_FROM_BRAINS},
                 {"shapes", LAM_FROM_SHAPES},
                 {"figures", LAM_FROM_FIGURES}};
    g_auto(GStrv) parts = g_strsplit_set(text, ",;", -1);
    recipe->sources = 0;
    for (char **part = parts; *part != NULL; part++) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(names) && !g_str_equal(g_strstrip(*part), names[i].name))
            i++;
        if (i == G_N_ELEMENTS(names) && **part != '\0')
            return wrong(error, "[data] source", "must be of scans, brains, shapes, figures");
        recipe->sources |= i < G_N_ELEMENTS(names) ? names[i].source : 0;
    }
    return recipe->sources != 0 || wrong(error, "[data] source", "must be named");
}

/* One more of the group's lists of structures. */
static bool store_structures(LamTissue *groups, int *count, int most, const char *group,
                             const char *name, const char *text, GError **error)
{
    g_autofree char *full = g_strdup_printf("[%s] %s", group, name);
    if (*count == most) {
        g_autofree char *why = g_strdup_printf("there are %d of them already", most);
        return wrong(error, full, why);
    }
    LamTissue *to = &groups[(*count)++];
    to->name = g_strdup(name);
    to->structures = g_strsplit(text, ",", -1);
    bool ok = *to->structures != NULL;
    for (char **structure = to->structures; *structure != NULL; structure++)
        ok = *g_strstrip(*structure) != '\0' && ok;
    return ok || wrong(error, full, "must be names of structures, with commas between them");
}

static bool store_learns(LamRecipe *recipe, const char *value, GError **error)
{
    static const char *const names[] = {"all", "structures", "registration"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(value, names[i])) {
            recipe->learns = (LamLearns)i;
            return true;
        }
    return wrong(error, "[training] learns", "must be all, structures or registration");
}

/* What is none of the table's kinds. *done: this key was one of them. */
static bool store_special(LamRecipe *recipe, GKeyFile *file, const char *group, const char *name,
                          bool *done, GError **error)
{
    g_autofree char *full = g_strdup_printf("[%s] %s", group, name);
    g_autofree char *value = g_key_file_get_string(file, group, name, NULL);
    *done = true;
    if (value == NULL)
        return wrong(error, full, "cannot be read");
    if (g_str_equal(group, "tissues"))
        return store_structures(recipe->tissues, &recipe->n_tissues,
                                (int)G_N_ELEMENTS(recipe->tissues), group, name, value, error);
    if (g_str_equal(group, "kin"))
        return store_structures(recipe->kin, &recipe->n_kin, LAM_RECIPE_MOST_KIN, group, name,
                                value, error);
    if (g_str_equal(group, "contrasts"))
        return store_structures(recipe->contrasts, &recipe->n_contrasts, LAM_SYNTHESIS_CONTRASTS,
                                group, name, value, error);
    if (g_str_equal(full, "[data] source"))
        return store_sources(recipe, value, error);
    if (g_str_equal(full, "[training] lambdas"))
        return store_lambdas(recipe, file, error);
    if (g_str_equal(full, "[loss] similarity"))
        return lam_similarity_parse(value, &recipe->loss.similarity) ||
               wrong(error, full, "must be ncc, nmi, mse, field or none");
    if (g_str_equal(full, "[loss] roughness"))
        return lam_roughness_parse(value, &recipe->loss.roughness) ||
               wrong(error, full, "must be gradient or bending");
    if (g_str_equal(full, "[template] attributes"))
        return lam_template_config_set_attributes(&recipe->template, value, error);
    if (g_str_equal(full, "[template] decoder"))
        return lam_template_config_set_decoder(&recipe->template, value, error);
    if (g_str_equal(full, "[training] learns"))
        return store_learns(recipe, value, error);
    if (g_str_equal(full, "[training] precision")) {
        recipe->precision = g_str_equal(value, "bf16") ? LAM_PRECISION_BF16 : LAM_PRECISION_F32;
        return g_str_equal(value, "bf16") || g_str_equal(value, "f32") ||
               wrong(error, full, "must be f32 or bf16");
    }
    *done = false;
    return true;
}

static bool read_key(LamRecipe *recipe, GKeyFile *file, const char *group, const char *name,
                     GError **error)
{
    LamSynthesisOptions *look = g_str_equal(group, "synthesis") ? &recipe->brains
                                : g_str_equal(group, "shapes")  ? &recipe->shape_look
                                                                : NULL;
    const Key *key = look != NULL ? find(look_table, G_N_ELEMENTS(look_table), group, name)
                                  : find(table, G_N_ELEMENTS(table), group, name);
    bool done = false;
    if (g_str_equal(group, "network"))
        return store_network(recipe, file, name, error);
    if (look != NULL && g_str_equal(name, "warp_scale_mm"))
        return store_scales(look, file, group, error);
    if (key != NULL)
        return store(look != NULL ? (void *)look : recipe, key, file, group, error);
    if (!store_special(recipe, file, group, name, &done, error))
        return false;
    if (!done)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "[%s] %s: unknown key", group, name);
    return done;
}

static bool read_group(LamRecipe *recipe, GKeyFile *file, const char *group, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, error);
    for (int i = 0; names != NULL && names[i] != NULL; i++)
        if (!read_key(recipe, file, group, names[i], error))
            return false;
    return names != NULL;
}

static bool has_labels(const LamRecipe *r)
{
    return !(r->sources & LAM_FROM_SCANS) || r->labels != NULL;
}

static bool check_data(const LamRecipe *r, GError **error)
{
    if ((r->sources & LAM_FROM_SCANS) && r->scans == NULL)
        return wrong(error, "[data] scans", "missing");
    if (r->limit == 1 && !r->simulated)
        return wrong(error, "[data] limit", "a pair needs 2 scans");
    if ((r->sources & LAM_FROM_BRAINS) && r->maps == NULL)
        return wrong(error, "[data] maps", "missing");
    if ((r->sources & LAM_FROM_BRAINS) && r->table == NULL)
        return wrong(error, "[data] table", "missing");
    if (r->scan_structures != NULL && (r->sources != LAM_FROM_SCANS || r->labels == NULL))
        return wrong(error, "[data] structures", "goes with [data] source=scans alone, and labels");
    if (r->expects != NULL && !g_str_equal(r->expects, "brain") &&
        !g_str_equal(r->expects, "head") && !g_str_equal(r->expects, "any"))
        return wrong(error, "[model] expects", "must be brain, head or any");
    if ((r->sources & LAM_FROM_FIGURES) && r->network.size[2] != 1)
        return wrong(error, "[data] source", "figures need a network for slices (size=W,H,1)");
    if (r->simulated != (r->loss.similarity == LAM_SIMILARITY_FIELD) ||
        (r->simulated && r->sources != LAM_FROM_SCANS))
        return wrong(error, "[data] simulated",
                     "goes with [loss] similarity=field, and with scans alone");
    return true;
}

static bool check_loss(const LamRecipe *r, GError **error)
{
    if (r->loss.window % 2 == 0)
        return wrong(error, "[loss] window", "must be odd");
    bool by_labels = r->loss.label_weight > 0 || r->loss.anatomy_weight > 0;
    bool compares = r->loss.similarity != LAM_SIMILARITY_NONE || by_labels;
    if (!compares && r->learns != LAM_LEARNS_STRUCTURES)
        return wrong(error, "[loss] similarity",
                     "none needs a label_weight or an anatomy_weight above 0");
    if (compares && r->learns == LAM_LEARNS_STRUCTURES)
        return wrong(error, "[training] learns",
                     "structures goes with similarity=none, without label_weight and "
                     "anatomy_weight");
    bool rests = r->learns == LAM_LEARNS_REGISTRATION && r->learns_template;
    if (r->learns != LAM_LEARNS_ALL && r->network.structures == 0 && !rests)
        return wrong(error, "[training] learns",
                     "goes with [network] structures; registration with [template], too");
    if (by_labels && !has_labels(r))
        return wrong(error, "[loss] label_weight, anatomy_weight", "need [data] labels");
    if ((r->structure_weight > 0) != (r->network.structures > 0))
        return wrong(error, "[loss] structure_weight", "goes with [network] structures");
    if (r->structure_weight > 0 && !has_labels(r))
        return wrong(error, "[loss] structure_weight", "needs [data] labels");
    if (r->start_wider && (r->start == NULL || r->network.skip != LAM_SKIP_ADD))
        return wrong(error, "[training] start_wider", "goes with start and skip=add");
    if (r->start_structure_power >= 0 && (r->start == NULL || r->network.structures == 0))
        return wrong(error, "[training] start_structure_power", "goes with start and structures");
    if (r->kl_weight > 0 && !r->network.uncertain)
        return wrong(error, "[loss] kl_weight", "needs [network] uncertain=true");
    return true;
}

static bool check_template(const LamRecipe *r, GError **error)
{
    if (!r->learns_template)
        return true;
    if (r->sources != LAM_FROM_SCANS || r->simulated)
        return wrong(error, "[template]", "goes with [data] source=scans alone");
    if (r->network.uncertain || r->network.n_features_encoder > 0 ||
        r->network.integration_steps == 0)
        return wrong(error, "[template]",
                     "goes with a network of velocities that is not uncertain and sees scans");
    if (r->loss.label_weight > 0 || r->loss.anatomy_weight > 0)
        return wrong(error, "[template]", "goes without label_weight and anatomy_weight");
    if (r->coarse > 0)
        return wrong(error, "[training] coarse", "goes without [template]");
    if (r->template.n_attributes > 0 && r->subjects == NULL)
        return wrong(error, "[template] subjects", "attributes need a table of them");
    if (r->structures != NULL && r->labels == NULL)
        return wrong(error, "[template] structures", "need [data] labels");
    if (r->learns != LAM_LEARNS_ALL && r->start == NULL)
        return wrong(error, "[training] learns", "a template that rests needs a start");
    return true;
}

static bool check_kin(const LamRecipe *r, GError **error)
{
    int number[LAM_RECIPE_MOST_KIN];
    if (r->n_kin > 0 && lam_kin_number(r, number) < 2)
        return wrong(error, "[kin]", "needs two families besides \"between\"");
    if (r->n_kin == 0 && r->brains.rim_mm > 0)
        return wrong(error, "[synthesis] rim_mm", "goes with families in [kin]");
    if (r->n_kin == 0 && r->brains.plexus > 0)
        return wrong(error, "[synthesis] plexus", "goes with families in [kin]");
    return (r->brains.akin > 0) == (r->n_kin > 0) ||
           wrong(error, "[synthesis] akin", "goes with families in [kin]");
}

/* λ is a map of the fixed scan: what the loss weighs by it must be a sum over voxels. */
static bool check_tissues(const LamRecipe *r, GError **error)
{
    int classes = r->n_tissues > 0 ? r->n_tissues + 1 : 0;
    if (r->network.hyper_classes != classes)
        return wrong(error, "[network] hyper_classes",
                     "must be one more than there are classes in [tissues]; leave it out");
    if (classes == 0)
        return true;
    if (r->sources != LAM_FROM_BRAINS)
        return wrong(error, "[tissues]", "goes with [data] source=brains alone");
    if (r->network.uncertain || r->learns_template)
        return wrong(error, "[tissues]", "goes without uncertain and without [template]");
    if ((r->loss.similarity != LAM_SIMILARITY_NCC && r->loss.similarity != LAM_SIMILARITY_NONE) ||
        r->loss.roughness != LAM_ROUGHNESS_GRADIENT || r->loss.label_weight > 0)
        return wrong(error, "[tissues]",
                     "goes with similarity=ncc or none and roughness=gradient, "
                     "and without label_weight");
    return r->lambda < 0 || wrong(error, "[training] lambda", "goes without [tissues]");
}

/* A hyperparameter for each class of tissue and for the rest. */
static void count_classes(LamRecipe *recipe)
{
    if (recipe->n_tissues > 0 && recipe->network.hyper_classes == 0)
        recipe->network.hyper_classes = recipe->n_tissues + 1;
}

/* Tables of structures lie beside the recipe. */
static void resolve(char **name, const char *path)
{
    if (*name == NULL)
        return;
    g_autofree char *folder = g_path_get_dirname(path), *own = *name;
    *name = g_build_filename(folder, own, NULL);
}

/* The coarse grid has half the voxels along each axis, and its field too. */
static bool check_coarse(const LamRecipe *r, GError **error)
{
    int multiple = 2 * lam_unet_field_factor(&r->network);
    for (int a = 0; a < 3 && r->coarse > 0; a++)
        if (r->network.size[a] != 1 && r->network.size[a] % multiple != 0)
            return wrong(error, "[training] coarse", "the network's size cannot be halved");
    return true;
}

LamRecipe *lam_recipe_load(const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(LamRecipe) recipe = defaults();
    bool ok = g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error);
    g_auto(GStrv) groups = ok ? g_key_file_get_groups(file, NULL) : NULL;
    for (int i = 0; ok && groups[i] != NULL; i++)
        ok = read_group(recipe, file, groups[i], error);
    recipe->learns_template = ok && g_key_file_has_group(file, "template");
    resolve(&recipe->structures, path);
    resolve(&recipe->scan_structures, path);
    count_classes(recipe);
    if (ok && check_data(recipe, error) && check_loss(recipe, error) &&
        lam_unet_config_check(&recipe->network, error) && check_coarse(recipe, error) &&
        check_template(recipe, error) && check_tissues(recipe, error) && check_kin(recipe, error) &&
        lam_known_contrasts_read(recipe, error))
        return g_steal_pointer(&recipe);
    g_prefix_error(error, "cannot use recipe: %s: ", path);
    return NULL;
}

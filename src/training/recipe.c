#include "recipe.h"

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
    {"data", "scans", TEXT, AT(scans)},
    {"data", "validation", TEXT, AT(validation)},
    {"data", "align", BOOLEAN, AT(align)},
    {"training", "seed", INTEGER, AT(seed), 0, 1e9},
    {"training", "steps", INTEGER, AT(steps), 1, 1e8},
    {"training", "minutes", NUMBER, AT(minutes), 0, 1e6},
    {"training", "rate", NUMBER, AT(rate), 1e-8, 1},
    {"training", "rate_end", NUMBER, AT(rate_end), 0, 1},
    {"training", "warmup", INTEGER, AT(warmup), 0, 1e6},
    {"training", "window", INTEGER, AT(window), 3, 99},
    {"training", "smoothness", NUMBER, AT(smoothness), 0, 1e6},
    {"training", "lambda_ends", NUMBER, AT(lambda_ends), 0, 1},
    {"training", "checkpoint_minutes", NUMBER, AT(checkpoint_minutes), 0.01, 1e4},
    {"training", "validate_minutes", NUMBER, AT(validate_minutes), 0.01, 1e4},
    {"augmentation", "flip", BOOLEAN, AT(flip)},
    {"augmentation", "rotate_deg", NUMBER, AT(rotate_deg), 0, 180},
    {"augmentation", "scale", NUMBER, AT(scale), 0, 0.5},
    {"augmentation", "shear", NUMBER, AT(shear), 0, 0.5},
    {"augmentation", "shift_mm", NUMBER, AT(shift_mm), 0, 100},
    {"augmentation", "mismatch", NUMBER, AT(mismatch), 0, 1},
    {"augmentation", "gamma", NUMBER, AT(gamma), 0, 1},
    {"augmentation", "gain", NUMBER, AT(gain), 0, 1},
};

static LamRecipe *defaults(void)
{
    static const double lambdas[] = {0, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9};
    LamRecipe *recipe = g_new0(LamRecipe, 1);
    *recipe = (LamRecipe){
        .network = lam_unet_config_default(),
        .align = true,
        .seed = 1,
        .steps = 1000,
        .rate = 5e-4,
        .rate_end = 1e-5,
        .warmup = 50,
        .window = 7,
        .smoothness = 1,
        .lambda_ends = 0.15,
        .checkpoint_minutes = 4,
        .validate_minutes = 15,
        .lambdas = g_memdup2(lambdas, sizeof lambdas),
        .n_lambdas = G_N_ELEMENTS(lambdas),
    };
    return recipe;
}

void lam_recipe_free(LamRecipe *recipe)
{
    if (recipe == NULL)
        return;
    g_free(recipe->title);
    g_free(recipe->licence);
    g_free(recipe->data);
    g_free(recipe->scans);
    g_free(recipe->validation);
    g_free(recipe->lambdas);
    g_free(recipe);
}

static bool store(LamRecipe *recipe, const Key *key, GKeyFile *file, GError **error)
{
    void *at = (char *)recipe + key->offset;
    GError *why = NULL;
    double value = 0;
    if (key->kind == TEXT) {
        *(char **)at = g_key_file_get_string(file, key->group, key->key, &why);
    } else if (key->kind == BOOLEAN) {
        *(bool *)at = g_key_file_get_boolean(file, key->group, key->key, &why);
    } else {
        value = key->kind == INTEGER ? g_key_file_get_integer(file, key->group, key->key, &why)
                                     : g_key_file_get_double(file, key->group, key->key, &why);
        if (why == NULL && !(value >= key->low && value <= key->high))
            g_set_error(&why, LAM_ERROR, LAM_ERROR_ARGUMENT, "must be within %g and %g", key->low,
                        key->high);
        if (key->kind == INTEGER)
            *(int *)at = (int)value;
        else
            *(double *)at = value;
    }
    if (why != NULL)
        g_propagate_prefixed_error(error, why, "[%s] %s: ", key->group, key->key);
    return why == NULL;
}

static const Key *find(const char *group, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (g_str_equal(table[i].group, group) && g_str_equal(table[i].key, name))
            return &table[i];
    return NULL;
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

static bool read_group(LamRecipe *recipe, GKeyFile *file, const char *group, GError **error)
{
    g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, error);
    for (int i = 0; names != NULL && names[i] != NULL; i++) {
        const Key *key = find(group, names[i]);
        bool ok;
        if (g_str_equal(group, "network"))
            ok = store_network(recipe, file, names[i], error);
        else if (g_str_equal(group, "training") && g_str_equal(names[i], "lambdas"))
            ok = store_lambdas(recipe, file, error);
        else if (key != NULL)
            ok = store(recipe, key, file, error);
        else {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "[%s] %s: unknown key", group,
                        names[i]);
            ok = false;
        }
        if (!ok)
            return false;
    }
    return names != NULL;
}

static bool check(const LamRecipe *recipe, GError **error)
{
    if (recipe->scans == NULL || recipe->window % 2 == 0) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                            recipe->scans == NULL ? "[data] scans: missing"
                                                  : "[training] window: must be odd");
        return false;
    }
    return lam_unet_config_check(&recipe->network, error);
}

LamRecipe *lam_recipe_load(const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(LamRecipe) recipe = defaults();
    bool ok = g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error);
    g_auto(GStrv) groups = ok ? g_key_file_get_groups(file, NULL) : NULL;
    for (int i = 0; ok && groups[i] != NULL; i++)
        ok = read_group(recipe, file, groups[i], error);
    if (ok && check(recipe, error))
        return g_steal_pointer(&recipe);
    g_prefix_error(error, "cannot use recipe: %s: ", path);
    return NULL;
}

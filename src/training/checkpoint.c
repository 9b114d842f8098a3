#include "checkpoint.h"

#include <lambdascope/error.h>
#include <lambdascope/model.h>
#include <lambdascope/structures.h>
#include <math.h>
#include <string.h>

#define MEAN "mean/"

/* All of them are finite and none is negative. */
static bool get_number(const LamSafetensors *file, const char *key, double *value, GError **error)
{
    const char *text = lam_safetensors_metadata(file, key);
    char *end = NULL;
    *value = text != NULL ? g_ascii_strtod(text, &end) : 0;
    if (text != NULL && end != text && *end == '\0' && *value >= 0 && isfinite(*value))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "\"%s\" is missing or no such number", key);
    return false;
}

static bool get_count(const LamSafetensors *file, const char *key, guint64 *count, GError **error)
{
    const char *text = lam_safetensors_metadata(file, key);
    if (text != NULL && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, count, NULL))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL, "\"%s\" is missing or no such number", key);
    return false;
}

static bool read_mean(const LamSafetensors *file, LamParameters *parameters, float *mean,
                      GError **error)
{
    if (mean == NULL)
        return true;
    g_autofree char *name = g_strconcat(MEAN, lam_parameters_name(parameters, 0), NULL);
    bool stored = lam_safetensors_find(file, name) != NULL;
    return lam_parameters_read_into(parameters, file, stored ? MEAN : NULL, mean, error);
}

bool lam_checkpoint_write(const char *path, const LamUnetConfig *config,
                          const LamParameters *parameters, const float *mean, const LamAdam *adam,
                          const LamRunState *state, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    lam_unet_config_write(config, file);
    lam_safetensors_set_number(file, "run.step", (double)state->step);
    lam_safetensors_set_number(file, "run.since_best", (double)state->since_best);
    lam_safetensors_set_number(file, "run.seconds", state->seconds);
    lam_safetensors_set_number(file, "run.best", state->best);
    return lam_parameters_write(parameters, lam_parameters_values((LamParameters *)parameters),
                                file, NULL, error) &&
           (mean == NULL || lam_parameters_write(parameters, mean, file, MEAN, error)) &&
           lam_adam_write(adam, file, error) &&
           lam_safetensors_save(file, path, LAM_STORE_F32, error);
}

static bool restore(const LamSafetensors *file, const LamUnetConfig *config,
                    LamParameters *parameters, float *mean, LamAdam *adam, LamRunState *state,
                    GError **error)
{
    LamUnetConfig stored;
    if (!lam_unet_config_read(&stored, file, error))
        return false;
    if (!lam_unet_config_equal(&stored, config)) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MODEL,
                            "it is of another architecture than the recipe's");
        return false;
    }
    if (!get_count(file, "run.step", &state->step, error) ||
        !get_count(file, "run.since_best", &state->since_best, error) ||
        !get_number(file, "run.seconds", &state->seconds, error) ||
        !get_number(file, "run.best", &state->best, error))
        return false;
    return lam_parameters_read(parameters, file, NULL, error) &&
           read_mean(file, parameters, mean, error) && lam_adam_read(adam, file, error);
}

bool lam_checkpoint_read(const char *path, const LamUnetConfig *config, LamParameters *parameters,
                         float *mean, LamAdam *adam, LamRunState *state, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    if (file == NULL)
        return false;
    if (restore(file, config, parameters, mean, adam, state, error))
        return true;
    g_prefix_error(error, "cannot resume: %s: ", path);
    return false;
}

/* What the network was trained to make small. Free with g_free. */
static char *describe_loss(const LamRecipe *recipe)
{
    const LamLossOptions *o = &recipe->loss;
    if (recipe->learns == LAM_LEARNS_STRUCTURES)
        return g_strdup_printf("%g cross entropy of structures", recipe->structure_weight);
    GString *text = g_string_new("(1-lambda) [");
    switch (o->similarity) {
    case LAM_SIMILARITY_NCC:
        g_string_append_printf(text, "-NCC window %d", o->window);
        break;
    case LAM_SIMILARITY_NMI:
        g_string_append_printf(text, "-NMI bins %d", o->bins);
        break;
    case LAM_SIMILARITY_MSE:
        g_string_append_printf(text, "MSE sigma %g", o->sigma);
        break;
    case LAM_SIMILARITY_FIELD:
        g_string_append(text, "distance to the true displacement");
        break;
    case LAM_SIMILARITY_NONE:
        break;
    }
    if (o->anatomy_weight > 0)
        g_string_append_printf(text, " - %g NCC of label pictures", o->anatomy_weight);
    if (o->label_weight > 0)
        g_string_append_printf(text, " + %g (1 - Dice)", o->label_weight);
    g_string_append_printf(text, "] + lambda %g %s", o->smoothness,
                           o->roughness == LAM_ROUGHNESS_BENDING ? "bending energy"
                                                                 : "mean squared gradient");
    if (o->fold_weight > 0)
        g_string_append_printf(text, " + %g folds", o->fold_weight);
    if (recipe->structure_weight > 0 && recipe->learns == LAM_LEARNS_ALL)
        g_string_append_printf(text, " + %g cross entropy of structures", recipe->structure_weight);
    if (recipe->learns_template)
        g_string_append_printf(text,
                               "; to a template, on both sides (%g on the scan's) + %g mean "
                               "displacement^2 + %g displacement^2 + %g cross entropy",
                               recipe->sides, recipe->mean_weight, recipe->magnitude_weight,
                               recipe->structures_weight);
    if (recipe->network.uncertain)
        g_string_append_printf(text, " + %g KL, prior %g", recipe->kl_weight, recipe->prior);
    return g_string_free(text, FALSE);
}

bool lam_checkpoint_write_model(const char *path, const LamRecipe *recipe, const char *structures,
                                const LamTemplateConfig *template, const LamParameters *parameters,
                                const float *values, const LamRunState *state, GError **error)
{
    g_autoptr(GHashTable) about = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_autofree char *steps = g_strdup_printf("%" G_GUINT64_FORMAT, state->step);
    g_autofree char *loss = describe_loss(recipe);
    const struct {
        const char *key;
        const char *text;
    } entries[] = {{"title", recipe->title},
                   {"licence", recipe->licence},
                   {"data", recipe->data},
                   {"expects", recipe->expects},
                   {"training_steps", steps},
                   {"lambda", loss},
                   {LAM_STRUCTURES_KEY, recipe->network.structures > 0 ? structures : NULL}};
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        if (entries[i].text != NULL)
            g_hash_table_insert(about, (char *)entries[i].key, g_strdup(entries[i].text));
    if (template != NULL)
        lam_template_config_write(template, about);
    return lam_model_save(&recipe->network, parameters, values, about, path, LAM_STORE_F16, error);
}

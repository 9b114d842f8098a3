#include "checkpoint.h"

#include <lambdascope/error.h>
#include <lambdascope/model.h>
#include <math.h>
#include <string.h>

#define NUMBER "%.17g"

static void set_number(LamSafetensors *file, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    lam_safetensors_set_metadata(file, key, g_ascii_formatd(text, sizeof text, NUMBER, value));
}

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

static bool get_step(const LamSafetensors *file, guint64 *step, GError **error)
{
    const char *text = lam_safetensors_metadata(file, "run.step");
    if (text != NULL && g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, step, NULL))
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MODEL,
                        "\"run.step\" is missing or no number of steps");
    return false;
}

bool lam_checkpoint_write(const char *path, const LamUnetConfig *config,
                          const LamParameters *parameters, const LamAdam *adam,
                          const LamRunState *state, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    lam_unet_config_write(config, file);
    set_number(file, "run.step", (double)state->step);
    set_number(file, "run.seconds", state->seconds);
    set_number(file, "run.best", state->best);
    return lam_parameters_write(parameters, lam_parameters_values((LamParameters *)parameters),
                                file, NULL, error) &&
           lam_adam_write(adam, file, error) &&
           lam_safetensors_save(file, path, LAM_STORE_F32, error);
}

static bool restore(const LamSafetensors *file, const LamUnetConfig *config,
                    LamParameters *parameters, LamAdam *adam, LamRunState *state, GError **error)
{
    LamUnetConfig stored;
    if (!lam_unet_config_read(&stored, file, error))
        return false;
    if (!lam_unet_config_equal(&stored, config)) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MODEL,
                            "it is of another architecture than the recipe's");
        return false;
    }
    if (!get_step(file, &state->step, error) ||
        !get_number(file, "run.seconds", &state->seconds, error) ||
        !get_number(file, "run.best", &state->best, error))
        return false;
    return lam_parameters_read(parameters, file, NULL, error) && lam_adam_read(adam, file, error);
}

bool lam_checkpoint_read(const char *path, const LamUnetConfig *config, LamParameters *parameters,
                         LamAdam *adam, LamRunState *state, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    if (file == NULL)
        return false;
    if (restore(file, config, parameters, adam, state, error))
        return true;
    g_prefix_error(error, "cannot resume: %s: ", path);
    return false;
}

bool lam_checkpoint_write_model(const char *path, const LamRecipe *recipe,
                                LamParameters *parameters, const LamRunState *state, GError **error)
{
    g_autoptr(GHashTable) about = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree char *steps = g_strdup_printf("%" G_GUINT64_FORMAT, state->step);
    const struct {
        const char *key;
        char *text;
    } entries[] = {{"title", recipe->title},
                   {"licence", recipe->licence},
                   {"data", recipe->data},
                   {"training_steps", steps}};
    for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
        if (entries[i].text != NULL)
            g_hash_table_insert(about, (char *)entries[i].key, entries[i].text);
    g_hash_table_insert(
        about, (char *)"lambda",
        (char *)"loss (1-lambda) dissimilarity + lambda roughness, lambda in [0,1]");
    return lam_model_save(&recipe->network, parameters, lam_parameters_values(parameters), about,
                          path, LAM_STORE_F16, error);
}

/* What a run needs before its first step. */
#include "trainer-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/model.h>
#include <string.h>

void lam_trainer_clear(LamTrainer *t)
{
    g_clear_pointer(&t->samples, lam_sample_queue_free); /* its thread uses the data set */
    lam_train_graph_clear(&t->network);
    g_clear_pointer(&t->dataset, lam_dataset_free);
    g_clear_pointer(&t->validation, lam_validation_free);
    g_clear_pointer(&t->adam, lam_adam_free);
    g_clear_pointer(&t->parameters, lam_parameters_free);
    g_clear_pointer(&t->mean, lam_free);
    g_clear_pointer(&t->recipe, lam_recipe_free);
    if (t->steps_log != NULL)
        fclose(t->steps_log);
}

void lam_trainer_say(const LamTrainer *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    if (t->options->say != NULL)
        t->options->say(line, t->options->user);
}

char *lam_trainer_path(const LamTrainer *t, const char *name)
{
    return g_build_filename(t->options->output, name, NULL);
}

/* The weights of another model, where names and shapes are the same, or wider. */
static bool take(LamTrainer *t, const char *name, GError **error)
{
    g_autofree char *path = lam_model_find(name, error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    if (model == NULL) {
        g_prefix_error(error, "cannot use recipe: %s: [training] start: ", t->options->recipe);
        return false;
    }
    const LamParameters *from = lam_model_parameters(model);
    int taken = lam_parameters_copy(t->parameters, from);
    if (t->recipe->start_wider)
        taken += lam_parameters_widen(t->parameters, from, t->recipe->seed);
    if (taken == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_MODEL,
                    "cannot start from model: %s: it has no tensor in common with the recipe's",
                    path);
        return false;
    }
    lam_trainer_say(t, "%d of %d tensors from %s", taken, lam_parameters_count(t->parameters),
                    path);
    return true;
}

static bool take_start(LamTrainer *t, GError **error)
{
    g_auto(GStrv) names = g_strsplit(t->recipe->start != NULL ? t->recipe->start : "", ";", -1);
    bool ok = true;
    for (char **name = names; ok && *name != NULL; name++)
        ok = take(t, g_strstrip(*name), error);
    return ok;
}

/* The aligned mean, before any other model's weights are taken. */
static bool start_template(LamTrainer *t, GError **error)
{
    return lam_dataset_template(t->dataset) == NULL ||
           lam_dataset_start_template(
               t->dataset, lam_parameters_find(t->parameters, LAM_TEMPLATE_PICTURE),
               lam_parameters_find(t->parameters, LAM_TEMPLATE_SCORES), t->progress, error);
}

static bool make_weights(LamTrainer *t, GError **error)
{
    t->parameters = lam_parameters_new();
    lam_unet_declare(&t->recipe->network, t->parameters);
    const LamTemplateConfig *template = lam_dataset_template(t->dataset);
    if (template != NULL)
        lam_template_net_declare(template, &t->recipe->network, t->recipe->template_rate,
                                 t->parameters);
    if (!lam_parameters_allocate(t->parameters, true, error))
        return false;
    lam_parameters_initialise(t->parameters, t->recipe->seed);
    t->adam = lam_adam_new(t->parameters, error);
    if (t->adam == NULL || !start_template(t, error) || !take_start(t, error) ||
        !lam_trainer_calibrate(t, error))
        return false;
    size_t n = lam_parameters_floats(t->parameters);
    if (t->recipe->ema > 0 && (t->mean = lam_alloc_floats(n, "mean weights", error)) == NULL)
        return false;
    if (t->mean != NULL)
        memcpy(t->mean, lam_parameters_values(t->parameters), n * sizeof(float));
    return true;
}

static bool make_data(LamTrainer *t, GError **error)
{
    const LamTrainOptions *o = t->options;
    g_autofree char *cache = lam_trainer_path(t, "affine.ini");
    GError *why = NULL;
    t->dataset = lam_dataset_new(t->recipe, o->data, cache, t->progress, error);
    if (t->dataset == NULL)
        return false;
    t->validation = lam_validation_new(t->recipe, o->recipe, o->data, &why);
    if (why != NULL)
        g_propagate_error(error, why);
    return why == NULL;
}

bool lam_trainer_start(LamTrainer *t, GError **error)
{
    t->recipe = lam_recipe_load(t->options->recipe, error);
    if (t->recipe == NULL)
        return false;
    if (g_mkdir_with_parents(t->options->output, 0777) != 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot train: %s: %s", t->options->output,
                    g_strerror(errno));
        return false;
    }
    return make_data(t, error) && make_weights(t, error);
}

bool lam_trainer_enter(LamTrainer *t, bool coarse, GError **error)
{
    LamSampleGrid grid = lam_sample_grid(t->recipe, coarse);
    g_clear_pointer(&t->samples, lam_sample_queue_free);
    lam_train_graph_clear(&t->network);
    t->coarse = coarse;
    if (!lam_train_graph_build(&t->network, t->recipe, &grid, lam_dataset_labelling(t->dataset),
                               lam_dataset_template(t->dataset), t->parameters, error))
        return false;
    guint64 first = t->state.step * (guint64)t->recipe->accumulate;
    t->samples = lam_sample_queue_new(t->dataset, t->recipe, &grid, first, error);
    lam_trainer_say(t, "on a grid of %d×%d×%d voxels of %g mm, %zu MB for one step", grid.size[0],
                    grid.size[1], grid.size[2], grid.spacing_mm,
                    lam_graph_bytes(t->network.graph) >> 20);
    return t->samples != NULL;
}

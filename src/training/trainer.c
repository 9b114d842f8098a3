/* The loop: draw, forward, backward, update; validate and checkpoint by the clock. */
#include <lambdascope/trainer.h>

#include "checkpoint.h"
#include "dataset.h"
#include "validation.h"

#include <glib/gstdio.h>
#include <lambdascope/adam.h>
#include <lambdascope/error.h>
#include <lambdascope/loss.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <stdio.h>

typedef struct {
    const LamTrainOptions *options;
    const LamProgress *progress;
    LamRecipe *recipe;
    LamDataset *dataset;
    LamValidation *validation;
    LamParameters *parameters;
    LamAdam *adam;
    LamGraph *graph;
    LamUnet unet;
    LamLoss loss;
    FILE *steps_log;
    LamRunState state;
    gint64 started;        /* monotonic µs of this process */
    double seconds_before; /* of earlier processes of this run */
    gint64 next_checkpoint, next_validation;
    double mean_similarity, mean_roughness; /* running, for the progress line */
} Trainer;

static void trainer_clear(Trainer *t)
{
    g_clear_pointer(&t->recipe, lam_recipe_free);
    g_clear_pointer(&t->dataset, lam_dataset_free);
    g_clear_pointer(&t->validation, lam_validation_free);
    g_clear_pointer(&t->graph, lam_graph_free);
    g_clear_pointer(&t->adam, lam_adam_free);
    g_clear_pointer(&t->parameters, lam_parameters_free);
    if (t->steps_log != NULL)
        fclose(t->steps_log);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trainer, trainer_clear)

static void say(const Trainer *t, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void say(const Trainer *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);
    if (t->options->say != NULL)
        t->options->say(line, t->options->user);
}

static char *in_output(const Trainer *t, const char *name)
{
    return g_build_filename(t->options->output, name, NULL);
}

static double run_seconds(const Trainer *t)
{
    return t->seconds_before + 1e-6 * (double)(g_get_monotonic_time() - t->started);
}

/* Share of the schedule that is done, in [0,1]. */
static double schedule(const Trainer *t)
{
    double share = t->recipe->minutes > 0 ? run_seconds(t) / (60 * t->recipe->minutes)
                                          : (double)t->state.step / t->recipe->steps;
    return CLAMP(share, 0, 1);
}

static double rate_now(const Trainer *t)
{
    const LamRecipe *r = t->recipe;
    double warm = r->warmup > 0 ? MIN(1.0, (double)(t->state.step + 1) / r->warmup) : 1;
    return warm * (r->rate_end + (r->rate - r->rate_end) * 0.5 * (1 + cos(G_PI * schedule(t))));
}

static bool build(Trainer *t, GError **error)
{
    const LamRecipe *r = t->recipe;
    t->parameters = lam_parameters_new();
    lam_unet_declare(&r->network, t->parameters);
    if (!lam_parameters_allocate(t->parameters, true, error))
        return false;
    lam_parameters_initialise(t->parameters, r->seed);
    t->adam = lam_adam_new(t->parameters, error);
    if (t->adam == NULL)
        return false;
    t->graph = lam_graph_new(t->parameters, true);
    t->unet = lam_unet_build(&r->network, t->graph, t->parameters);
    LamLossOptions terms = lam_loss_options_default();
    terms.window = r->window;
    terms.smoothness = r->smoothness;
    t->loss = lam_loss_build_unet(t->graph, &t->unet, &terms);
    return lam_graph_finalise(t->graph, error);
}

/* To be added to; with the header if there is nothing in it yet. */
static FILE *open_log(const Trainer *t, const char *name, const char *header, GError **error)
{
    g_autofree char *path = in_output(t, name);
    FILE *file = g_fopen(path, "a");
    if (file == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot write log: %s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    if (ftell(file) == 0)
        fprintf(file, "%s\n", header);
    return file;
}

/* Drops the rows of `first` and later steps: a run that was killed has logged beyond its checkpoint, or
 * another run left them. */
static bool trim_log(const Trainer *t, const char *name, guint64 first, GError **error)
{
    g_autofree char *path = in_output(t, name), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return true;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) kept = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++)
        if (line == lines || (**line != '\0' && g_ascii_strtoull(*line, NULL, 10) < first))
            g_string_append_printf(kept, "%s\n", *line);
    return g_file_set_contents(path, kept->str, (gssize)kept->len, error);
}

static bool resume(Trainer *t, GError **error)
{
    g_autofree char *path = in_output(t, "checkpoint.safetensors");
    if (!t->options->resume || !g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    if (!lam_checkpoint_read(path, &t->recipe->network, t->parameters, t->adam, &t->state, error))
        return false;
    t->seconds_before = t->state.seconds;
    say(t, "going on from step %" G_GUINT64_FORMAT ", %.1f minutes", t->state.step,
        t->state.seconds / 60);
    return true;
}

static bool start(Trainer *t, GError **error)
{
    const LamTrainOptions *o = t->options;
    t->recipe = lam_recipe_load(o->recipe, error);
    if (t->recipe == NULL)
        return false;
    if (g_mkdir_with_parents(o->output, 0777) != 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot train: %s: %s", o->output,
                    g_strerror(errno));
        return false;
    }
    g_autofree char *cache = in_output(t, "affine.ini");
    GError *why = NULL;
    t->dataset = lam_dataset_new(t->recipe, o->data, cache, t->progress, error);
    if (t->dataset == NULL)
        return false;
    t->validation = lam_validation_new(t->recipe, o->recipe, o->data, &why);
    if (why != NULL) {
        g_propagate_error(error, why);
        return false;
    }
    if (!build(t, error) || !resume(t, error))
        return false;
    if (!trim_log(t, "steps.csv", t->state.step, error) ||
        !trim_log(t, "validation.csv", t->state.step > 0 ? t->state.step + 1 : 0, error))
        return false;
    t->steps_log =
        open_log(t, "steps.csv", "step,seconds,rate,lambda,similarity,roughness,loss", error);
    say(t, "%d scans, %zu parameters, %zu MB for one step", lam_dataset_size(t->dataset),
        lam_parameters_floats(t->parameters), lam_graph_bytes(t->graph) >> 20);
    return t->steps_log != NULL;
}

/* Both ends get weight of their own: with only a uniform λ the network never sees them. */
static double draw_lambda(const LamRecipe *recipe, GRand *rand)
{
    if (g_rand_double(rand) < recipe->lambda_ends)
        return g_rand_boolean(rand) ? 1 : 0;
    return g_rand_double(rand);
}

static bool step(Trainer *t, GError **error)
{
    /* a generator per step, so that resuming draws what an unbroken run would have drawn */
    guint32 seeds[] = {t->recipe->seed, (guint32)t->state.step};
    GRand *rand = g_rand_new_with_seed_array(seeds, 2);
    double lambda = draw_lambda(t->recipe, rand);
    bool drawn = lam_dataset_draw(t->dataset, t->recipe, rand, lam_node_value(t->unet.fixed),
                                  lam_node_value(t->unet.moving), error);
    g_rand_free(rand);
    if (!drawn)
        return false;
    lam_graph_touch(t->graph, t->unet.fixed);
    lam_graph_touch(t->graph, t->unet.moving);
    lam_graph_touch(t->graph, NULL);
    lam_unet_set_lambda(&t->unet, t->graph, lambda);
    lam_graph_forward(t->graph, t->loss.loss, NULL);
    float loss = lam_node_value(t->loss.loss)[0];
    if (!isfinite(loss)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "training diverged at step %" G_GUINT64_FORMAT ": the loss is not finite",
                    t->state.step);
        return false;
    }
    lam_parameters_zero_gradients(t->parameters);
    lam_graph_backward(t->graph, t->loss.loss);
    double rate = rate_now(t);
    lam_adam_step(t->adam, rate, 1);
    double similarity = lam_node_value(t->loss.similarity)[0];
    double roughness = lam_node_value(t->loss.roughness)[0];
    fprintf(t->steps_log, "%" G_GUINT64_FORMAT ",%.1f,%.3g,%.4f,%.5f,%.5f,%.5f\n", t->state.step,
            run_seconds(t), rate, lambda, similarity, roughness, (double)loss);
    double keep = t->state.step < 50 ? 0.9 : 0.98;
    t->mean_similarity = keep * t->mean_similarity + (1 - keep) * similarity;
    t->mean_roughness = keep * t->mean_roughness + (1 - keep) * roughness;
    t->state.step++;
    return true;
}

static void report(const Trainer *t)
{
    double share = schedule(t), elapsed = run_seconds(t);
    double left = share > 0 ? elapsed * (1 - share) / share / 60 : 0;
    double this_run = 1e-6 * (double)(g_get_monotonic_time() - t->started);
    guint64 done = t->state.step - t->state.first_step;
    g_autofree char *text = g_strdup_printf(
        "step %" G_GUINT64_FORMAT ", %.2f s/step, NCC %.4f, roughness %.4f, %.0f min left",
        t->state.step, done > 0 ? this_run / (double)done : 0, -t->mean_similarity,
        t->mean_roughness, left);
    lam_progress_report(t->progress, share, text);
}

static bool save_checkpoint(Trainer *t, GError **error)
{
    g_autofree char *path = in_output(t, "checkpoint.safetensors");
    t->state.seconds = run_seconds(t);
    fflush(t->steps_log);
    return lam_checkpoint_write(path, &t->recipe->network, t->parameters, t->adam, &t->state,
                                error);
}

static bool save_best(Trainer *t, GError **error)
{
    g_autofree char *path = in_output(t, "best.safetensors");
    return lam_checkpoint_write_model(path, t->recipe, t->parameters, &t->state, error);
}

static bool log_rows(const Trainer *t, const LamValidationRow *rows, GError **error)
{
    FILE *file = open_log(t, "validation.csv",
                          "step,seconds,lambda,subcortical,cortical,fold_percent,sd_log_jacobian,"
                          "roughness",
                          error);
    if (file == NULL)
        return false;
    for (gsize k = 0; k < t->recipe->n_lambdas; k++) {
        const LamValidationRow *r = &rows[k];
        fprintf(file, "%" G_GUINT64_FORMAT ",%.1f,%g,%.4f,%.4f,%.5f,%.4f,%.5f\n", t->state.step,
                run_seconds(t), r->lambda, r->subcortical, r->cortical, r->fold_percent,
                r->sd_log_jacobian, r->roughness);
        say(t, "  λ %-5g sub %.4f  cortex %.4f  folds %.4f %%  SD log J %.3f  roughness %.4f",
            r->lambda, r->subcortical, r->cortical, r->fold_percent, r->sd_log_jacobian,
            r->roughness);
    }
    fclose(file);
    return true;
}

/* Without labels of these structures (NaN) the latest model is the best. */
static bool save_if_best(Trainer *t, const LamValidationRow *rows, GError **error)
{
    double mean = 0;
    for (gsize k = 0; k < t->recipe->n_lambdas; k++)
        mean += rows[k].subcortical / (double)t->recipe->n_lambdas;
    if (mean <= t->state.best)
        return true;
    if (!isnan(mean))
        t->state.best = mean;
    return save_best(t, error);
}

/* An interrupt gives the validation up, not the run: its checkpoint is still to be written. */
static bool validate(Trainer *t, GError **error)
{
    if (t->validation == NULL)
        return save_best(t, error);
    g_autofree LamValidationRow *rows = g_new0(LamValidationRow, t->recipe->n_lambdas);
    g_autoptr(LamModel) model = lam_model_wrap(&t->recipe->network, t->parameters);
    GError *why = NULL;
    say(t, "validation after step %" G_GUINT64_FORMAT ", %.1f minutes", t->state.step,
        run_seconds(t) / 60);
    if (lam_validation_run(t->validation, model, t->recipe, rows, t->progress, &why))
        return log_rows(t, rows, error) && save_if_best(t, rows, error);
    if (g_error_matches(why, LAM_ERROR, LAM_ERROR_CANCELLED)) {
        g_error_free(why);
        return true;
    }
    g_propagate_error(error, why);
    return false;
}

/* What is due by the clock. */
static bool housekeeping(Trainer *t, GError **error)
{
    gint64 now = g_get_monotonic_time();
    if (now >= t->next_validation) {
        if (!validate(t, error))
            return false;
        t->next_validation = g_get_monotonic_time() + (gint64)(60e6 * t->recipe->validate_minutes);
    }
    if (now >= t->next_checkpoint) {
        if (!save_checkpoint(t, error))
            return false;
        t->next_checkpoint = now + (gint64)(60e6 * t->recipe->checkpoint_minutes);
    }
    return true;
}

static bool leave(const Trainer *t)
{
    double minutes = 1e-6 / 60 * (double)(g_get_monotonic_time() - t->started);
    bool cancelled = t->progress != NULL && g_cancellable_is_cancelled(t->progress->cancellable);
    guint64 steps = t->state.step - t->state.first_step, limit = t->options->stop_steps;
    return cancelled || schedule(t) >= 1 || (limit > 0 && steps >= limit) ||
           (t->options->stop_minutes > 0 && minutes >= t->options->stop_minutes);
}

static bool loop(Trainer *t, GError **error)
{
    t->started = g_get_monotonic_time();
    t->state.first_step = t->state.step;
    t->next_checkpoint = t->started + (gint64)(60e6 * t->recipe->checkpoint_minutes);
    t->next_validation = t->started + (gint64)(60e6 * t->recipe->validate_minutes);
    while (!leave(t)) {
        if (!step(t, error) || !housekeeping(t, error))
            return false;
        report(t);
    }
    return save_checkpoint(t, error) && (schedule(t) < 1 || validate(t, error));
}

bool lam_train(const LamTrainOptions *options, const LamProgress *progress, GError **error)
{
    g_auto(Trainer) trainer = {.options = options, .progress = progress};
    lam_threads_set(0);
    return start(&trainer, error) && loop(&trainer, error);
}

/* The loop: step, validate and checkpoint by the clock. */
#include "trainer-private.h"

#include "train-log.h"

#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

static double run_seconds(const LamTrainer *t)
{
    return t->seconds_before + 1e-6 * (double)(g_get_monotonic_time() - t->started);
}

/* Share of the schedule that is done, in [0,1]. */
static double schedule(const LamTrainer *t)
{
    double share = t->recipe->minutes > 0 ? run_seconds(t) / (60 * t->recipe->minutes)
                                          : (double)t->state.step / t->recipe->steps;
    return CLAMP(share, 0, 1);
}

static double rate_now(const LamTrainer *t)
{
    const LamRecipe *r = t->recipe;
    double warm = r->warmup > 0 ? MIN(1.0, (double)(t->state.step + 1) / r->warmup) : 1;
    return warm * (r->rate_end + (r->rate - r->rate_end) * 0.5 * (1 + cos(G_PI * schedule(t))));
}

/* ---- files ---- */

static bool resume(LamTrainer *t, GError **error)
{
    g_autofree char *path = lam_trainer_path(t, "checkpoint.safetensors");
    if (!t->options->resume || !g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    if (!lam_checkpoint_read(path, &t->recipe->network, t->parameters, t->mean, t->adam, &t->state,
                             error))
        return false;
    t->seconds_before = t->state.seconds;
    lam_trainer_say(t, "going on from step %" G_GUINT64_FORMAT ", %.1f minutes", t->state.step,
                    t->state.seconds / 60);
    return true;
}

static bool save_checkpoint(LamTrainer *t, GError **error)
{
    g_autofree char *path = lam_trainer_path(t, "checkpoint.safetensors");
    t->state.seconds = run_seconds(t);
    fflush(t->steps_log);
    return lam_checkpoint_write(path, &t->recipe->network, t->parameters, t->mean, t->adam,
                                &t->state, error);
}

static bool save_best(LamTrainer *t, GError **error)
{
    g_autofree char *path = lam_trainer_path(t, "best.safetensors");
    const float *values = t->mean != NULL ? t->mean : lam_parameters_values(t->parameters);
    return lam_checkpoint_write_model(path, t->recipe, lam_dataset_structures(t->dataset),
                                      lam_dataset_template(t->dataset), t->parameters, values,
                                      &t->state, error);
}

static bool open_logs(LamTrainer *t, GError **error)
{
    g_autofree char *steps = lam_trainer_path(t, "steps.csv");
    g_autofree char *validation = lam_trainer_path(t, "validation.csv");
    guint64 done = t->state.step;
    if (!lam_train_log_trim(steps, done, error) ||
        !lam_train_log_trim(validation, done > 0 ? done + 1 : 0, error))
        return false;
    t->steps_log = lam_train_log_open(
        steps,
        "step,seconds,rate,lambda,similarity,roughness,labels,anatomy,structures,loss,waited_ms,"
        "centre_mm",
        error);
    return t->steps_log != NULL;
}

/* ---- a step ---- */

/* before: steps of this run */
static void keep_running(LamTrainTerms *mean, const LamTrainTerms *new, guint64 before)
{
    double keep = before == 0 ? 0 : before < 50 ? 0.9 : 0.98;
    mean->similarity = keep * mean->similarity + (1 - keep) * new->similarity;
    mean->roughness = keep * mean->roughness + (1 - keep) * new->roughness;
    mean->labels = keep * mean->labels + (1 - keep) * new->labels;
    mean->anatomy = keep * mean->anatomy + (1 - keep) * new->anatomy;
    mean->structures = keep * mean->structures + (1 - keep) * new->structures;
    mean->centre_mm = new->centre_mm;
}

/* Terms that the loss does not have stay empty in the log. */
static void log_number(FILE *file, double value)
{
    fprintf(file, isnan(value) ? "," : ",%.5f", value);
}

static bool step(LamTrainer *t, GError **error)
{
    guint64 number = t->state.step;
    double rate = rate_now(t);
    LamStep done;
    if (!lam_trainer_step(t, rate, &done, error))
        return false;
    if (done.refused)
        return true;
    fprintf(t->steps_log, "%" G_GUINT64_FORMAT ",%.1f,%.3g,%.4f", number, run_seconds(t), rate,
            done.lambda);
    log_number(t->steps_log, done.terms.similarity);
    log_number(t->steps_log, done.terms.roughness);
    log_number(t->steps_log, done.terms.labels);
    log_number(t->steps_log, done.terms.anatomy);
    log_number(t->steps_log, done.terms.structures);
    log_number(t->steps_log, done.terms.loss);
    fprintf(t->steps_log, ",%.2f", done.waited_ms);
    log_number(t->steps_log, done.terms.centre_mm);
    fputc('\n', t->steps_log);
    keep_running(&t->running, &done.terms, number - t->state.first_step);
    return true;
}

/* A term, if the loss has it. */
static void tell(GString *text, const char *name, int digits, double value, const char *unit)
{
    if (!isnan(value))
        g_string_append_printf(text, ", %s %.*f%s", name, digits, value, unit);
}

static void report(const LamTrainer *t)
{
    double share = schedule(t), elapsed = run_seconds(t);
    double left = share > 0 ? elapsed * (1 - share) / share / 60 : 0;
    double this_run = 1e-6 * (double)(g_get_monotonic_time() - t->started);
    guint64 done = t->state.step - t->state.first_step;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "step %" G_GUINT64_FORMAT ", %.2f s/step", t->state.step,
                           done > 0 ? this_run / (double)done : 0);
    tell(text, "similarity", 4, t->running.similarity, "");
    tell(text, "Dice", 4, 1 - t->running.labels, "");
    tell(text, "anatomy", 4, -t->running.anatomy, "");
    tell(text, "structures", 4, t->running.structures, "");
    tell(text, "mean displacement", 3, t->running.centre_mm, " mm");
    tell(text, "roughness", 4, t->running.roughness, "");
    g_string_append_printf(text, ", %.0f min left", left);
    lam_progress_report(t->progress, share, text->str);
}

/* ---- validation ---- */

static bool log_rows(const LamTrainer *t, const LamValidationRow *rows, GError **error)
{
    g_autofree char *path = lam_trainer_path(t, "validation.csv");
    FILE *file = lam_train_log_open(
        path, "step,seconds,lambda,subcortical,cortical,fold_percent,sd_log_jacobian,roughness",
        error);
    if (file == NULL)
        return false;
    for (gsize k = 0; k < t->recipe->n_lambdas; k++) {
        const LamValidationRow *r = &rows[k];
        fprintf(file, "%" G_GUINT64_FORMAT ",%.1f,%g,%.4f,%.4f,%.5f,%.4f,%.5f\n", t->state.step,
                run_seconds(t), r->lambda, r->subcortical, r->cortical, r->fold_percent,
                r->sd_log_jacobian, r->roughness);
        lam_trainer_say(
            t, "  λ %-5g sub %.4f  cortex %.4f  folds %.4f %%  SD log J %.3f  roughness %.4f",
            r->lambda, r->subcortical, r->cortical, r->fold_percent, r->sd_log_jacobian,
            r->roughness);
    }
    fclose(file);
    return true;
}

/* Samples are still easier than the recipe's: what does well now may know only the easy ones. */
static bool on_ramp(const LamTrainer *t)
{
    const LamRecipe *r = t->recipe;
    bool drawn = r->sources != LAM_FROM_SCANS;
    return drawn && t->state.step * (guint64)r->accumulate < (guint64)r->ramp;
}

/* On the ramp, and without labels of these structures (NaN), the latest model is the best. */
static bool save_if_best(LamTrainer *t, const LamValidationRow *rows, GError **error)
{
    double mean = 0;
    if (on_ramp(t))
        return save_best(t, error);
    for (gsize k = 0; k < t->recipe->n_lambdas; k++)
        mean += rows[k].subcortical / (double)t->recipe->n_lambdas;
    t->state.since_best++;
    if (mean <= t->state.best)
        return true;
    t->state.since_best = 0;
    if (!isnan(mean))
        t->state.best = mean;
    return save_best(t, error);
}

/* Exchanges the weights with their mean, which is what is validated. */
static void exchange(LamTrainer *t)
{
    float *x = lam_parameters_values(t->parameters);
    for (size_t i = 0; t->mean != NULL && i < lam_parameters_floats(t->parameters); i++) {
        float value = x[i];
        x[i] = t->mean[i];
        t->mean[i] = value;
    }
}

/* An interrupt gives the validation up, not the run: its checkpoint is still to be written. */
static bool validate(LamTrainer *t, GError **error)
{
    if (t->validation == NULL)
        return save_best(t, error);
    g_autofree LamValidationRow *rows = g_new0(LamValidationRow, t->recipe->n_lambdas);
    g_autoptr(LamModel) model = lam_model_wrap(&t->recipe->network, t->parameters);
    GError *why = NULL;
    lam_trainer_say(t, "validation after step %" G_GUINT64_FORMAT ", %.1f minutes", t->state.step,
                    run_seconds(t) / 60);
    exchange(t);
    bool done = lam_validation_run(t->validation, model, t->recipe, rows, t->progress, &why);
    exchange(t);
    if (done)
        return log_rows(t, rows, error) && save_if_best(t, rows, error);
    if (g_error_matches(why, LAM_ERROR, LAM_ERROR_CANCELLED)) {
        g_error_free(why);
        return true;
    }
    g_propagate_error(error, why);
    return false;
}

/* ---- the loop ---- */

/* What is due by the clock. */
static bool housekeeping(LamTrainer *t, GError **error)
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

static bool out_of_patience(const LamTrainer *t)
{
    int patience = t->recipe->patience;
    return patience > 0 && t->state.since_best >= (guint64)patience;
}

static bool is_over(const LamTrainer *t)
{
    return schedule(t) >= 1 || out_of_patience(t);
}

static bool leave(const LamTrainer *t)
{
    double minutes = 1e-6 / 60 * (double)(g_get_monotonic_time() - t->started);
    bool cancelled = t->progress != NULL && g_cancellable_is_cancelled(t->progress->cancellable);
    guint64 steps = t->state.step - t->state.first_step, limit = t->options->stop_steps;
    return cancelled || is_over(t) || (limit > 0 && steps >= limit) ||
           (t->options->stop_minutes > 0 && minutes >= t->options->stop_minutes);
}

/* Coarse first, if the recipe says so. */
static bool on_right_grid(LamTrainer *t, GError **error)
{
    bool coarse = schedule(t) < t->recipe->coarse;
    return (t->network.graph != NULL && coarse == t->coarse) || lam_trainer_enter(t, coarse, error);
}

static bool loop(LamTrainer *t, GError **error)
{
    t->started = g_get_monotonic_time();
    t->state.first_step = t->state.step;
    t->next_checkpoint = t->started + (gint64)(60e6 * t->recipe->checkpoint_minutes);
    t->next_validation = t->started + (gint64)(60e6 * t->recipe->validate_minutes);
    while (!leave(t)) {
        if (!on_right_grid(t, error) || !step(t, error) || !housekeeping(t, error))
            return false;
        report(t);
    }
    if (out_of_patience(t))
        lam_trainer_say(t, "no better validation in %d: it ends", t->recipe->patience);
    if (!save_checkpoint(t, error))
        return false;
    /* again: it also keeps what the best validation was */
    return schedule(t) < 1 || (validate(t, error) && save_checkpoint(t, error));
}

bool lam_train(const LamTrainOptions *options, const LamProgress *progress, GError **error)
{
    g_auto(LamTrainer) trainer = {.options = options, .progress = progress};
    LamTrainer *t = &trainer;
    lam_threads_set(0);
    if (!lam_trainer_start(t, error) || !resume(t, error) || !open_logs(t, error))
        return false;
    g_autofree char *data = lam_dataset_describe(t->dataset);
    lam_trainer_say(t, "%s, %d labels, %zu parameters", data,
                    lam_dataset_labelling(t->dataset).n_labels,
                    lam_parameters_floats(t->parameters));
    return loop(t, error);
}

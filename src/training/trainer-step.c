/* One update of the weights. */
#include "trainer-private.h"

#include <lambdascope/error.h>
#include <math.h>

#define MOST_REFUSED 10   /* steps in a row */
#define MEAN_START   10.0 /* the mean of the weights follows them closely at first */

static bool refuse(LamTrainer *t, const LamSample *sample, const char *what, GError **error)
{
    g_autofree char *name =
        g_strdup_printf("refused-%" G_GUINT64_FORMAT ".safetensors", sample->number);
    g_autofree char *path = lam_trainer_path(t, name);
    if (!lam_sample_save(sample, path, error))
        return false;
    lam_trainer_say(t, "step %" G_GUINT64_FORMAT " refused: the %s is not finite; its sample: %s",
                    t->state.step, what, path);
    if (++t->refused < MOST_REFUSED)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                "training diverged at step %" G_GUINT64_FORMAT
                ": the %s is not finite, %d times in a row",
                t->state.step, what, t->refused);
    return false;
}

static double gradient_norm(LamTrainer *t)
{
    const float *g = lam_parameters_gradients(t->parameters);
    size_t n = lam_parameters_floats(t->parameters);
    double total = 0;
    /* in one thread: the sum must not depend on their number */
    for (size_t i = 0; i < n; i++)
        total += (double)g[i] * (double)g[i];
    return sqrt(total);
}

static void follow(LamTrainer *t)
{
    const float *x = lam_parameters_values(t->parameters);
    size_t n = lam_parameters_floats(t->parameters);
    double steps = (double)t->state.step;
    float share = (float)(1 - fmin(t->recipe->ema, (1 + steps) / (MEAN_START + steps)));
#pragma omp parallel for
    for (size_t i = 0; i < n; i++)
        t->mean[i] += share * (x[i] - t->mean[i]);
}

static void add_terms(LamStep *out, const LamTrainTerms *terms, double lambda, int n)
{
    out->lambda += lambda / n;
    out->terms.similarity += terms->similarity / n;
    out->terms.roughness += terms->roughness / n;
    out->terms.labels += terms->labels / n;
    out->terms.anatomy += terms->anatomy / n;
    out->terms.structures += terms->structures / n;
    out->terms.loss += terms->loss / n;
    out->terms.centre_mm = terms->centre_mm;
}

/* One sample's share of the step: forward and backward. */
static bool add_sample(LamTrainer *t, LamStep *out, LamSample **last, GError **error)
{
    double waited_s = 0;
    LamSample *sample = lam_sample_queue_take(t->samples, &waited_s, error);
    if (sample == NULL)
        return false;
    if (*last != NULL)
        lam_sample_queue_give(t->samples, *last);
    *last = sample;
    out->waited_ms += 1e3 * waited_s;
    LamTrainTerms terms = lam_train_graph_forward(&t->network, sample);
    add_terms(out, &terms, sample->lambda, t->recipe->accumulate);
    if (isfinite(terms.loss)) {
        lam_train_graph_backward(&t->network);
        return true;
    }
    /* once for the step, whatever its other samples give */
    bool first = !out->refused;
    out->refused = true;
    return !first || refuse(t, sample, "loss", error);
}

static bool update(LamTrainer *t, double rate, LamStep *out, const LamSample *last, GError **error)
{
    const LamRecipe *r = t->recipe;
    double norm = gradient_norm(t) / r->accumulate;
    if (!isfinite(norm)) {
        out->refused = true;
        return refuse(t, last, "gradient", error);
    }
    double scale = r->clip > 0 && norm > r->clip ? r->clip / norm : 1;
    lam_adam_step(t->adam, rate, scale / r->accumulate);
    if (t->mean != NULL)
        follow(t);
    t->refused = 0;
    return true;
}

bool lam_trainer_step(LamTrainer *t, double rate, LamStep *out, GError **error)
{
    LamSample *last = NULL;
    *out = (LamStep){0};
    lam_parameters_zero_gradients(t->parameters);
    bool ok = true;
    for (int i = 0; ok && i < t->recipe->accumulate; i++)
        ok = add_sample(t, out, &last, error);
    if (ok && !out->refused)
        ok = update(t, rate, out, last, error);
    if (last != NULL)
        lam_sample_queue_give(t->samples, last);
    t->state.step++;
    return ok;
}

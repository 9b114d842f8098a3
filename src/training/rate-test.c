/* Learning-rate range test (Smith, Cyclical learning rates, WACV 2017): the rate rises from step to step
 * until the loss does; the best one lies well below that point. */
#include "trainer-private.h"

#include "train-log.h"

#include <lambdascope/error.h>
#include <lambdascope/threads.h>
#include <math.h>

#define LOWEST    1e-6
#define HIGHEST   1e-1
#define SMOOTHING 0.95 /* of the running loss */
#define BURN_IN   30   /* steps at rates that change next to nothing: how much samples differ */
#define RISEN     1.0  /* standard deviations of the samples' losses above the start */

typedef struct {
    double running, least, rate_of_least;
    double sum, squares; /* of the losses in the burn-in */
} Search;

static double smooth(Search *s, double loss, int step)
{
    s->running = SMOOTHING * s->running + (1 - SMOOTHING) * loss;
    return s->running / (1 - pow(SMOOTHING, step + 1));
}

/* False once the loss has clearly risen above where it began. */
static bool goes_on(Search *s, double loss, double smoothed, double rate, int step)
{
    if (step < BURN_IN) {
        s->sum += loss;
        s->squares += loss * loss;
        s->least = smoothed;
        s->rate_of_least = rate;
        return true;
    }
    if (smoothed < s->least) {
        s->least = smoothed;
        s->rate_of_least = rate;
    }
    double mean = s->sum / BURN_IN, variance = fmax(s->squares / BURN_IN - mean * mean, 0);
    return smoothed < mean + RISEN * sqrt(variance) + 0.01 * fabs(mean);
}

static bool run(LamTrainer *t, int steps, FILE *log, Search *s, GError **error)
{
    double factor = pow(HIGHEST / LOWEST, 1.0 / MAX(steps - 1, 1)), rate = LOWEST;
    for (int i = 0; i < steps; i++, rate *= factor) {
        LamStep done;
        if (lam_progress_cancelled(t->progress, error) || !lam_trainer_step(t, rate, &done, error))
            return false;
        if (done.refused)
            break;
        double smoothed = smooth(s, done.terms.loss, i);
        fprintf(log, "%d,%.4g,%.6f,%.6f\n", i, rate, done.terms.loss, smoothed);
        lam_progress_report(t->progress, (double)i / steps, "trying rates");
        if (!goes_on(s, done.terms.loss, smoothed, rate, i))
            break;
    }
    return true;
}

bool lam_train_find_rate(const LamTrainOptions *options, int steps, double *rate,
                         const LamProgress *progress, GError **error)
{
    g_auto(LamTrainer) trainer = {.options = options, .progress = progress};
    LamTrainer *t = &trainer;
    Search search = {.rate_of_least = LOWEST};
    lam_threads_set(0);
    if (!lam_trainer_start(t, error))
        return false;
    g_autofree char *path = lam_trainer_path(t, "rates.csv");
    /* λ of its own in each step would be noise on the loss */
    t->recipe->lambda = t->recipe->lambda >= 0 ? t->recipe->lambda : 0.3;
    if (!lam_trainer_enter(t, t->recipe->coarse > 0, error) || !lam_train_log_trim(path, 0, error))
        return false;
    FILE *log = lam_train_log_open(path, "step,rate,loss,running_loss", error);
    bool ok = log != NULL && run(t, steps, log, &search, error);
    if (log != NULL)
        fclose(log);
    *rate = search.rate_of_least / 10;
    return ok;
}

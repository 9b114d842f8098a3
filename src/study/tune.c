/* The best λ and its interval; what a λ for each structure gains. */
#include <lambdascope/order.h>
#include <lambdascope/tune.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_SUBJECTS 3 /* of two, every draw that leaves a pair leaves the same */

static const double *line(const LamTuneTable *table, int pair, int place)
{
    return &table->dice[(pair * table->n_labels + place) * LAM_CURVE_POINTS];
}

/* Mean over structures within one pair; false if it has none of them. */
static bool pair_curve(const LamTuneTable *table, int pair, const int *places, int n, double *curve)
{
    int there = 0;
    memset(curve, 0, LAM_CURVE_POINTS * sizeof *curve);
    for (int i = 0; i < (places != NULL ? n : table->n_labels); i++) {
        const double *dice = line(table, pair, places != NULL ? places[i] : i);
        if (isnan(dice[0]))
            continue;
        there++;
        for (int l = 0; l < LAM_CURVE_POINTS; l++)
            curve[l] += dice[l];
    }
    for (int l = 0; l < LAM_CURVE_POINTS; l++)
        curve[l] /= there;
    return there > 0;
}

void lam_tune_curve(const LamTuneTable *table, const int *label_places, int n_places,
                    const double *weight, double curve[LAM_CURVE_POINTS])
{
    double sum[LAM_CURVE_POINTS] = {0}, total = 0, one[LAM_CURVE_POINTS];
    for (int p = 0; p < table->n_pairs; p++) {
        double w = weight != NULL ? weight[p] : 1;
        if (!(w > 0) || !pair_curve(table, p, label_places, n_places, one))
            continue;
        total += w;
        for (int l = 0; l < LAM_CURVE_POINTS; l++)
            sum[l] += w * one[l];
    }
    for (int l = 0; l < LAM_CURVE_POINTS; l++)
        curve[l] = total > 0 ? sum[l] / total : NAN;
}

/* Of equals the smoother one. -1 if nothing is known. */
static int top(const double curve[LAM_CURVE_POINTS])
{
    int best = -1;
    for (int l = 0; l < LAM_CURVE_POINTS; l++)
        if (!isnan(curve[l]) && (best < 0 || curve[l] >= curve[best]))
            best = l;
    return best;
}

static int best_place(const LamTuneTable *table, int place, const double *weight, double *dice)
{
    double curve[LAM_CURVE_POINTS];
    lam_tune_curve(table, place >= 0 ? &place : NULL, 1, weight, curve);
    int best = top(curve);
    if (dice != NULL)
        *dice = best >= 0 ? curve[best] : NAN;
    return best;
}

/* ---- bootstrap ---- */

static int drawn(const int *times, int subject)
{
    return subject >= 0 ? times[subject] : 1;
}

/* Weights of the pairs once subjects were drawn; false if no pair is left. */
static bool draw_weights(const LamTuneTable *table, GRand *rand, double *weight)
{
    g_autofree int *times = g_new0(int, (size_t)table->n_subjects);
    bool any = false;
    for (int i = 0; i < table->n_subjects; i++)
        times[g_rand_int_range(rand, 0, table->n_subjects)]++;
    for (int p = 0; p < table->n_pairs; p++) {
        weight[p] = drawn(times, table->subject[2 * p]) * drawn(times, table->subject[2 * p + 1]);
        any |= weight[p] > 0;
    }
    return any;
}

/* The middle 95 % of the values. */
static void interval(double *values, int n, double *from, double *to)
{
    qsort(values, (size_t)n, sizeof *values, lam_order_doubles);
    *from = n > 0 ? values[(int)(0.025 * (n - 1))] : NAN;
    *to = n > 0 ? values[(int)ceil(0.975 * (n - 1))] : NAN;
}

LamOptimum lam_tune_optimum(const LamTuneTable *table, int place, int draws, guint32 seed)
{
    LamOptimum out = {NAN, NAN, NAN, NAN};
    int best = best_place(table, place, NULL, &out.dice), known = 0;
    if (best < 0)
        return out;
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autofree double *weight = g_new(double, (size_t)table->n_pairs);
    g_autofree double *lambdas = g_new(double, (size_t)MAX(draws, 1));
    for (int d = 0; d < draws; d++) {
        if (!draw_weights(table, rand, weight))
            continue;
        int now = best_place(table, place, weight, NULL);
        if (now >= 0)
            lambdas[known++] = lam_curve_lambda(now);
    }
    out.lambda = lam_curve_lambda(best);
    if (table->n_subjects < LEAST_SUBJECTS) {
        out.from = 0;
        out.to = 1;
        return out;
    }
    interval(lambdas, known, &out.from, &out.to);
    if (known == 0)
        out.from = out.to = out.lambda;
    /* the interval of a skewed distribution may leave out the value itself */
    out.from = fmin(out.from, out.lambda);
    out.to = fmax(out.to, out.lambda);
    return out;
}

/* ---- gain ---- */

static bool share_subject(const LamTuneTable *table, int a, int b)
{
    const int *x = &table->subject[2 * a], *y = &table->subject[2 * b];
    bool fixed = x[0] >= 0 && (x[0] == y[0] || x[0] == y[1]);
    return fixed || x[1] == y[0] || x[1] == y[1];
}

/* The pairs that λ may be chosen on when `left_out` is measured. */
static bool weigh_others(const LamTuneTable *table, int left_out, bool apart, double *weight)
{
    bool any = false;
    for (int p = 0; p < table->n_pairs; p++) {
        weight[p] = p != left_out && !(apart && share_subject(table, p, left_out));
        any |= weight[p] > 0;
    }
    return any;
}

/* Dice of one pair, with one λ and with one for each structure. */
static void score_left_out(const LamTuneTable *table, int pair, const double *weight,
                           double *single, double *each)
{
    int common = best_place(table, -1, weight, NULL), n = 0;
    *single = *each = 0;
    for (int k = 0; k < table->n_labels; k++) {
        const double *dice = line(table, pair, k);
        int own = best_place(table, k, weight, NULL);
        if (isnan(dice[0]))
            continue;
        *single += dice[common];
        *each += dice[own >= 0 ? own : common];
        n++;
    }
    *single /= n;
    *each /= n;
}

static bool all_apart(const LamTuneTable *table, double *weight)
{
    for (int p = 0; p < table->n_pairs; p++)
        if (!weigh_others(table, p, true, weight))
            return false;
    return true;
}

/* Mean of the gains, drawn anew by subjects. */
static void bootstrap_gain(const LamTuneTable *table, const double *gains, int draws, guint32 seed,
                           LamTuneGain *out)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autofree double *weight = g_new(double, (size_t)table->n_pairs);
    g_autofree double *means = g_new(double, (size_t)MAX(draws, 1));
    int known = 0;
    for (int d = 0; d < draws; d++) {
        double sum = 0, total = 0;
        if (!draw_weights(table, rand, weight))
            continue;
        for (int p = 0; p < table->n_pairs; p++) {
            sum += weight[p] * gains[p];
            total += weight[p];
        }
        means[known++] = sum / total;
    }
    if (table->n_subjects >= LEAST_SUBJECTS)
        interval(means, known, &out->from, &out->to);
}

LamTuneGain lam_tune_gain(const LamTuneTable *table, int draws, guint32 seed)
{
    LamTuneGain out = {.gain = NAN, .from = NAN, .to = NAN, .single = NAN, .each = NAN};
    g_autofree double *weight = g_new(double, (size_t)table->n_pairs);
    g_autofree double *gains = g_new(double, (size_t)table->n_pairs);
    if (table->n_pairs < 2)
        return out;
    out = (LamTuneGain){.from = NAN,
                        .to = NAN,
                        .n_pairs = table->n_pairs,
                        .subjects_apart = all_apart(table, weight)};
    for (int p = 0; p < table->n_pairs; p++) {
        double single, each;
        weigh_others(table, p, out.subjects_apart, weight);
        score_left_out(table, p, weight, &single, &each);
        gains[p] = each - single;
        out.single += single / table->n_pairs;
        out.each += each / table->n_pairs;
    }
    out.gain = out.each - out.single;
    bootstrap_gain(table, gains, draws, seed, &out);
    return out;
}

/* ---- preset ---- */

LamEvidence *lam_tune_evidence(const LamTuneTable *table, const char *name, const char *task,
                               const char *model, const char *model_sha256,
                               const char *(*namer)(int label, gpointer user), gpointer user,
                               int draws, guint32 seed)
{
    LamEvidence *preset = g_new0(LamEvidence, 1);
    *preset = (LamEvidence){.name = g_strdup(name),
                            .task = g_strdup(task),
                            .model = g_strdup(model),
                            .model_sha256 = g_strdup(model_sha256),
                            .n_pairs = table->n_pairs,
                            .n_subjects = table->n_subjects,
                            .all = lam_tune_optimum(table, -1, draws, seed),
                            .n_structures = table->n_labels,
                            .n_points = LAM_CURVE_POINTS};
    preset->structures = g_new0(LamEvidenceStructure, (size_t)table->n_labels);
    for (int k = 0; k < table->n_labels; k++) {
        const char *called = namer != NULL ? namer(table->labels[k], user) : NULL;
        preset->structures[k] = (LamEvidenceStructure){table->labels[k], g_strdup(called),
                                                       lam_tune_optimum(table, k, draws, seed)};
    }
    preset->lambda = g_new(double, LAM_CURVE_POINTS);
    preset->dice = g_new(double, LAM_CURVE_POINTS);
    lam_tune_curve(table, NULL, 0, NULL, preset->dice);
    for (int l = 0; l < LAM_CURVE_POINTS; l++)
        preset->lambda[l] = lam_curve_lambda(l);
    return preset;
}

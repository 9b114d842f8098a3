/* Curves over λ of all pairs, as one table. */
#include <lambdascope/tune.h>

#include "labelled-pairs.h"

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/score.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    LamTuneTable *table;
    const int *wanted;
    int n_wanted;
    GArray *curves;       /* of OnePair */
    GHashTable *subjects; /* scan -> its number + 1 */
} Work;

/* All labels of one pair, before it is known which are used. */
typedef struct {
    int n_labels;
    int *labels;
    double *dice; /* [n_labels, LAM_CURVE_POINTS] */
    double fold_percent[LAM_CURVE_POINTS], roughness[LAM_CURVE_POINTS];
    int subject[2];
} OnePair;

static void one_pair_clear(gpointer data)
{
    OnePair *pair = data;
    g_free(pair->labels);
    g_free(pair->dice);
}

void lam_tune_table_free(LamTuneTable *table)
{
    if (table == NULL)
        return;
    g_free(table->labels);
    g_free(table->subject);
    g_free(table->dice);
    g_free(table->fold_percent);
    g_free(table->roughness);
    g_free(table);
}

static int subject_of(Work *work, gpointer scan)
{
    gpointer known = g_hash_table_lookup(work->subjects, scan);
    if (known == NULL) {
        known = GINT_TO_POINTER((int)g_hash_table_size(work->subjects) + 1);
        g_hash_table_insert(work->subjects, scan, known);
    }
    return GPOINTER_TO_INT(known) - 1;
}

static bool measure_curve(LamCurveProbe *probe, OnePair *pair, const LamProgress *progress,
                          GError **error)
{
    for (int l = 0; l < LAM_CURVE_POINTS; l++) {
        if (lam_progress_cancelled(progress, error))
            return false;
        g_autoptr(LamCurvePoint) point = lam_curve_probe_at(probe, lam_curve_lambda(l), error);
        if (point == NULL)
            return false;
        pair->fold_percent[l] = point->domain[0].fold_percent;
        pair->roughness[l] = point->domain[0].roughness;
        for (int k = 0; k < pair->n_labels; k++)
            pair->dice[k * LAM_CURVE_POINTS + l] = point->label_dice[k];
        lam_progress_report(progress, (l + 1.0) / LAM_CURVE_POINTS, "measuring");
    }
    return true;
}

static bool visit(LamSession *session, const LamVolume *fixed_labels, LamVolume *moving_labels,
                  const LamProgress *progress, gpointer user, GError **error)
{
    Work *work = user;
    g_autoptr(LamCurveProbe) probe =
        lam_curve_probe_new(session, fixed_labels, moving_labels, NULL, error);
    if (probe == NULL)
        return false;
    OnePair pair = {.subject = {subject_of(work, lam_session_fixed(session)),
                                subject_of(work, lam_session_moving(session))}};
    const int *labels = lam_curve_probe_labels(probe, &pair.n_labels);
    pair.labels = g_memdup2(labels, (size_t)pair.n_labels * sizeof(int));
    pair.dice = g_new(double, (size_t)pair.n_labels *LAM_CURVE_POINTS);
    bool ok = measure_curve(probe, &pair, progress, error);
    g_array_append_val(work->curves, pair);
    return ok;
}

/* ---- which labels ---- */

static bool is_wanted(const Work *work, int label, bool subcortical)
{
    for (int i = 0; i < work->n_wanted; i++)
        if (work->wanted[i] == label)
            return true;
    return work->wanted == NULL && (!subcortical || lam_label_is_subcortical(label));
}

/* Labels that some pair has in both scans. */
static int gather_labels(const Work *work, bool subcortical, GArray *out)
{
    g_array_set_size(out, 0);
    for (guint p = 0; p < work->curves->len; p++) {
        const OnePair *pair = &g_array_index(work->curves, OnePair, p);
        for (int k = 0; k < pair->n_labels; k++) {
            int label = pair->labels[k];
            bool seen = bsearch(&label, out->data, out->len, sizeof(int), lam_order_ints) != NULL;
            if (seen || isnan(pair->dice[k * LAM_CURVE_POINTS]) ||
                !is_wanted(work, label, subcortical))
                continue;
            g_array_append_val(out, label);
            qsort(out->data, out->len, sizeof(int), lam_order_ints);
        }
    }
    return (int)out->len;
}

static void fill_pair(LamTuneTable *table, int p, const OnePair *pair)
{
    size_t bytes = LAM_CURVE_POINTS * sizeof(double);
    memcpy(&table->fold_percent[p * LAM_CURVE_POINTS], pair->fold_percent, bytes);
    memcpy(&table->roughness[p * LAM_CURVE_POINTS], pair->roughness, bytes);
    memcpy(&table->subject[2 * p], pair->subject, 2 * sizeof(int));
    for (int k = 0; k < table->n_labels; k++) {
        double *to = &table->dice[(p * table->n_labels + k) * LAM_CURVE_POINTS];
        const int *found = bsearch(&table->labels[k], pair->labels, (size_t)pair->n_labels,
                                   sizeof(int), lam_order_ints);
        for (int l = 0; l < LAM_CURVE_POINTS; l++)
            to[l] = found != NULL ? pair->dice[(found - pair->labels) * LAM_CURVE_POINTS + l] : NAN;
    }
}

/* One fixed scan of all pairs is no subject. The others close up. */
static void leave_out_template(LamTuneTable *table)
{
    int template = table->subject[0];
    for (int p = 0; p < table->n_pairs; p++)
        if (table->subject[2 * p] != template || table->subject[2 * p + 1] == template)
            return;
    if (table->n_pairs < 2)
        return;
    for (int i = 0; i < 2 * table->n_pairs; i++)
        table->subject[i] =
            table->subject[i] == template ? -1 : table->subject[i] - (table->subject[i] > template);
    table->n_subjects--;
}

static LamTuneTable *make_table(const Work *work, const char *csv, GError **error)
{
    g_autoptr(GArray) labels = g_array_new(FALSE, FALSE, sizeof(int));
    if (gather_labels(work, true, labels) == 0 && gather_labels(work, false, labels) == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot tune: %s: no label that is asked for is in both scans of a pair", csv);
        return NULL;
    }
    LamTuneTable *table = g_new0(LamTuneTable, 1);
    table->n_pairs = (int)work->curves->len;
    table->n_subjects = (int)g_hash_table_size(work->subjects);
    table->n_labels = (int)labels->len;
    table->labels = g_memdup2(labels->data, labels->len * sizeof(int));
    table->subject = g_new(int, 2 * (size_t)table->n_pairs);
    size_t lines = (size_t)table->n_pairs * LAM_CURVE_POINTS;
    table->fold_percent = g_new(double, lines);
    table->roughness = g_new(double, lines);
    table->dice = g_new(double, lines *(size_t)table->n_labels);
    for (int p = 0; p < table->n_pairs; p++)
        fill_pair(table, p, &g_array_index(work->curves, OnePair, p));
    leave_out_template(table);
    return table;
}

LamTuneTable *lam_tune_measure(const char *csv, const char *folder, LamModel *model,
                               const LamLabelTable *structures, const int *wanted, int n_wanted,
                               const LamProgress *progress, GError **error)
{
    g_autoptr(LamLabelledPairs) pairs = lam_labelled_pairs_load(csv, folder, true, error);
    if (pairs == NULL)
        return NULL;
    if (structures != NULL)
        lam_labelled_pairs_name(pairs, structures);
    g_autoptr(GArray) curves = g_array_new(FALSE, FALSE, sizeof(OnePair));
    g_array_set_clear_func(curves, one_pair_clear);
    g_autoptr(GHashTable) subjects = g_hash_table_new(NULL, NULL);
    Work work = {.wanted = wanted, .n_wanted = n_wanted, .curves = curves, .subjects = subjects};
    if (!lam_labelled_pairs_visit(pairs, model, visit, &work, progress, error))
        return NULL;
    return make_table(&work, csv, error);
}

/* The figures of an evaluation, and their means over pairs. */
#include "evaluate.h"

#include <lambdascope/order.h>

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

const LamEvaluateFigure lam_evaluate_figures[] = {
    {"dice_subcortical", "Dice sub", "%9.4f", offsetof(LamScore, subcortical)},
    {"dice_cortical", "cortex", "%9.4f", offsetof(LamScore, cortical)},
    {"hd95_subcortical_mm", "HD95 sub", "%9.3f", offsetof(LamScore, subcortical_hd95_mm),
     .of_surface = true},
    {"hd95_cortical_mm", "HD95 cort", "%9.3f", offsetof(LamScore, cortical_hd95_mm),
     .of_surface = true},
    {"fold_percent", "folds %", "%9.5f", offsetof(LamScore, fold_percent), .of_field = true},
    {"digital_fold_percent", "digital %", "%9.5f", offsetof(LamScore, digital_fold_percent),
     .of_field = true},
    {"ndv_percent", "NDV %", "%9.6f", offsetof(LamScore, ndv_percent), .of_field = true},
    {"sd_log_jacobian", "SD log|J|", "%9.4f", offsetof(LamScore, sd_log_jacobian),
     .of_field = true},
    {"roughness", "roughness", "%9.5f", offsetof(LamScore, roughness), .of_field = true},
    {"correlation", "corr.", "%9.4f", offsetof(LamScore, similarity), .of_field = true},
    {"tick_ms", "tick ms", "%9.1f", offsetof(LamScore, milliseconds), .of_field = true},
    {NULL},
};

const char lam_evaluate_roughness_definition[] =
    "mean over axes, components and grid points of the squared forward difference of d, in voxels "
    "of its grid";

const char lam_evaluate_fold_definitions[] =
    "folds: |J| <= 0 by central differences; digital: by any tetrahedron at the voxel; NDV: volume "
    "of the tetrahedra turned over (Liu et al. 2024)";

guint lam_evaluation_rows(const LamEvaluation *e)
{
    return 1 + e->subjects->len * e->options->lambdas->len;
}

guint lam_evaluation_row(const LamEvaluation *e, guint subject, guint lambda)
{
    return 1 + subject * e->options->lambdas->len + lambda;
}

LamScore *lam_evaluation_score(const LamEvaluation *e, guint row, guint pair)
{
    return &e->scores[row * e->pairs->len + pair];
}

bool lam_evaluation_has(const LamEvaluation *e, guint row, const LamEvaluateFigure *figure)
{
    return (row > 0 || !figure->of_field) && (e->options->hd95 || !figure->of_surface);
}

double lam_evaluate_figure_of(const LamScore *score, const LamEvaluateFigure *figure)
{
    return *(const double *)((const char *)score + figure->offset);
}

static LamEvaluateMean mean_of(const double *values, guint n)
{
    LamEvaluateMean m = {0};
    double sum = 0, squares = 0;
    for (guint i = 0; i < n; i++) {
        sum += isfinite(values[i]) ? values[i] : 0;
        m.n += isfinite(values[i]);
    }
    m.mean = m.n > 0 ? sum / m.n : NAN;
    for (guint i = 0; i < n; i++)
        squares += isfinite(values[i]) ? (values[i] - m.mean) * (values[i] - m.mean) : 0;
    m.sd = m.n > 1 ? sqrt(squares / (m.n - 1)) : NAN;
    return m;
}

LamEvaluateMean lam_evaluation_mean(const LamEvaluation *e, guint row,
                                    const LamEvaluateFigure *figure)
{
    g_autofree double *values = g_new(double, e->pairs->len);
    for (guint pair = 0; pair < e->pairs->len; pair++)
        values[pair] = lam_evaluate_figure_of(lam_evaluation_score(e, row, pair), figure);
    return mean_of(values, e->pairs->len);
}

/* ---- structures ---- */

GArray *lam_evaluation_structures(const LamEvaluation *e)
{
    GArray *labels = g_array_new(FALSE, FALSE, sizeof(int));
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint pair = 0; pair < e->pairs->len; pair++) {
        const LamScore *score = lam_evaluation_score(e, 0, pair);
        for (int i = 0; i < score->n_labels; i++) {
            int label = score->labels[i];
            bool wanted = lam_label_is_subcortical(label) || lam_label_is_cortical(label);
            if (wanted && g_hash_table_add(seen, GINT_TO_POINTER(label)))
                g_array_append_val(labels, label);
        }
    }
    g_array_sort(labels, lam_order_ints);
    return labels;
}

static double value_of(const LamScore *score, const double *values, int label)
{
    const int *at =
        bsearch(&label, score->labels, (size_t)score->n_labels, sizeof label, lam_order_ints);
    return at != NULL && values != NULL ? values[at - score->labels] : NAN;
}

LamEvaluateMean lam_evaluation_mean_dice(const LamEvaluation *e, guint row, int label)
{
    g_autofree double *values = g_new(double, e->pairs->len);
    for (guint pair = 0; pair < e->pairs->len; pair++) {
        const LamScore *score = lam_evaluation_score(e, row, pair);
        values[pair] = value_of(score, score->dice, label);
    }
    return mean_of(values, e->pairs->len);
}

LamEvaluateMean lam_evaluation_mean_hd95(const LamEvaluation *e, guint row, int label)
{
    g_autofree double *values = g_new(double, e->pairs->len);
    for (guint pair = 0; pair < e->pairs->len; pair++) {
        const LamScore *score = lam_evaluation_score(e, row, pair);
        values[pair] = value_of(score, score->hd95_mm, label);
    }
    return mean_of(values, e->pairs->len);
}

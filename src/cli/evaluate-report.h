/* What lam evaluate measured, and how it is printed. */
#pragma once

#include <lambdascope/score.h>

typedef struct {
    const char *model_path, *grid; /* borrowed; grid: "model" or "fixed"; no model: NULL */
    const char *method;            /* "network", "refine" or "classical" */
    bool symmetric;
    double label_share; /* NaN: the model has none */
    GPtrArray *pairs;   /* LamPair * */
    GArray *lambdas;    /* double */
    LamScore *scores;   /* [1 + lambdas][pairs]; the first row is the affine alone */
} LamEvaluation;

static inline LamScore *lam_evaluation_score(const LamEvaluation *e, guint row, guint pair)
{
    return &e->scores[row * e->pairs->len + pair];
}

void lam_evaluation_print(const LamEvaluation *e, bool per_structure);
void lam_evaluation_print_json(const LamEvaluation *e, bool per_structure);

/* One line per λ and figure: lambda,figure,mean,pairs. Figures are those of the table, then
 * dice_label_N for each structure. */
bool lam_evaluation_save_csv(const LamEvaluation *e, const char *path, GError **error);

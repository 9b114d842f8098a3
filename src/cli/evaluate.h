/* What lam evaluate is asked, what it measured, and how that is shown: one file for each. */
#pragma once

#include <lambdascope/label_names.h>
#include <lambdascope/loss.h>
#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/score.h>

typedef enum {
    LAM_EVALUATE_AFFINE,
    LAM_EVALUATE_NETWORK,
    LAM_EVALUATE_REFINE,
    LAM_EVALUATE_CLASSICAL,
    LAM_EVALUATE_METHODS,
} LamEvaluateMethod;

const char *lam_evaluate_method_name(LamEvaluateMethod method);

/* ---- what is asked: evaluate-options.c ---- */

typedef struct {
    const char *pairs_path; /* borrowed from argv */
    char **models;          /* as named; NULL: the default one */
    bool methods[LAM_EVALUATE_METHODS];
    GArray *lambdas; /* double */
    bool fixed_grid, symmetric, per_structure, hd95, json;
    double seconds;           /* of refinement; negative: not given */
    bool choose_similarity;   /* by the contrasts of each pair */
    LamSimilarity similarity; /* else that it maximises */
    double label_share;       /* -1: not given */
    char *csv, *plot, *names;
} LamEvaluateOptions;

bool lam_evaluate_parse(LamEvaluateOptions *options, int *argc, char ***argv, GError **error);
void lam_evaluate_options_clear(LamEvaluateOptions *options);

/* ---- what was measured: evaluate-run.c, evaluate-figures.c ---- */

/* A method, by a model or without one. */
typedef struct {
    const char *name; /* of the model; "" without one; borrowed, as all that follows */
    const char *path;
    LamModel *model;
    LamEvaluateMethod method; /* never the affine, with which each table begins */
    double label_share;       /* NaN: the model has none */
} LamEvaluateSubject;

typedef struct {
    const LamEvaluateOptions *options;
    GPtrArray *pairs;           /* LamPair * */
    const LamLabelNames *names; /* may be NULL */
    GArray *subjects;           /* LamEvaluateSubject, those of one model together */
    LamScore *scores; /* [1 + subjects · lambdas][pairs]; the first row is the affine's */
} LamEvaluation;

/* Scores everything. Scans are loaded and aligned once for each pair. */
bool lam_evaluation_run(LamEvaluation *e, const LamProgress *progress, GError **error);
void lam_evaluation_clear(LamEvaluation *e);

guint lam_evaluation_rows(const LamEvaluation *e);
guint lam_evaluation_row(const LamEvaluation *e, guint subject, guint lambda);
LamScore *lam_evaluation_score(const LamEvaluation *e, guint row, guint pair);

/* One figure of a score. */
typedef struct {
    const char *key, *heading, *format;
    size_t offset;   /* of a double in LamScore */
    bool of_field;   /* has no meaning for the affine alone */
    bool of_surface; /* measured with --hd95 only */
} LamEvaluateFigure;

/* In the order in which they are shown; the array ends with a NULL key. */
extern const LamEvaluateFigure lam_evaluate_figures[];

extern const char lam_evaluate_roughness_definition[], lam_evaluate_fold_definitions[];

/* Whether a row has the figure. */
bool lam_evaluation_has(const LamEvaluation *e, guint row, const LamEvaluateFigure *figure);
double lam_evaluate_figure_of(const LamScore *score, const LamEvaluateFigure *figure);

/* Over the pairs that have a value. */
typedef struct {
    double mean, sd; /* NaN of none; sd: of the sample, NaN of one */
    int n;
} LamEvaluateMean;

LamEvaluateMean lam_evaluation_mean(const LamEvaluation *e, guint row,
                                    const LamEvaluateFigure *figure);

/* Every structure of either group that some pair holds: int, ascending. */
GArray *lam_evaluation_structures(const LamEvaluation *e);
LamEvaluateMean lam_evaluation_mean_dice(const LamEvaluation *e, guint row, int label);
LamEvaluateMean lam_evaluation_mean_hd95(const LamEvaluation *e, guint row, int label);

/* ---- how it is shown: evaluate-text.c, evaluate-json.c, evaluate-csv.c, evaluate-plot.c ---- */

void lam_evaluation_print(const LamEvaluation *e);
void lam_evaluation_print_json(const LamEvaluation *e);

/* One line per model, method, λ and figure: model,method,lambda,figure,mean,sd,pairs,structure. Figures
 * are those of the table, then dice_label_N (and hd95_mm_label_N) for each structure, whose name, where it
 * is known, stands in the last column. Fields without a value are empty. */
bool lam_evaluation_save_csv(const LamEvaluation *e, const char *path, GError **error);

/* Dice, folds and roughness (and surface distances) against λ. */
bool lam_evaluation_save_plot(const LamEvaluation *e, const char *path, GError **error);

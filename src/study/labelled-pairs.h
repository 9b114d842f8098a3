/* Labelled pairs of a study, held in memory, and how good models are on them. */
#pragma once

#include <lambdascope/label_table.h>
#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/registration.h>

typedef struct LamLabelledPairs LamLabelledPairs;

/* csv: as lam_pairs_load. align: affinely, once for all models; false: they are already. */
LamLabelledPairs *lam_labelled_pairs_load(const char *csv, const char *folder, bool align,
                                          GError **error);
/* Values of all label maps become those of the structures that they belong to; what is not in the table, 0. */
void lam_labelled_pairs_name(LamLabelledPairs *pairs, const LamLabelTable *structures);
void lam_labelled_pairs_free(LamLabelledPairs *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamLabelledPairs, lam_labelled_pairs_free)

/* Means over the pairs, of lam_score on the fixed scan's own grid. */
typedef struct {
    double lambda;
    double subcortical, cortical, roughness, fold_percent, sd_log_jacobian;
    double seconds; /* for a pair that is affinely aligned */
} LamMeanScore;

/* The figure that lies `at` bytes into the score: offsetof(LamMeanScore, …). */
static inline double lam_mean_score_figure(const LamMeanScore *score, size_t at)
{
    return *(const double *)((const char *)score + at);
}

typedef struct {
    LamMethod method;
    LamModel *model;       /* NULL for the linear and the classical one */
    double refine_seconds; /* of refinement and classical registration; < 0: their own default */
} LamScoredMethod;

/* Fills the scores of n λ, which they hold. */
bool lam_labelled_pairs_score(LamLabelledPairs *pairs, const LamScoredMethod *method,
                              LamMeanScore *scores, int n, const LamProgress *progress,
                              GError **error);

/* What is done with one pair: its session, and the label maps of its scans. */
typedef bool (*LamPairVisit)(LamSession *session, const LamVolume *fixed_labels,
                             LamVolume *moving_labels, const LamProgress *progress, gpointer user,
                             GError **error);
/* Opens a session for each pair in turn. A scan that is in several pairs is one volume. */
bool lam_labelled_pairs_visit(LamLabelledPairs *pairs, LamModel *model, LamPairVisit visit,
                              gpointer user, const LamProgress *progress, GError **error);

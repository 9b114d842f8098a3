/* λ from evidence: Dice of each structure over labelled pairs at 33 λ, the best λ with its interval, and what
 * a λ for each structure gains over one for all.
 *
 * Pairs that share a subject are not independent. Intervals come from a bootstrap over subjects: subjects are
 * drawn with replacement, and a pair counts as often as both of its scans were drawn (the pigeonhole
 * bootstrap, Owen 2007). With few subjects they are wide, and still only as good as these subjects; with two,
 * nothing is known of others, and the interval is all of [0,1]. Where all pairs have one fixed scan, as a template,
 * the moving ones alone are drawn.
 *
 * Thread-safety: a table is immutable once measured. */
#pragma once

#include <lambdascope/curve.h>
#include <lambdascope/model.h>
#include <lambdascope/evidence.h>
#include <lambdascope/label_table.h>
#include <lambdascope/study.h>

G_BEGIN_DECLS

typedef struct {
    int n_pairs, n_subjects, n_labels;
    int *labels; /* [n_labels] in order */
    int *
        subject; /* [n_pairs, 2]: of the fixed and the moving scan; -1: one fixed scan of all pairs, a
                     * template, which is nobody and is not drawn */
    double *dice; /* [n_pairs, n_labels, LAM_CURVE_POINTS]; NaN where not in both scans */
    double *fold_percent, *roughness; /* [n_pairs, LAM_CURVE_POINTS] */
} LamTuneTable;

void lam_tune_table_free(LamTuneTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTuneTable, lam_tune_table_free)

/* csv: as lam_pairs_load, each pair with labels. structures: what the values of the label maps mean, so that maps of
 * unlike numbers, or of both sides, can be compared; values that are not in it count as none; NULL: as they are. wanted: labels to be used; NULL: those of lam_label_is_subcortical
 * if there are any, else all. Measured on the model grid. Errors of files; LAM_ERROR_ARGUMENT if no
 * label is in both scans of a pair. */
LamTuneTable *lam_tune_measure(const char *csv, const char *folder, LamModel *model,
                               const LamLabelTable *structures, const int *wanted, int n_wanted,
                               const LamProgress *progress, GError **error);

/* Mean Dice of some structures (all: NULL) over pairs, at each λ; weight: of each pair, NULL: alike. Pairs
 * count alike, and within one its structures. */
void lam_tune_curve(const LamTuneTable *table, const int *label_places, int n_places,
                    const double *weight, double curve[LAM_CURVE_POINTS]);

/* The best λ of one structure (its place in labels; -1: the mean over all), with its interval. */
LamOptimum lam_tune_optimum(const LamTuneTable *table, int place, int draws, guint32 seed);

/* What is gained in mean Dice by a λ for each structure over a single one. Both are chosen without the pair
 * that is measured and without all pairs that share a subject with it, unless too few are left
 * (then: without the pair). */
typedef struct {
    double gain, from, to; /* mean over pairs, and its 95 % interval */
    double single, each;   /* mean Dice of the two */
    int n_pairs;
    bool subjects_apart; /* chosen on other subjects */
} LamTuneGain;
LamTuneGain lam_tune_gain(const LamTuneTable *table, int draws, guint32 seed);

/* With all optima; names may be NULL (label_names.h). `made` is left to the caller. */
LamEvidence *lam_tune_evidence(const LamTuneTable *table, const char *name, const char *task,
                               const char *model, const char *model_sha256,
                               const char *(*namer)(int label, gpointer user), gpointer user,
                               int draws, guint32 seed);

/* One task: its table, its preset and its gain; all borrowed. */
typedef struct {
    const LamTuneTable *table;
    const LamEvidence *preset;
    LamTuneGain gain;
} LamTuneTask;

/* The table has a row for each task and structure (and "all"), the summary the best λ of all and the gain of
 * each task, the figure the mean curves and each structure's best λ with its interval. */
LamStudyResult *lam_tune_result(const LamTuneTask *tasks, int n);

G_END_DECLS

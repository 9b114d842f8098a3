/* How many scans a network needs: the same recipe with the first few of its scans, each for as many steps,
 * with and without refinement for each pair; and registration without a network. All at one λ. */
#pragma once

#include <lambdascope/study.h>
#include <lambdascope/study_training.h>

G_BEGIN_DECLS

typedef struct {
    LamStudyTraining training;
    const int *scans; /* of each run, 2 or more, rising */
    int n_scans;
    double lambda;         /* of training, scores and refinement, in [0,1] */
    double refine_seconds; /* for each pair, refined or without a network; < 0: their own default */
} LamStudyFewOptions;

/* The table has a row for each method and number of scans. Errors as lam_study_hyper. */
LamStudyResult *lam_study_few(const LamStudyFewOptions *options, const LamProgress *progress,
                              GError **error);

G_END_DECLS

/* One HyperMorph against models that were each trained for one λ (Hoopes et al. 2021): how near it comes to
 * each of them at its λ, and what its training costs beside theirs. All have the same seed, scans and
 * augmentation. */
#pragma once

#include <lambdascope/study.h>
#include <lambdascope/study_training.h>

G_BEGIN_DECLS

typedef struct {
    LamStudyTraining training; /* steps: of each single model */
    double budget;             /* steps of the HyperMorph, in those of one single model */
    const double *lambdas;     /* of the single models, each in [0,1], no two alike */
    int n_lambdas;
    int curve; /* the HyperMorph is measured at so many λ (2 or more) from 0 to 1, and at those above */
} LamStudyHyperOptions;

typedef struct {
    double subcortical, cortical; /* largest |Dice of the HyperMorph - Dice of the single model| */
    double time_of_one,
        time_of_all;    /* the HyperMorph's training time / that of one single model (the
                                      * mean), of all of them */
    double step_of_one; /* its time for a step / that of a single model */
} LamStudyHyperFindings;

/* The table has a row for each model and λ. LAM_ERROR_ARGUMENT for options and recipes that make no
 * sense; LAM_ERROR_CANCELLED after an interrupt, from where the next call goes on. */
LamStudyResult *lam_study_hyper(const LamStudyHyperOptions *options,
                                LamStudyHyperFindings *findings, const LamProgress *progress,
                                GError **error);

G_END_DECLS

/* λ for each class of tissue in two ways: the composite of the velocities of a network of one λ
 * (docs/regions.md), and a network that was trained with a λ for each class (after Reithmeir et al. 2024), beside
 * one λ for all. Both networks have the same recipe, seed, samples and number of steps. Slices only. */
#pragma once

#include <lambdascope/study.h>
#include <lambdascope/study_training.h>

G_BEGIN_DECLS

typedef struct {
    LamStudyTraining training; /* the recipe has [tissues] */
    const char *choose,
        *score; /* globs of label maps, relative to the data: of the pairs that the best
                                 * λ are chosen on, and of those that are scored */
    int pairs;  /* of each; 2 to 999 */
} LamStudyTissueOptions;

/* The table has a row for each way and class, and one for each way over all. LAM_ERROR_ARGUMENT for options and
 * recipes that make no sense; LAM_ERROR_CANCELLED after an interrupt, from where the next call goes on. */
LamStudyResult *lam_study_tissue(const LamStudyTissueOptions *options, const LamProgress *progress,
                                 GError **error);

G_END_DECLS

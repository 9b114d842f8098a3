/* A whole registration: two scans in, one transform out. What lam register, its batches and other
 * programs call. */
#pragma once

#include <lambdascope/affine.h>
#include <lambdascope/field.h>
#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/refine.h>
#include <lambdascope/region.h>
#include <lambdascope/transform.h>

G_BEGIN_DECLS

typedef enum {
    LAM_METHOD_LINEAR,    /* the linear part alone */
    LAM_METHOD_NETWORK,   /* the network's answer */
    LAM_METHOD_REFINE,    /* the network's answer, then improved for this pair */
    LAM_METHOD_CLASSICAL, /* optimised for this pair from zero: no network */
} LamMethod;

typedef struct {
    LamMethod method;
    LamAffineOptions affine; /* the linear part, which comes first */
    bool keep_initial;       /* affine.initial is the linear part as it is: nothing is fitted */
    double lambda;           /* in [0,1]; unused by LAM_METHOD_LINEAR */
    LamModel *model;         /* borrowed; for the network and its refinement, else NULL */
    double label_share;      /* of a model with hyper_labels, in [0,1]; < 0: the model's own */
    bool symmetric;          /* exchanging the scans inverts the result (session.h) */
    int uncertainty_samples; /* of lam_session_uncertainty; 0: not asked for. For LAM_METHOD_NETWORK,
                              * a probabilistic model, and not symmetric */
    bool
        sensitivity; /* whether lam_session_sensitivity is asked for; for LAM_METHOD_NETWORK, without regions, not
                       * symmetric */
    const LamRegion *const *regions; /* borrowed; for LAM_METHOD_NETWORK */
    int n_regions;
    bool
        choose_similarity; /* terms.similarity by the contrasts that the linear part finds, unless there is a
                             * mask (lam_similarity_for_contrasts) */
    double seconds; /* of refinement and classical registration; < 0: their own default */
    LamRefineOptions
        terms; /* what else these two take into account: masks, labels, points and their
                              * weights; the rest of it is not used */
} LamRegistrationOptions;

/* Affine, then the network at λ = 0.3; the model is still to be given. */
LamRegistrationOptions lam_registration_options_default(void);

/* Correlations are Pearson's, over the fixed grid where either scan is above zero; NaN where the scans
 * do not overlap. */
typedef struct {
    LamTransform *transform;    /* fixed world -> moving world; owned */
    LamAffine linear;           /* how its linear part was found; NaN and 0 if it was given */
    LamRefineReport refinement; /* zero if there was none */
    LamSimilarity similarity;   /* that it climbed */
    LamFieldStatistics
        statistics; /* of the deformable part on its own grid; zero if there is none */
    /* mm, 1 channel, on the deformable part's grid; NULL if not asked for; owned */
    LamVolume *uncertainty, *sensitivity;
    char **warnings;       /* about regions, NULL-terminated; NULL without them; owned */
    double before;         /* correlation as the files lie */
    double aligned, after; /* after the linear part; at the end */
    double linear_s, deformable_s;
} LamRegistrationResult;

void lam_registration_result_clear(LamRegistrationResult *result);

/* LAM_ERROR_FAILED if the linear part finds no plausible position; LAM_ERROR_ARGUMENT for options and
 * scans that make no sense. Thread-safety: safe with different scans; uses all threads. */
bool lam_registration_run(LamVolume *fixed, LamVolume *moving,
                          const LamRegistrationOptions *options, const LamProgress *progress,
                          LamRegistrationResult *result, GError **error);

G_END_DECLS

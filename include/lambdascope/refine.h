/* Registration of one pair by optimisation of its velocity field, coarse to fine: from the network's
 * answer (instance-specific refinement, Balakrishnan et al. 2019) or from zero (classical registration,
 * which needs no network).
 *
 * Minimised over v, with d = exp(v) - id:
 *   (1 - λ) (-NCC(fixed, moving o A o (id + d))) + λ |grad d|^2      as in training (loss.h); NMI or MSE
 *                                                                    in place of NCC if asked for: then
 *                                                                    roughness weighs 2.2 or 3.7 times
 *                                                                    as much, so that equal λ are about
 *                                                                    equally smooth
 *   + a barrier against folds of d (lam_op_folds)
 *   + label_weight (1 - mean Dice) + landmark_weight mean |d(x) - A^-1 y + x|^2     where they are given
 * by Adam (Kingma and Ba 2015) whose steps are smoothed by a Gaussian (a Sobolev-like metric).
 *
 * Thread-safety: as the session, which is used by one thread at a time. Deterministic for a number of
 * threads as long as the clock does not cut it short. */
#pragma once

#include <lambdascope/loss.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

#define LAM_REFINE_MAX_LEVELS 6

/* Spacings over the session's box; the images are smoothed to theirs. */
typedef struct {
    double image_mm, field_mm;
    int iterations;
} LamRefineLevel;

/* Of both scans; each in its own world. All borrowed. */
typedef struct {
    double lambda; /* in [0,1] */
    double
        seconds; /* by the clock, preparation included: planned for, and kept to within an iteration
                     * and the measurements at the end; 0 = no limit */
    LamSimilarity similarity; /* NCC (as networks are trained with), NMI or MSE */
    int n_levels;
    LamRefineLevel levels[LAM_REFINE_MAX_LEVELS]; /* coarsest first */

    const LamVolume *fixed_mask; /* weight >= 0 of the similarity at each point of the fixed scan's
                                  * world (0 outside the mask's grid); NULL: everywhere 1. For
                                  * NCC alone */
    const LamVolume *fixed_labels, *moving_labels; /* both or none */
    const int *labels;                             /* which to align; NULL: all that both hold */
    int n_labels;
    double label_weight;
    const LamVec3 *fixed_points, *moving_points; /* pairs, mm, each in its scan's world */
    int n_points;
    double landmark_weight; /* per mm^2 */
} LamRefineOptions;

/* From the network's field, and from zero; each takes less than 20 s on two cores of about 3 GHz. */
LamRefineOptions lam_refine_options_default(double lambda);
LamRefineOptions lam_refine_options_classical(double lambda);

/* The terms on the finest grid that was reached. NaN: not asked for. */
typedef struct {
    double loss; /* all of it */
    double
        similarity; /* mean squared local correlation, in [0,1], or NMI, in [1,2], or minus the MSE:
                         * higher is better */
    double roughness;   /* mean squared gradient of d */
    double label_dice;  /* mean soft Dice of the labels to align */
    double landmark_mm; /* root mean square distance */
} LamRefineTerms;

typedef struct {
    LamRefineTerms before, after;
    int iterations;
    double seconds;
    bool out_of_time; /* fewer iterations than planned */
} LamRefineReport;

/* Starts from start->velocity (or, where there is none, from lam_field_logarithm of its field; start
 * NULL: from zero). The result is a snapshot like those of
 * lam_session_set_lambda, with similarity, on the last level's field grid; never of a higher loss than
 * the start. report may be NULL. LAM_ERROR_ARGUMENT: λ, levels or weights out of range, labels without
 * one that both scans hold, points outside the box; LAM_ERROR_CANCELLED. */
LamSnapshot *lam_session_refine(LamSession *session, const LamSnapshot *start,
                                const LamRefineOptions *options, LamRefineReport *report,
                                const LamProgress *progress, GError **error);

G_END_DECLS

/* What a network makes of one anatomy in two contrasts (after the figure with which SynthMorph was
 * presented; Hoffmann et al. 2022): its last features before the flow, for the same fixed scan and the
 * moving scan in contrast A and in contrast B. Where they are alike the network does not see contrast.
 *
 * Compared over the voxels of the field grid where the fixed scan is above zero. The linear part is
 * computed once, of fixed and A, and serves both. */
#pragma once

#include <lambdascope/model.h>
#include <lambdascope/study.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    LamVolume *fixed, *a, *b;    /* a and b: the moving scan, aligned with itself */
    const char *name_a, *name_b; /* of the contrasts, for the figure */
    const GPtrArray *models;     /* LamModel; at least one */
    double lambda;               /* in [0,1] */
} LamStudyFeaturesOptions;

/* The table: model, lambda, channel, correlation (Pearson), normalised_rms (root mean square of A - B,
 * by that of both together: 0 where they are equal), deviation (of A's and B's values), shown. The
 * figure: the central axial slice of the eight channels that vary most, A and B side by side on one
 * scale, for each model; and the correlation of all channels. LAM_ERROR_ARGUMENT if there is no model or
 * λ is out of range. */
LamStudyResult *lam_study_features(const LamStudyFeaturesOptions *options,
                                   const LamProgress *progress, GError **error);

G_END_DECLS

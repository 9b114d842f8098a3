/* Accuracy while the contrast of the moving scan changes (after the figure with which SynthMorph was
 * presented; Hoffmann et al. 2022): labelled pairs of one contrast, the moving scan's intensities sent
 * through the curves of remap.h.
 *
 * The linear part is computed once, of the pair as it is, and serves all: only the deformation is asked
 * for under another contrast. Dice is measured on the fixed scan's own voxels. */
#pragma once

#include <lambdascope/study.h>

G_BEGIN_DECLS

typedef struct {
    const GPtrArray *pairs; /* LamPair, with labels */
    const GPtrArray
        *methods; /* LamStudyMethod; the linear part is measured without being asked for */
    int steps;    /* so many contrasts from t = 0 to 1; at least 2 */
} LamStudyContrastOptions;

/* The table: pair, t, method, dice_subcortical, dice_cortical, fold_percent, sd_log_jacobian. The
 * figure: mean Dice over pairs against t, a line per method. LAM_ERROR_ARGUMENT if there are no pairs or
 * too few steps, or a pair has no labels. */
LamStudyResult *lam_study_contrast(const LamStudyContrastOptions *options,
                                   const LamProgress *progress, GError **error);

G_END_DECLS

/* Climbing to the best correlation at one level of the pyramid. */
#pragma once

#include "affine-sums.h"

#include <lambdascope/progress.h>

typedef struct {
    const LamAffinePyramid *fixed, *moving;
    LamAffineFrame frame;
} LamAffinePair;

typedef struct {
    LamMat4 map; /* fixed world -> moving world */
    double correlation;
} LamAffineFit;

/* Improves fit->map in place with 6 (rigid), 7 (and one scale) or 12 degrees of freedom.
 * Levenberg-Marquardt on the normalised images; stops when a step gains or moves next to nothing.
 * False only if cancelled. */
bool lam_affine_climb(const LamAffinePair *pair, int level, int dof, int max_steps,
                      const LamProgress *progress, LamAffineFit *fit, GError **error);

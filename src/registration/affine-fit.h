/* Climbing to the best agreement at one level of the pyramid. */
#pragma once

#include "affine-measure.h"

#include <lambdascope/progress.h>

typedef struct {
    LamMat4 map; /* fixed world -> moving world */
    double value;
} LamAffineFit;

/* Improves fit->map in place; a step keeps what the kind leaves out (and, of flat pairs, the plane
 * z = 0) exactly as it is. Levenberg-Marquardt; stops when a step gains or moves next to nothing.
 * False only if cancelled. */
bool lam_affine_climb(const LamAffinePair *pair, int level, LamAffineKind kind, int max_steps,
                      const LamProgress *progress, LamAffineFit *fit, GError **error);

/* Largest distance in mm between two maps' images of points of the brain. */
double lam_affine_distance_mm(const LamAffinePair *pair, const LamMat4 *a, const LamMat4 *b);

/* Where to start. */
#pragma once

#include "affine-fit.h"

/* The fit that is chosen at the middle level. */
typedef struct {
    LamAffineFit fit;
    double agreement; /* of edges, at that level */
    int starts;       /* how many were tried */
} LamAffineChoice;

/* The best among the fits from the directions and positions that the files tell and from rotations all
 * round; the former win unless another is clearly better. False only if cancelled. */
bool lam_affine_search(const LamAffinePair *pair, LamAffineKind kind, const LamProgress *progress,
                       LamAffineChoice *choice, GError **error);

/* The better of two ways from this map alone: by the coarsest level, which reaches further, and from the
 * middle level, which stays nearer. False only if cancelled. */
bool lam_affine_refine(const LamAffinePair *pair, LamAffineKind kind, const LamMat4 *initial,
                       const LamProgress *progress, LamAffineChoice *choice, GError **error);

/* Affine alignment (12 degrees of freedom) of two scans of like contrast. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    LamMat4 matrix;     /* fixed world -> moving world (pull-back), mm */
    double correlation; /* Pearson correlation over the overlap at the finest level */
    double seconds;
    int starts;         /* how many starting rotations were tried */
} LamAffine;

/* Coarse to fine (8, 4, 2 mm), from centres of mass, analytic gradients of the correlation,
 * Gauss-Newton or better; if the first fit is poor, several starting rotations are tried.
 * LAM_ERROR_FAILED if no start gives a plausible fit (message says the correlation reached).
 * Inputs as loaded (any orientation and spacing). Deterministic. */
bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamProgress *progress, LamAffine *result, GError **error);

G_END_DECLS

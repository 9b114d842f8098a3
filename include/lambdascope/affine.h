/* Affine alignment (12 degrees of freedom) of two scans of like contrast. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    LamMat4 matrix;     /* fixed world -> moving world (pull-back), mm */
    double correlation; /* Pearson correlation over the overlap at the finest level */
    double seconds;
    int starts; /* how many starting rotations were tried */
} LamAffine;

/* Coarse to fine (8, 4, 2 mm for heads, in proportion for smaller or larger objects), from centres of
 * mass, Levenberg-Marquardt on the correlation over the tissue of either scan, averaged over both
 * directions: exchanging the scans inverts the result (to a fraction of a voxel). Starts from
 * the position that the files tell and from rotations all round; the former wins unless another is
 * clearly better.
 * LAM_ERROR_FAILED if no start gives a plausible fit (message says the correlation reached);
 * LAM_ERROR_ARGUMENT if a scan is empty or constant.
 * Inputs as loaded (any orientation and spacing). Deterministic, whatever the number of threads. */
bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamProgress *progress, LamAffine *result, GError **error);

G_END_DECLS

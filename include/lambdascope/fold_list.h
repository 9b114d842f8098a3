/* Where a deformation folds. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    LamVec3 at_mm;     /* the voxel of the lowest |J| */
    double lowest;     /* that |J| */
    double volume_mm3; /* of all its voxels */
} LamFold;

/* Voxels with |J| <= 0 that share faces are one fold. jacobian: 1 channel, as of lam_field_jacobian.
 * LamFold elements, the largest first, of equal ones the first in memory; empty if nothing folds. Free with
 * g_array_unref. Thread-safety: safe. */
GArray *lam_fold_list(const LamVolume *jacobian);

G_END_DECLS

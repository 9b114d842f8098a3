/* A given matrix as a start of the wanted kind. */
#pragma once

#include <lambdascope/affine.h>

/* The rigid or similarity map nearest to the linear part of a map of positive determinant (in the polar
 * decomposition; Higham, SIAM J. Sci. Stat. Comput. 1986) that takes the centre where the map takes it.
 * The map itself for full affines. flat: through-plane parts are the identity's. */
LamMat4 lam_affine_nearest(const LamMat4 *map, LamAffineKind kind, bool flat, LamVec3 centre_mm);

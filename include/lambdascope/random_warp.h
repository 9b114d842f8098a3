/* Smooth deformations drawn at random.
 *
 * Randomness comes from the GRand that is handed in alone: a seed gives the same deformation. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* A stationary velocity (3 channels, mm, RAS) on a coarse grid that covers this one: the sum of random
 * fields that vary over these lengths (0: not used), each with a standard deviation up to warp_mm. In a
 * single slice it stays in the plane. */
LamVolume *lam_random_velocity(const LamGrid *grid, double warp_mm, const double scale_mm[3],
                               GRand *rand, GError **error);

G_END_DECLS

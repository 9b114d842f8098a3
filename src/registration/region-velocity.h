/* Velocities of regions that are not the network's at some λ. Internal to src/registration. */
#pragma once

#include <lambdascope/session.h>

/* The velocity, linear in x, whose flow followed by the affine A is the rigid motion nearest to A(x + d(x)) over
 * the points of weight `share` (1 channel, d's grid). LAM_ERROR_FAILED if the share is nothing or the
 * motion has no logarithm. */
bool lam_region_rigid_velocity(const LamVolume *d, const LamMat4 *affine, const LamVolume *share,
                               LamMat4 *velocity, GError **error);

/* In place: where `core` is above 1/2, every component becomes harmonic, with the values around the core at
 * its edge (Gauss and Seidel, until nothing changes by more than 1e-4). */
void lam_region_fill(LamVolume *velocity, const float *core);

/* Random numbers, maps and fields that synthesis and augmentation share. */
#pragma once

#include <lambdascope/random_warp.h>
#include <lambdascope/volume.h>

/* Uniform within ±largest; 0 draws nothing. */
double lam_random_symmetric(GRand *rand, double largest);
/* Mean 0, standard deviation 1 (Box and Muller 1958). */
double lam_random_normal(GRand *rand);

typedef struct {
    double rotate_deg, shift_mm;
    double scale, shear; /* scale: of the logarithm */
} LamAffineRange;

/* Shift * rotation * shear * scale about the centre; values up to `share` of the range. flip: x mirrored
 * at the centre. */
LamMat4 lam_random_affine(const LamAffineRange *range, GRand *rand, LamVec3 centre_mm, double share,
                          bool flip);

/* Adds to every channel noise that is linear between the points of a lattice, normal there with the
 * standard deviation `sd`. scale_mm: the distance of those points. */
void lam_random_field(LamVolume *volume, double scale_mm, double sd, GRand *rand);

/* The phantom's true transformation: the exponential of a random smooth velocity field, then a small
 * affine. Smooth, invertible and known at every point. */
#pragma once

#include "phantom-noise.h"

#include <glib.h>
#include <lambdascope/matrix.h>

typedef struct {
    float *u; /* [D,H,W,3], mm: displacement of the deformable part on a fixed coarse grid */
    float affine[3][4];
} LamPhantomWarp;

/* largest_mm: about the largest displacement within a brain. Free with lam_phantom_warp_clear. */
bool lam_phantom_warp_make(LamPhantomWarp *warp, uint32_t seed, double largest_mm, GError **error);
void lam_phantom_warp_clear(LamPhantomWarp *warp);

/* Where the point p (RAS mm) of the fixed image lies in the moving one. Thread-safety: safe. */
LamPoint lam_phantom_warp_at(const LamPhantomWarp *warp, LamPoint p);

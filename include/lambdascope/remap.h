/* A scan in other contrasts: its intensities sent through a smooth curve.
 *
 * The curves are of our own making. With z the intensity as a share of 1.2 times the scan's 99.5th
 * percentile (networks see nothing above that), cut off at 1:
 *
 *   g_t(z) = 1/2 + cos(πt) (z - 1/2) + sin(πt) 2 z (1 - z),      t in [0,1]
 *
 * g_0 is the identity, g_1 the inversion 1 - z. Between them the order of the tissues changes: of a T1
 * scan, whose grey matter is near 1/2, white matter is brightest at t = 0, grey matter at 1/2, and
 * cerebrospinal fluid at 1. The curve stays in [0,1] and its range never shrinks below 1/2, so that there
 * is contrast at every t. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* g_t(z), for z and t in [0,1]. */
double lam_remap_intensity(double z, double t);

/* The scan through g_t, in its own units; what is not above zero becomes 0 and stays background.
 * LAM_ERROR_ARGUMENT if t is not within [0,1] or nothing of the scan is above zero. Thread-safety: safe. */
LamVolume *lam_remap_contrast(const LamVolume *scan, double t, GError **error);

G_END_DECLS

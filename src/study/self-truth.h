/* A known deformation, and how far a registration is from it. */
#pragma once

#include <lambdascope/transform.h>
#include <lambdascope/volume.h>

typedef struct {
    LamVolume *forward; /* w: the moving scan is the scan at y + w(y) */
    LamVolume *truth;   /* u, on a lattice over the fixed scan */
    guint8 *inside;     /* which points of the lattice count */
    size_t n_inside;
} LamSelfTruth;

/* Drawn from the seed. LAM_ERROR_ARGUMENT if nothing of the fixed scan is above zero. On failure *out is
 * empty. */
bool lam_self_truth_draw(const LamVolume *fixed, double warp_mm, guint32 seed, LamSelfTruth *out,
                         GError **error);
void lam_self_truth_clear(LamSelfTruth *truth);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamSelfTruth, lam_self_truth_clear)

/* Of the displacement d, of whatever grid (NULL: none at all): mean and 95th percentile, mm. */
bool lam_self_truth_error(const LamSelfTruth *truth, const LamVolume *d, double *mean_mm,
                          double *p95_mm, GError **error);

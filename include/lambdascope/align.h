/* The linear part of a registration, by intensities, and, where these say nothing, by structures. */
#pragma once

#include <lambdascope/affine.h>

G_BEGIN_DECLS

/* lam_affine_register; where that finds no position for two volumes (LAM_ERROR_FAILED) and LAM_CONTRASTS_MODEL is
 * there, the network tells the structures of each scan, their middles are laid onto each other by least squares (as
 * EasyReg does, Iglesias 2023), and the intensities go on from there. That is accepted if edges then agree as they
 * must otherwise, or the middles stay within 6 mm of each other on the average and each structure is about as large
 * in both scans; else the error is that of lam_affine_register. Not with an initial matrix.
 * Thread-safety: safe. */
bool lam_align(const LamVolume *fixed, const LamVolume *moving, const LamAffineOptions *options,
               const LamProgress *progress, LamAffine *result, GError **error);

G_END_DECLS

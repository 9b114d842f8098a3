/* How sharp an image is. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Gradient energy of the foreground (above a fifth of the 98th percentile) over the variance there: the
 * mean squared central difference per mm, in 1/mm^2; whatever the units of intensity. 0 where there is no
 * foreground or no variance. Images are only comparable at one spacing. */
double lam_sharpness(const LamVolume *volume);

/* The same of a scan at a spacing: if its voxels are of another size, it is smoothed so that sampling does not alias
 * and sampled linearly, over its own box; else taken as it is. LAM_ERROR_ARGUMENT if the spacing is not within 0.25
 * and 20 mm, or smaller than the scan's own, which nothing can make sharper; errors of lam_volume_prepare. NaN on an
 * error. */
double lam_sharpness_at(const LamVolume *scan, double spacing_mm, GError **error);

G_END_DECLS

/* Gaussian smoothing with its own width along each voxel axis. */
#pragma once

#include <lambdascope/volume.h>

/* sigma in voxels along i, j, k; 0 = none. Smooths in place; the outer voxels are repeated beyond the
 * edge. */
void lam_smooth_axes(LamVolume *volume, const double sigma_vox[3]);

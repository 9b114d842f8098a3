/* Cubic B-splines through the voxels, mirrored at the outer voxel centres (Thevenaz, Blu and Unser,
 * "Interpolation revisited", IEEE TMI 2000). */
#pragma once

#include <lambdascope/volume.h>

/* The coefficients whose spline passes through every voxel of every channel; same grid. */
LamVolume *lam_spline_coefficients(const LamVolume *volume, GError **error);

/* One channel's spline at a voxel coordinate. */
float lam_spline_at(const float *coefficients, const int size[3], LamVec3 voxel);

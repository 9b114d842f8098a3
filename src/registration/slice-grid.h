/* Grids in the plane of a single slice. */
#pragma once

#include <lambdascope/volume.h>

/* Of length 1, perpendicular to the two axes that have extent. */
LamVec3 lam_slice_normal(const LamGrid *slice);

/* A grid of one layer in the plane with this normal. As far as the plane allows, the first axis points
 * along R (sagittal: A), the second along A (coronal, sagittal: S). */
LamGrid lam_slice_grid(const int size[3], double spacing_mm, LamVec3 normal, LamVec3 centre_mm);

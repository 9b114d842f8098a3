/* Exact Euclidean distance transform. */
#pragma once

#include <stdbool.h>

/* squared: [D,H,W] of size[0] = W, 0 at the sites and INFINITY elsewhere; then the squared distance to the
 * nearest site in mm, INFINITY if there is none. False if memory is short. In O(voxels). */
bool lam_distance_squared(float *squared, const int size[3], const double spacing_mm[3]);

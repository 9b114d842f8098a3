/* Where structures lie in a label map. */
#pragma once

#include <lambdascope/volume.h>

#define LAM_MOST_MIDDLES 256

typedef struct {
    int n;
    int value[LAM_MOST_MIDDLES]; /* ascending */
    LamVec3 middle_mm[LAM_MOST_MIDDLES];
    double mm3[LAM_MOST_MIDDLES];
} LamMiddles;

/* Of all values from 1 to 255 with at least 100 mm^3. */
LamMiddles lam_middles_of(const LamVolume *labels);

/* The affine, fixed -> moving world, that lays the middles of what both have onto each other by least squares; false
 * if fewer than 12 structures are in both and no more than 4 times as large in one as in the other. */
bool lam_middles_fit(const LamMiddles *fixed, const LamMiddles *moving, LamMat4 *matrix);
/* Mean distance under a map, mm, of the same structures; NaN if there are none. */
double lam_middles_distance_mm(const LamMiddles *fixed, const LamMiddles *moving,
                               const LamMat4 *matrix);

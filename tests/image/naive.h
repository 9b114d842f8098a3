/* Sampling written for clarity, in double precision, and grids to try it on. */
#pragma once

#include <lambdascope/resample.h>

#define FOR_VOXELS(grid, i, j, k)                                                                  \
    for (int k = 0; k < (grid).size[2]; k++)                                                       \
        for (int j = 0; j < (grid).size[1]; j++)                                                   \
            for (int i = 0; i < (grid).size[0]; i++)

/* Tilted, with the given spacings (negative: flipped), centred near (shift, -shift/2, shift/3). */
LamGrid naive_oblique(int w, int h, int d, double sx, double sy, double sz, double shift);

/* One voxel; indices are clamped to the volume. */
double naive_voxel(const LamVolume *v, int channel, int i, int j, int k);
/* At a voxel coordinate, from all eight corners; repeats the edge outside. */
double naive_linear(const LamVolume *v, int channel, LamVec3 voxel);
/* At a world point; `outside` from half a voxel beyond the outer voxel centres on. */
double naive_sample(const LamVolume *v, int channel, LamVec3 world, LamInterpolation how,
                    double outside);

/* The orders of three axes. */
extern const int naive_orders[6][3];
/* The same voxels at the same world points, with memory axis a running along axis order[a] of the
 * original, backwards where flips has its bit set. */
LamVolume *naive_stored_as(const LamVolume *base, const int order[3], int flips);

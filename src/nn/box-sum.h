/* Box sums over windows, zero-padded. Internal to src/nn. */
#pragma once

#include <lambdascope/graph.h>

/* x[D,H,W] becomes the sum over the (2r+1)-wide window around each voxel along every axis; `work` has as
 * many floats as x. Cost does not depend on r: running sums, in double so that they do not drift.
 * Multi-threaded. */
void lam_box_sum(LamShape shape, int radius, float *x, float *work);

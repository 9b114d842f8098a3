/* What the loss compares instead of images whose contrast says nothing. */
#pragma once

#include "sample.h"

/* Both label maps of the sample in one set of random greys, smoothed: between hard labels the gradient
 * points nowhere as long as they are less than a voxel apart. n: labels. */
void lam_sample_draw_anatomy(LamSample *sample, int n, GRand *rand);

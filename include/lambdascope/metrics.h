/* Agreement of images and label maps on one grid. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Dice of one label: 2|A∩B| / (|A|+|B|); NaN if neither holds it. Same grid required by contract. */
double lam_dice(const LamVolume *a, const LamVolume *b, int label);

/* Dice of many labels in one pass; out[i] for labels[i], NaN where absent in both. */
void lam_dice_many(const LamVolume *a, const LamVolume *b, const int *labels, int n, double *out);

/* Pearson correlation over voxels where either image is above zero (floats, n voxels). */
double lam_correlation(const float *a, const float *b, size_t n);

G_END_DECLS

/* Agreement of images and label maps on one grid. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Dice of one label: 2|A∩B| / (|A|+|B|); NaN if neither holds it. Same grid required by contract. */
double lam_dice(const LamVolume *a, const LamVolume *b, int label);

/* Dice of many labels in one pass; out[i] for labels[i], NaN where absent in both. */
void lam_dice_many(const LamVolume *a, const LamVolume *b, const int *labels, int n, double *out);

/* Voxels of many labels in one pass; out[i] for labels[i]. */
void lam_label_voxels(const LamVolume *map, const int *labels, int n, size_t *out);

/* Robust Hausdorff distance of each label in mm: the 95th percentile (linearly interpolated) of the
 * distances of each map's surface voxels to the other's surface, both directions taken together. A surface
 * voxel has one of its 6 neighbours outside the label or outside the grid; distances are between voxel
 * centres by the grid's spacing, its axes taken as orthogonal. out[i] for labels[i]; NaN where a label is
 * absent in either. Same grid required by contract. progress (may be NULL) is asked before each label.
 * LAM_ERROR_MEMORY, LAM_ERROR_CANCELLED. Multi-threaded. */
bool lam_hausdorff95(const LamVolume *a, const LamVolume *b, const int *labels, int n, double *out,
                     const LamProgress *progress, GError **error);

/* Pearson correlation over voxels where either image is above zero (floats, n voxels). */
double lam_correlation(const float *a, const float *b, size_t n);

G_END_DECLS

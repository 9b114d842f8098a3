/* From scores to probabilities, and from these to a label map. */
#pragma once

#include <lambdascope/volume.h>

/* Scores as probabilities, what is next to nothing (below 1e-11 of the best) as 0. score: [structures][voxels];
 * bias: [structures], added to them; p: [voxels][structures]. Multi-threaded. */
void lam_structure_soften(const float *score, const float *bias, size_t voxels, int structures,
                          float *p);

/* For each voxel of labels the structure whose probability, interpolated linearly, is the highest (the first of
 * equals), by its value. p: [voxel of from][structures], over an axis-aligned grid; so must labels' be.
 * LAM_ERROR_MEMORY. */
bool lam_structure_choose(const float *p, int structures, const int *value, const LamGrid *from,
                          LamVolume *labels, GError **error);

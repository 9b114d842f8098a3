/* From probabilities to a label map. */
#pragma once

#include <lambdascope/volume.h>

/* For each voxel of labels the structure whose probability, interpolated linearly, is the highest (the first of
 * equals), by its value. p: [voxel of from][structures], over an axis-aligned grid; so must labels' be.
 * LAM_ERROR_MEMORY. */
bool lam_structure_choose(const float *p, int structures, const int *value, const LamGrid *from,
                          LamVolume *labels, GError **error);

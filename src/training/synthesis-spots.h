/* What a label map does not know of: lesions, vessels, plexus. */
#pragma once

#include <lambdascope/synthesis.h>

/* Up to 40 ellipsoids of one grey, drawn for the scan, in the structures; their edges are a voxel wide.
 * labels: positions in the table; no structure is left as it is. image: changed in place. */
void lam_synthesis_spots(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                         GRand *rand, float *image);

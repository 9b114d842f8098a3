/* What a label map does not know of: lesions, vessels, plexus. */
#pragma once

#include <lambdascope/synthesis.h>

/* Up to 40 ellipsoids of one grey, drawn for the scan, in the structures; their edges are a voxel wide.
 * labels: positions in the table; no structure is left as it is. image: changed in place. */
void lam_synthesis_spots(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                         GRand *rand, float *image);

/* Up to 12 of them within the ventricles, and again, of another grey, in what lies beside them, each half of the time.
 * Ventricles: structures of a family of [kin] that what is no structure belongs to, too, as fluid around the brain
 * does; without any, all is left as it is. */
void lam_synthesis_plexus(const LamLabelTable *table, const LamGrid *grid, const guint8 *labels,
                          GRand *rand, float *image);

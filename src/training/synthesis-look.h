/* Labels into intensities. */
#pragma once

#include <lambdascope/synthesis.h>

#define LAM_SYNTHESIS_PARTS 8

/* labels: positions in the table. parts: [LAM_SYNTHESIS_PARTS,D,H,W], the same of the parts of each voxel,
 * whose mean it shows; NULL: it shows its own. Where the sample is stripped both become background.
 * image: 0 … 1. */
bool lam_synthesis_look(const LamLabelTable *table, const LamSynthesisOptions *options,
                        const LamGrid *grid, guint8 *labels, guint8 *parts, GRand *rand,
                        float *image, GError **error);

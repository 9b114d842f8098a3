/* Labels into intensities. */
#pragma once

#include <lambdascope/synthesis.h>

/* labels: positions in the table. Where the sample is stripped they become background too. image:
 * 0 … 1. */
bool lam_synthesis_look(const LamLabelTable *table, const LamSynthesisOptions *options,
                        const LamGrid *grid, guint8 *labels, GRand *rand, float *image,
                        GError **error);

/* Off comes what lies outside the brain. */
#pragma once

#include <lambdascope/label_table.h>

/* What belongs to no structure becomes background, but the fluid within rim_mm of the brain: what belongs to no
 * structure and yet is kin to some (LamLabel), as the fluid in the sulci is to that in the ventricles.
 * labels: [D,H,W], positions in the table. parts: [count,D,H,W], likewise those of the parts of each voxel. */
void lam_synthesis_strip(const LamLabelTable *table, const LamGrid *grid, double rim_mm,
                         guint8 *labels, guint8 *parts, size_t count);

/* A label map on another grid. */
#pragma once

#include <lambdascope/synthesis.h>

/* labels(x) = map(A(x + d(x))) for the points x of the grid, [D,H,W], by nearest neighbour: positions in
 * the map's table; outside of the map that of the value 0. d: displacement in mm on a coarser grid with the same
 * axes; NULL: none. Multi-threaded. */
void lam_label_map_carry(const LamLabelMap *map, const LamGrid *grid, const LamVolume *d,
                         const LamMat4 *affine, guint8 *labels);

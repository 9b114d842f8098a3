/* Values on the points of a coarse lattice, read linearly between them by a grid whose axes are the
 * lattice's. What its rows share is worked out once. */
#pragma once

#include <lambdascope/trilinear.h>

typedef struct {
    int size[3], points[3]; /* of the grid, of the lattice */
    LamTap *y, *z;          /* of each position of the grid along an axis */
    int *at;                /* the same along x, as columns: point and share of the next one */
    float *share;
} LamLattice;

/* first: where voxel 0 lies on the lattice; step: points of the lattice per voxel. Beyond its outer points
 * the values go on as they are there. */
void lam_lattice_init(LamLattice *lattice, const int size[3], const int points[3],
                      const double first[3], const double step[3]);
void lam_lattice_clear(LamLattice *lattice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamLattice, lam_lattice_clear)

/* values: [points]. row: j + k * size[1] of the grid. Room for points[0] + 1 values at `line`, for size[0]
 * at `out`. */
void lam_lattice_row(const LamLattice *lattice, const float *values, int row, float *line,
                     float *out);

/* A head-sized object without symmetry, and where maps take it. */
#pragma once

#include <lambdascope/volume.h>

/* Its brightness, 0 to about 1000, at a point of its world. */
double object_at(LamVec3 x);

/* The object carried by `from_object` (object world -> this scan's world) on the given grid. */
LamVolume *object_scan(const LamGrid *grid, const LamMat4 *from_object);

/* Holds the object; and holds it wherever the map took it, stored left to right reversed, slices first,
 * anisotropic. */
LamGrid object_grid(void);
LamGrid object_grid_of(const LamMat4 *map);

/* Largest distance between two maps' images of points of the object. */
double object_error_mm(const LamMat4 *a, const LamMat4 *b);

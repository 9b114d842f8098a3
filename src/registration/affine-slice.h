/* Two single slices: the affine in their plane. */
#pragma once

#include <lambdascope/volume.h>

/* Where the plane z = 0 lies in the world of either scan; in-plane positions stay those of the world. The
 * identity for volumes. */
typedef struct {
    bool flat;
    LamMat4 fixed, moving; /* plane -> world */
} LamAffinePlanes;

/* LAM_ERROR_ARGUMENT if just one of the scans is a single slice or their planes are not parallel. */
bool lam_affine_planes_find(const LamVolume *fixed, const LamVolume *moving, LamAffinePlanes *out,
                            GError **error);

/* The same voxels, seen from the plane; shares the data, owns nothing. plane: one of the above. */
LamVolume lam_affine_in_plane(const LamVolume *scan, const LamMat4 *plane);

/* A map between the worlds as one between the planes, through-plane parts dropped for slices; and back. */
LamMat4 lam_affine_to_planes(const LamAffinePlanes *planes, const LamMat4 *map);
LamMat4 lam_affine_from_planes(const LamAffinePlanes *planes, const LamMat4 *map);

/* A scan prepared for the affine: isotropic, axis-aligned (RAS) images from coarse to fine. */
#pragma once

#include <lambdascope/volume.h>

#define LAM_AFFINE_LEVELS 3

typedef struct {
    LamVolume *image;  /* normalised; grid axis-aligned and isotropic; NaN where unknown */
    LamVolume *region; /* 1 where tissue is, and a little beyond; else 0: the voxels compared */
    double spacing_mm; /* 8, 4, 2 for a human brain */
} LamAffineLevel;

typedef struct {
    LamAffineLevel level[LAM_AFFINE_LEVELS]; /* coarse to fine */
    LamVec3 centre_mm;                       /* of the brain */
    /* What lies outside the scan: nothing (brain cut out, air all round) or tissue not imaged? In the
     * second case samples outside are left out of the comparison. */
    bool empty_outside;
} LamAffinePyramid;

/* Size in mm of the content: the cube root of the volume of the box that holds it. */
double lam_affine_extent_mm(const LamVolume *scan);

/* finest_mm: spacing of the last level; each level before it is twice as coarse. */
bool lam_affine_pyramid_make(const LamVolume *scan, double finest_mm, LamAffinePyramid *out,
                             GError **error);
void lam_affine_pyramid_clear(LamAffinePyramid *pyramid);

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
    double content_mm3; /* volume of the region */
} LamAffinePyramid;

/* The part of a scan that counts. */
typedef struct {
    const LamVolume *scan, *mask; /* borrowed; mask may be NULL; else > 0 counts, on any grid */
    LamVolume *counted;           /* the scan within the mask; NULL without one */
    bool flat;                    /* a single slice, in the plane z = 0 */
    float threshold;              /* above it is tissue */
    double low_mm[3], high_mm[3]; /* box that holds the content, in the world's axes */
    double
        extent_mm; /* its size: cube root of the volume of the box along the voxel axes (square root
                         of the area of a slice) */
    bool empty_outside;
} LamAffineContent;

/* LAM_ERROR_ARGUMENT if nothing is above zero within the mask. */
bool lam_affine_content_find(const LamVolume *scan, const LamVolume *mask, bool flat,
                             LamAffineContent *out, GError **error);
void lam_affine_content_clear(LamAffineContent *content);

/* finest_mm: spacing of the last level; each level before it is twice as coarse. */
bool lam_affine_pyramid_make(const LamAffineContent *content, double finest_mm,
                             LamAffinePyramid *out, GError **error);
void lam_affine_pyramid_clear(LamAffinePyramid *pyramid);

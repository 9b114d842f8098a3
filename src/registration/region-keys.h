/* The keys of regions, of command lines and of files. Internal to src/registration. */
#pragma once

#include <lambdascope/region_spec.h>

#define LAM_REGION_MAX_NUMBERS                                                                     \
    (4 * MAX(LAM_REGION_MAX_BALLS, LAM_REGION_MAX_CORNERS) + 1) /* of one key */

typedef struct {
    const char *name;
    int least, most; /* how many numbers; 0: it is a text */
    /* Takes text or numbers; what is wrong with them, or NULL. */
    const char *(*put)(LamRegionSpec *spec, const char *text, const double *x, int n);
    /* The numbers that put would take again; their count, 0 if the spec lacks the key. NULL of texts. */
    int (*get)(const LamRegionSpec *spec, double *x);
} LamRegionKey;

/* NULL if there is none of that name. */
const LamRegionKey *lam_region_key_find(const char *name);
/* One after the other; NULL after the last. */
const LamRegionKey *lam_region_key_at(int i);

/* What is missing, or contradicts itself, in a spec all of whose keys were put; NULL if nothing. */
const char *lam_region_spec_lacks(const LamRegionSpec *spec);

/* A grid of its own for what lies between two corners of a box (mm), with a margin: of 1 mm, or, of large boxes,
 * so coarse that it has 200 voxels along its longest side. */
LamGrid lam_region_grid_between(LamVec3 low, LamVec3 high);
/* What is wrong with outlines, or NULL. */
const char *lam_region_outlines_wrong(const GArray *corners);

/* On a grid of its own around the outlines, or the balls. */
LamVolume *lam_region_mask_of_outlines(const LamRegionSpec *spec, GError **error);
LamVolume *lam_region_mask_of_balls(const LamRegionSpec *spec, GError **error);
/* On the fixed scan's grid: ellipsoid, box or intensities in a ball. */
LamVolume *lam_region_mask_of_shape(const LamRegionSpec *spec, const LamVolume *fixed,
                                    GError **error);

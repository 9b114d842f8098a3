/* The phantom's structures as data: where the deep structures lie, and the cortical regions. */
#pragma once

#include "phantom-noise.h"

#include <stdbool.h>

/* One structure of the right side (x > 0), mirrored for the left, as a chain of swept balls or as one
 * ellipsoid. Later ones lie over earlier ones. */
typedef struct {
    int label_right, label_left; /* equal: a structure of the midline */
    float intensity;
    bool fluid; /* grows and shrinks with the subject's ventricles */
    float join_mm;
    int pieces;
    struct {
        LamPoint a, b; /* ends; an ellipsoid's centre and radii */
        float ra, rb;  /* radii at the ends; ra = 0: an ellipsoid */
    } piece[4];
} LamStructure;

extern const LamStructure lam_deep_structures[];
extern const int lam_deep_structure_count;

/* Label of the cortical region nearest to p, p.x >= 0. right: which side. */
int lam_cortex_region(LamPoint p, bool right);

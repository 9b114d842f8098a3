/* A brain as a function of space: tissue intensity and structure at any point, in RAS mm with the
 * anterior commissure at the origin. Made of signed distances and noise; nothing is drawn or stored. */
#pragma once

#include "phantom-noise.h"

typedef struct {
    LamWaves shape[3];        /* slow displacement of everything: subjects differ, sides differ */
    LamWaves bend[3];         /* winding of the sulci */
    LamWaves sulci[2];        /* their zero sets are the sulci of the left and right hemisphere */
    LamWaves dimples[2];      /* the same for shorter, shallower sulci */
    LamWaves depth;           /* how deep sulci reach, how thick the cortex is */
    LamWaves fissures, folia; /* of the cerebellum */
    LamWaves texture;
    float ventricle_mm; /* added to the radii of the ventricles */
} LamAnatomy;

/* What is at a point. */
typedef struct {
    float intensity; /* T1-like; 0 outside the brain, white matter about 0.88 */
    int label;       /* as in the OASIS maps; 0 outside and in sulcal CSF */
} LamTissue;

void lam_anatomy_init(LamAnatomy *anatomy, uint32_t seed);

/* blur_mm: width over which tissues blend at a boundary (partial volume). Thread-safety: safe. */
LamTissue lam_anatomy_at(const LamAnatomy *anatomy, LamPoint p, float blur_mm);

/* What a scan holds at one point of the world. */
#pragma once

#include <lambdascope/labels.h>

G_BEGIN_DECLS

typedef struct {
    LamVec3 world_mm;
    int voxel[3]; /* the nearest, i, j, k from 0 on; also beyond the scan */
    bool inside;  /* the voxel is one of the scan's */
    double value; /* of that voxel, first channel; NaN outside */
    int label;    /* 0: background, or no label map */
} LamPlace;

/* labels may be NULL. A scan whose matrix is singular has nothing inside. Thread-safety: safe. */
LamPlace lam_place_at(const LamVolume *scan, const LamLabels *labels, LamVec3 world_mm);

G_END_DECLS

#pragma once

#include "gl-private.h"

/* How a view looks at a label map. */
typedef struct {
    LamVec3 origin, step_x, step_y; /* as lam_view_frame gives them */
    const LamTexels *labels;
    LamMat4 voxel_from_world; /* fixed world -> voxel of the label map, the affine included */
    const LamTexels *field;   /* carries the labels; NULL: nothing does */
    LamMat4 field_voxel_from_world;
    double morph;    /* share of the displacement */
    GBytes *colours; /* as LamScene.label_colours: only what is selected in them; NULL: all */
} LamOutlines;

/* LamRect in pixels that do not overlap, within `part` of the view: wherever labels meet in it, one of
 * them selected, and little more.
 * Free with g_array_unref. */
GArray *lam_outlines_tiles(const LamOutlines *outlines, const LamRect *part);

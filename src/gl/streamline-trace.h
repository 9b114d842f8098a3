#pragma once

#include "gl-private.h"

/* How streamlines of a view are to be. */
typedef struct {
    const LamScene *scene;
    const LamView *view;
    double scale;
    const LamTexels *field;
    double spacing_mm; /* of the lattice that they go through */
    double half_px;    /* half of the width that is drawn */
} LamStreamlines;

typedef struct {
    GLfloat x, y;      /* pixels, y down */
    GLfloat across;    /* -1 and 1 on either side of the line */
    GLfloat along;     /* 0 at its tail, 1 at its head; beyond: joins two lines, and has no area */
    GLfloat length_mm; /* of the displacement here */
} LamStreamVertex;

/* One strip of triangles for all of them, LamStreamVertex. Free with g_array_unref. */
GArray *lam_streamlines_trace(const LamStreamlines *how);

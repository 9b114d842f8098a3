#pragma once

#include "canvas.h"

#include <lambdascope/renderer.h>

struct _LamCanvas {
    GtkGLArea parent;
    LamScene scene;
    LamRenderer *renderer; /* between realize and unrealize */
    LamTiming *timing;     /* borrowed */
    bool field_waits;      /* has not been drawn yet */
    int losses;            /* of the context, shortly after each other */
    gint64 lost_us;        /* when it was lost last */
    guint anew_id;         /* an idle; 0: none */

    /* input (canvas-input.c) */
    LamView drag_view;
    bool marking;     /* the drag is a landmark's */
    int dragged_mark; /* or -1: it was placed */
    bool mark_moves;  /* it has been dragged already */
    double brush_mm;  /* 0: there is none */
    bool painting;    /* the drag is the brush's */
    LamVec3 painted;  /* where it was last */
    bool outlining;   /* a press begins or goes on with an outline (canvas-outline.c) */
    bool stroke;      /* the drag is the outline's */
    GArray *draft;    /* LamVec3: its corners so far */
    LamPlane draft_plane;
    LamLevels start_levels[2]; /* when the drag began */
    LamVec3 start_pan_mm;
    double pointer_x, pointer_y;
    double scroll_rest;
    double pinch_start_zoom, pinch_x, pinch_y;
};

/* Device pixels per logical pixel. */
int lam_canvas_pixel_scale(LamCanvas *canvas);
/* Arrows and Page Up, Page Down. */
void lam_canvas_class_add_keys(GtkWidgetClass *klass);
void lam_canvas_add_input(LamCanvas *canvas);
/* The point of fixed world under one in widget coordinates, seen in the view where the drag began. */
LamVec3 lam_canvas_point_at(LamCanvas *canvas, double x, double y);
/* Whether the press was the outline's, which then takes the drag. drag_view is set. */
bool lam_canvas_outline_press(LamCanvas *canvas, double x, double y);
void lam_canvas_outline_stroke(LamCanvas *canvas, double x, double y);
/* The view under a point in widget coordinates; false if there is none. */
bool lam_canvas_view_at(LamCanvas *canvas, double x, double y, LamView *view);

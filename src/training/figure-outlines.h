/* What figures are made of: curves through points, in a box of ±1 with y up. */
#pragma once

#include <lambdascope/figures.h>

typedef struct {
    float x, y;
} LamFigurePoint;

typedef enum {
    LAM_CURVE_STROKE, /* from the first point to the last */
    LAM_CURVE_LOOP,   /* a stroke that closes */
    LAM_CURVE_BODY,   /* closed, with what lies within */
} LamCurveForm;

#define LAM_CURVE_POINTS 16

/* Painted in order, later curves over earlier ones. */
typedef struct {
    LamCurveForm form;
    bool straight; /* a line from point to point; else smooth */
    int part;      /* label */
    float intensity;
    int count;
    LamFigurePoint point[LAM_CURVE_POINTS];
} LamFigureCurve;

#define LAM_FIGURE_CURVES 4

typedef struct {
    const char *name;
    int curves;
    LamFigureCurve curve[LAM_FIGURE_CURVES];
} LamFigureOutline;

extern const LamFigureOutline lam_figure_outlines[LAM_FIGURE_KINDS];

/* A figure's inside, and the script that draws it. */
#pragma once

#include <lambdascope/plot.h>

/* Copies of what the caller gave; their pointers are owned. */
struct LamPlotPanel {
    char *title;
    LamPlotAxis x, y;
    GPtrArray *series, *lines; /* LamPlotSeries *, LamPlotLine * */
    LamPlotMatrix matrix;      /* values NULL: there is none */
};

struct LamPlot {
    char *title;
    int columns;
    GPtrArray *panels; /* LamPlotPanel * */
};

typedef enum { LAM_PLOT_SVG, LAM_PLOT_PNG } LamPlotFormat;

/* Whether a value shows on an axis. */
bool lam_plot_shows(const LamPlotAxis *axis, double value);

/* Commands and data for gnuplot's standard input; the picture goes to its standard output. */
GString *lam_plot_script(const LamPlot *plot, LamPlotFormat format);

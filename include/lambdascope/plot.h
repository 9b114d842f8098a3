/* Figures of curves and heat maps, drawn by gnuplot (which must be installed) into SVG or PNG. Texts are
 * UTF-8 and stand as they are written. Thread-safety: a figure belongs to one thread at a time. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct LamPlot LamPlot;
typedef struct LamPlotPanel LamPlotPanel;

typedef enum { LAM_PLOT_LINE, LAM_PLOT_POINTS, LAM_PLOT_BOTH } LamPlotStyle;

/* A place on an axis and what is written there. */
typedef struct {
    double at;
    const char *text;
} LamPlotTick;

/* All of it is copied by whatever takes it; zero is a plain axis that shows all data. */
typedef struct {
    const char *title; /* may be NULL */
    double from, to;   /* from < to; both 0: chosen by the data */
    bool logarithmic;  /* then values of 0 and less are not shown */
    const LamPlotTick *ticks;
    int n_ticks; /* 0: chosen by gnuplot */
} LamPlotAxis;

/* Points in order of x. Where one is not finite the line is broken. */
typedef struct {
    const char *name; /* in the legend; NULL: not there */
    const double *x, *y;
    const double *low, *high; /* a band around a line, bars through points; NULL: none */
    int n;
    LamPlotStyle style;
    int colour; /* from 0; eight that colour-blind people tell apart (Okabe and Ito 2008), again and
                 * again, each time with other dashes */
} LamPlotSeries;

typedef struct {
    double at;
    bool vertical;
    const char *name; /* written beside it; may be NULL */
} LamPlotLine;

/* Cells from the lower left, x fastest; NaN: left out. */
typedef struct {
    const double *values; /* [ny,nx] */
    int nx, ny;
    double x_from, x_to, y_from, y_to; /* the outer edges of the cells */
    const char *title;                 /* of the colour bar; may be NULL */
} LamPlotMatrix;

/* title: of the whole figure; may be NULL. */
LamPlot *lam_plot_new(const char *title);
void lam_plot_free(LamPlot *plot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamPlot, lam_plot_free)

/* Panels stand in rows of so many; 0 (the start): as square as it goes. */
void lam_plot_set_columns(LamPlot *plot, int columns);

/* The panel belongs to the figure. Title and axes may be NULL. */
LamPlotPanel *lam_plot_add_panel(LamPlot *plot, const char *title, const LamPlotAxis *x,
                                 const LamPlotAxis *y);
void lam_plot_add_series(LamPlotPanel *panel, const LamPlotSeries *series);
void lam_plot_add_line(LamPlotPanel *panel, const LamPlotLine *line);
/* Makes the panel a heat map in cividis; its axes are the matrix's. */
void lam_plot_set_matrix(LamPlotPanel *panel, const LamPlotMatrix *matrix);

/* Whether a plot can be written there, to be asked before hours are spent: LAM_ERROR_ARGUMENT if the name
 * ends in neither .svg nor .png, LAM_ERROR_IO if its folder does not exist, LAM_ERROR_UNSUPPORTED if
 * gnuplot is not installed. */
bool lam_plot_check(const char *path, GError **error);

/* Draws into a file, which shows the whole plot or is left as it was. Errors as above, and
 * LAM_ERROR_ARGUMENT if there is no panel or a series or matrix has nothing to show, LAM_ERROR_FAILED if
 * gnuplot refuses. */
bool lam_plot_save(const LamPlot *plot, const char *path, GError **error);

G_END_DECLS

/* One picture of a template along one of its attributes, as at seven ages: a column for each value, and rows of an
 * axial and a coronal slice, with the outlines of structures. Values that it was not trained on are marked. Drawn
 * without a window; needs surfaceless EGL (offscreen.h). */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/template.h>

G_BEGIN_DECLS

#define LAM_TEMPLATE_FIGURE_MOST_COLUMNS 24
#define LAM_TEMPLATE_FIGURE_MOST_ROWS    8

typedef struct {
    int along; /* the attribute of the columns, a number */
    double from, to;
    int columns; /* 1 (from alone) to LAM_TEMPLATE_FIGURE_MOST_COLUMNS */
    /* of the other attributes, a pair of rows for each; 1 to LAM_TEMPLATE_FIGURE_MOST_ROWS */
    const double *const *rows;
    int n_rows;
    const int *outlined; /* indices of structures; slices lie in the middle of them */
    int n_outlined;      /* 0: no outlines; slices lie in the middle of the head */
    int tile_width;      /* pixels of a column, 40 to 1000 */
} LamTemplateFigure;

/* Writes a PNG. Sets the template, and takes over the current thread's GL context. LAM_ERROR_ARGUMENT for values that
 * lam_template_check refuses, or outlines of a template without structures; LAM_ERROR_GL, LAM_ERROR_IO; cancelled
 * between pictures. */
bool lam_template_figure_save(LamTemplate *template, const LamTemplateFigure *figure,
                              const char *path, const LamProgress *progress, GError **error);

G_END_DECLS

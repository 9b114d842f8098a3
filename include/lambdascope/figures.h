/* Small pictures of one slice: digits as if written by hand, and simple shapes. Two draws of one kind are
 * two hands: a pair to register, each the other's smooth deformation (but for the width of the strokes). */
#pragma once

#include <lambdascope/label_table.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef enum {
    LAM_FIGURE_DIGIT_0, /* … 9, by adding */
    LAM_FIGURE_RING = 10,
    LAM_FIGURE_C,
    LAM_FIGURE_STAR,
    LAM_FIGURE_BLOB,
    LAM_FIGURE_CROSS,
    LAM_FIGURE_HEART,
    LAM_FIGURE_CRESCENT,
    LAM_FIGURE_TARGET,
    LAM_FIGURE_FACE,
    LAM_FIGURE_KINDS,
} LamFigureKind;

/* "digit-3", "ring" … */
const char *lam_figure_name(LamFigureKind kind);
/* False if no kind has that name. */
bool lam_figure_parse(const char *name, LamFigureKind *kind);
/* Parts that have a label of their own: 1 … lam_figure_parts. */
int lam_figure_parts(LamFigureKind kind);

/* Draws one hand's figure in the plane of R and A, in the middle of the grid, as the viewer shows it: up is
 * anterior, and it is read towards the patient's left (-x is on the picture's right). grid: of one slice
 * (size[2] = 1), any spacing and orientation within that plane. image: [1,H,W], 0 … 1, edges about 1 mm
 * wide (a voxel, if that is larger); labels: [1,H,W], 0 outside, else the part; may be NULL. Everything
 * random comes from `rand`. False, with nothing drawn, if the grid is no such slice or singular.
 * Thread-safety: safe. */
bool lam_figure_draw(LamFigureKind kind, const LamGrid *grid, GRand *rand, float *image,
                     guint8 *labels);

G_END_DECLS

/* Is a fit right? A question apart from the measure that was climbed, whose value says little: two wrongly
 * placed heads correlate better than two old brains that lie well. */
#pragma once

#include "affine-fit.h"

/* How well the directions of edges agree at a level, whatever the contrast: 1 where all edges are
 * parallel, 0 where they meet at random angles or only one image has any. After the normalised gradient
 * fields of Haber & Modersitzki (Methods of Information in Medicine 2007, eq. 6), less what chance
 * gives: the mean over the region of (n cos^2 - 1) / (n - 1) in n dimensions, faint edges counting less.
 * LAM_AFFINE_NOWHERE if there is no overlap or not enough memory. */
#define LAM_AFFINE_NOWHERE (-1.0)

/* Of the edges that agree, whether both images rise in the same direction: 1 where all do, -1 where none does. Of two
 * scans of one contrast nearly all do, of T1 and T2 hardly more than half. */
typedef struct {
    double agreement, polarity;
} LamAffineEdges;

/* tissue_polarity, if it is wanted: the polarity where both images are brighter, all around, than the darkest 35 % of
 * what they have in common: of edges between tissues, without those of fluid, which is dark in T1 and in FLAIR. NaN
 * if there are few. */
LamAffineEdges lam_affine_edges_at(const LamAffinePair *pair, int level, const LamMat4 *map,
                                   double *tissue_polarity);

/* The agreement alone. */
double lam_affine_agreement_at(const LamAffinePair *pair, int level, const LamMat4 *map);

/* The mean of the middle and the finest level; of slices, whose levels are half as coarse, of the two
 * before the finest: 4 and 2 mm for heads. */
double lam_affine_agreement(const LamAffinePair *pair, const LamMat4 *map);

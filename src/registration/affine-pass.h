/* One pass over the grid of one image (the reference), with the other (the sampled) interpolated at the
 * mapped points: what every measure of an affine fit is summed from. */
#pragma once

#include "affine-pyramid.h"

#include <lambdascope/affine.h>

#define LAM_AFFINE_DOF 12

/* A change of the map is x -> x + radius * (D x' + t), x' = (x - centre) / radius: 12 numbers without
 * unit, entry 4*a + b for row a of [D | t]. */
typedef struct {
    LamVec3 centre_mm;
    double radius_mm;
} LamAffineFrame;

typedef struct {
    const LamAffinePyramid *fixed, *moving;
    LamAffineFrame frame;
    LamAffineMeasure measure; /* correlation or NMI */
    bool skip[2];             /* no pass over the fixed grid [0], the moving grid [1] */
    bool flat;                /* single slices in the plane z = 0 */
} LamAffinePair;

/* The samples of one row that count. */
typedef struct {
    int n;
    float *f, *m, *g[3], *t; /* reference, sampled, its gradient per voxel, position in [-1, 1] */
    float *ones, *a, *b;     /* all 1; scratch */
    float *storage;
} LamAffineRow;

typedef struct {
    const LamVolume *reference, *region, *sampled;
    bool outside_counts; /* points outside the sampled image compare as 0 */
    LamMat4 to_sampled;  /* reference voxel -> sampled voxel */
    LamMat4 to_frame;    /* reference voxel -> coordinates x' of the frame */
    double turn[3][3];   /* gradient per sampled voxel -> gradient by the frame's displacement */
} LamAffinePass;

/* Sums over voxels of a factor times d_p, the derivative of the sampled image by parameter p. d_p is
 * always a gradient component times a coordinate, and along a row the coordinates are linear in the
 * position t; so a row needs only sums of gradient products with 1, t and t^2. */
typedef double LamAffineFirst[3][4];
typedef double LamAffineSecond[6][10];

/* forward: over the fixed grid; else over the moving one. False if the map is singular. */
bool lam_affine_pass_make(const LamAffinePair *pair, int level, const LamMat4 *map, bool forward,
                          LamAffinePass *pass);

LamAffineRow lam_affine_row_new(int width);
void lam_affine_row_clear(LamAffineRow *row);
void lam_affine_row_fill(const LamAffinePass *pass, int j, int k, LamAffineRow *row);

/* Adds sum of factor * d_p. */
void lam_affine_add_first(const LamAffinePass *pass, int j, int k, const LamAffineRow *row,
                          const float *factor, LamAffineFirst sum);
/* Adds sum of d_p d_q. */
void lam_affine_add_second(const LamAffinePass *pass, int j, int k, const LamAffineRow *row,
                           LamAffineSecond sum);

/* From the sampled image's axes to the frame's parameters. */
void lam_affine_turn_first(const LamAffinePass *pass, LamAffineFirst sum,
                           double out[LAM_AFFINE_DOF]);
double lam_affine_turned_second(const LamAffinePass *pass, LamAffineSecond sum, int p, int q);

/* A level so small that it is done before a second thread is awake. */
bool lam_affine_is_small(const LamVolume *image);

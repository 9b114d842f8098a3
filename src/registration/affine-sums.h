/* Correlation of two images under an affine map, with what a Gauss-Newton step needs. */
#pragma once

#include "affine-pyramid.h"

#define LAM_AFFINE_DOF 12

/* A change of the map is x -> x + radius * (D x' + t), x' = (x - centre) / radius: 12 numbers without
 * unit, entry 4*a + b for row a of [D | t]. */
typedef struct {
    LamVec3 centre_mm;
    double radius_mm;
} LamAffineFrame;

typedef struct {
    double correlation; /* Pearson, mean of both directions; -1 if there is no overlap */
    double gradient[LAM_AFFINE_DOF];                /* of the correlation */
    double hessian[LAM_AFFINE_DOF][LAM_AFFINE_DOF]; /* Gauss-Newton: J'J of the normalised image */
} LamAffineFitness;

/* Compares fixed with moving at level l under `map` (fixed world -> moving world): moving sampled at the
 * fixed grid's points and fixed at the moving grid's, so that neither is favoured. Deterministic
 * whatever the number of threads. */
void lam_affine_fitness(const LamAffinePyramid *fixed, const LamAffinePyramid *moving, int l,
                        const LamMat4 *map, const LamAffineFrame *frame, LamAffineFitness *out);

/* The correlation alone, from the fixed grid's points alone; -1 if there is no overlap. */
double lam_affine_score(const LamAffinePyramid *fixed, const LamAffinePyramid *moving, int l,
                        const LamMat4 *map);

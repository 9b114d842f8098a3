/* How well two images agree under an affine map, with what a Gauss-Newton step needs. */
#pragma once

#include "affine-pass.h"

typedef struct {
    double value; /* mean of the passes over either grid; LAM_AFFINE_NONE if there is no overlap */
    double gradient[LAM_AFFINE_DOF];                /* of the value */
    double hessian[LAM_AFFINE_DOF][LAM_AFFINE_DOF]; /* Gauss-Newton: positive semidefinite */
} LamAffineFitness;

#define LAM_AFFINE_NONE (-1.0)

/* Compares fixed with moving at a level under `map` (fixed world -> moving world): moving sampled at the
 * fixed grid's points and fixed at the moving grid's, so that neither is favoured. Deterministic
 * whatever the number of threads. */
void lam_affine_fitness(const LamAffinePair *pair, int level, const LamMat4 *map,
                        LamAffineFitness *out);

/* The value alone. */
double lam_affine_value(const LamAffinePair *pair, int level, const LamMat4 *map);

/* The measures; out->gradient and hessian are added to with weight, or untouched where out is NULL.
 * LAM_AFFINE_NONE if too little overlaps or an image is flat there. */
double lam_affine_correlation(const LamAffinePass *pass, double weight, LamAffineFitness *out);
double lam_affine_nmi(const LamAffinePass *pass, double weight, LamAffineFitness *out);

/* Random affine and intensity changes. */
#pragma once

#include "recipe.h"

#include <lambdascope/matrix.h>

/* common: about the centre, flip included; apart: the moving scan's own share. */
void lam_augment_draw(const LamRecipe *recipe, GRand *rand, LamVec3 centre_mm, LamMat4 *common,
                      LamMat4 *apart);

/* gain * v^gamma in place; zero stays zero. */
void lam_augment_intensity(const LamRecipe *recipe, GRand *rand, float *image, size_t voxels);

#include "augment.h"

#include "random.h"

#include <math.h>

void lam_augment_draw(const LamRecipe *recipe, GRand *rand, LamVec3 centre_mm, LamMat4 *common,
                      LamMat4 *apart)
{
    LamAffineRange range = {recipe->rotate_deg, recipe->shift_mm, recipe->scale, recipe->shear};
    bool flip = recipe->flip && g_rand_boolean(rand);
    *common = lam_random_affine(&range, rand, centre_mm, 1, flip);
    *apart = lam_random_affine(&range, rand, centre_mm, recipe->mismatch, false);
}

void lam_augment_intensity(const LamRecipe *recipe, GRand *rand, float *image, size_t voxels)
{
    float gamma = (float)exp(recipe->gamma * lam_random_normal(rand));
    float gain = (float)exp(recipe->gain * lam_random_normal(rand));
    if (recipe->gamma == 0 && recipe->gain == 0)
        return;
#pragma omp parallel for
    for (size_t i = 0; i < voxels; i++)
        image[i] = image[i] > 0 ? gain * powf(image[i], gamma) : 0;
}

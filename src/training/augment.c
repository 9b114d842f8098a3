#include "augment.h"

#include <math.h>

static double symmetric(GRand *rand, double largest)
{
    return largest > 0 ? g_rand_double_range(rand, -largest, largest) : 0;
}

static double normal(GRand *rand)
{
    double u = 1 - g_rand_double(rand), v = g_rand_double(rand);
    return sqrt(-2 * log(u)) * cos(2 * G_PI * v);
}

/* centre * shift * rotation * shear * scale * centre^-1. */
static LamMat4 random_affine(const LamRecipe *r, GRand *rand, LamVec3 c, double share, bool flip)
{
    double angle[3], scale[3], shift[3];
    LamMat4 shear = lam_mat4_identity();
    for (int a = 0; a < 3; a++) {
        angle[a] = symmetric(rand, share * r->rotate_deg) * G_PI / 180;
        scale[a] = exp(symmetric(rand, share * r->scale));
        shift[a] = symmetric(rand, share * r->shift_mm);
        shear.m[a][(a + 1) % 3] = symmetric(rand, share * r->shear);
    }
    const LamMat4 parts[] = {
        lam_mat4_translation(shift[0], shift[1], shift[2]),
        lam_mat4_rotation(angle[0], angle[1], angle[2]),
        shear,
        lam_mat4_scaling(flip ? -scale[0] : scale[0], scale[1], scale[2]),
        lam_mat4_translation(-c.v[0], -c.v[1], -c.v[2]),
    };
    LamMat4 out = lam_mat4_translation(c.v[0], c.v[1], c.v[2]);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        out = lam_mat4_multiply(&out, &parts[i]);
    return out;
}

void lam_augment_draw(const LamRecipe *recipe, GRand *rand, LamVec3 centre_mm, LamMat4 *common,
                      LamMat4 *apart)
{
    bool flip = recipe->flip && g_rand_boolean(rand);
    *common = random_affine(recipe, rand, centre_mm, 1, flip);
    *apart = random_affine(recipe, rand, centre_mm, recipe->mismatch, false);
}

void lam_augment_intensity(const LamRecipe *recipe, GRand *rand, float *image, size_t voxels)
{
    float gamma = (float)exp(recipe->gamma * normal(rand));
    float gain = (float)exp(recipe->gain * normal(rand));
    if (recipe->gamma == 0 && recipe->gain == 0)
        return;
#pragma omp parallel for
    for (size_t i = 0; i < voxels; i++)
        image[i] = image[i] > 0 ? gain * powf(image[i], gamma) : 0;
}

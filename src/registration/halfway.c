#include "halfway.h"

#define MAX_ROUNDS 50
#define TOLERANCE  1e-10

static LamMat4 mean(const LamMat4 *a, const LamMat4 *b)
{
    LamMat4 out;
    for (int r = 0; r < 4; r++)
        for (int c = 0; c < 4; c++)
            out.m[r][c] = 0.5 * (a->m[r][c] + b->m[r][c]);
    return out;
}

bool lam_affine_root(const LamMat4 *affine, LamMat4 *root)
{
    LamMat4 y = *affine, z = lam_mat4_identity(), y_back, z_back;
    if (!(lam_mat4_det3(affine) > 0))
        return false;
    for (int i = 0; i < MAX_ROUNDS; i++) {
        if (!lam_mat4_invert(&y, &y_back) || !lam_mat4_invert(&z, &z_back))
            return false;
        LamMat4 next = mean(&y, &z_back);
        z = mean(&z, &y_back);
        double change = lam_mat4_distance(&next, &y);
        y = next;
        if (change < TOLERANCE)
            break;
    }
    LamMat4 square = lam_mat4_multiply(&y, &y);
    *root = y;
    return lam_mat4_is_finite(&y) && lam_mat4_distance(&square, affine) < 1e-6;
}

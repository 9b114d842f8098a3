#include "affine-start.h"

#include <math.h>

#define POLAR_STEPS 60

static LamMat4 rotation_of(const LamMat4 *map)
{
    LamMat4 x = *map, inverse;
    for (int a = 0; a < 3; a++)
        x.m[a][3] = 0;
    for (int step = 0; step < POLAR_STEPS && lam_mat4_invert(&x, &inverse); step++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                if (j >= i) {
                    double ij = 0.5 * (x.m[i][j] + inverse.m[j][i]);
                    double ji = 0.5 * (x.m[j][i] + inverse.m[i][j]);
                    x.m[i][j] = ij;
                    x.m[j][i] = ji;
                }
    return x;
}

LamMat4 lam_affine_nearest(const LamMat4 *map, LamAffineKind kind, bool flat, LamVec3 centre_mm)
{
    if (kind == LAM_AFFINE_FULL)
        return *map;
    LamMat4 out = rotation_of(map);
    double volume = lam_mat4_det3(map), scale = flat ? sqrt(volume) : cbrt(volume);
    for (int i = 0; kind == LAM_AFFINE_SIMILARITY && i < (flat ? 2 : 3); i++)
        for (int j = 0; j < (flat ? 2 : 3); j++)
            out.m[i][j] *= scale;
    LamVec3 to = lam_mat4_apply(map, centre_mm), at = lam_mat4_apply(&out, centre_mm);
    for (int a = 0; a < 3; a++)
        out.m[a][3] += to.v[a] - at.v[a];
    return out;
}

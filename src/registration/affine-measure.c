#include "affine-measure.h"

#include <string.h>

static double measure(const LamAffinePair *pair, int level, const LamMat4 *map,
                      LamAffineFitness *out)
{
    double value = 0, weight = pair->skip[0] || pair->skip[1] ? 1 : 0.5;
    for (int side = 0; side < 2; side++) {
        LamAffinePass pass;
        if (pair->skip[side])
            continue;
        if (!lam_affine_pass_make(pair, level, map, side == 0, &pass))
            return LAM_AFFINE_NONE;
        double one = pair->measure == LAM_AFFINE_NMI ? lam_affine_nmi(&pass, weight, out)
                                                     : lam_affine_correlation(&pass, weight, out);
        if (one == LAM_AFFINE_NONE)
            return LAM_AFFINE_NONE;
        value += weight * one;
    }
    return value;
}

void lam_affine_fitness(const LamAffinePair *pair, int level, const LamMat4 *map,
                        LamAffineFitness *out)
{
    memset(out, 0, sizeof *out);
    out->value = measure(pair, level, map, out);
}

double lam_affine_value(const LamAffinePair *pair, int level, const LamMat4 *map)
{
    return measure(pair, level, map, NULL);
}

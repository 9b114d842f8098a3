#include "structure-middles.h"

#include <lambdascope/labels.h>
#include <lambdascope/regression.h>
#include <math.h>

#define LEAST_MM3   100
#define LEAST_BOTH  12 /* structures, for 4 coefficients along each axis */
#define MOST_LARGER 4.0
#define TERMS       4 /* x, y, z, 1 */

LamMiddles lam_middles_of(const LamVolume *labels)
{
    LamVec3 sum[LAM_MOST_MIDDLES] = {0};
    size_t voxels[LAM_MOST_MIDDLES] = {0}, at = 0;
    double voxel_mm3 = fabs(lam_mat4_det3(&labels->grid.to_world));
    const int *size = labels->grid.size;
    for (int k = 0; k < size[2]; k++)
        for (int j = 0; j < size[1]; j++)
            for (int i = 0; i < size[0]; i++) {
                int value = lam_label_of(labels->data[at++]);
                if (value < 1 || value >= LAM_MOST_MIDDLES)
                    continue;
                voxels[value]++;
                sum[value].v[0] += i;
                sum[value].v[1] += j;
                sum[value].v[2] += k;
            }
    LamMiddles m = {.n = 0};
    for (int value = 1; value < LAM_MOST_MIDDLES; value++) {
        double n = (double)voxels[value];
        if (n * voxel_mm3 < LEAST_MM3)
            continue;
        LamVec3 mean = {{sum[value].v[0] / n, sum[value].v[1] / n, sum[value].v[2] / n}};
        m.value[m.n] = value;
        m.mm3[m.n] = n * voxel_mm3;
        m.middle_mm[m.n++] = lam_mat4_apply(&labels->grid.to_world, mean);
    }
    return m;
}

/* Positions of what both have, and of about one size. */
typedef struct {
    int n, fixed[LAM_MOST_MIDDLES], moving[LAM_MOST_MIDDLES];
} Common;

static Common common_of(const LamMiddles *fixed, const LamMiddles *moving)
{
    Common c = {.n = 0};
    for (int i = 0, j = 0; i < fixed->n && j < moving->n;) {
        double ratio = fixed->mm3[i] / moving->mm3[j];
        int order = fixed->value[i] - moving->value[j];
        if (order == 0 && ratio < MOST_LARGER && ratio > 1 / MOST_LARGER) {
            c.fixed[c.n] = i;
            c.moving[c.n++] = j;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return c;
}

bool lam_middles_fit(const LamMiddles *fixed, const LamMiddles *moving, LamMat4 *matrix)
{
    Common c = common_of(fixed, moving);
    double x[LAM_MOST_MIDDLES * TERMS], y[LAM_MOST_MIDDLES];
    if (c.n < LEAST_BOTH)
        return false;
    *matrix = lam_mat4_identity();
    for (int i = 0; i < c.n; i++) {
        for (int a = 0; a < 3; a++)
            x[i * TERMS + a] = fixed->middle_mm[c.fixed[i]].v[a];
        x[i * TERMS + 3] = 1;
    }
    for (int a = 0; a < 3; a++) {
        LamRegression fit;
        for (int i = 0; i < c.n; i++)
            y[i] = moving->middle_mm[c.moving[i]].v[a];
        if (!lam_regression_fit(x, y, c.n, TERMS, &fit, NULL))
            return false;
        for (int k = 0; k < TERMS; k++)
            matrix->m[a][k] = fit.coefficient[k];
    }
    return true;
}

double lam_middles_distance_mm(const LamMiddles *fixed, const LamMiddles *moving,
                               const LamMat4 *matrix)
{
    Common c = common_of(fixed, moving);
    double sum = 0;
    for (int i = 0; i < c.n; i++) {
        LamVec3 there = lam_mat4_apply(matrix, fixed->middle_mm[c.fixed[i]]);
        const LamVec3 *is = &moving->middle_mm[c.moving[i]];
        for (int a = 0; a < 3; a++)
            there.v[a] -= is->v[a];
        sum += lam_vec3_length(there);
    }
    return c.n > 0 ? sum / c.n : NAN;
}

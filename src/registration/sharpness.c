#include <lambdascope/sharpness.h>

#include <lambdascope/resample.h>
#include <math.h>

#define FOREGROUND 0.2 /* of the 98th percentile */

/* Squared length of the gradient at a voxel, per mm^2; beyond the edge nothing changes. */
static double squared_gradient(const LamVolume *v, const int at[3], LamVec3 spacing)
{
    const int *n = v->grid.size;
    const size_t stride[] = {1, (size_t)n[0], (size_t)n[0] * (size_t)n[1]};
    size_t i = (size_t)at[0] + stride[1] * (size_t)at[1] + stride[2] * (size_t)at[2];
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        if (at[a] == 0 || at[a] == n[a] - 1)
            continue;
        double step = (double)(v->data[i + stride[a]] - v->data[i - stride[a]]);
        sum += pow(step / (2 * spacing.v[a]), 2);
    }
    return sum;
}

double lam_sharpness(const LamVolume *v)
{
    const int *n = v->grid.size;
    LamVec3 spacing = lam_grid_spacing_mm(&v->grid);
    double threshold = FOREGROUND * lam_volume_percentile_positive(v, 0.98);
    double count = 0, sum = 0, squares = 0, energy = 0;
    const float *value = v->data;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                double x = (double)*value++;
                if (!(x > threshold))
                    continue;
                count++;
                sum += x;
                squares += x * x;
                energy += squared_gradient(v, (const int[]){i, j, k}, spacing);
            }
    double variance = count > 0 ? squares / count - pow(sum / count, 2) : 0;
    return variance > 0 ? energy / count / variance : 0;
}

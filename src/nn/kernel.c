#include "kernel.h"

LAM_CLONES static void add_range(float *restrict y, const float *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += x[i];
}

void lam_kernel_add(float *y, const float *x, size_t n)
{
    const size_t chunk = 1 << 16;
    size_t chunks = (n + chunk - 1) / chunk;
#pragma omp parallel for if (chunks > 1)
    for (size_t i = 0; i < chunks; i++) {
        size_t start = i * chunk;
        add_range(y + start, x + start, n - start < chunk ? n - start : chunk);
    }
}

#include "box-sum.h"

#include "graph-private.h"
#include "kernel.h"

#define STRIP 64 /* columns summed side by side */
#define SHORT 8  /* up to this radius a row is added to itself, shifted */

/* One row: y[i] = sum of x[i-r .. i+r], one shift after the other. */
LAM_CLONES static void row_sum_short(const float *restrict x, float *restrict y, int n, int r)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i];
    for (int k = 1; k <= r; k++) {
        for (int i = k; i < n; i++)
            y[i] += x[i - k];
        for (int i = 0; i < n - k; i++)
            y[i] += x[i + k];
    }
}

/* The same as a running sum. */
static void row_sum_long(const float *restrict x, float *restrict y, int n, int r)
{
    double sum = 0;
    for (int i = 0; i < MIN(r, n); i++)
        sum += x[i];
    for (int i = 0; i < n; i++) {
        if (i + r < n)
            sum += x[i + r];
        y[i] = (float)sum;
        if (i - r >= 0)
            sum -= x[i - r];
    }
}

/* `lanes` neighbouring columns with elements `stride` apart. */
LAM_CLONES static void column_sum(const float *restrict x, float *restrict y, int n, size_t stride,
                                  int lanes, int r)
{
    double sum[STRIP] = {0};
    for (int i = 0; i < MIN(r, n); i++)
        for (int k = 0; k < lanes; k++)
            sum[k] += x[(size_t)i * stride + k];
    for (int i = 0; i < n; i++) {
        if (i + r < n)
            for (int k = 0; k < lanes; k++)
                sum[k] += x[(size_t)(i + r) * stride + k];
        for (int k = 0; k < lanes; k++)
            y[(size_t)i * stride + k] = (float)sum[k];
        if (i - r >= 0)
            for (int k = 0; k < lanes; k++)
                sum[k] -= x[(size_t)(i - r) * stride + k];
    }
}

/* Sums along the middle axis of [outer, n, inner]. */
static void along(const float *x, float *y, size_t outer, int n, size_t inner, int r)
{
    size_t strips = (inner + STRIP - 1) / STRIP;
#pragma omp parallel for collapse(2)
    for (size_t o = 0; o < outer; o++)
        for (size_t s = 0; s < strips; s++) {
            size_t at = o * (size_t)n * inner + s * STRIP;
            column_sum(x + at, y + at, n, inner, (int)MIN(STRIP, inner - s * STRIP), r);
        }
}

void lam_box_sum(LamShape shape, int radius, float *x, float *work)
{
    size_t rows = (size_t)shape.d * shape.h, plane = (size_t)shape.h * shape.w;
#pragma omp parallel for
    for (size_t row = 0; row < rows; row++)
        (radius <= SHORT ? row_sum_short : row_sum_long)(x + row * shape.w, work + row * shape.w,
                                                         shape.w, radius);
    along(work, x, (size_t)shape.d, shape.h, (size_t)shape.w, radius);
    if (shape.d == 1)
        return;
    along(x, work, 1, shape.d, plane, radius);
#pragma omp parallel for
    for (int d = 0; d < shape.d; d++)
        for (size_t i = 0; i < plane; i++)
            x[d * plane + i] = work[d * plane + i];
}

#include "yardstick.h"

#include <cblas.h>
#include <lambdascope/memory.h>
#include <lambdascope/order.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST     2048
#define COPY_FLOATS ((size_t)16 << 20) /* 64 MiB, beyond the caches */
#define COPY_CHUNKS 64

enum { OPENBLAS, ONEDNN, LIBRARIES };

struct LamYardstick {
    float *floats; /* at least three square matrices; the copy takes both halves */
    double gflops[LIBRARIES], copy_gb_per_s;
    char *openblas;
};

static void multiply(LamYardstick *y, int library, int n)
{
    size_t size = (size_t)n * (size_t)n;
    const float *a = y->floats, *b = a + size;
    float *c = y->floats + 2 * size;
    gint64 start = g_get_monotonic_time();
    if (library == OPENBLAS)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
    else
        dnnl_sgemm('N', 'N', n, n, n, 1, a, n, b, n, 0, c, n);
    double us = (double)MAX(1, g_get_monotonic_time() - start);
    y->gflops[library] = MAX(y->gflops[library], 2e-3 * (double)size * n / us);
}

static void copy(LamYardstick *y)
{
    const size_t chunk = COPY_FLOATS / COPY_CHUNKS;
    const float *from = y->floats;
    float *to = y->floats + COPY_FLOATS;
    gint64 start = g_get_monotonic_time();
#pragma omp parallel for
    for (size_t i = 0; i < COPY_CHUNKS; i++)
        memcpy(to + i * chunk, from + i * chunk, chunk * sizeof(float));
    double us = (double)MAX(1, g_get_monotonic_time() - start);
    y->copy_gb_per_s = MAX(y->copy_gb_per_s, 2e-3 * COPY_FLOATS * sizeof(float) / us);
}

void lam_yardstick_round(LamYardstick *y)
{
    for (int n = LARGEST / 2; n <= LARGEST; n += LARGEST / 4)
        for (int library = 0; library < LIBRARIES; library++)
            multiply(y, library, n);
    copy(y);
}

LamYardstick *lam_yardstick_new(GError **error)
{
    LamYardstick *y = g_new0(LamYardstick, 1);
    y->floats = lam_alloc_floats(2 * COPY_FLOATS, "the yardstick", error);
    if (y->floats == NULL) {
        g_free(y);
        return NULL;
    }
    for (size_t i = 0; i < 2 * COPY_FLOATS; i++)
        y->floats[i] = (float)(i % 7) - 3;
    y->openblas = g_strdup_printf("OpenBLAS (%s)", openblas_get_corename());
    lam_yardstick_round(y);
    return y;
}

void lam_yardstick_free(LamYardstick *y)
{
    if (y == NULL)
        return;
    lam_free(y->floats);
    g_free(y->openblas);
    g_free(y);
}

double lam_yardstick_sgemm_gflops(const LamYardstick *y)
{
    return MAX(y->gflops[OPENBLAS], y->gflops[ONEDNN]);
}

const char *lam_yardstick_sgemm_library(const LamYardstick *y)
{
    return y->gflops[OPENBLAS] > y->gflops[ONEDNN] ? y->openblas : "oneDNN";
}

double lam_yardstick_copy_gb_per_s(const LamYardstick *y)
{
    return y->copy_gb_per_s;
}

double lam_percentile(double *values, int n, double share)
{
    qsort(values, (size_t)n, sizeof *values, lam_order_doubles);
    return values[MIN(n - 1, (int)(share * n))];
}

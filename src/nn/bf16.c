#include "bf16.h"

#include "kernel.h"

#include <string.h>

#define QUIET 0x40 /* a NaN whose lower half alone says so must not become infinite */

bool lam_bf16_is_fast(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

LAM_CLONES void lam_bf16_round(const float *restrict x, uint16_t *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
        uint32_t nan = bits >> 16 | QUIET;
        y[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? nan : nearest);
    }
}

void lam_bf16_round_all(const float *x, uint16_t *y, size_t n)
{
    const size_t chunk = 1 << 15;
    size_t chunks = (n + chunk - 1) / chunk;
#pragma omp parallel for if (chunks > 1)
    for (size_t i = 0; i < chunks; i++) {
        size_t start = i * chunk;
        lam_bf16_round(x + start, y + start, n - start < chunk ? n - start : chunk);
    }
}

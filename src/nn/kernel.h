/* Small things that the kernels share. Internal to src/nn. */
#pragma once

#include <stddef.h>

/* One build, the best instruction set at run time. Sanitizers run before ifuncs are resolved. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define LAM_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LAM_CLONES
#endif

#define LAM_INLINE static inline __attribute__((always_inline))

/* Eight floats; the compiler lowers them to what the machine has. */
typedef float LamV8 __attribute__((vector_size(32), aligned(4)));

LAM_INLINE LamV8 lam_v8_load(const float *p)
{
    return *(const LamV8 *)p;
}

LAM_INLINE void lam_v8_store(float *p, LamV8 v)
{
    *(LamV8 *)p = v;
}

/* y += x, in parallel. */
void lam_kernel_add(float *y, const float *x, size_t n);

/* Small things that the kernels share. Internal to src/nn. */
#pragma once

#include <lambdascope/clones.h>
#include <stddef.h>

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

/* The label of a map's voxel; 0 for what is none of 0 .. n. */
LAM_INLINE int lam_label_at(const float *map, size_t i, int n)
{
    float label = map[i];
    return label >= 0 && label <= (float)n ? (int)label : 0;
}

/* y += x, in parallel. */
void lam_kernel_add(float *y, const float *x, size_t n);
/* y = x, in parallel; they must not overlap. */
void lam_kernel_copy(float *y, const float *x, size_t n);

/* The upper half of a float as a number of 16 bits. Internal to src/nn. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether this processor multiplies pairs of bf16 with sums in f32 (AVX512_BF16). */
bool lam_bf16_is_fast(void);

/* To the nearest, ties to even; what is too large becomes infinite, NaN stays NaN. */
void lam_bf16_round(const float *x, uint16_t *y, size_t n);
/* The same in parallel. */
void lam_bf16_round_all(const float *x, uint16_t *y, size_t n);

/* Randomness and smooth noise for the phantom: integer hashing and plain arithmetic only, so that a
 * seed gives the same numbers with every compiler and C library. */
#pragma once

#include <stdint.h>

typedef struct {
    float x, y, z;
} LamPoint;

/* The next of a sequence of well-mixed 32-bit numbers; state starts as the seed. */
uint32_t lam_noise_next(uint64_t *state);

/* Uniform in [from, to). */
float lam_noise_uniform(uint64_t *state, float from, float to);

/* About normal (sum of four uniforms), mean 0, standard deviation 1, for the index-th voxel. */
float lam_noise_normal(uint32_t seed, uint64_t index);

#define LAM_WAVES 16

/* A sum of plane waves of random direction and phase: stationary noise in a band of wavelengths,
 * mean 0, standard deviation about 1, with an exact gradient. Its zero set winds like sulci do. */
typedef struct {
    float kx[LAM_WAVES], ky[LAM_WAVES], kz[LAM_WAVES]; /* cycles per mm */
    float phase[LAM_WAVES];
    int count; /* of waves in use, a multiple of 4 */
} LamWaves;

/* stretch: directions are drawn from an ellipsoid of these radii before they are made unit length
 * ({1,1,1} is isotropic; {0,1,1} makes waves that do not vary along x). */
void lam_waves_init(LamWaves *waves, int count, uint64_t *state, float shortest_mm,
                    float longest_mm, LamPoint stretch);

/* Value at p (mm); gradient (per mm) unless NULL. */
float lam_waves_at(const LamWaves *waves, LamPoint p, LamPoint *gradient);

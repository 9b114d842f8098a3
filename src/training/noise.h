/* Noise for every voxel of a sample. */
#pragma once

#include <glib.h>

/* Writes n values that are about normal (a sum of four uniforms), mean 0, standard deviation 1: those of the
 * indices first ... first + n - 1 of the sequence that the seed names. */
void lam_noise_run(guint32 seed, guint32 first, float *out, int n);

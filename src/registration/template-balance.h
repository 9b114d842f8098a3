/* How large structures are in a label map that is made of probabilities. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Weights of structures, [structures], with which of each about as many voxels are the likeliest as are expected (the
 * sum of its probabilities): where all are blurred, small structures would else lose to what surrounds them. A
 * weight is at most 4 and at least 1/4. p: [voxel][structures]. LAM_ERROR_MEMORY. */
bool lam_template_balance(const float *p, int structures, size_t voxels, float *weight,
                          GError **error);

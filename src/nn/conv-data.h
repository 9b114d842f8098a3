/* Gradient of a strided convolution with respect to its input: our own kernel, because oneDNN 2.6 has
 * only its reference implementation for that case. Internal to src/nn. */
#pragma once

#include "conv-weights.h"

#include <stddef.h>

/* Floats of the weights in the order this kernel reads. */
size_t lam_conv_data_packed_floats(const LamConvGeometry *geometry);

/* dx = adjoint of the convolution applied to dy; both blocked, weights [O,I,kd,kh,kw]; `packed` is
 * scratch. dx is overwritten, padding included. Multi-threaded, the same for any number of threads. */
void lam_conv_backward_data(const LamConvGeometry *geometry, const float *weights, const float *dy,
                            float *packed, float *dx);

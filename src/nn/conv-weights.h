/* Gradient of a convolution with respect to its weights: our own kernel, because oneDNN 2.6 falls back
 * to a gemm path there. Internal to src/nn. */
#pragma once

typedef struct {
    int in_channels, out_channels;
    int in[3], out[3]; /* d, h, w */
    int kernel[3];     /* d, h, w */
    int stride[3];     /* d, h, w */
    int block;         /* channels per block of the output (and of x if blocked) */
    int x_blocked;
} LamConvGeometry;

/* grad[O,I,kd,kh,kw] += sum over positions of dy * x. dy is blocked and its padding holds zeros or
 * anything finite; only real channels are written. Multi-threaded; the same sums in the same order for
 * any number of threads. */
void lam_conv_backward_weights(const LamConvGeometry *geometry, const float *x, const float *dy,
                               float *grad);

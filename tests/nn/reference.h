/* The operations once more, written for clarity in double precision and plain [C,D,H,W] order: what the
 * fast ones are compared with. */
#pragma once

#include <lambdascope/ops.h>

typedef struct {
    int in, out;                 /* channels */
    int size_in[3], size_out[3]; /* d, h, w */
    int kernel[3], stride[3];    /* d, h, w */
    double slope;                /* leaky ReLU; 1 = none */
} RefConv;

RefConv ref_conv_of(LamShape x, LamConvOptions options);
LamShape ref_conv_shape(const RefConv *c);

/* bias and addend may be NULL. */
void ref_conv(const RefConv *c, const double *x, const double *weight, const double *bias,
              const double *addend, double *y);
/* Gradients of sum(g * y). dz is the one before the activation, which is also the addend's. All four
 * results are overwritten. */
void ref_conv_backward(const RefConv *c, const double *x, const double *weight, const double *y,
                       const double *g, double *dz, double *dx, double *dweight, double *dbias);

/* weight m*n, bias may be NULL. */
void ref_dense(int m, int n, const double *weight, const double *x, const double *bias, double *y);
void ref_upsample(LamShape in, LamShape out, const double *x, double *y);
void ref_resize(LamShape in, LamShape out, double scale, const double *x, double *y);
/* field: w, h, d in voxels; along d nothing moves if there is one slice. */
void ref_warp(LamShape image_shape, const double *image, const double *field, double *y);
void ref_integrate(LamShape s, const double *velocity, int steps, double *u);

double ref_ncc(LamShape s, const double *a, const double *b, int window);
double ref_mse(size_t n, const double *a, const double *b, double sigma);
double ref_gradient_l2(LamShape s, const double *x);
/* weight: of each voxel. */
double ref_gradient_l2_weighted(LamShape s, const double *x, const double *weight);

/* The operations. Each adds a node to the graph of its inputs and returns it (NULL after a mistake in
 * shapes, which lam_graph_finalise reports; a NULL input gives NULL). One file per op in src/nn holds
 * shape inference, forward and backward together. Losses are scalars, shape [1,1,1,1]. */
#pragma once

#include <lambdascope/graph.h>

G_BEGIN_DECLS

typedef struct {
    int channels;  /* out */
    int kernel[3]; /* along w, h, d: odd, at most 7 */
    int stride;    /* 1 or 2 (an axis of size 1 always has stride 1); zero padding kernel/2 */
    float slope;   /* leaky ReLU on the output; 1 = none */
} LamConvOptions;

/* y = act(conv(x, weight) + bias + addend). x [Cin,D,H,W] (plain or blocked); weight: vector of
 * channels*Cin*kd*kh*kw in [O,I,kd,kh,kw] order, a parameter or computed; bias: vector of `channels` or
 * NULL; addend: blocked tensor of the output's shape or NULL. Output blocked. */
LamNode *lam_op_conv(LamGraph *graph, LamNode *x, LamNode *weight, LamNode *bias, LamNode *addend,
                     LamConvOptions options);

/* y = W x + b: x a vector of n, W m*n row-major, b m or NULL; y a vector of m. */
LamNode *lam_op_dense(LamGraph *graph, LamNode *x, LamNode *weight, LamNode *bias);

/* max(x, slope*x), any shape and layout. */
LamNode *lam_op_leaky_relu(LamGraph *graph, LamNode *x, float slope);

/* Nearest neighbour, ×2 per axis that is larger in the target (the target's size is 2n or 2n-1). */
LamNode *lam_op_upsample(LamGraph *graph, LamNode *x, int d, int h, int w);

/* Along channels; both blocked with whole blocks (a.c % block == 0), or both plain. */
LamNode *lam_op_concat(LamGraph *graph, LamNode *a, LamNode *b);

/* Between plain and blocked. */
LamNode *lam_op_to_plain(LamGraph *graph, LamNode *x);
LamNode *lam_op_to_blocked(LamGraph *graph, LamNode *x);

/* Linear resize of a plain tensor over the same box (voxel centres at half-integers, edges clamped),
 * values multiplied by `scale` (for vectors in voxels: the ratio of sizes). */
LamNode *lam_op_resize(LamGraph *graph, LamNode *x, int d, int h, int w, float scale);

/* Spatial transformer: image [C,D,H,W] sampled at x + field(x), field [3,D,H,W] in voxels, channels
 * (w,h,d), linear; zero outside the image. With D = 1 the d channel is ignored. */
LamNode *lam_op_warp(LamGraph *graph, LamNode *image, LamNode *field);

/* exp of a stationary velocity field [3,D,H,W] in voxels by scaling and squaring (Arsigny et al. 2006):
 * u_0 = v/2^steps, u_{k+1}(x) = u_k(x) + u_k(x + u_k(x)), samples clamped at the edges. */
LamNode *lam_op_integrate(LamGraph *graph, LamNode *velocity, int steps);
/* The same for any time: exp(time v); -1 is the way back. */
LamNode *lam_op_flow(LamGraph *graph, LamNode *velocity, float time, int steps);

/* Minus the mean over voxels of the squared local correlation in windows of `window` (odd) voxels per
 * axis, zero-padded box sums (as VoxelMorph): cross^2 / (varI varJ + 1e-5). Plain, one channel each.
 * Gradients flow to both. */
LamNode *lam_op_ncc(LamGraph *graph, LamNode *fixed, LamNode *moved, int window);

/* The same with a weight [1,D,H,W] >= 0 for each voxel's correlation: minus the weighted mean. No
 * gradient flows to the weight. weight NULL: as above. */
LamNode *lam_op_ncc_weighted(LamGraph *graph, LamNode *fixed, LamNode *moved, LamNode *weight,
                             int window);

/* Minus the normalised mutual information (H(a) + H(b)) / H(a,b), between -2 (the same) and -1
 * (independent): joint histogram of `bins` × `bins` (6 … 64), cubic B-spline Parzen windows, values
 * clipped to [0,1] (Studholme et al. 1999; Thévenaz and Unser 2000). Plain. Gradients flow to both. */
LamNode *lam_op_nmi(LamGraph *graph, LamNode *fixed, LamNode *moved, int bins);

/* mean (a-b)^2 / sigma^2. */
LamNode *lam_op_mse(LamGraph *graph, LamNode *a, LamNode *b, float sigma);

/* Mean of squared forward differences of a plain tensor: per axis over all channels and positions,
 * then over the axes longer than 1. */
LamNode *lam_op_gradient_l2(LamGraph *graph, LamNode *field);

/* The same with a weight [1,D,H,W] >= 0 for each voxel: a difference weighs the mean weight of its two
 * voxels over that of all. No gradient flows to the weight. 0 where nothing weighs; weight NULL: as above. */
LamNode *lam_op_gradient_l2_weighted(LamGraph *graph, LamNode *field, LamNode *weight);

/* Bending energy of a plain tensor: the squares of its second differences, each averaged over channels
 * and the positions where it fits, pure ones once and mixed ones twice, summed (Rueckert et al. 1999,
 * eq. 4). */
LamNode *lam_op_bending(LamGraph *graph, LamNode *field);

/* 1 - mean soft Dice over the labels 1..n (Milletari et al. 2016) of `fixed` and of `moving` sampled at
 * x + field(x): maps [1,D,H,W] of whole numbers, 0 and others = no label; field [3,D,H,W] in voxels,
 * edges clamped. Each label weighs its number of voxels in `fixed` to the power given: 0 = all alike,
 * 1 = each voxel alike. Labels that are absent in either map do not count. A gradient flows to the field
 * alone. */
LamNode *lam_op_label_dice(LamGraph *graph, LamNode *fixed, LamNode *moving, LamNode *field, int n,
                           double power);

/* exp x_k / sum of exp x over the channels of each voxel: probabilities of scores. x: blocked, its channels
 * whole blocks (16 are). */
LamNode *lam_op_softmax(LamGraph *graph, LamNode *x);

/* Cross entropy of scores [K,d,h,w] (plain; their softmax is the probability of labels 0 .. K-1) against a
 * label map [1,D,H,W] whose sizes are whole multiples of theirs: each of the map's voxels is compared with
 * the score's voxel that covers it, and weighs n^(power - 1) where n voxels have its label, so that a
 * label weighs n^power: 0 = all labels alike, 1 = all voxels alike. Values of the map that are no label
 * count as 0. In nats, 0 at best. A gradient flows to the scores alone. */
LamNode *lam_op_label_entropy(LamGraph *graph, LamNode *scores, LamNode *labels, double power);

/* A field [C,D,H,W] at points [3,1,1,N] (w, h, d in voxels), linear, edges clamped: [C,1,1,N]. A
 * gradient flows to the field alone. */
LamNode *lam_op_sample(LamGraph *graph, LamNode *field, LamNode *points);

/* Barrier against folds of a displacement [3,D,H,W] in voxels: mean over voxels, and over the eight
 * combinations of forward and backward differences, of max(0, margin - J)^2, J = det(d(x+u)/dx). */
LamNode *lam_op_folds(LamGraph *graph, LamNode *displacement, float margin);

/* mean + exp(log_variance / 2) noise, plain tensors of one shape: a sample of a normal distribution whose
 * parameters have gradients (Kingma and Welling 2014). noise: an input, normal(0, 1); none flows to it. */
LamNode *lam_op_gaussian_sample(LamGraph *graph, LamNode *mean, LamNode *log_variance,
                                LamNode *noise);

/* What a velocity's approximate posterior, normal(mean μ, variance σ^2) in each voxel, costs against the
 * prior N(0, Λ^-1) with Λ = γ·prior·(D - A), where A joins voxels that share a face and D counts each
 * voxel's neighbours (Dalca et al. 2019). Up to constants, over N voxels and all channels,
 *   KL = 1/2 [γ prior (Σ_i D_i σ_i^2 + Σ_edges (μ_i - μ_j)^2) - Σ_i log σ_i^2]
 * With γ = λ / (1 - λ), times 1 - λ so that both ends of λ are finite, and per value:
 *   1 / (2·C·N) [λ prior (Σ_i D_i σ_i^2 + Σ_edges (μ_i - μ_j)^2) - (1 - λ) Σ_i log σ_i^2]
 * to be added to (1 - λ) dissimilarity. At λ = 0 the prior is flat: then only the dissimilarity keeps σ
 * from growing. lambda: scalar; mean and log_variance: plain, of one shape; prior > 0, per voxel^2.
 * Gradients flow to all three. */
LamNode *lam_op_svf_kl(LamGraph *graph, LamNode *lambda, LamNode *mean, LamNode *log_variance,
                       float prior);

/* (1 - share) mean + share f x: what exponential means become with x [C,D,H,W], for f = 1 and then each of
 * the K factors (a vector; NULL: none). mean: plain, [(1+K)C,D,H,W], the shape that is returned; share in
 * (0,1]. A gradient flows to x alone. With factors that are 0 on average, means of 0 say that x depends
 * linearly on none of them. */
LamNode *lam_op_running_mean(LamGraph *graph, LamNode *mean, LamNode *x, LamNode *factors,
                             float share);

/* Mean over voxels of the squared length of a plain tensor's vectors [C,D,H,W]. */
LamNode *lam_op_mean_square(LamGraph *graph, LamNode *x);

/* base + offset where base is not 0, else 0; plain, of one shape; offset may be NULL. No gradient flows
 * from where base is 0: it stays so. */
LamNode *lam_op_foreground(LamGraph *graph, LamNode *base, LamNode *offset);

/* Labels [1,D,H,W] at x + field(x), field [3,D,H,W] in voxels: that of the nearest voxel, 0 outside. No
 * gradient flows. */
LamNode *lam_op_carry_labels(LamGraph *graph, LamNode *labels, LamNode *field);

/* The 8 channels of a plain tensor [8,D,H,W] as the 2 x 2 x 2 voxels that each of its voxels is made of,
 * w fastest: [1,2D,2H,2W] (with D = 1: [4,1,H,W] and [1,1,2H,2W]). */
LamNode *lam_op_depth_to_space(LamGraph *graph, LamNode *x);

/* The parts of voxels on a grid of half the spacing: whole [C,D,H,W] at each of its 2 x 2 x 2 parts, and what
 * `parts` [8C,D,H,W] adds for that one (part by part, w fastest; with D = 1 there are 4). Both blocked, C whole
 * blocks (16 are). [C,2D,2H,2W]; with D = 1 [C,1,2H,2W]. */
LamNode *lam_op_subvoxel(LamGraph *graph, LamNode *whole, LamNode *parts);

/* How alike a(x) and b(x + o) are, for each shift o of at most `radius` (1 to 4) voxels along each axis that is longer
 * than 1: the sum over channels of a_c(x) b_c(x + o), 0 where x + o lies outside, averaged over `stride` (1 or 2)
 * voxels along each axis. One channel for each shift, w fastest, then h, d (FlowNet's correlation layer,
 * Dosovitskiy et al. 2015). a, b: blocked, of one shape [C,D,H,W] whose sizes are multiples of the stride or 1;
 * [(2 radius + 1)^3,D/stride,H/stride,W/stride], blocked. Gradients flow to both. */
LamNode *lam_op_correlate(LamGraph *graph, LamNode *a, LamNode *b, int radius, int stride);

/* x as a constant: no gradient flows through it. Any shape and layout. */
LamNode *lam_op_detach(LamGraph *graph, LamNode *x);

/* The values of a plain tensor in another shape of as many. */
LamNode *lam_op_reshape(LamGraph *graph, LamNode *x, LamShape shape);

/* x times a scalar node. x: any shape and layout. */
LamNode *lam_op_scale(LamGraph *graph, LamNode *x, LamNode *factor);

/* The vector [n,1,1,1] of these numbers, which are copied. */
LamNode *lam_op_constant(LamGraph *graph, int n, const float *values);

/* a + weight·b of plain tensors of one shape. */
LamNode *lam_op_sum(LamGraph *graph, LamNode *a, LamNode *b, float weight);

/* (1 - λ) a + λ·weight·b of scalars; lambda: scalar input. */
LamNode *lam_op_blend(LamGraph *graph, LamNode *lambda, LamNode *a, LamNode *b, float weight);

G_END_DECLS

/* The Kullback-Leibler term of a probabilistic velocity field (Dalca et al. 2019); derived in ops.h. */
#include "graph-private.h"

#include <math.h>

enum { LAMBDA, MEAN, LOG_VARIANCE };

typedef struct {
    float prior;
    double energy;  /* Σ D σ^2 + Σ_edges (difference of μ)^2 */
    double entropy; /* Σ log σ^2 */
} SvfKl;

/* Voxels that share a face with this one. */
static int neighbours(LamShape s, int d, int h, int w)
{
    return (w > 0) + (w + 1 < s.w) + (h > 0) + (h + 1 < s.h) + (d > 0) + (d + 1 < s.d);
}

static float square(float x)
{
    return x * x;
}

/* One row along w; each edge is counted at its first voxel. */
static void add_row(const LamNode *node, int channel, int d, int h, double *energy, double *entropy)
{
    LamShape s = node->inputs[MEAN]->shape;
    size_t at = (((size_t)channel * s.d + d) * s.h + h) * s.w, down = (size_t)s.w,
           deep = (size_t)s.w * s.h;
    const float *mean = node->inputs[MEAN]->value + at;
    const float *log_variance = node->inputs[LOG_VARIANCE]->value + at;
    for (int w = 0; w < s.w; w++) {
        float sum = (float)neighbours(s, d, h, w) * expf(log_variance[w]);
        if (w + 1 < s.w)
            sum += square(mean[w + 1] - mean[w]);
        if (h + 1 < s.h)
            sum += square(mean[w + down] - mean[w]);
        if (d + 1 < s.d)
            sum += square(mean[w + deep] - mean[w]);
        *energy += (double)sum;
        *entropy += (double)log_variance[w];
    }
}

static void kl_forward(LamNode *node)
{
    SvfKl *state = node->state;
    LamShape s = node->inputs[MEAN]->shape;
    double energy = 0, entropy = 0, lambda = (double)node->inputs[LAMBDA]->value[0];
    int rows = s.c * s.d * s.h;
#pragma omp parallel for reduction(+ : energy, entropy)
    for (int row = 0; row < rows; row++)
        add_row(node, row / s.h / s.d, row / s.h % s.d, row % s.h, &energy, &entropy);
    state->energy = energy;
    state->entropy = entropy;
    node->value[0] = (float)((lambda * (double)state->prior * energy - (1 - lambda) * entropy) /
                             (2 * (double)node->inputs[MEAN]->count));
}

/* D_i μ_i - Σ of the neighbours' μ. */
static float laplacian(LamShape s, const float *mean, int d, int h, int w)
{
    ptrdiff_t down = s.w, deep = (ptrdiff_t)s.w * s.h;
    float sum = (float)neighbours(s, d, h, w) * mean[0];
    if (w > 0)
        sum -= mean[-1];
    if (w + 1 < s.w)
        sum -= mean[1];
    if (h > 0)
        sum -= mean[-down];
    if (h + 1 < s.h)
        sum -= mean[down];
    if (d > 0)
        sum -= mean[-deep];
    if (d + 1 < s.d)
        sum -= mean[deep];
    return sum;
}

/* pull, push: the factors of the prior's terms and of the entropy. */
static void row_adjoint(LamNode *node, int channel, int d, int h, float pull, float push)
{
    LamNode *mean = node->inputs[MEAN], *log_variance = node->inputs[LOG_VARIANCE];
    LamShape s = mean->shape;
    size_t at = (((size_t)channel * s.d + d) * s.h + h) * s.w;
    for (int w = 0; w < s.w; w++, at++) {
        if (mean->keeps_grad)
            mean->grad[at] += 2 * pull * laplacian(s, mean->value + at, d, h, w);
        if (log_variance->keeps_grad)
            log_variance->grad[at] +=
                pull * (float)neighbours(s, d, h, w) * expf(log_variance->value[at]) - push;
    }
}

static void kl_backward(LamNode *node)
{
    const SvfKl *state = node->state;
    LamNode *lambda = node->inputs[LAMBDA];
    LamShape s = node->inputs[MEAN]->shape;
    float scale = node->grad[0] / (2 * (float)node->inputs[MEAN]->count), l = lambda->value[0];
    int rows = s.c * s.d * s.h;
#pragma omp parallel for
    for (int row = 0; row < rows; row++)
        row_adjoint(node, row / s.h / s.d, row / s.h % s.d, row % s.h, scale * l * state->prior,
                    scale * (1 - l));
    if (lambda->keeps_grad)
        lambda->grad[0] += scale * (float)((double)state->prior * state->energy + state->entropy);
}

static const LamOp kl_op = {.name = "svf-kl", .forward = kl_forward, .backward = kl_backward};

LamNode *lam_op_svf_kl(LamGraph *graph, LamNode *lambda, LamNode *mean, LamNode *log_variance,
                       float prior)
{
    if (lambda == NULL || mean == NULL || log_variance == NULL)
        return NULL;
    if (lambda->count != 1 || mean->layout != LAM_PLAIN || log_variance->layout != LAM_PLAIN ||
        !lam_shape_equal(mean->shape, log_variance->shape) || !(prior > 0))
        return lam_graph_mistake(graph, "the KL term needs a scalar and two plain tensors of one "
                                        "shape, and a prior above 0");
    SvfKl state = {.prior = prior};
    LamNode *inputs[] = {lambda, mean, log_variance};
    return lam_node_add(graph, &kl_op, lam_scalar_shape(), LAM_PLAIN, inputs, 3, &state,
                        sizeof state);
}

/* A sample of a normal distribution, by its mean, its log variance and given noise. */
#include "graph-private.h"

#include <math.h>

enum { MEAN, LOG_VARIANCE, NOISE };

static void sample_forward(LamNode *node)
{
    const float *mean = node->inputs[MEAN]->value, *noise = node->inputs[NOISE]->value;
    const float *log_variance = node->inputs[LOG_VARIANCE]->value;
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++)
        node->value[i] = mean[i] + expf(0.5f * log_variance[i]) * noise[i];
}

static void sample_backward(LamNode *node)
{
    LamNode *mean = node->inputs[MEAN], *log_variance = node->inputs[LOG_VARIANCE];
    const float *noise = node->inputs[NOISE]->value, *g = node->grad;
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++) {
        if (mean->keeps_grad)
            mean->grad[i] += g[i];
        if (log_variance->keeps_grad)
            log_variance->grad[i] += 0.5f * g[i] * expf(0.5f * log_variance->value[i]) * noise[i];
    }
}

static const LamOp sample_op = {
    .name = "gaussian-sample", .forward = sample_forward, .backward = sample_backward};

LamNode *lam_op_gaussian_sample(LamGraph *graph, LamNode *mean, LamNode *log_variance,
                                LamNode *noise)
{
    if (mean == NULL || log_variance == NULL || noise == NULL)
        return NULL;
    LamNode *inputs[] = {mean, log_variance, noise};
    for (int i = 0; i < 3; i++)
        if (inputs[i]->layout != LAM_PLAIN || !lam_shape_equal(inputs[i]->shape, mean->shape))
            return lam_graph_mistake(graph, "a sample needs plain tensors of one shape");
    if (noise->keeps_grad)
        return lam_graph_mistake(graph, "a sample has no gradient for the noise");
    return lam_node_add(graph, &sample_op, mean->shape, LAM_PLAIN, inputs, 3, NULL, 0);
}

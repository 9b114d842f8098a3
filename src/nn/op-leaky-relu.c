/* max(x, slope x), where it is not fused into a convolution. */
#include "graph-private.h"

typedef struct {
    float slope;
} Relu;

static void relu_forward(LamNode *node)
{
    const float *x = node->inputs[0]->value, slope = ((Relu *)node->state)->slope;
#pragma omp parallel for if (node->count > 65536)
    for (size_t i = 0; i < node->count; i++)
        node->value[i] = x[i] > 0 ? x[i] : slope * x[i];
}

static void relu_backward(LamNode *node)
{
    LamNode *x = node->inputs[0];
    const float slope = ((Relu *)node->state)->slope;
#pragma omp parallel for if (node->count > 65536)
    for (size_t i = 0; i < node->count; i++)
        x->grad[i] += node->grad[i] * (x->value[i] > 0 ? 1 : slope);
}

static const LamOp relu_op = {
    .name = "leaky-relu", .forward = relu_forward, .backward = relu_backward};

LamNode *lam_op_leaky_relu(LamGraph *graph, LamNode *x, float slope)
{
    if (x == NULL)
        return NULL;
    Relu relu = {slope};
    return lam_node_add(graph, &relu_op, x->shape, x->layout, &x, 1, &relu, sizeof relu);
}

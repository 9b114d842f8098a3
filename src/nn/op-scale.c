/* A tensor times a number that is a node itself. */
#include "graph-private.h"

static void scale_forward(LamNode *node)
{
    const float *x = node->inputs[0]->value, factor = node->inputs[1]->value[0];
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < node->count; i++)
        node->value[i] = factor * x[i];
}

static void scale_backward(LamNode *node)
{
    LamNode *x = node->inputs[0], *factor = node->inputs[1];
    const float weight = factor->value[0];
    double sum = 0;
    for (size_t i = 0; x->keeps_grad && i < node->count; i++)
        x->grad[i] += weight * node->grad[i];
    for (size_t i = 0; factor->keeps_grad && i < node->count; i++)
        sum += (double)node->grad[i] * (double)x->value[i];
    if (factor->keeps_grad)
        factor->grad[0] += (float)sum;
}

static const LamOp scale_op = {
    .name = "scale", .forward = scale_forward, .backward = scale_backward};

LamNode *lam_op_scale(LamGraph *graph, LamNode *x, LamNode *factor)
{
    if (x == NULL || factor == NULL)
        return NULL;
    if (factor->count != 1 || factor->layout != LAM_PLAIN)
        return lam_graph_mistake(graph, "scale needs a scalar");
    LamNode *inputs[] = {x, factor};
    return lam_node_add(graph, &scale_op, x->shape, x->layout, inputs, 2, NULL, 0);
}

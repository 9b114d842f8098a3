/* a + weight b of two tensors: how terms are added to a loss, and offsets to what they change. */
#include "graph-private.h"

typedef struct {
    float weight;
} Sum;

static void sum_forward(LamNode *node)
{
    const float *a = node->inputs[0]->value, *b = node->inputs[1]->value;
    float weight = ((Sum *)node->state)->weight;
#pragma omp parallel for simd schedule(static)
    for (size_t i = 0; i < node->count; i++)
        node->value[i] = a[i] + weight * b[i];
}

static void sum_backward(LamNode *node)
{
    LamNode *a = node->inputs[0], *b = node->inputs[1];
    float weight = ((Sum *)node->state)->weight;
    for (size_t i = 0; a->keeps_grad && i < node->count; i++)
        a->grad[i] += node->grad[i];
    for (size_t i = 0; b->keeps_grad && i < node->count; i++)
        b->grad[i] += weight * node->grad[i];
}

static const LamOp sum_op = {.name = "sum", .forward = sum_forward, .backward = sum_backward};

LamNode *lam_op_sum(LamGraph *graph, LamNode *a, LamNode *b, float weight)
{
    if (a == NULL || b == NULL)
        return NULL;
    if (!lam_shape_equal(a->shape, b->shape) || a->layout != LAM_PLAIN || b->layout != LAM_PLAIN)
        return lam_graph_mistake(graph, "sum needs two plain tensors of one shape");
    Sum state = {weight};
    LamNode *inputs[] = {a, b};
    return lam_node_add(graph, &sum_op, a->shape, LAM_PLAIN, inputs, 2, &state, sizeof state);
}

/* Mean squared difference over sigma squared. */
#include "graph-private.h"

typedef struct {
    float weight; /* 1 / (voxels sigma^2) */
} Mse;

static void mse_forward(LamNode *node)
{
    const float *a = node->inputs[0]->value, *b = node->inputs[1]->value;
    double total = 0;
    for (size_t i = 0; i < node->inputs[0]->count; i++)
        total += (double)(a[i] - b[i]) * (a[i] - b[i]);
    node->value[0] = (float)(total * ((Mse *)node->state)->weight);
}

static void mse_backward(LamNode *node)
{
    LamNode *a = node->inputs[0], *b = node->inputs[1];
    float g = 2 * ((Mse *)node->state)->weight * node->grad[0];
    for (size_t i = 0; i < a->count; i++) {
        float slope = g * (a->value[i] - b->value[i]);
        if (a->keeps_grad)
            a->grad[i] += slope;
        if (b->keeps_grad)
            b->grad[i] -= slope;
    }
}

static const LamOp mse_op = {.name = "mse", .forward = mse_forward, .backward = mse_backward};

LamNode *lam_op_mse(LamGraph *graph, LamNode *a, LamNode *b, float sigma)
{
    if (a == NULL || b == NULL)
        return NULL;
    if (!lam_shape_equal(a->shape, b->shape) || a->layout != LAM_PLAIN || b->layout != LAM_PLAIN ||
        !(sigma > 0))
        return lam_graph_mistake(graph, "MSE needs two plain tensors of one shape and sigma > 0");
    Mse state = {1 / ((float)a->count * sigma * sigma)};
    LamNode *inputs[] = {a, b};
    return lam_node_add(graph, &mse_op, lam_scalar_shape(), LAM_PLAIN, inputs, 2, &state,
                        sizeof state);
}

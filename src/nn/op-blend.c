/* The trade-off itself: (1 - λ) dissimilarity + λ weight roughness (Hoopes et al. 2021, eq. 3). */
#include "graph-private.h"

enum { LAMBDA, A, B };

typedef struct {
    float weight;
} Blend;

static void blend_forward(LamNode *node)
{
    float lambda = node->inputs[LAMBDA]->value[0], weight = ((Blend *)node->state)->weight;
    node->value[0] =
        (1 - lambda) * node->inputs[A]->value[0] + lambda * weight * node->inputs[B]->value[0];
}

static void blend_backward(LamNode *node)
{
    LamNode *lambda = node->inputs[LAMBDA], *a = node->inputs[A], *b = node->inputs[B];
    float weight = ((Blend *)node->state)->weight, g = node->grad[0], l = lambda->value[0];
    if (a->keeps_grad)
        a->grad[0] += g * (1 - l);
    if (b->keeps_grad)
        b->grad[0] += g * l * weight;
    if (lambda->keeps_grad)
        lambda->grad[0] += g * (weight * b->value[0] - a->value[0]);
}

static const LamOp blend_op = {
    .name = "blend", .forward = blend_forward, .backward = blend_backward};

LamNode *lam_op_blend(LamGraph *graph, LamNode *lambda, LamNode *a, LamNode *b, float weight)
{
    if (lambda == NULL || a == NULL || b == NULL)
        return NULL;
    if (lambda->count != 1 || a->count != 1 || b->count != 1)
        return lam_graph_mistake(graph, "blend takes scalars");
    Blend state = {weight};
    LamNode *inputs[] = {lambda, a, b};
    return lam_node_add(graph, &blend_op, lam_scalar_shape(), LAM_PLAIN, inputs, 3, &state,
                        sizeof state);
}

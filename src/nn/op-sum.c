/* a + weight b of two scalars: how terms are added to a loss. */
#include "graph-private.h"

typedef struct {
    float weight;
} Sum;

static void sum_forward(LamNode *node)
{
    float weight = ((Sum *)node->state)->weight;
    node->value[0] = node->inputs[0]->value[0] + weight * node->inputs[1]->value[0];
}

static void sum_backward(LamNode *node)
{
    LamNode *a = node->inputs[0], *b = node->inputs[1];
    if (a->keeps_grad)
        a->grad[0] += node->grad[0];
    if (b->keeps_grad)
        b->grad[0] += ((Sum *)node->state)->weight * node->grad[0];
}

static const LamOp sum_op = {.name = "sum", .forward = sum_forward, .backward = sum_backward};

LamNode *lam_op_sum(LamGraph *graph, LamNode *a, LamNode *b, float weight)
{
    if (a == NULL || b == NULL)
        return NULL;
    if (a->count != 1 || b->count != 1)
        return lam_graph_mistake(graph, "sum takes scalars");
    Sum state = {weight};
    LamNode *inputs[] = {a, b};
    return lam_node_add(graph, &sum_op, lam_scalar_shape(), LAM_PLAIN, inputs, 2, &state,
                        sizeof state);
}

/* The same tensor as a constant: no gradient flows through it. */
#include "graph-private.h"
#include "kernel.h"

static void detach_forward(LamNode *node)
{
    lam_kernel_copy(node->value, node->inputs[0]->value, node->count);
}

static const LamOp detach_op = {.name = "detach", .forward = detach_forward};

LamNode *lam_op_detach(LamGraph *graph, LamNode *x)
{
    if (x == NULL)
        return NULL;
    LamNode *node = lam_node_add(graph, &detach_op, x->shape, x->layout, &x, 1, NULL, 0);
    node->keeps_grad = false;
    return node;
}

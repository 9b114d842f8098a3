/* A vector of numbers that never change. */
#include "graph-private.h"

#include <string.h>

static void constant_forward(LamNode *node)
{
    memcpy(node->value, node->state, node->count * sizeof *node->value);
}

static const LamOp constant_op = {.name = "constant", .forward = constant_forward};

LamNode *lam_op_constant(LamGraph *graph, int n, const float *values)
{
    LamNode *node = lam_node_add(graph, &constant_op, lam_vector_shape((size_t)n), LAM_PLAIN, NULL,
                                 0, values, (size_t)n * sizeof *values);
    node->keeps_grad = false;
    node->depends = LAM_PARAMETER_BIT; /* computed once, and again with what all else depends on */
    return node;
}

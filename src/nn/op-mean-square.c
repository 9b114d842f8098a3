/* Mean square of the length of a vector per voxel: how large displacements are. */
#include "graph-private.h"

static void square_forward(LamNode *node)
{
    const LamNode *x = node->inputs[0];
    double total = 0;
    /* in one thread: the sum must not depend on their number */
    for (size_t i = 0; i < x->count; i++)
        total += (double)x->value[i] * (double)x->value[i];
    node->value[0] = (float)(total / (double)lam_shape_voxels(x->shape));
}

static void square_backward(LamNode *node)
{
    LamNode *x = node->inputs[0];
    float slope = 2 * node->grad[0] / (float)lam_shape_voxels(x->shape);
#pragma omp parallel for
    for (size_t i = 0; i < x->count; i++)
        x->grad[i] += slope * x->value[i];
}

static const LamOp square_op = {
    .name = "mean-square", .forward = square_forward, .backward = square_backward};

LamNode *lam_op_mean_square(LamGraph *graph, LamNode *x)
{
    if (x == NULL)
        return NULL;
    if (x->layout != LAM_PLAIN)
        return lam_graph_mistake(graph, "mean square needs a plain tensor");
    return lam_node_add(graph, &square_op, lam_scalar_shape(), LAM_PLAIN, &x, 1, NULL, 0);
}

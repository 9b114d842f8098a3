/* The same values seen in another shape. */
#include "graph-private.h"
#include "kernel.h"

static void reshape_forward(LamNode *node)
{
    lam_kernel_copy(node->value, node->inputs[0]->value, node->count);
}

static void reshape_backward(LamNode *node)
{
    lam_kernel_add(node->inputs[0]->grad, node->grad, node->count);
}

static const LamOp reshape_op = {
    .name = "reshape", .forward = reshape_forward, .backward = reshape_backward};

LamNode *lam_op_reshape(LamGraph *graph, LamNode *x, LamShape shape)
{
    if (x == NULL)
        return NULL;
    if (x->layout != LAM_PLAIN || x->count != (size_t)shape.c * lam_shape_voxels(shape))
        return lam_graph_mistake(graph, "reshape: %zu values are not %dx%dx%dx%d", x->count,
                                 shape.c, shape.d, shape.h, shape.w);
    return lam_node_add(graph, &reshape_op, shape, LAM_PLAIN, &x, 1, NULL, 0);
}

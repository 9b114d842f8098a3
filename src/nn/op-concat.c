/* Concatenation along channels: whole planes follow each other in memory in either layout. */
#include "graph-private.h"
#include "kernel.h"

static void concat_forward(LamNode *node)
{
    const LamNode *a = node->inputs[0], *b = node->inputs[1];
    if (a->value != node->value)
        lam_kernel_copy(node->value, a->value, a->count);
    if (b->value != node->value + a->count)
        lam_kernel_copy(node->value + a->count, b->value, b->count);
}

static void concat_backward(LamNode *node)
{
    LamNode *a = node->inputs[0], *b = node->inputs[1];
    if (a->keeps_grad)
        lam_kernel_add(a->grad, node->grad, a->count);
    if (b->keeps_grad)
        lam_kernel_add(b->grad, node->grad + a->count, b->count);
}

static const LamOp concat_op = {
    .name = "concat", .forward = concat_forward, .backward = concat_backward, .joins = true};

LamNode *lam_op_concat(LamGraph *graph, LamNode *a, LamNode *b)
{
    if (a == NULL || b == NULL)
        return NULL;
    LamShape s = a->shape, t = b->shape;
    if (s.d != t.d || s.h != t.h || s.w != t.w || a->layout != b->layout)
        return lam_graph_mistake(graph, "concat of %dx%dx%d and %dx%dx%d", s.w, s.h, s.d, t.w, t.h,
                                 t.d);
    if (a->layout == LAM_BLOCKED && s.c % lam_channel_block() != 0)
        return lam_graph_mistake(graph, "concat: %d channels are not whole blocks", s.c);
    LamShape shape = {s.c + t.c, s.d, s.h, s.w};
    LamNode *inputs[] = {a, b};
    return lam_node_add(graph, &concat_op, shape, a->layout, inputs, 2, NULL, 0);
}

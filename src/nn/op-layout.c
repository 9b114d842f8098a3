/* Between plain [C,D,H,W] and channel blocks, at the graph's edges. */
#include "graph-private.h"

/* plain (+)= blocked, over the real channels. */
static void to_plain(LamShape s, const float *blocked, float *plain, bool add)
{
    size_t voxels = lam_shape_voxels(s), block = (size_t)lam_channel_block();
#pragma omp parallel for
    for (int c = 0; c < s.c; c++) {
        const float *src = blocked + (size_t)c / block * block * voxels + (size_t)c % block;
        float *dst = plain + (size_t)c * voxels;
        for (size_t i = 0; i < voxels; i++)
            dst[i] = add ? dst[i] + src[i * block] : src[i * block];
    }
}

/* blocked (+)= plain; padding is left alone (it starts as zeros). */
static void to_blocked(LamShape s, const float *plain, float *blocked, bool add)
{
    size_t voxels = lam_shape_voxels(s), block = (size_t)lam_channel_block();
#pragma omp parallel for
    for (int c = 0; c < s.c; c++) {
        const float *src = plain + (size_t)c * voxels;
        float *dst = blocked + (size_t)c / block * block * voxels + (size_t)c % block;
        for (size_t i = 0; i < voxels; i++)
            dst[i * block] = add ? dst[i * block] + src[i] : src[i];
    }
}

static void plain_forward(LamNode *node)
{
    to_plain(node->shape, node->inputs[0]->value, node->value, false);
}

static void plain_backward(LamNode *node)
{
    to_blocked(node->shape, node->grad, node->inputs[0]->grad, true);
}

static void blocked_forward(LamNode *node)
{
    to_blocked(node->shape, node->inputs[0]->value, node->value, false);
}

static void blocked_backward(LamNode *node)
{
    to_plain(node->shape, node->grad, node->inputs[0]->grad, true);
}

static const LamOp plain_op = {
    .name = "to-plain", .forward = plain_forward, .backward = plain_backward};
static const LamOp blocked_op = {
    .name = "to-blocked", .forward = blocked_forward, .backward = blocked_backward};

LamNode *lam_op_to_plain(LamGraph *graph, LamNode *x)
{
    if (x == NULL || x->layout == LAM_PLAIN)
        return x;
    return lam_node_add(graph, &plain_op, x->shape, LAM_PLAIN, &x, 1, NULL, 0);
}

LamNode *lam_op_to_blocked(LamGraph *graph, LamNode *x)
{
    if (x == NULL || x->layout == LAM_BLOCKED)
        return x;
    return lam_node_add(graph, &blocked_op, x->shape, LAM_BLOCKED, &x, 1, NULL, 0);
}

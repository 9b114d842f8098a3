/* Softmax over the channels of a blocked tensor: y_k = exp x_k / sum exp x, dx_k = y_k (dy_k - sum y dy). */
#include "graph-private.h"
#include "kernel.h"

#include <math.h>

#define PIECE 512 /* voxels at a time: a block of them stays in the cache */

typedef struct {
    size_t voxels, blocks, block;
} Extent;

static Extent extent_of(const LamNode *node)
{
    size_t block = (size_t)lam_channel_block();
    return (Extent){lam_shape_voxels(node->shape), (size_t)node->shape.c / block, block};
}

static void voxel_forward(const float *x, float *y, Extent e)
{
    size_t stride = e.voxels * e.block;
    float top = x[0], sum = 0;
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k++)
            top = fmaxf(top, x[b * stride + k]);
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k++) {
            float value = expf(x[b * stride + k] - top);
            y[b * stride + k] = value;
            sum += value;
        }
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k++)
            y[b * stride + k] /= sum;
}

static void voxel_backward(const float *y, const float *dy, float *dx, Extent e)
{
    size_t stride = e.voxels * e.block;
    float mean = 0;
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k++)
            mean += y[b * stride + k] * dy[b * stride + k];
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k++)
            dx[b * stride + k] += y[b * stride + k] * (dy[b * stride + k] - mean);
}

static void softmax_forward(LamNode *node)
{
    Extent e = extent_of(node);
    const float *x = node->inputs[0]->value;
#pragma omp parallel for schedule(static, PIECE)
    for (size_t i = 0; i < e.voxels; i++)
        voxel_forward(x + i * e.block, node->value + i * e.block, e);
}

static void softmax_backward(LamNode *node)
{
    Extent e = extent_of(node);
    LamNode *x = node->inputs[0];
#pragma omp parallel for schedule(static, PIECE)
    for (size_t i = 0; i < e.voxels; i++)
        voxel_backward(node->value + i * e.block, node->grad + i * e.block, x->grad + i * e.block,
                       e);
}

static const LamOp softmax_op = {
    .name = "softmax", .forward = softmax_forward, .backward = softmax_backward, .in_place = true};

LamNode *lam_op_softmax(LamGraph *graph, LamNode *x)
{
    if (x == NULL)
        return NULL;
    if (x->layout != LAM_BLOCKED || x->shape.c % lam_channel_block() != 0)
        return lam_graph_mistake(graph, "softmax: %d channels are not whole blocks", x->shape.c);
    return lam_node_add(graph, &softmax_op, x->shape, LAM_BLOCKED, &x, 1, NULL, 0);
}

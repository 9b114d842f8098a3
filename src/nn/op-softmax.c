/* Softmax over the channels of a blocked tensor: y_k = exp x_k / sum exp x, dx_k = y_k (dy_k - sum y dy). */
#include "graph-private.h"
#include "kernel.h"

#include <stdint.h>
#include <string.h>

#define LANES 8   /* a block has as many channels or twice that */
#define PIECE 512 /* voxels at a time: a block of them stays in the cache */

typedef struct {
    size_t voxels, blocks, block;
} Extent;

static Extent extent_of(const LamNode *node)
{
    size_t block = (size_t)lam_channel_block();
    return (Extent){lam_shape_voxels(node->shape), (size_t)node->shape.c / block, block};
}

/* exp x for x <= 0 within 2e-7 of it, in a form of which the compiler makes vectors: 2^n exp r with |r| <= ln 2 / 2,
 * and for exp r its series as far as float tells the difference. NaN stays NaN. */
LAM_INLINE float exp_of(float x)
{
    const float round =
        12582912; /* 1.5 2^23: what is added to it is rounded, and stands in its last bits */
    union {
        float value;
        uint32_t bits;
    } nearest, power;
    x = x < -87 ? -87 : x; /* below are denormal numbers */
    nearest.value = x * 1.44269504f + round;
    float n = nearest.value - round;
    float r =
        x - n * 0.693359375f + n * 2.12194440e-4f; /* ln 2 in two parts, the first exact in float */
    power.bits = (nearest.bits + 127) << 23;
    float series = 1 / 24.f + r * (1 / 120.f + r * (1 / 720.f));
    return power.value * (1 + r * (1 + r * (1 / 2.f + r * (1 / 6.f + r * series))));
}

/* The largest of a voxel's values; some other one where some are no numbers. */
LAM_INLINE float top_of(const float *x, Extent e)
{
    float top[LANES], most = x[0];
    for (int l = 0; l < LANES; l++)
        top[l] = x[l];
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k += LANES)
            for (int l = 0; l < LANES; l++) {
                float at = x[b * e.voxels * e.block + k + (size_t)l];
                top[l] = at > top[l] ? at : top[l];
            }
    for (int l = 0; l < LANES; l++)
        most = MAX(most, top[l]);
    return most;
}

/* x and y may be the same. */
LAM_INLINE void voxel_forward(const float *x, float *y, Extent e)
{
    float top = top_of(x, e), part[LANES], sums[LANES] = {0}, sum = 0;
    size_t stride = e.voxels * e.block;
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k += LANES) {
            memcpy(part, x + b * stride + k, sizeof part);
            for (int l = 0; l < LANES; l++)
                part[l] = exp_of(part[l] - top);
            for (int l = 0; l < LANES; l++)
                sums[l] += part[l];
            memcpy(y + b * stride + k, part, sizeof part);
        }
    for (int l = 0; l < LANES; l++)
        sum += sums[l];
    for (size_t b = 0; b < e.blocks; b++)
        for (size_t k = 0; k < e.block; k++)
            y[b * stride + k] /= sum;
}

LAM_CLONES static void piece_forward(const float *x, float *y, size_t n, Extent e)
{
    for (size_t i = 0; i < n; i++)
        voxel_forward(x + i * e.block, y + i * e.block, e);
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
#pragma omp parallel for
    for (size_t i = 0; i < e.voxels; i += PIECE)
        piece_forward(x + i * e.block, node->value + i * e.block, MIN(PIECE, e.voxels - i), e);
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

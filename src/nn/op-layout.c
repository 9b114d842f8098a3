/* Between plain [C,D,H,W] and channel blocks, at the graph's edges. */
#include "graph-private.h"

#define TILE 128 /* voxels whose channels stay in the first cache */

/* Of a tile of one block of channels, in voxels and channels. */
typedef struct {
    size_t first, voxels, channel, channels, block;
} Tile;

static Tile tile_at(LamShape s, int index, int tiles)
{
    size_t voxels = lam_shape_voxels(s), block = (size_t)lam_channel_block();
    size_t first = (size_t)(index % tiles) * TILE, channel = (size_t)(index / tiles) * block;
    return (Tile){first, MIN(TILE, voxels - first), channel, MIN(block, (size_t)s.c - channel),
                  block};
}

static int tiles_of(LamShape s)
{
    return (int)((lam_shape_voxels(s) + TILE - 1) / TILE);
}

static int blocks_of(LamShape s)
{
    return (s.c + lam_channel_block() - 1) / lam_channel_block();
}

/* plain (+)= blocked, over the real channels. */
static void to_plain(LamShape s, const float *blocked, float *plain, bool add)
{
    const size_t voxels = lam_shape_voxels(s);
    int tiles = tiles_of(s), n = tiles * blocks_of(s);
#pragma omp parallel for
    for (int index = 0; index < n; index++) {
        Tile t = tile_at(s, index, tiles);
        for (size_t c = 0; c < t.channels; c++) {
            const float *src = blocked + t.channel * voxels + t.first * t.block + c;
            float *dst = plain + (t.channel + c) * voxels + t.first;
            for (size_t i = 0; i < t.voxels; i++)
                dst[i] = add ? dst[i] + src[i * t.block] : src[i * t.block];
        }
    }
}

/* The padding of a block of channels. */
static void clear_padding(Tile t, size_t voxels, float *blocked)
{
    float *dst = blocked + t.channel * voxels + t.first * t.block;
    for (size_t i = 0; i < t.voxels; i++)
        for (size_t c = t.channels; c < t.block; c++)
            dst[i * t.block + c] = 0;
}

/* blocked (+)= plain; the padding of a sum is left alone, it is that of the first addend. */
static void to_blocked(LamShape s, const float *plain, float *blocked, bool add)
{
    const size_t voxels = lam_shape_voxels(s);
    int tiles = tiles_of(s), n = tiles * blocks_of(s);
#pragma omp parallel for
    for (int index = 0; index < n; index++) {
        Tile t = tile_at(s, index, tiles);
        for (size_t c = 0; c < t.channels; c++) {
            const float *src = plain + (t.channel + c) * voxels + t.first;
            float *dst = blocked + t.channel * voxels + t.first * t.block + c;
            for (size_t i = 0; i < t.voxels; i++)
                dst[i * t.block] = add ? dst[i * t.block] + src[i] : src[i];
        }
        if (!add)
            clear_padding(t, voxels, blocked);
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

/* Channels become voxels of a grid of half the spacing (sub-pixel convolution, Shi et al. 2016): channel
 * k = x + 2 (y + 2 z) of a voxel is its part (x, y, z). Along an axis of size 1 nothing is doubled. */
#include "graph-private.h"

typedef struct {
    int parts; /* along d: 1 or 2; along h and w always 2 */
} Spread;

/* Which row of x is every other voxel of row `row` (of all slices) of the result, from its first or second one on. */
static size_t source_row(LamShape x, int parts, int row, int second)
{
    int h = row % (2 * x.h), d = row / (2 * x.h);
    int channel = second + 2 * (h % 2 + 2 * (d % parts));
    return ((size_t)channel * (size_t)x.d + (size_t)(d / parts)) * (size_t)x.h + (size_t)(h / 2);
}

static void spread_forward(LamNode *node)
{
    const LamNode *x = node->inputs[0];
    const size_t n = (size_t)x->shape.w;
    int parts = ((Spread *)node->state)->parts;
#pragma omp parallel for
    for (int row = 0; row < node->shape.d * node->shape.h; row++)
        for (int second = 0; second < 2; second++) {
            const float *from = x->value + n * source_row(x->shape, parts, row, second);
            float *to = node->value + 2 * n * (size_t)row + second;
            for (size_t w = 0; w < n; w++)
                to[2 * w] = from[w];
        }
}

static void spread_backward(LamNode *node)
{
    LamNode *x = node->inputs[0];
    const size_t n = (size_t)x->shape.w;
    int parts = ((Spread *)node->state)->parts;
#pragma omp parallel for
    for (int row = 0; row < node->shape.d * node->shape.h; row++)
        for (int second = 0; second < 2; second++) {
            float *to = x->grad + n * source_row(x->shape, parts, row, second);
            const float *from = node->grad + 2 * n * (size_t)row + second;
            for (size_t w = 0; w < n; w++)
                to[w] += from[2 * w];
        }
}

static const LamOp spread_op = {
    .name = "depth-to-space", .forward = spread_forward, .backward = spread_backward};

LamNode *lam_op_depth_to_space(LamGraph *graph, LamNode *x)
{
    if (x == NULL)
        return NULL;
    LamShape s = x->shape;
    Spread state = {s.d > 1 ? 2 : 1};
    if (x->layout != LAM_PLAIN || s.c != 4 * state.parts)
        return lam_graph_mistake(graph, "depth to space: %d channels, %d are needed", s.c,
                                 4 * state.parts);
    LamShape out = {1, state.parts * s.d, 2 * s.h, 2 * s.w};
    return lam_node_add(graph, &spread_op, out, LAM_PLAIN, &x, 1, &state, sizeof state);
}

/* Channels become voxels of a grid of half the spacing (sub-pixel convolution, Shi et al. 2016): channel
 * k = x + 2 (y + 2 z) of a voxel is its part (x, y, z). Along an axis of size 1 nothing is doubled. */
#include "graph-private.h"

typedef struct {
    int parts; /* along d: 1 or 2; along h and w always 2 */
} Spread;

/* Index in the result of part k of the voxel at (w, h, d). */
static inline size_t place(LamShape out, int parts, int k, int w, int h, int d)
{
    int x = 2 * w + k % 2, y = 2 * h + k / 2 % 2, z = parts * d + k / 4;
    return ((size_t)z * (size_t)out.h + (size_t)y) * (size_t)out.w + (size_t)x;
}

static void spread_forward(LamNode *node)
{
    const LamNode *x = node->inputs[0];
    LamShape s = x->shape;
    int parts = ((Spread *)node->state)->parts;
    for (int k = 0; k < s.c; k++) {
#pragma omp parallel for
        for (int d = 0; d < s.d; d++)
            for (int h = 0; h < s.h; h++)
                for (int w = 0; w < s.w; w++) {
                    size_t i = (((size_t)k * s.d + d) * s.h + h) * s.w + w;
                    node->value[place(node->shape, parts, k, w, h, d)] = x->value[i];
                }
    }
}

static void spread_backward(LamNode *node)
{
    LamNode *x = node->inputs[0];
    LamShape s = x->shape;
    int parts = ((Spread *)node->state)->parts;
    for (int k = 0; k < s.c; k++) {
#pragma omp parallel for
        for (int d = 0; d < s.d; d++)
            for (int h = 0; h < s.h; h++)
                for (int w = 0; w < s.w; w++) {
                    size_t i = (((size_t)k * s.d + d) * s.h + h) * s.w + w;
                    x->grad[i] += node->grad[place(node->shape, parts, k, w, h, d)];
                }
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

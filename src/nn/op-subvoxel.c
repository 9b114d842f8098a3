/* A voxel's eight parts on a grid of half the spacing, each the voxel's own channels and what is added for this
 * part (sub-pixel convolution, Shi et al. 2016, on top of the nearest neighbour): part p = x + 2 (y + 2 z) of
 * channel k takes channel p C + k of the addend. Along an axis of size 1 nothing is doubled. */
#include "graph-private.h"

enum { WHOLE, PARTS };

typedef struct {
    int doubled;   /* parts along d: 1 or 2; along h and w always 2 */
    size_t blocks; /* of the whole's channels */
    size_t block;
} Subvoxel;

/* Of one row of the whole, all blocks of a part: where its first values lie. */
typedef struct {
    size_t whole, part, fine; /* floats */
} Place;

static Place place_of(const LamNode *node, size_t b, int part, int d, int h)
{
    const Subvoxel *s = node->state;
    LamShape w = node->inputs[WHOLE]->shape, f = node->shape;
    size_t row = ((size_t)d * w.h + h) * w.w, voxels = lam_shape_voxels(w);
    int x = part % 2, y = part / 2 % 2, z = part / 4;
    size_t fine_row = ((size_t)(d * s->doubled + z) * f.h + (size_t)(2 * h + y)) * f.w + (size_t)x;
    return (Place){(b * voxels + row) * s->block,
                   (((size_t)part * s->blocks + b) * voxels + row) * s->block,
                   (b * lam_shape_voxels(f) + fine_row) * s->block};
}

static void row_forward(LamNode *node, Place at)
{
    const size_t block = ((const Subvoxel *)node->state)->block;
    const float *whole = node->inputs[WHOLE]->value + at.whole;
    const float *part = node->inputs[PARTS]->value + at.part;
    float *fine = node->value + at.fine;
    for (size_t i = 0; i < (size_t)node->inputs[WHOLE]->shape.w; i++)
        for (size_t k = 0; k < block; k++)
            fine[2 * i * block + k] = whole[i * block + k] + part[i * block + k];
}

static void row_backward(LamNode *node, Place at)
{
    const size_t block = ((const Subvoxel *)node->state)->block;
    LamNode *whole = node->inputs[WHOLE], *part = node->inputs[PARTS];
    const float *fine = node->grad + at.fine;
    for (size_t i = 0; i < (size_t)whole->shape.w; i++)
        for (size_t k = 0; k < block; k++) {
            float g = fine[2 * i * block + k];
            if (whole->keeps_grad)
                whole->grad[at.whole + i * block + k] += g;
            if (part->keeps_grad)
                part->grad[at.part + i * block + k] += g;
        }
}

/* Slices of the whole in parallel: their rows are written by nobody else. */
static void each_row(LamNode *node, void (*row)(LamNode *node, Place at))
{
    const Subvoxel *s = node->state;
    LamShape w = node->inputs[WHOLE]->shape;
#pragma omp parallel for collapse(2)
    for (size_t b = 0; b < s->blocks; b++)
        for (int d = 0; d < w.d; d++)
            for (int h = 0; h < w.h; h++)
                for (int part = 0; part < 4 * s->doubled; part++)
                    row(node, place_of(node, b, part, d, h));
}

static void subvoxel_forward(LamNode *node)
{
    each_row(node, row_forward);
}

static void subvoxel_backward(LamNode *node)
{
    each_row(node, row_backward);
}

static const LamOp subvoxel_op = {
    .name = "subvoxel", .forward = subvoxel_forward, .backward = subvoxel_backward};

LamNode *lam_op_subvoxel(LamGraph *graph, LamNode *whole, LamNode *parts)
{
    if (whole == NULL || parts == NULL)
        return NULL;
    LamShape s = whole->shape, p = parts->shape;
    size_t block = (size_t)lam_channel_block();
    Subvoxel state = {s.d > 1 ? 2 : 1, (size_t)s.c / block, block};
    if (whole->layout != LAM_BLOCKED || parts->layout != LAM_BLOCKED || s.c % (int)block != 0)
        return lam_graph_mistake(graph, "subvoxel: %d channels are not whole blocks", s.c);
    if (p.c != 4 * state.doubled * s.c || p.d != s.d || p.h != s.h || p.w != s.w)
        return lam_graph_mistake(
            graph,
            "subvoxel of %d channels of %dx%dx%d with %d of %dx%dx%d: the same "
            "voxels and %d are needed",
            s.c, s.w, s.h, s.d, p.c, p.w, p.h, p.d, 4 * state.doubled * s.c);
    LamShape out = {s.c, state.doubled * s.d, 2 * s.h, 2 * s.w};
    LamNode *inputs[] = {whole, parts};
    return lam_node_add(graph, &subvoxel_op, out, LAM_BLOCKED, inputs, 2, &state, sizeof state);
}

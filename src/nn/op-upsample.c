/* Nearest-neighbour doubling. Works on whole channel blocks: a voxel is `lanes` floats. */
#include "graph-private.h"

#include <string.h>

typedef struct {
    int lanes, blocks;
    LamShape in, out;
} Upsample;

/* Float offset of the input row that output row (b, d, h) copies. */
static size_t input_row(const Upsample *up, int b, int d, int h)
{
    int di = up->out.d > up->in.d ? d / 2 : d, hi = up->out.h > up->in.h ? h / 2 : h;
    return ((((size_t)b * up->in.d + di) * up->in.h + hi) * up->in.w) * up->lanes;
}

static void upsample_forward(LamNode *node)
{
    const Upsample *up = node->state;
    const float *x = node->inputs[0]->value;
    const int half = up->out.w > up->in.w;
#pragma omp parallel for collapse(2)
    for (int b = 0; b < up->blocks; b++)
        for (int d = 0; d < up->out.d; d++)
            for (int h = 0; h < up->out.h; h++) {
                const float *src = x + input_row(up, b, d, h);
                float *dst = node->value +
                             (((size_t)b * up->out.d + d) * up->out.h + h) * up->out.w * up->lanes;
                for (int w = 0; w < up->out.w; w++)
                    memcpy(dst + (size_t)w * up->lanes, src + (size_t)(w >> half) * up->lanes,
                           sizeof(float) * up->lanes);
            }
}

/* One input row gathers from the output rows that copied it, so threads never share a target. */
static void gather_row(const Upsample *up, const float *grad, float *target, int b, int di, int hi)
{
    const int fd = up->out.d > up->in.d ? 2 : 1, fh = up->out.h > up->in.h ? 2 : 1;
    const int half = up->out.w > up->in.w;
    for (int d = di * fd; d < MIN((di + 1) * fd, up->out.d); d++)
        for (int h = hi * fh; h < MIN((hi + 1) * fh, up->out.h); h++) {
            const float *src =
                grad + (((size_t)b * up->out.d + d) * up->out.h + h) * up->out.w * up->lanes;
            for (int w = 0; w < up->out.w; w++)
                for (int k = 0; k < up->lanes; k++)
                    target[(size_t)(w >> half) * up->lanes + k] += src[(size_t)w * up->lanes + k];
        }
}

static void upsample_backward(LamNode *node)
{
    const Upsample *up = node->state;
    float *grad = node->inputs[0]->grad;
#pragma omp parallel for collapse(2)
    for (int b = 0; b < up->blocks; b++)
        for (int d = 0; d < up->in.d; d++)
            for (int h = 0; h < up->in.h; h++)
                gather_row(up, node->grad,
                           grad +
                               (((size_t)b * up->in.d + d) * up->in.h + h) * up->in.w * up->lanes,
                           b, d, h);
}

static const LamOp upsample_op = {
    .name = "upsample", .forward = upsample_forward, .backward = upsample_backward};

static bool doubles(int in, int out)
{
    return out == in || out == 2 * in || out == 2 * in - 1;
}

LamNode *lam_op_upsample(LamGraph *graph, LamNode *x, int d, int h, int w)
{
    if (x == NULL)
        return NULL;
    LamShape in = x->shape, out = {in.c, d, h, w};
    if (!doubles(in.d, d) || !doubles(in.h, h) || !doubles(in.w, w))
        return lam_graph_mistake(graph, "upsampling doubles: %dx%dx%d to %dx%dx%d", in.w, in.h,
                                 in.d, w, h, d);
    int lanes = x->layout == LAM_BLOCKED ? lam_channel_block() : 1;
    Upsample up = {lanes, (in.c + lanes - 1) / lanes, in, out};
    return lam_node_add(graph, &upsample_op, out, x->layout, &x, 1, &up, sizeof up);
}

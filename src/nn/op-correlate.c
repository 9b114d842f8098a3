/* How alike two tensors are, voxel by voxel, for small shifts of one (the correlation layer of FlowNet, Dosovitskiy
 * et al. 2015). */
#include "graph-private.h"
#include "kernel.h"

#include <string.h>

#define MOST_RADIUS 4
#define MOST_WIDTH  (2 * MOST_RADIUS + 1)
#define MOST_ROWS   4
#define LANES       8 /* a block has as many channels or twice that */

enum { A, B };

typedef struct {
    int reach[3];  /* along w, h, d: the radius, or 0 along an axis of size 1 */
    int stride[3]; /* voxels that are averaged, along each */
    int width;     /* shifts along w */
} Correlate;

/* Where the channels of a voxel lie: blocks of so many, so far apart. */
typedef struct {
    size_t block, blocks, apart; /* floats */
} Channels;

static Channels channels_of(const LamNode *node)
{
    size_t block = (size_t)lam_channel_block();
    return (Channels){block, ((size_t)node->shape.c + block - 1) / block,
                      lam_shape_voxels(node->shape) * block};
}

/* Of the first channels of the first voxel of a row, floats. */
static size_t row_at(const LamNode *node, int d, int h)
{
    const LamShape s = node->shape;
    return ((size_t)d * s.h + (size_t)h) * s.w * (size_t)lam_channel_block();
}

static bool inside(LamShape s, int d, int h)
{
    return d >= 0 && d < s.d && h >= 0 && h < s.h;
}

static float mean_scale(const Correlate *k)
{
    return 1.0f / (float)(k->stride[0] * k->stride[1] * k->stride[2]);
}

/* Where a voxel of the output has the channel of each shift along w: floats from where the voxel begins. */
static void find_shifts(const LamNode *node, int shift_d, int shift_h, size_t *at)
{
    const Correlate *k = node->state;
    const Channels c = channels_of(node);
    int row = (shift_d + k->reach[2]) * (2 * k->reach[1] + 1) + shift_h + k->reach[1];
    for (int i = 0; i < k->width; i++) {
        size_t channel = (size_t)(row * k->width + i);
        at[i] = channel / c.block * c.apart + channel % c.block;
    }
}

/* ---- forward ---- */

/* Rows of a and the rows of b that they meet for one shift along d and h, whose voxels are averaged together. */
typedef struct {
    const float *a[MOST_ROWS], *b[MOST_ROWS];
    int rows, w;
    int reach, stride; /* along w */
    float scale;
    Channels channels;
    size_t at[MOST_WIDTH]; /* find_shifts */
} Averaged;

/* sum[i] += over channels a b for shifts from .. end - 1, of which shift 0 would meet b[first]. */
LAM_INLINE void meet(LamV8 *sum, const float *a, const float *b, ptrdiff_t first, Channels c,
                     int from, int end)
{
    for (size_t j = 0; j < c.blocks; j++)
        for (size_t k = 0; k < c.block; k += LANES) {
            size_t at = j * c.apart + k;
            LamV8 value = lam_v8_load(a + at);
            for (int i = from; i < end; i++)
                sum[i] += value * lam_v8_load(b + ((ptrdiff_t)at + first + i * (ptrdiff_t)c.block));
        }
}

/* The sums of neighbours, of both one after the other. */
LAM_INLINE LamV8 sum_pairs(LamV8 a, LamV8 b)
{
    return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

/* out[i] = the sum of v[i], four at a time; n: a constant once inlined */
LAM_INLINE void sum_lanes(const LamV8 *v, int n, float *out)
{
    for (int i = 0; i < n; i += 4) {
        const LamV8 none = {0};
        LamV8 first = sum_pairs(v[i], i + 1 < n ? v[i + 1] : none);
        LamV8 last = i + 2 < n ? sum_pairs(v[i + 2], i + 3 < n ? v[i + 3] : none) : none;
        LamV8 halves = sum_pairs(first, last);
        for (int j = 0; j < 4 && i + j < n; j++)
            out[i + j] = halves[j] + halves[j + 4];
    }
}

/* One voxel of the output, all shifts along w; width: a constant once inlined, so that the sums stay in registers.
 * edge: some shifts may lead out of the row. */
LAM_INLINE void put_voxel(const Averaged *m, int x, int width, bool edge, float *out)
{
    const ptrdiff_t block = (ptrdiff_t)m->channels.block;
    LamV8 sum[MOST_WIDTH];
    for (int i = 0; i < width; i++)
        sum[i] = (LamV8){0};
    for (int r = 0; r < m->rows; r++)
        for (int p = x * m->stride; p < (x + 1) * m->stride; p++) {
            int from = edge ? MAX(0, m->reach - p) : 0;
            int end = edge ? MIN(width, m->w + m->reach - p) : width;
            meet(sum, m->a[r] + p * block, m->b[r], (p - m->reach) * block, m->channels, from, end);
        }
    float total[MOST_WIDTH];
    sum_lanes(sum, width, total);
    for (int i = 0; i < width; i++)
        out[m->at[i]] = m->scale * total[i];
}

LAM_INLINE void put_row(const Averaged *m, int width, float *out)
{
    const int n = m->w / m->stride;
    const int first = MIN(n, (m->reach + m->stride - 1) / m->stride);
    const int last = MAX(first, (m->w - m->reach) / m->stride);
    const size_t block = m->channels.block; /* the output's is as long */
    for (int x = 0; x < first; x++)
        put_voxel(m, x, width, true, out + (size_t)x * block);
    for (int x = first; x < last; x++)
        put_voxel(m, x, width, false, out + (size_t)x * block);
    for (int x = last; x < n; x++)
        put_voxel(m, x, width, true, out + (size_t)x * block);
}

LAM_CLONES static void forward_row(const Averaged *m, int width, float *out)
{
    if (width == 5) /* radius 2, that of networks */
        put_row(m, 5, out);
    else
        put_row(m, width, out);
}

/* The rows that are averaged in row (d, h) of the output, those that meet one. */
static Averaged averaged_of(const LamNode *node, int d, int h, int shift_d, int shift_h)
{
    const Correlate *k = node->state;
    const LamNode *a = node->inputs[A], *b = node->inputs[B];
    Averaged m = {.w = a->shape.w,
                  .reach = k->reach[0],
                  .stride = k->stride[0],
                  .scale = mean_scale(k),
                  .channels = channels_of(a)};
    find_shifts(node, shift_d, shift_h, m.at);
    for (int e = d * k->stride[2]; e < (d + 1) * k->stride[2]; e++)
        for (int g = h * k->stride[1]; g < (h + 1) * k->stride[1]; g++)
            if (inside(a->shape, e + shift_d, g + shift_h)) {
                m.a[m.rows] = a->value + row_at(a, e, g);
                m.b[m.rows++] = b->value + row_at(b, e + shift_d, g + shift_h);
            }
    return m;
}

/* Channels that fill the last block, too. */
static void clear_row(const LamNode *node, float *out)
{
    Channels c = channels_of(node);
    for (size_t j = 0; j < c.blocks; j++)
        memset(out + j * c.apart, 0, (size_t)node->shape.w * c.block * sizeof *out);
}

static void correlate_forward(LamNode *node)
{
    const Correlate *k = node->state;
#pragma omp parallel for collapse(2)
    for (int d = 0; d < node->shape.d; d++)
        for (int h = 0; h < node->shape.h; h++) {
            float *out = node->value + row_at(node, d, h);
            clear_row(node, out);
            for (int sd = -k->reach[2]; sd <= k->reach[2]; sd++)
                for (int sh = -k->reach[1]; sh <= k->reach[1]; sh++) {
                    Averaged m = averaged_of(node, d, h, sd, sh);
                    if (m.rows > 0)
                        forward_row(&m, k->width, out);
                }
        }
}

/* ---- backward ---- */

/* A row that is differentiated, and for one shift along d and h the row of the other tensor that it meets. */
typedef struct {
    float *grad;
    const float *other;
    const float *of_output; /* gradient of the output's row */
    int to;                 /* A: da(x) += g(x) b(x + shift); B: db(x + shift) += g(x) a(x) */
    int w, reach, stride, width;
    float scale;
    Channels channels;
    size_t at[MOST_WIDTH]; /* find_shifts */
} Meeting;

/* What each shift along w weighs at voxel x, and which of them stay within the row. */
static void weigh(const Meeting *m, int x, int *from, int *end, float *weight)
{
    *from = m->to == A ? MAX(0, m->reach - x) : MAX(0, x + m->reach - m->w + 1);
    *end = m->to == A ? MIN(m->width, m->w + m->reach - x) : MIN(m->width, x + m->reach + 1);
    for (int i = *from; i < *end; i++) {
        int a = m->to == A ? x : x - (i - m->reach);
        size_t voxel = (size_t)(m->stride == 2 ? a >> 1 : a);
        weight[i] = m->scale * m->of_output[voxel * m->channels.block + m->at[i]];
    }
}

LAM_CLONES static void backward_row(const Meeting *m)
{
    const Channels c = m->channels;
    const ptrdiff_t step = (m->to == A ? 1 : -1) * (ptrdiff_t)c.block;
    for (int x = 0; x < m->w; x++) {
        int from, end;
        float weight[MOST_WIDTH];
        weigh(m, x, &from, &end, weight);
        for (size_t j = 0; j < c.blocks; j++)
            for (size_t k = 0; k < c.block; k += LANES) {
                ptrdiff_t at = (ptrdiff_t)(j * c.apart + k + (size_t)x * c.block);
                LamV8 sum = lam_v8_load(m->grad + at);
                for (int i = from; i < end; i++)
                    sum += weight[i] * lam_v8_load(m->other + (at + (i - m->reach) * step));
                lam_v8_store(m->grad + at, sum);
            }
    }
}

static void backward_shift(LamNode *node, int to, int d, int h, int shift_d, int shift_h)
{
    const Correlate *k = node->state;
    const LamNode *a = node->inputs[A], *own = node->inputs[to], *other = node->inputs[1 - to];
    int sign = to == A ? 1 : -1, e = d + sign * shift_d, g = h + sign * shift_h;
    if (!inside(a->shape, e, g))
        return;
    int a_d = to == A ? d : e, a_h = to == A ? h : g;
    Meeting m = {
        .grad = own->grad + row_at(own, d, h),
        .other = other->value + row_at(other, e, g),
        .of_output = node->grad + row_at(node, a_d / k->stride[2], a_h / k->stride[1]),
        .to = to,
        .w = a->shape.w,
        .reach = k->reach[0],
        .stride = k->stride[0],
        .width = k->width,
        .scale = mean_scale(k),
        .channels = channels_of(a),
    };
    find_shifts(node, shift_d, shift_h, m.at);
    backward_row(&m);
}

/* Rows of the one that is differentiated in parallel: each is written by its own thread alone. */
static void backward_to(LamNode *node, int to)
{
    const Correlate *k = node->state;
    const LamShape s = node->inputs[A]->shape;
#pragma omp parallel for collapse(2)
    for (int d = 0; d < s.d; d++)
        for (int h = 0; h < s.h; h++)
            for (int sd = -k->reach[2]; sd <= k->reach[2]; sd++)
                for (int sh = -k->reach[1]; sh <= k->reach[1]; sh++)
                    backward_shift(node, to, d, h, sd, sh);
}

static void correlate_backward(LamNode *node)
{
    for (int i = A; i <= B; i++)
        if (node->inputs[i]->keeps_grad)
            backward_to(node, i);
}

static const LamOp correlate_op = {
    .name = "correlate", .forward = correlate_forward, .backward = correlate_backward};

LamNode *lam_op_correlate(LamGraph *graph, LamNode *a, LamNode *b, int radius, int stride)
{
    if (a == NULL || b == NULL)
        return NULL;
    LamShape s = a->shape;
    if (a->layout != LAM_BLOCKED || b->layout != LAM_BLOCKED || !lam_shape_equal(s, b->shape))
        return lam_graph_mistake(graph, "correlate: two blocked tensors of one shape are needed");
    if (radius < 1 || radius > MOST_RADIUS || stride < 1 || stride > 2)
        return lam_graph_mistake(graph, "correlate: radius %d, stride %d", radius, stride);
    Correlate k;
    int shifts = 1;
    const int size[3] = {s.w, s.h, s.d};
    for (int i = 0; i < 3; i++) {
        k.reach[i] = size[i] > 1 ? radius : 0;
        k.stride[i] = size[i] > 1 ? stride : 1;
        shifts *= 2 * k.reach[i] + 1;
        if (size[i] % k.stride[i] != 0)
            return lam_graph_mistake(graph, "correlate: %d voxels are not whole pairs", size[i]);
    }
    k.width = 2 * k.reach[0] + 1;
    LamShape out = {shifts, s.d / k.stride[2], s.h / k.stride[1], s.w / k.stride[0]};
    LamNode *inputs[] = {a, b};
    return lam_node_add(graph, &correlate_op, out, LAM_BLOCKED, inputs, 2, &k, sizeof k);
}

/* How alike two tensors are, voxel by voxel, for small shifts of one (the correlation layer of FlowNet, Dosovitskiy
 * et al. 2015). */
#include "graph-private.h"
#include "kernel.h"

#include <string.h>

#define MOST_RADIUS 4
#define LANES       8

enum { A, B };

typedef struct {
    int reach[3];  /* along w, h, d: the radius, or 0 along an axis of size 1 */
    int stride[3]; /* voxels that are averaged, along each */
    int width;     /* shifts along w */
} Correlate;

static size_t row_at(LamShape s, int c, int d, int h)
{
    return (((size_t)c * s.d + (size_t)d) * s.h + (size_t)h) * s.w;
}

static bool inside(LamShape s, int d, int h)
{
    return d >= 0 && d < s.d && h >= 0 && h < s.h;
}

/* Of a row of `n`, the part that shifted by `by` stays within it. */
static int first_of(int by)
{
    return MAX(0, -by);
}

static int end_of(int n, int by)
{
    return MIN(n, n - by);
}

/* sums [width][pitch] += over channels a(x) b(x + i), eight voxels at a time. a, b [channels][pitch]; width: a
 * constant once inlined, so that the sums of a tile stay in registers. */
LAM_INLINE void add_tiles(float *restrict sums, const float *restrict a, const float *restrict b,
                          int channels, int pitch, int n, int width)
{
    for (int x = 0; x < n; x += LANES) {
        LamV8 sum[2 * MOST_RADIUS + 1];
        for (int i = 0; i < width; i++)
            sum[i] = lam_v8_load(sums + i * pitch + x);
        for (int c = 0; c < channels; c++) {
            LamV8 at = lam_v8_load(a + c * pitch + x);
            for (int i = 0; i < width; i++)
                sum[i] += at * lam_v8_load(b + c * pitch + x + i);
        }
        for (int i = 0; i < width; i++)
            lam_v8_store(sums + i * pitch + x, sum[i]);
    }
}

LAM_CLONES static void add_rows(float *restrict sums, const float *restrict a,
                                const float *restrict b, int channels, int pitch, int n, int width)
{
    if (width == 5) /* radius 2, that of networks */
        add_tiles(sums, a, b, channels, pitch, n, 5);
    else
        add_tiles(sums, a, b, channels, pitch, n, width);
}

/* out += scale times the sums of neighbours along a row */
static void put_row(const float *sums, int n, int stride, float scale, float *out)
{
    for (int x = 0; x < n; x++)
        out[x] += scale * (stride == 2 ? sums[2 * x] + sums[2 * x + 1] : sums[x]);
}

static float mean_scale(const Correlate *k)
{
    return 1.0f / (float)(k->stride[0] * k->stride[1] * k->stride[2]);
}

/* Channel of the first shift along w. */
static int channel_of(const Correlate *k, int shift_d, int shift_h)
{
    return ((shift_d + k->reach[2]) * (2 * k->reach[1] + 1) + shift_h + k->reach[1]) * k->width;
}

/* What one thread works on: a slice of either tensor, all channels of a row beside each other, padded to whole
 * tiles and what the shifts reach. */
typedef struct {
    int pitch;
    size_t row; /* floats */
    float *a, *b, *sums;
} Slices;

static Slices slices_new(const LamNode *node)
{
    const Correlate *k = node->state;
    const LamShape s = node->inputs[A]->shape;
    int pitch = (s.w + LANES - 1) / LANES * LANES + 2 * k->reach[0];
    size_t row = (size_t)s.c * (size_t)pitch, n = row * (size_t)s.h;
    float *a = g_new0(float, 2 * n + (size_t)(k->width * pitch));
    return (Slices){pitch, row, a, a + n, a + 2 * n};
}

static void gather(const LamNode *from, int d, int before, const Slices *to, float *slice)
{
    const LamShape s = from->shape;
    for (int h = 0; h < s.h; h++)
        for (int c = 0; c < s.c; c++)
            memcpy(slice + (size_t)h * to->row + (size_t)(c * to->pitch + before),
                   from->value + row_at(s, c, d, h), (size_t)s.w * sizeof *slice);
}

/* What slice d of a adds to the output for one shift along d, whose slice of b is at hand. */
static void add_slice(LamNode *node, int d, int shift_d, const Slices *t)
{
    const Correlate *k = node->state;
    const LamShape s = node->inputs[A]->shape, o = node->shape;
    for (int h = 0; h < s.h; h++)
        for (int shift = MAX(-k->reach[1], -h); shift <= MIN(k->reach[1], s.h - 1 - h); shift++) {
            int channel = channel_of(k, shift_d, shift);
            memset(t->sums, 0, (size_t)(k->width * t->pitch) * sizeof *t->sums);
            add_rows(t->sums, t->a + (size_t)h * t->row, t->b + (size_t)(h + shift) * t->row, s.c,
                     t->pitch, s.w, k->width);
            for (int i = 0; i < k->width; i++)
                put_row(t->sums + i * t->pitch, o.w, k->stride[0], mean_scale(k),
                        node->value + row_at(o, channel + i, d / k->stride[2], h / k->stride[1]));
        }
}

static void clear_slice(LamNode *node, int d)
{
    const LamShape o = node->shape;
    for (int c = 0; c < o.c; c++)
        memset(node->value + row_at(o, c, d, 0), 0, (size_t)(o.h * o.w) * sizeof(float));
}

static void forward_slice(LamNode *node, int d)
{
    const Correlate *k = node->state;
    Slices t = slices_new(node);
    clear_slice(node, d);
    for (int at = d * k->stride[2]; at < (d + 1) * k->stride[2]; at++) {
        gather(node->inputs[A], at, 0, &t, t.a);
        for (int shift = -k->reach[2]; shift <= k->reach[2]; shift++)
            if (at + shift >= 0 && at + shift < node->inputs[B]->shape.d) {
                gather(node->inputs[B], at + shift, k->reach[0], &t, t.b);
                add_slice(node, at, shift, &t);
            }
    }
    g_free(t.a);
}

static void correlate_forward(LamNode *node)
{
#pragma omp parallel for
    for (int d = 0; d < node->shape.d; d++)
        forward_slice(node, d);
}

/* The gradient of one shift along a row of a's grid. */
static void spread_row(const LamNode *node, int channel, int d, int h, float *out)
{
    const Correlate *k = node->state;
    const float *grad =
        node->grad + row_at(node->shape, channel, d / k->stride[2], h / k->stride[1]);
    for (int x = 0; x < node->inputs[A]->shape.w; x++)
        out[x] = mean_scale(k) * grad[x / k->stride[0]];
}

/* da(x) += g(x) b(x + shift) for a row of a, or db(x + shift) += g(x) a(x) for the row of b that it meets. */
LAM_CLONES static void backward_row(LamNode *node, int to, int d, int h, int shift_d, int shift_h,
                                    float *g)
{
    const Correlate *k = node->state;
    const LamShape s = node->inputs[A]->shape;
    for (int i = 0; i < k->width; i++) {
        int by = i - k->reach[0], end = end_of(s.w, by);
        spread_row(node, channel_of(k, shift_d, shift_h) + i, d, h, g);
        for (int c = 0; c < s.c; c++) {
            size_t a = row_at(s, c, d, h), b = row_at(s, c, d + shift_d, h + shift_h);
            if (to == A) {
                for (int x = first_of(by); x < end; x++)
                    node->inputs[A]->grad[a + x] += g[x] * node->inputs[B]->value[b + x + by];
            } else {
                for (int x = first_of(by); x < end; x++)
                    node->inputs[B]->grad[b + x + by] += g[x] * node->inputs[A]->value[a + x];
            }
        }
    }
}

/* Rows of the one that is differentiated in parallel: each is written by its own thread alone. */
static void backward_to(LamNode *node, int to)
{
    const Correlate *k = node->state;
    const LamShape s = node->inputs[A]->shape;
#pragma omp parallel for collapse(2)
    for (int d = 0; d < s.d; d++)
        for (int h = 0; h < s.h; h++) {
            g_autofree float *g = g_new(float, s.w);
            for (int sd = -k->reach[2]; sd <= k->reach[2]; sd++)
                for (int sh = -k->reach[1]; sh <= k->reach[1]; sh++) {
                    if (to == A && inside(s, d + sd, h + sh))
                        backward_row(node, A, d, h, sd, sh, g);
                    if (to == B && inside(s, d - sd, h - sh))
                        backward_row(node, B, d - sd, h - sh, sd, sh, g);
                }
        }
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
    if (a->layout != LAM_PLAIN || b->layout != LAM_PLAIN || !lam_shape_equal(s, b->shape))
        return lam_graph_mistake(graph, "correlate: two plain tensors of one shape are needed");
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
    return lam_node_add(graph, &correlate_op, out, LAM_PLAIN, inputs, 2, &k, sizeof k);
}

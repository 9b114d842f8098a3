/* Linear resize over the same box, separable: along w, then h, then d. Voxel centres lie at
 * half-integers, so output i samples input (i + 1/2) n_in / n_out - 1/2, clamped. */
#include "graph-private.h"

#include <math.h>
#include <string.h>

typedef struct {
    int n_in, n_out;
    int *low;      /* [n_out]: left sample */
    int *high;     /* [n_out]: right sample (equal at the edge) */
    float *weight; /* [n_out]: of the right sample */
} Axis;

typedef struct {
    float scale;
    LamShape in, out;
    Axis axis[3]; /* w, h, d */
} Resize;

static void axis_init(Axis *axis, int n_in, int n_out)
{
    *axis = (Axis){n_in, n_out, g_new(int, n_out), g_new(int, n_out), g_new(float, n_out)};
    for (int i = 0; i < n_out; i++) {
        double at = CLAMP((i + 0.5) * n_in / n_out - 0.5, 0, n_in - 1);
        axis->low[i] = (int)floor(at);
        axis->high[i] = MIN(axis->low[i] + 1, n_in - 1);
        axis->weight[i] = (float)(at - axis->low[i]);
    }
}

static bool resize_prepare(LamNode *node, GError **error)
{
    Resize *r = node->state;
    axis_init(&r->axis[0], r->in.w, r->out.w);
    axis_init(&r->axis[1], r->in.h, r->out.h);
    axis_init(&r->axis[2], r->in.d, r->out.d);
    return true;
}

static void resize_destroy(LamNode *node)
{
    Resize *r = node->state;
    for (int i = 0; i < 3; i++) {
        g_free(r->axis[i].low);
        g_free(r->axis[i].high);
        g_free(r->axis[i].weight);
    }
}

/* [outer, n_in, inner] to [outer, n_out, inner]. */
static void along(const Axis *axis, const float *x, float *y, size_t outer, size_t inner,
                  float scale)
{
#pragma omp parallel for collapse(2)
    for (size_t o = 0; o < outer; o++)
        for (int i = 0; i < axis->n_out; i++) {
            const float *a = x + (o * axis->n_in + axis->low[i]) * inner;
            const float *b = x + (o * axis->n_in + axis->high[i]) * inner;
            float *out = y + (o * axis->n_out + i) * inner;
            float wb = axis->weight[i] * scale, wa = scale - wb;
            for (size_t k = 0; k < inner; k++)
                out[k] = wa * a[k] + wb * b[k];
        }
}

/* The adjoint: x += A^T y. */
static void along_adjoint(const Axis *axis, float *x, const float *y, size_t outer, size_t inner,
                          float scale)
{
#pragma omp parallel for
    for (size_t o = 0; o < outer; o++)
        for (int i = 0; i < axis->n_out; i++) {
            float *a = x + (o * axis->n_in + axis->low[i]) * inner;
            float *b = x + (o * axis->n_in + axis->high[i]) * inner;
            const float *g = y + (o * axis->n_out + i) * inner;
            float wb = axis->weight[i] * scale, wa = scale - wb;
            for (size_t k = 0; k < inner; k++)
                a[k] += wa * g[k];
            for (size_t k = 0; k < inner; k++)
                b[k] += wb * g[k];
        }
}

/* Sizes of the two intermediate tensors: after w, after w and h. */
static void stages(const Resize *r, size_t *first, size_t *second)
{
    *first = (size_t)r->in.c * r->in.d * r->in.h * r->out.w;
    *second = (size_t)r->in.c * r->in.d * r->out.h * r->out.w;
}

static size_t resize_scratch(const LamNode *node)
{
    size_t first, second;
    stages(node->state, &first, &second);
    return first + second;
}

static void resize_forward(LamNode *node)
{
    const Resize *r = node->state;
    size_t first, second, c = (size_t)r->in.c;
    stages(r, &first, &second);
    float *a = node->scratch, *b = a + first;
    along(&r->axis[0], node->inputs[0]->value, a, c * r->in.d * r->in.h, 1, r->scale);
    along(&r->axis[1], a, b, c * r->in.d, r->out.w, 1);
    along(&r->axis[2], b, node->value, c, (size_t)r->out.h * r->out.w, 1);
}

static void resize_backward(LamNode *node)
{
    const Resize *r = node->state;
    size_t first, second, c = (size_t)r->in.c;
    stages(r, &first, &second);
    float *a = node->scratch, *b = a + first;
    memset(a, 0, (first + second) * sizeof(float));
    along_adjoint(&r->axis[2], b, node->grad, c, (size_t)r->out.h * r->out.w, 1);
    along_adjoint(&r->axis[1], a, b, c * r->in.d, r->out.w, 1);
    along_adjoint(&r->axis[0], node->inputs[0]->grad, a, c * r->in.d * r->in.h, 1, r->scale);
}

static const LamOp resize_op = {
    .name = "resize",
    .prepare = resize_prepare,
    .forward = resize_forward,
    .backward = resize_backward,
    .destroy = resize_destroy,
    .scratch = resize_scratch,
};

LamNode *lam_op_resize(LamGraph *graph, LamNode *x, int d, int h, int w, float scale)
{
    if (x == NULL)
        return NULL;
    if (x->layout != LAM_PLAIN || d < 1 || h < 1 || w < 1)
        return lam_graph_mistake(graph, "resize needs a plain tensor and a size of at least 1");
    Resize r = {.scale = scale, .in = x->shape, .out = {x->shape.c, d, h, w}};
    return lam_node_add(graph, &resize_op, r.out, LAM_PLAIN, &x, 1, &r, sizeof r);
}

/* 1 - mean soft Dice of label maps, without one-hot images: a warped voxel belongs to the labels of the
 * eight corners it is sampled from, by their weights. With the overlap O_l = sum of the memberships in l
 * where the fixed label is l, and the sizes M_l (of memberships) and F_l, Dice_l = 2 O_l / (M_l + F_l);
 * d Dice_l / d membership(x) = (2 [F(x) = l] - Dice_l) / (M_l + F_l). (Milletari et al. 2016, with
 * linear sizes.) Labels without a voxel on either side do not count. With all labels of one weight, a
 * voxel at the edge of a small structure weighs hundreds of times one at the cortex: F_l^power evens
 * this out. */
#include "graph-private.h"
#include "kernel.h"
#include "sample.h"

#include <math.h>
#include <string.h>

#define SLABS 8 /* sums by slab of d, so that they do not depend on the number of threads */

enum { FIXED, MOVING, FIELD };

typedef struct {
    int n;
    double power;
    double *overlap, *moved; /* [SLABS][n + 1] */
    double *fixed;           /* [n + 1] */
    float *dice, *size;      /* [n + 1] */
    double *weight;          /* [n + 1]; 0: does not count */
    float *slope[2]; /* of a membership, where the fixed label is another (0) or the same (1) */
    double counted;  /* sum of the weights */
} LabelDice;

static bool dice_prepare(LamNode *node, GError **error)
{
    LabelDice *s = node->state;
    size_t n = (size_t)s->n + 1;
    s->overlap = g_new0(double, SLABS *n);
    s->moved = g_new0(double, SLABS *n);
    s->fixed = g_new0(double, n);
    s->dice = g_new0(float, n);
    s->size = g_new0(float, n);
    s->weight = g_new0(double, n);
    for (int k = 0; k < 2; k++)
        s->slope[k] = g_new0(float, n);
    return true;
}

static void dice_destroy(LamNode *node)
{
    LabelDice *s = node->state;
    g_free(s->overlap);
    g_free(s->moved);
    g_free(s->fixed);
    g_free(s->dice);
    g_free(s->size);
    g_free(s->weight);
    for (int k = 0; k < 2; k++)
        g_free(s->slope[k]);
}

LAM_INLINE LamCorners corners_at(const LamNode *node, size_t i, int w, int h, int d)
{
    LamShape s = node->inputs[FIELD]->shape;
    const float *u = node->inputs[FIELD]->value;
    size_t n = lam_shape_voxels(s);
    return lam_corners_clamped((float)w + u[i], (float)h + u[n + i], (float)d + u[2 * n + i], s.d,
                               s.h, s.w);
}

/* Offset and weight of corner k. */
LAM_INLINE size_t corner(const LamCorners *c, int k, float weight[3])
{
    const float f[3] = {c->fx, c->fy, c->fz};
    for (int a = 0; a < 3; a++)
        weight[a] = k >> a & 1 ? f[a] : 1 - f[a];
    return c->base + (k & 1 ? c->dx : 0) + (k & 2 ? c->dy : 0) + (k & 4 ? c->dz : 0);
}

static void count_slice(const LamNode *node, int d, double *overlap, double *moved)
{
    const LabelDice *state = node->state;
    const float *fixed = node->inputs[FIXED]->value, *moving = node->inputs[MOVING]->value;
    LamShape s = node->inputs[FIELD]->shape;
    size_t i = (size_t)d * s.h * s.w;
    for (int h = 0; h < s.h; h++)
        for (int w = 0; w < s.w; w++, i++) {
            LamCorners c = corners_at(node, i, w, h, d);
            int here = lam_label_at(fixed, i, state->n);
            for (int k = 0; k < 8; k++) {
                float weight[3];
                int label = lam_label_at(moving, corner(&c, k, weight), state->n);
                double share = (double)(weight[0] * weight[1] * weight[2]);
                moved[label] += share;
                if (label == here)
                    overlap[label] += share;
            }
        }
}

static void count_fixed(LamNode *node)
{
    LabelDice *s = node->state;
    memset(s->fixed, 0, ((size_t)s->n + 1) * sizeof *s->fixed);
    for (size_t i = 0; i < node->inputs[FIXED]->count; i++)
        s->fixed[lam_label_at(node->inputs[FIXED]->value, i, s->n)]++;
}

static void dice_forward(LamNode *node)
{
    LabelDice *s = node->state;
    size_t n = (size_t)s->n + 1;
    int depth = node->inputs[FIELD]->shape.d;
    count_fixed(node);
    memset(s->overlap, 0, SLABS * n * sizeof *s->overlap);
    memset(s->moved, 0, SLABS * n * sizeof *s->moved);
#pragma omp parallel for
    for (int slab = 0; slab < SLABS; slab++)
        for (int d = slab * depth / SLABS; d < (slab + 1) * depth / SLABS; d++)
            count_slice(node, d, s->overlap + slab * n, s->moved + slab * n);
    double total = 0;
    s->counted = 0;
    for (size_t l = 1; l < n; l++) {
        double overlap = 0, size = s->fixed[l];
        for (size_t slab = 0; slab < SLABS; slab++) {
            overlap += s->overlap[slab * n + l];
            size += s->moved[slab * n + l];
        }
        bool counts = s->fixed[l] > 0 && size > s->fixed[l];
        s->size[l] = counts ? (float)size : 0;
        s->dice[l] = counts ? (float)(2 * overlap / size) : 0;
        s->weight[l] = counts ? pow(s->fixed[l], s->power) : 0;
        total += s->weight[l] * (double)s->dice[l];
        s->counted += s->weight[l];
    }
    node->value[0] = s->counted > 0 ? (float)(1 - total / s->counted) : 0;
}

static void slice_adjoint(LamNode *node, int d)
{
    const LabelDice *state = node->state;
    const float *fixed = node->inputs[FIXED]->value, *moving = node->inputs[MOVING]->value;
    LamShape s = node->inputs[FIELD]->shape;
    float *grad = node->inputs[FIELD]->grad;
    size_t n = lam_shape_voxels(s), i = (size_t)d * s.h * s.w;
    for (int h = 0; h < s.h; h++)
        for (int w = 0; w < s.w; w++, i++) {
            LamCorners c = corners_at(node, i, w, h, d);
            int here = lam_label_at(fixed, i, state->n);
            float slope[3] = {0, 0, 0};
            for (int k = 0; k < 8; k++) {
                float weight[3];
                int label = lam_label_at(moving, corner(&c, k, weight), state->n);
                float g = state->slope[label == here][label];
                slope[0] += (k & 1 ? g : -g) * weight[1] * weight[2];
                slope[1] += (k & 2 ? g : -g) * weight[0] * weight[2];
                slope[2] += (k & 4 ? g : -g) * weight[0] * weight[1];
            }
            for (int a = 0; a < 3; a++)
                grad[(size_t)a * n + i] += c.inside[a] * slope[a];
        }
}

static void dice_backward(LamNode *node)
{
    LabelDice *s = node->state;
    if (s->counted == 0)
        return;
    for (int l = 1; l <= s->n; l++) {
        float g = -node->grad[0] * (float)(s->weight[l] / s->counted);
        for (int same = 0; same < 2; same++)
            s->slope[same][l] =
                s->size[l] > 0 ? g * ((same ? 2.0f : 0.0f) - s->dice[l]) / s->size[l] : 0;
    }
#pragma omp parallel for
    for (int d = 0; d < node->inputs[FIELD]->shape.d; d++)
        slice_adjoint(node, d);
}

static const LamOp dice_op = {
    .name = "label-dice",
    .prepare = dice_prepare,
    .forward = dice_forward,
    .backward = dice_backward,
    .destroy = dice_destroy,
};

LamNode *lam_op_label_dice(LamGraph *graph, LamNode *fixed, LamNode *moving, LamNode *field, int n,
                           double power)
{
    if (fixed == NULL || moving == NULL || field == NULL)
        return NULL;
    LamShape s = field->shape;
    s.c = 1;
    if (field->shape.c != 3 || !lam_shape_equal(fixed->shape, s) ||
        !lam_shape_equal(moving->shape, s) || field->layout != LAM_PLAIN || n < 1)
        return lam_graph_mistake(graph, "label Dice needs two maps and a field of one size");
    if (fixed->keeps_grad || moving->keeps_grad)
        return lam_graph_mistake(graph, "label Dice has no gradient for label maps");
    LabelDice state = {.n = n, .power = power};
    LamNode *inputs[] = {fixed, moving, field};
    return lam_node_add(graph, &dice_op, lam_scalar_shape(), LAM_PLAIN, inputs, 3, &state,
                        sizeof state);
}

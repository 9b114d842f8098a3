/* Bending energy (Rueckert et al. 1999, eq. 4): mean squared second derivatives. */
#include "graph-private.h"

#define MOST_STENCILS 6

/* One second derivative: sum of coefficient * x[at + offset] over the positions where it fits. */
typedef struct {
    int reach[3]; /* w, h, d: positions run from 0 to size - reach */
    int points;
    ptrdiff_t offset[4];
    float coefficient[4];
    float weight; /* in the mean: 1, or 2 for a mixed derivative, over the number of positions */
} Stencil;

static void count_positions(LamShape s, Stencil *stencil, float times)
{
    double n = (double)s.c * (s.w - stencil->reach[0]) * (s.h - stencil->reach[1]) *
               (s.d - stencil->reach[2]);
    stencil->weight = n > 0 ? (float)(times / n) : 0;
}

static int list_stencils(LamShape s, Stencil out[MOST_STENCILS])
{
    const ptrdiff_t stride[3] = {1, s.w, (ptrdiff_t)s.w * s.h};
    const int size[3] = {s.w, s.h, s.d};
    int n = 0;
    for (int a = 0; a < 3; a++) {
        if (size[a] < 3)
            continue;
        out[n] = (Stencil){
            .points = 3, .offset = {0, stride[a], 2 * stride[a]}, .coefficient = {1, -2, 1}};
        out[n].reach[a] = 2;
        count_positions(s, &out[n++], 1);
    }
    for (int a = 0; a < 3; a++)
        for (int b = a + 1; b < 3; b++) {
            if (size[a] < 2 || size[b] < 2)
                continue;
            out[n] = (Stencil){.points = 4,
                               .offset = {0, stride[a], stride[b], stride[a] + stride[b]},
                               .coefficient = {1, -1, -1, 1}};
            out[n].reach[a] = out[n].reach[b] = 1;
            count_positions(s, &out[n++], 2);
        }
    return n;
}

static inline float derivative(const Stencil *stencil, const float *x)
{
    float sum = 0;
    for (int p = 0; p < stencil->points; p++)
        sum += stencil->coefficient[p] * x[stencil->offset[p]];
    return sum;
}

/* One channel's slice d; grad NULL: only the sum of squares. */
static double slice(const Stencil *stencil, LamShape s, const float *x, float *grad, float g)
{
    double total = 0;
    for (int h = 0; h < s.h - stencil->reach[1]; h++)
        for (int w = 0; w < s.w - stencil->reach[0]; w++) {
            size_t at = (size_t)h * s.w + w;
            float value = derivative(stencil, x + at);
            total += (double)(value * value);
            for (int p = 0; grad != NULL && p < stencil->points; p++)
                grad[(ptrdiff_t)at + stencil->offset[p]] += g * value * stencil->coefficient[p];
        }
    return total;
}

static void bending_forward(LamNode *node)
{
    const LamNode *x = node->inputs[0];
    LamShape s = x->shape;
    Stencil stencils[MOST_STENCILS];
    int n = list_stencils(s, stencils);
    double total = 0;
    for (int k = 0; k < n; k++) {
        double sum = 0;
        int depth = s.d - stencils[k].reach[2];
#pragma omp parallel for reduction(+ : sum) schedule(static)
        for (int i = 0; i < s.c * depth; i++) {
            size_t at = ((size_t)(i / depth) * s.d + i % depth) * s.h * s.w;
            sum += slice(&stencils[k], s, x->value + at, NULL, 0);
        }
        total += sum * (double)stencils[k].weight;
    }
    node->value[0] = (float)total;
}

/* Channels do not touch each other's gradients. */
static void bending_backward(LamNode *node)
{
    LamNode *x = node->inputs[0];
    LamShape s = x->shape;
    Stencil stencils[MOST_STENCILS];
    int n = list_stencils(s, stencils);
#pragma omp parallel for schedule(dynamic)
    for (int c = 0; c < s.c; c++)
        for (int k = 0; k < n; k++)
            for (int d = 0; d < s.d - stencils[k].reach[2]; d++) {
                size_t at = ((size_t)c * s.d + d) * s.h * s.w;
                slice(&stencils[k], s, x->value + at, x->grad + at,
                      2 * stencils[k].weight * node->grad[0]);
            }
}

static const LamOp bending_op = {
    .name = "bending", .forward = bending_forward, .backward = bending_backward};

LamNode *lam_op_bending(LamGraph *graph, LamNode *field)
{
    if (field == NULL)
        return NULL;
    LamShape s = field->shape;
    if (field->layout != LAM_PLAIN || (s.w < 3 && s.h < 3 && s.d < 3))
        return lam_graph_mistake(graph, "bending energy needs a plain tensor, 3 voxels long");
    return lam_node_add(graph, &bending_op, lam_scalar_shape(), LAM_PLAIN, &field, 1, NULL, 0);
}

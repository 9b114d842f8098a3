/* Scaling and squaring. All intermediate fields are kept for backward. */
#include "graph-private.h"
#include "sample.h"

#include <omp.h>
#include <string.h>

typedef struct {
    int steps;
} Integrate;

/* Slabs of d that are scattered into private copies; fixed, so that sums do not depend on threads. */
#define SLABS 4

static float *stage(const LamNode *node, int k)
{
    return k == ((Integrate *)node->state)->steps ? node->value
                                                  : node->scratch + (size_t)k * node->count;
}

static size_t integrate_scratch(const LamNode *node)
{
    /* stages 0..steps-1, two gradients, and the slabs' copies */
    size_t stages = (size_t)((Integrate *)node->state)->steps;
    return node->keeps_grad ? (stages + 2 + SLABS) * node->count : stages * node->count;
}

/* Rows d0..d1 of out = u + u(x + u). */
LAM_CLONES static void compose_rows(LamShape s, const float *restrict u, float *restrict out,
                                    int d0, int d1)
{
    size_t n = lam_shape_voxels(s);
    for (int d = d0; d < d1; d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++) {
                size_t i = ((size_t)d * s.h + h) * s.w + w;
                LamCorners c = lam_corners_clamped((float)w + u[i], (float)h + u[n + i],
                                                   (float)d + u[2 * n + i], s.d, s.h, s.w);
                for (int k = 0; k < 3; k++)
                    out[k * n + i] = u[k * n + i] + lam_corners_sample(&c, u + k * n, NULL);
            }
}

static void integrate_forward(LamNode *node)
{
    const int steps = ((Integrate *)node->state)->steps;
    const float *v = node->inputs[0]->value;
    float *u = stage(node, 0), scale = ldexpf(1, -steps);
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++)
        u[i] = v[i] * scale;
    for (int k = 0; k < steps; k++) {
        const float *from = stage(node, k);
        float *to = stage(node, k + 1);
#pragma omp parallel for
        for (int d = 0; d < node->shape.d; d++)
            compose_rows(node->shape, from, to, d, d + 1);
    }
}

/* Adjoint of one squaring for rows d0..d1: what goes to the same voxel into `same`, what goes to the
 * sampled corners into `spread` (private to the slab). */
LAM_CLONES static void adjoint_rows(LamShape s, const float *restrict u, const float *restrict g,
                                    float *restrict same, float *restrict spread, int d0, int d1)
{
    size_t n = lam_shape_voxels(s);
    for (int d = d0; d < d1; d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++) {
                size_t i = ((size_t)d * s.h + h) * s.w + w;
                LamCorners c = lam_corners_clamped((float)w + u[i], (float)h + u[n + i],
                                                   (float)d + u[2 * n + i], s.d, s.h, s.w);
                float total[3] = {g[i], g[n + i], g[2 * n + i]}, slope[3];
                for (int k = 0; k < 3; k++) {
                    lam_corners_sample(&c, u + k * n, slope);
                    for (int a = 0; a < 3; a++)
                        total[a] += g[k * n + i] * slope[a];
                    lam_corners_scatter(&c, spread + k * n, g[k * n + i]);
                }
                for (int a = 0; a < 3; a++)
                    same[a * n + i] = total[a];
            }
}

static void adjoint_step(const LamNode *node, const float *u, const float *g, float *out,
                         float *copies)
{
    size_t count = node->count;
    int d = node->shape.d;
#pragma omp parallel for schedule(static, 1)
    for (int slab = 0; slab < SLABS; slab++) {
        memset(copies + slab * count, 0, count * sizeof(float));
        adjoint_rows(node->shape, u, g, out, copies + slab * count, slab * d / SLABS,
                     (slab + 1) * d / SLABS);
    }
#pragma omp parallel for
    for (size_t i = 0; i < count; i++)
        for (int slab = 0; slab < SLABS; slab++)
            out[i] += copies[slab * count + i];
}

static void integrate_backward(LamNode *node)
{
    const int steps = ((Integrate *)node->state)->steps;
    float *a = node->scratch + (size_t)steps * node->count, *b = a + node->count;
    float *copies = b + node->count, scale = ldexpf(1, -steps);
    const float *g = node->grad;
    for (int k = steps - 1; k >= 0; k--) {
        float *out = g == a ? b : a;
        adjoint_step(node, stage(node, k), g, out, copies);
        g = out;
    }
    float *target = node->inputs[0]->grad;
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++)
        target[i] += scale * g[i];
}

static const LamOp integrate_op = {
    .name = "integrate",
    .forward = integrate_forward,
    .backward = integrate_backward,
    .scratch = integrate_scratch,
};

LamNode *lam_op_integrate(LamGraph *graph, LamNode *velocity, int steps)
{
    if (velocity == NULL)
        return NULL;
    if (velocity->shape.c != 3 || velocity->layout != LAM_PLAIN || steps < 1 || steps > 12)
        return lam_graph_mistake(graph, "integration needs a plain 3-channel field and 1-12 steps");
    Integrate state = {steps};
    return lam_node_add(graph, &integrate_op, velocity->shape, LAM_PLAIN, &velocity, 1, &state,
                        sizeof state);
}

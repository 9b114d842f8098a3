/* Scaling and squaring. All intermediate fields are kept for backward, as [D,H,W,4]: a corner of a cell is
 * then one load of a short vector. */
#include "graph-private.h"
#include "sample.h"

#include <math.h>
#include <string.h>

typedef struct {
    int steps;
    float time;
} Integrate;

/* A displacement; the fourth number is padding. */
typedef float Vec __attribute__((vector_size(16)));

/* What the velocity is multiplied with before the first squaring. */
static float first_scale(const LamNode *node)
{
    const Integrate *state = node->state;
    return ldexpf(state->time, -state->steps);
}

static size_t voxels(const LamNode *node)
{
    return lam_shape_voxels(node->shape);
}

/* The fields before each squaring, k = 0..steps, or what backward needs beside them. */
static Vec *stage(const LamNode *node, int k)
{
    return (Vec *)node->scratch + (size_t)k * voxels(node);
}

static size_t integrate_scratch(const LamNode *node)
{
    /* stages 0..steps and, for backward, two gradients */
    size_t stages = (size_t)((Integrate *)node->state)->steps + 1;
    return (node->keeps_grad ? stages + 2 : stages) * 4 * voxels(node);
}

static void interleave(const float *planes, Vec *to, size_t n, float scale)
{
#pragma omp parallel for
    for (size_t i = 0; i < n; i++)
        to[i] = (Vec){planes[i] * scale, planes[n + i] * scale, planes[2 * n + i] * scale, 0};
}

LAM_INLINE LamCorners corners_of(LamShape s, Vec u, int w, int h, int d)
{
    return lam_corners_clamped((float)w + u[0], (float)h + u[1], (float)d + u[2], s.d, s.h, s.w);
}

LAM_INLINE Vec mix(Vec a, Vec b, float t)
{
    return a + (b - a) * t;
}

/* Slice d of out = u + u(x + u). */
LAM_CLONES static void compose_slice(LamShape s, const Vec *restrict u, Vec *restrict out, int d)
{
    size_t i = (size_t)d * s.h * s.w;
    for (int h = 0; h < s.h; h++)
        for (int w = 0; w < s.w; w++, i++) {
            LamCorners c = corners_of(s, u[i], w, h, d);
            const Vec *q = u + c.base, *r = q + c.dz;
            Vec low = mix(mix(q[0], q[c.dx], c.fx), mix(q[c.dy], q[c.dy + c.dx], c.fx), c.fy);
            Vec high = mix(mix(r[0], r[c.dx], c.fx), mix(r[c.dy], r[c.dy + c.dx], c.fx), c.fy);
            out[i] = u[i] + mix(low, high, c.fz);
        }
}

static void integrate_forward(LamNode *node)
{
    const int steps = ((Integrate *)node->state)->steps;
    size_t n = voxels(node);
    interleave(node->inputs[0]->value, stage(node, 0), n, first_scale(node));
    for (int k = 0; k < steps; k++) {
#pragma omp parallel for
        for (int d = 0; d < node->shape.d; d++)
            compose_slice(node->shape, stage(node, k), stage(node, k + 1), d);
    }
    const Vec *u = stage(node, steps);
#pragma omp parallel for
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++)
            node->value[(size_t)c * n + i] = u[i][c];
}

LAM_INLINE float dot(Vec a, Vec b)
{
    Vec p = a * b;
    return p[0] + p[1] + p[2];
}

/* Adjoint of one squaring for slice d, added to out: at the same voxel and at the sampled corners. */
LAM_CLONES static void adjoint_slice(LamShape s, const Vec *restrict u, const Vec *restrict g,
                                     Vec *restrict out, int d)
{
    size_t i = (size_t)d * s.h * s.w;
    for (int h = 0; h < s.h; h++)
        for (int w = 0; w < s.w; w++, i++) {
            LamCorners c = corners_of(s, u[i], w, h, d);
            const Vec *q = u + c.base, *r = q + c.dz;
            Vec x00 = q[c.dx] - q[0], x10 = q[c.dy + c.dx] - q[c.dy];
            Vec x01 = r[c.dx] - r[0], x11 = r[c.dy + c.dx] - r[c.dy];
            Vec a00 = q[0] + x00 * c.fx, a10 = q[c.dy] + x10 * c.fx;
            Vec a01 = r[0] + x01 * c.fx, a11 = r[c.dy] + x11 * c.fx;
            Vec y0 = a10 - a00, y1 = a11 - a01;
            Vec z = a01 + y1 * c.fy - a00 - y0 * c.fy;
            Vec slope = {c.inside[0] *
                             dot(g[i], mix(mix(x00, x10, c.fy), mix(x01, x11, c.fy), c.fz)),
                         c.inside[1] * dot(g[i], mix(y0, y1, c.fz)), c.inside[2] * dot(g[i], z), 0};
            out[i] += g[i] + slope;
            Vec high = g[i] * c.fz, low = g[i] - high;
            Vec low1 = low * c.fy, low0 = low - low1, high1 = high * c.fy, high0 = high - high1;
            Vec *to = out + c.base, *up = to + c.dz;
            to[0] += low0 * (1 - c.fx);
            to[c.dx] += low0 * c.fx;
            to[c.dy] += low1 * (1 - c.fx);
            to[c.dy + c.dx] += low1 * c.fx;
            up[0] += high0 * (1 - c.fx);
            up[c.dx] += high0 * c.fx;
            up[c.dy] += high1 * (1 - c.fx);
            up[c.dy + c.dx] += high1 * c.fx;
        }
}

/* How many slices away from its own a voxel is sampled, at most. What is not a number goes anywhere. */
static int reach_of(const Vec *u, LamShape s)
{
    size_t n = lam_shape_voxels(s);
    float most = 0;
    bool wild = false;
#pragma omp parallel for reduction(max : most) reduction(|| : wild)
    for (size_t i = 0; i < n; i++) {
        float along = fabsf(u[i][2]);
        wild = wild || !(along < (float)s.d);
        most = along > most ? along : most;
    }
    return wild ? s.d : (int)most + 1;
}

/* Slabs of d are thicker than twice the reach, so that those of even number do not meet; then the odd
 * ones. The slabs follow from the field alone: sums do not depend on the number of threads. */
static void adjoint_step(const LamNode *node, const Vec *u, const Vec *g, Vec *out)
{
    LamShape s = node->shape;
    const int thick = 2 * reach_of(u, s) + 1, slabs = (s.d + thick - 1) / thick;
    memset(out, 0, voxels(node) * sizeof(Vec));
    for (int odd = 0; odd < 2; odd++) {
#pragma omp parallel for schedule(dynamic)
        for (int slab = odd; slab < slabs; slab += 2)
            for (int d = slab * thick; d < MIN((slab + 1) * thick, s.d); d++)
                adjoint_slice(s, u, g, out, d);
    }
}

static void integrate_backward(LamNode *node)
{
    const int steps = ((Integrate *)node->state)->steps;
    Vec *g = stage(node, steps + 1), *out = stage(node, steps + 2);
    float scale = first_scale(node);
    size_t n = voxels(node);
    interleave(node->grad, g, n, 1);
    for (int k = steps - 1; k >= 0; k--) {
        adjoint_step(node, stage(node, k), g, out);
        Vec *done = g;
        g = out;
        out = done;
    }
    float *target = node->inputs[0]->grad;
#pragma omp parallel for
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++)
            target[(size_t)c * n + i] += scale * g[i][c];
}

static const LamOp integrate_op = {
    .name = "integrate",
    .forward = integrate_forward,
    .backward = integrate_backward,
    .scratch = integrate_scratch,
};

LamNode *lam_op_flow(LamGraph *graph, LamNode *velocity, float time, int steps)
{
    if (velocity == NULL)
        return NULL;
    if (velocity->shape.c != 3 || velocity->layout != LAM_PLAIN || steps < 1 || steps > 12)
        return lam_graph_mistake(graph, "integration needs a plain 3-channel field and 1-12 steps");
    Integrate state = {steps, time};
    return lam_node_add(graph, &integrate_op, velocity->shape, LAM_PLAIN, &velocity, 1, &state,
                        sizeof state);
}

LamNode *lam_op_integrate(LamGraph *graph, LamNode *velocity, int steps)
{
    return lam_op_flow(graph, velocity, 1, steps);
}

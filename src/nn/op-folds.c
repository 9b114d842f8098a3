/* A barrier against folds. At each voxel the Jacobian determinant of x + u(x) is taken in all eight
 * combinations of forward and backward differences, one per axis: if all of them are positive everywhere,
 * so is the determinant of the linear interpolation at the corners of every cell (cf. Liu et al.,
 * "On finite difference Jacobian computation in deformable image registration", IJCV 2024). The loss is
 * the mean over voxels and combinations of max(0, margin - J)^2. */
#include "graph-private.h"
#include "kernel.h"

#include <math.h>
#include <string.h>

#define SLAB 4 /* rows of d that one thread takes: odd ones after even ones, so that none meet */

typedef struct {
    float margin;
} Folds;

typedef struct {
    float v[3];
} Vec;

/* Differences of u at one voxel: along axis a, forward (1) and backward (0); at a face the one that
 * exists stands for both, and a single slice has none. */
typedef struct {
    Vec column[3][2];
    bool has[3][2];
} Stencil;

LAM_INLINE Vec difference(const float *u, size_t n, size_t to, size_t from)
{
    return (Vec){{u[to] - u[from], u[n + to] - u[n + from], u[2 * n + to] - u[2 * n + from]}};
}

LAM_INLINE Stencil stencil_at(const float *u, LamShape s, int w, int h, int d)
{
    const int at[3] = {w, h, d}, size[3] = {s.w, s.h, s.d};
    const size_t step[3] = {1, (size_t)s.w, (size_t)s.w * s.h}, n = step[2] * s.d;
    size_t i = d * step[2] + h * step[1] + w;
    Stencil t;
    memset(&t, 0, sizeof t);
    for (int a = 0; a < 3; a++) {
        t.has[a][1] = at[a] + 1 < size[a];
        t.has[a][0] = at[a] > 0;
        if (t.has[a][1])
            t.column[a][1] = difference(u, n, i + step[a], i);
        if (t.has[a][0])
            t.column[a][0] = difference(u, n, i, i - step[a]);
        if (!t.has[a][1])
            t.column[a][1] = t.column[a][0];
        if (!t.has[a][0])
            t.column[a][0] = t.column[a][1];
        t.column[a][0].v[a] += 1;
        t.column[a][1].v[a] += 1;
    }
    return t;
}

LAM_INLINE Vec cross(Vec a, Vec b)
{
    return (Vec){{a.v[1] * b.v[2] - a.v[2] * b.v[1], a.v[2] * b.v[0] - a.v[0] * b.v[2],
                  a.v[0] * b.v[1] - a.v[1] * b.v[0]}};
}

LAM_INLINE float dot(Vec a, Vec b)
{
    return a.v[0] * b.v[0] + a.v[1] * b.v[1] + a.v[2] * b.v[2];
}

LAM_INLINE void add(Vec *to, Vec x, float factor)
{
    for (int c = 0; c < 3; c++)
        to->v[c] += factor * x.v[c];
}

/* Sum of squares below the margin over the eight combinations. */
LAM_INLINE float shortfall(const Stencil *t, float margin)
{
    float sum = 0;
    for (int k = 0; k < 4; k++) {
        Vec area = cross(t->column[1][k & 1], t->column[2][k >> 1]);
        for (int first = 0; first < 2; first++) {
            float below = margin - dot(t->column[0][first], area);
            below = below > 0 ? below : 0;
            sum += below * below;
        }
    }
    return sum;
}

LAM_CLONES static double slice_sum(const float *u, LamShape s, float margin, int d)
{
    double sum = 0;
    for (int h = 0; h < s.h; h++)
        for (int w = 0; w < s.w; w++) {
            Stencil t = stencil_at(u, s, w, h, d);
            sum += shortfall(&t, margin);
        }
    return sum;
}

static void folds_forward(LamNode *node)
{
    const LamNode *u = node->inputs[0];
    LamShape s = u->shape;
    float margin = ((Folds *)node->state)->margin;
    g_autofree double *sums = g_new(double, s.d);
#pragma omp parallel for
    for (int d = 0; d < s.d; d++)
        sums[d] = slice_sum(u->value, s, margin, d);
    double total = 0;
    for (int d = 0; d < s.d; d++)
        total += sums[d];
    node->value[0] = (float)(total / (8.0 * (double)lam_shape_voxels(s)));
}

/* d(sum of squares)/d(columns), times g. */
static void shortfall_adjoint(const Stencil *t, float margin, float g, Vec slope[3][2])
{
    memset(slope, 0, 6 * sizeof(Vec));
    for (int k = 0; k < 8; k++) {
        const int side[3] = {k & 1, k >> 1 & 1, k >> 2};
        Vec a = t->column[0][side[0]], b = t->column[1][side[1]], c = t->column[2][side[2]];
        Vec area = cross(b, c);
        float below = margin - dot(a, area);
        if (!(below > 0))
            continue;
        float factor = -2 * g * below;
        add(&slope[0][side[0]], area, factor);
        add(&slope[1][side[1]], cross(c, a), factor);
        add(&slope[2][side[2]], cross(a, b), factor);
    }
}

/* What the columns' slopes mean for u at the voxel and its neighbours. */
static void spread(const Stencil *t, Vec slope[3][2], float *grad, LamShape s, size_t i)
{
    const size_t step[3] = {1, (size_t)s.w, (size_t)s.w * s.h}, n = step[2] * s.d;
    for (int a = 0; a < 3; a++)
        for (int side = 0; side < 2; side++) {
            int real = t->has[a][side] ? side : !side;
            if (!t->has[a][real])
                continue;
            size_t to = real ? i + step[a] : i, from = real ? i : i - step[a];
            for (int c = 0; c < 3; c++) {
                grad[c * n + to] += slope[a][side].v[c];
                grad[c * n + from] -= slope[a][side].v[c];
            }
        }
}

LAM_CLONES static void slice_adjoint(const float *u, float *grad, LamShape s, float margin, float g,
                                     int d)
{
    for (int h = 0; h < s.h; h++)
        for (int w = 0; w < s.w; w++) {
            Stencil t = stencil_at(u, s, w, h, d);
            if (!(shortfall(&t, margin) > 0))
                continue;
            Vec slope[3][2];
            shortfall_adjoint(&t, margin, g, slope);
            spread(&t, slope, grad, s, ((size_t)d * s.h + h) * s.w + w);
        }
}

static void folds_backward(LamNode *node)
{
    LamNode *u = node->inputs[0];
    LamShape s = u->shape;
    float margin = ((Folds *)node->state)->margin;
    float g = node->grad[0] / (8 * (float)lam_shape_voxels(s));
    if (node->value[0] == 0)
        return;
    for (int odd = 0; odd < 2; odd++) {
#pragma omp parallel for
        for (int slab = odd; slab < (s.d + SLAB - 1) / SLAB; slab += 2)
            for (int d = slab * SLAB; d < MIN((slab + 1) * SLAB, s.d); d++)
                slice_adjoint(u->value, u->grad, s, margin, g, d);
    }
}

static const LamOp folds_op = {
    .name = "folds", .forward = folds_forward, .backward = folds_backward};

LamNode *lam_op_folds(LamGraph *graph, LamNode *displacement, float margin)
{
    if (displacement == NULL)
        return NULL;
    if (displacement->shape.c != 3 || displacement->layout != LAM_PLAIN || !(margin >= 0))
        return lam_graph_mistake(graph, "folds needs a plain 3-channel field and a margin >= 0");
    Folds state = {margin};
    return lam_node_add(graph, &folds_op, lam_scalar_shape(), LAM_PLAIN, &displacement, 1, &state,
                        sizeof state);
}

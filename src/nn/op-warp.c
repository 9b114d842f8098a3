/* Spatial transformer (Jaderberg et al. 2015), linear, zero outside the image. */
#include "graph-private.h"
#include "sample.h"

#include <string.h>

#define SLABS 4 /* as in op-integrate.c: private copies when the image keeps a gradient */

enum { IMAGE, FIELD };

/* Corners of x + u, or false if it lies a voxel or more outside. Between the outermost voxel centre and
 * one voxel beyond, the value fades linearly to zero, so that the derivative stays meaningful. A single
 * slice (flat) is not left along d. */
typedef struct {
    int base[3];
    float f[3];
} Cell;

LAM_INLINE Cell cell_at(const float *u, size_t n, size_t i, int w, int h, int d, bool flat)
{
    float at[3] = {(float)w + u[i], (float)h + u[n + i], flat ? 0 : (float)d + u[2 * n + i]};
    Cell cell;
    for (int a = 0; a < 3; a++) {
        /* far outside is all the same, and must not overflow an int; NaN is there, too */
        float x = at[a] > -2 ? (at[a] < 32000 ? at[a] : 32000) : -2;
        float low = floorf(x);
        cell.base[a] = (int)low;
        cell.f[a] = x - low;
    }
    return cell;
}

LAM_INLINE bool cell_inside(const Cell *c, LamShape s)
{
    return c->base[0] >= 0 && c->base[1] >= 0 && c->base[2] >= 0 && c->base[0] + 1 < s.w &&
           c->base[1] + 1 < s.h && c->base[2] + 1 < s.d;
}

LAM_INLINE LamCorners cell_corners(const Cell *c, LamShape s)
{
    return (LamCorners){.base = ((size_t)c->base[2] * s.h + c->base[1]) * s.w + c->base[0],
                        .dx = 1,
                        .dy = (size_t)s.w,
                        .dz = (size_t)s.w * s.h,
                        .fx = c->f[0],
                        .fy = c->f[1],
                        .fz = c->f[2],
                        .inside = {1, 1, 1}};
}

/* Near the border: corner by corner, zero where there is none. */
static float sample_border(const Cell *c, LamShape s, const float *p, float gradient[3])
{
    float value = 0;
    gradient[0] = gradient[1] = gradient[2] = 0;
    for (int k = 0; k < 8; k++) {
        int bit[3] = {k & 1, k >> 1 & 1, k >> 2}, at[3];
        float weight[3];
        for (int a = 0; a < 3; a++) {
            at[a] = c->base[a] + bit[a];
            weight[a] = bit[a] ? c->f[a] : 1 - c->f[a];
        }
        if (at[0] < 0 || at[1] < 0 || at[2] < 0 || at[0] >= s.w || at[1] >= s.h || at[2] >= s.d)
            continue;
        float v = p[((size_t)at[2] * s.h + at[1]) * s.w + at[0]];
        value += v * weight[0] * weight[1] * weight[2];
        gradient[0] += v * (bit[0] ? 1 : -1) * weight[1] * weight[2];
        gradient[1] += v * (bit[1] ? 1 : -1) * weight[0] * weight[2];
        gradient[2] += v * (bit[2] ? 1 : -1) * weight[0] * weight[1];
    }
    return value;
}

static void scatter_border(const Cell *c, LamShape s, float *p, float g)
{
    for (int k = 0; k < 8; k++) {
        float weight = g;
        int at[3];
        for (int a = 0; a < 3; a++) {
            int bit = k >> a & 1;
            at[a] = c->base[a] + bit;
            weight *= bit ? c->f[a] : 1 - c->f[a];
        }
        if (at[0] >= 0 && at[1] >= 0 && at[2] >= 0 && at[0] < s.w && at[1] < s.h && at[2] < s.d)
            p[((size_t)at[2] * s.h + at[1]) * s.w + at[0]] += weight;
    }
}

LAM_CLONES static void warp_slice(LamShape in, LamShape out, const float *restrict image,
                                  const float *restrict u, float *restrict y, int d)
{
    size_t n = lam_shape_voxels(out), m = lam_shape_voxels(in);
    float unused[3];
    for (int h = 0; h < out.h; h++)
        for (int w = 0; w < out.w; w++) {
            size_t i = ((size_t)d * out.h + h) * out.w + w;
            Cell cell = cell_at(u, n, i, w, h, d, in.d == 1);
            LamCorners c = cell_corners(&cell, in);
            bool inside = cell_inside(&cell, in);
            for (int k = 0; k < in.c; k++)
                y[k * n + i] = inside ? lam_corners_sample(&c, image + k * m, NULL)
                                      : sample_border(&cell, in, image + k * m, unused);
        }
}

static void warp_forward(LamNode *node)
{
    const LamNode *image = node->inputs[IMAGE], *field = node->inputs[FIELD];
#pragma omp parallel for
    for (int d = 0; d < node->shape.d; d++)
        warp_slice(image->shape, node->shape, image->value, field->value, node->value, d);
}

/* Gradient of one slice: into the field (own voxels), and into `spread` if not NULL. */
LAM_CLONES static void warp_slice_adjoint(const LamNode *node, float *restrict spread, int d)
{
    const LamNode *image = node->inputs[IMAGE];
    LamNode *field = node->inputs[FIELD];
    LamShape in = image->shape, out = node->shape;
    size_t n = lam_shape_voxels(out), m = lam_shape_voxels(in);
    const int axes = in.d > 1 ? 3 : 2;
    for (int h = 0; h < out.h; h++)
        for (int w = 0; w < out.w; w++) {
            size_t i = ((size_t)d * out.h + h) * out.w + w;
            Cell cell = cell_at(field->value, n, i, w, h, d, in.d == 1);
            LamCorners c = cell_corners(&cell, in);
            bool inside = cell_inside(&cell, in);
            for (int k = 0; k < in.c; k++) {
                float g = node->grad[k * n + i], slope[3];
                if (g == 0)
                    continue;
                if (inside)
                    lam_corners_sample(&c, image->value + k * m, slope);
                else
                    sample_border(&cell, in, image->value + k * m, slope);
                if (field->keeps_grad)
                    for (int a = 0; a < axes; a++)
                        field->grad[a * n + i] += g * slope[a];
                if (spread == NULL)
                    continue;
                if (inside)
                    lam_corners_scatter(&c, spread + k * m, g);
                else
                    scatter_border(&cell, in, spread + k * m, g);
            }
        }
}

static size_t warp_scratch(const LamNode *node)
{
    return node->inputs[IMAGE]->keeps_grad ? SLABS * node->inputs[IMAGE]->count : 0;
}

static void warp_backward(LamNode *node)
{
    LamNode *image = node->inputs[IMAGE];
    int depth = node->shape.d;
    if (!image->keeps_grad) {
#pragma omp parallel for
        for (int d = 0; d < depth; d++)
            warp_slice_adjoint(node, NULL, d);
        return;
    }
    memset(node->scratch, 0, node->scratch_count * sizeof(float));
#pragma omp parallel for schedule(static, 1)
    for (int slab = 0; slab < SLABS; slab++)
        for (int d = slab * depth / SLABS; d < (slab + 1) * depth / SLABS; d++)
            warp_slice_adjoint(node, node->scratch + slab * image->count, d);
    for (int slab = 0; slab < SLABS; slab++)
        lam_kernel_add(image->grad, node->scratch + slab * image->count, image->count);
}

static const LamOp warp_op = {
    .name = "warp", .forward = warp_forward, .backward = warp_backward, .scratch = warp_scratch};

LamNode *lam_op_warp(LamGraph *graph, LamNode *image, LamNode *field)
{
    if (image == NULL || field == NULL)
        return NULL;
    LamShape s = image->shape, f = field->shape;
    if (f.c != 3 || image->layout != LAM_PLAIN || field->layout != LAM_PLAIN || s.d != f.d ||
        s.h != f.h || s.w != f.w)
        return lam_graph_mistake(graph, "warp: image %dx%dx%d, field %dx%dx%d with %d channels",
                                 s.w, s.h, s.d, f.w, f.h, f.d, f.c);
    LamNode *inputs[] = {image, field};
    return lam_node_add(graph, &warp_op, s, LAM_PLAIN, inputs, 2, NULL, 0);
}

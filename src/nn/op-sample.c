/* A field read at single points, linearly, its edge repeated beyond. */
#include "graph-private.h"
#include "sample.h"

enum { FIELD, POINTS };

static LamCorners corners_at(const LamNode *node, size_t i)
{
    LamShape s = node->inputs[FIELD]->shape;
    const float *p = node->inputs[POINTS]->value;
    size_t n = (size_t)node->shape.w;
    return lam_corners_clamped(p[i], p[n + i], p[2 * n + i], s.d, s.h, s.w);
}

static void sample_forward(LamNode *node)
{
    const LamNode *field = node->inputs[FIELD];
    size_t voxels = lam_shape_voxels(field->shape), n = (size_t)node->shape.w;
    for (size_t i = 0; i < n; i++) {
        LamCorners c = corners_at(node, i);
        for (size_t k = 0; k < (size_t)node->shape.c; k++)
            node->value[k * n + i] = lam_corners_sample(&c, field->value + k * voxels, NULL);
    }
}

static void sample_backward(LamNode *node)
{
    LamNode *field = node->inputs[FIELD];
    size_t voxels = lam_shape_voxels(field->shape), n = (size_t)node->shape.w;
    for (size_t i = 0; i < n; i++) {
        LamCorners c = corners_at(node, i);
        for (size_t k = 0; k < (size_t)node->shape.c; k++)
            lam_corners_scatter(&c, field->grad + k * voxels, node->grad[k * n + i]);
    }
}

static const LamOp sample_op = {
    .name = "sample", .forward = sample_forward, .backward = sample_backward};

LamNode *lam_op_sample(LamGraph *graph, LamNode *field, LamNode *points)
{
    if (field == NULL || points == NULL)
        return NULL;
    LamShape p = points->shape;
    if (field->layout != LAM_PLAIN || p.c != 3 || p.d != 1 || p.h != 1 || points->keeps_grad)
        return lam_graph_mistake(graph, "sample needs a plain field and constant points [3,1,1,N]");
    LamShape shape = {field->shape.c, 1, 1, p.w};
    LamNode *inputs[] = {field, points};
    return lam_node_add(graph, &sample_op, shape, LAM_PLAIN, inputs, 2, NULL, 0);
}

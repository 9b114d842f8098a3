/* Smoothness: mean squared forward difference (VoxelMorph's Grad('l2')). */
#include "graph-private.h"

typedef struct {
    size_t stride, length, outer; /* [outer, length, stride] view of the tensor along one axis */
    float weight;                 /* 1 / (differences along it * axes) */
} Axis;

static int axes_of(LamShape s, Axis axes[3])
{
    size_t n = (size_t)s.c * lam_shape_voxels(s);
    const size_t strides[] = {1, (size_t)s.w, (size_t)s.w * s.h};
    const int lengths[] = {s.w, s.h, s.d};
    int count = 0;
    for (int i = 0; i < 3; i++)
        if (lengths[i] > 1)
            axes[count++] =
                (Axis){strides[i], (size_t)lengths[i], n / (strides[i] * lengths[i]), 0};
    for (int i = 0; i < count; i++)
        axes[i].weight =
            1.0f / ((float)(axes[i].outer * (axes[i].length - 1) * axes[i].stride) * (float)count);
    return count;
}

static double squares(const Axis *axis, const float *x)
{
    double total = 0;
#pragma omp parallel for reduction(+ : total)
    for (size_t o = 0; o < axis->outer; o++) {
        const float *p = x + o * axis->length * axis->stride;
        for (size_t i = 0; i < (axis->length - 1) * axis->stride; i++) {
            float step = p[i + axis->stride] - p[i];
            total += (double)(step * step);
        }
    }
    return total;
}

static void gradient_forward(LamNode *node)
{
    Axis axes[3];
    int n = axes_of(node->inputs[0]->shape, axes);
    double total = 0;
    for (int i = 0; i < n; i++)
        total += squares(&axes[i], node->inputs[0]->value) * axes[i].weight;
    node->value[0] = (float)total;
}

static void gradient_backward(LamNode *node)
{
    LamNode *x = node->inputs[0];
    Axis axes[3];
    int n = axes_of(x->shape, axes);
    for (int a = 0; a < n; a++) {
        const Axis *axis = &axes[a];
        float g = 2 * axis->weight * node->grad[0];
#pragma omp parallel for
        for (size_t o = 0; o < axis->outer; o++) {
            const float *p = x->value + o * axis->length * axis->stride;
            float *q = x->grad + o * axis->length * axis->stride;
            for (size_t i = 0; i < (axis->length - 1) * axis->stride; i++) {
                float slope = g * (p[i + axis->stride] - p[i]);
                q[i + axis->stride] += slope;
                q[i] -= slope;
            }
        }
    }
}

static const LamOp gradient_op = {
    .name = "gradient-l2", .forward = gradient_forward, .backward = gradient_backward};

LamNode *lam_op_gradient_l2(LamGraph *graph, LamNode *field)
{
    if (field == NULL)
        return NULL;
    if (field->layout != LAM_PLAIN || lam_shape_voxels(field->shape) < 2)
        return lam_graph_mistake(graph, "gradient L2 needs a plain tensor of at least two voxels");
    return lam_node_add(graph, &gradient_op, lam_scalar_shape(), LAM_PLAIN, &field, 1, NULL, 0);
}

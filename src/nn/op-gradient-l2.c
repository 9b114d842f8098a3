/* Smoothness: mean squared forward difference (VoxelMorph's Grad('l2')), perhaps weighted. */
#include "graph-private.h"

enum { FIELD, WEIGHT };

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

/* The weights of what begins at `from` in the tensor: those of its voxels; NULL without. */
static const float *weights_at(const LamNode *node, size_t from)
{
    const LamNode *weight = node->inputs[WEIGHT];
    return weight != NULL ? weight->value + from % weight->count : NULL;
}

/* Of the difference between voxels i and j. */
static inline float weight_of(const float *w, size_t i, size_t j)
{
    return w != NULL ? 0.5f * (w[i] + w[j]) : 1;
}

static double squares(const LamNode *node, const Axis *axis)
{
    double total = 0;
#pragma omp parallel for reduction(+ : total)
    for (size_t o = 0; o < axis->outer; o++) {
        size_t from = o * axis->length * axis->stride;
        const float *p = node->inputs[FIELD]->value + from, *w = weights_at(node, from);
        for (size_t i = 0; i < (axis->length - 1) * axis->stride; i++) {
            float step = p[i + axis->stride] - p[i];
            total += (double)(step * step * weight_of(w, i, i + axis->stride));
        }
    }
    return total;
}

/* One over the mean weight; 0 where nothing weighs. */
static double scale_of(const LamNode *node)
{
    const LamNode *weight = node->inputs[WEIGHT];
    double total = 0;
    if (weight == NULL)
        return 1;
    for (size_t i = 0; i < weight->count; i++)
        total += (double)weight->value[i];
    return total > 0 ? (double)weight->count / total : 0;
}

static void gradient_forward(LamNode *node)
{
    Axis axes[3];
    double *scale = node->state, total = 0;
    int n = axes_of(node->inputs[FIELD]->shape, axes);
    *scale = scale_of(node);
    for (int i = 0; i < n; i++)
        total += squares(node, &axes[i]) * axes[i].weight;
    node->value[0] = (float)(*scale * total);
}

static void gradient_backward(LamNode *node)
{
    LamNode *x = node->inputs[FIELD];
    Axis axes[3];
    int n = axes_of(x->shape, axes);
    float scale = (float)*(const double *)node->state;
    for (int a = 0; a < n; a++) {
        const Axis *axis = &axes[a];
        float g = 2 * scale * axis->weight * node->grad[0];
#pragma omp parallel for
        for (size_t o = 0; o < axis->outer; o++) {
            size_t from = o * axis->length * axis->stride;
            const float *p = x->value + from, *w = weights_at(node, from);
            float *q = x->grad + from;
            for (size_t i = 0; i < (axis->length - 1) * axis->stride; i++) {
                float slope = g * weight_of(w, i, i + axis->stride) * (p[i + axis->stride] - p[i]);
                q[i + axis->stride] += slope;
                q[i] -= slope;
            }
        }
    }
}

static const LamOp gradient_op = {
    .name = "gradient-l2", .forward = gradient_forward, .backward = gradient_backward};

LamNode *lam_op_gradient_l2_weighted(LamGraph *graph, LamNode *field, LamNode *weight)
{
    if (field == NULL)
        return NULL;
    if (field->layout != LAM_PLAIN || lam_shape_voxels(field->shape) < 2)
        return lam_graph_mistake(graph, "gradient L2 needs a plain tensor of at least two voxels");
    LamShape map = field->shape;
    map.c = 1;
    if (weight != NULL && (weight->layout != LAM_PLAIN || !lam_shape_equal(weight->shape, map)))
        return lam_graph_mistake(graph, "gradient L2 needs a weight for each voxel of its field");
    double scale = 1;
    LamNode *inputs[] = {field, weight};
    return lam_node_add(graph, &gradient_op, lam_scalar_shape(), LAM_PLAIN, inputs, 2, &scale,
                        sizeof scale);
}

LamNode *lam_op_gradient_l2(LamGraph *graph, LamNode *field)
{
    return lam_op_gradient_l2_weighted(graph, field, NULL);
}

/* A label map carried by a field: the label of the voxel nearest to x + u(x), 0 outside. Labels are no
 * quantities: nothing is interpolated, and no gradient flows. */
#include "graph-private.h"

#include <math.h>

enum { LABELS, FIELD };

/* Index of the nearest voxel of an axis, -1 outside. A single slice has no outside across it. */
static int nearest(float at, int size)
{
    if (size == 1)
        return 0;
    return at >= -0.5f && at < (float)size - 0.5f ? (int)floorf(at + 0.5f) : -1;
}

static void carry_forward(LamNode *node)
{
    const float *labels = node->inputs[LABELS]->value, *u = node->inputs[FIELD]->value;
    LamShape s = node->shape;
    size_t n = node->count;
#pragma omp parallel for
    for (int d = 0; d < s.d; d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++) {
                size_t i = ((size_t)d * (size_t)s.h + (size_t)h) * (size_t)s.w + (size_t)w;
                int x = nearest((float)w + u[i], s.w), y = nearest((float)h + u[n + i], s.h),
                    z = nearest((float)d + u[2 * n + i], s.d);
                bool inside = x >= 0 && y >= 0 && z >= 0;
                node->value[i] =
                    inside ? labels[((size_t)z * (size_t)s.h + (size_t)y) * (size_t)s.w + (size_t)x]
                           : 0;
            }
}

static const LamOp carry_op = {.name = "carry-labels", .forward = carry_forward};

LamNode *lam_op_carry_labels(LamGraph *graph, LamNode *labels, LamNode *field)
{
    if (labels == NULL || field == NULL)
        return NULL;
    LamShape s = labels->shape, f = field->shape;
    if (s.c != 1 || f.c != 3 || labels->layout != LAM_PLAIN || field->layout != LAM_PLAIN ||
        s.d != f.d || s.h != f.h || s.w != f.w)
        return lam_graph_mistake(graph, "carry: labels %dx%dx%d, field %dx%dx%d with %d channels",
                                 s.w, s.h, s.d, f.w, f.h, f.d, f.c);
    LamNode *inputs[] = {labels, field};
    LamNode *node = lam_node_add(graph, &carry_op, s, LAM_PLAIN, inputs, 2, NULL, 0);
    node->keeps_grad = false; /* whatever the field depends on */
    return node;
}

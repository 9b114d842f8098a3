/* base + offset where the base is not zero; elsewhere zero, whatever the offset. What is zero has no
 * gradient and so stays zero under Adam, whose steps would otherwise be as large there as anywhere. */
#include "graph-private.h"

enum { BASE, OFFSET };

static void foreground_forward(LamNode *node)
{
    const LamNode *offset = node->inputs[OFFSET];
    const float *base = node->inputs[BASE]->value;
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++)
        node->value[i] = base[i] != 0 && offset != NULL ? base[i] + offset->value[i] : base[i];
}

static void foreground_backward(LamNode *node)
{
    const float *base = node->inputs[BASE]->value;
    for (int k = 0; k < node->n_inputs; k++) {
        LamNode *input = node->inputs[k];
        if (input == NULL || !input->keeps_grad)
            continue;
#pragma omp parallel for
        for (size_t i = 0; i < node->count; i++)
            input->grad[i] += base[i] != 0 ? node->grad[i] : 0;
    }
}

static const LamOp foreground_op = {
    .name = "foreground", .forward = foreground_forward, .backward = foreground_backward};

LamNode *lam_op_foreground(LamGraph *graph, LamNode *base, LamNode *offset)
{
    if (base == NULL)
        return NULL;
    if (base->layout != LAM_PLAIN ||
        (offset != NULL &&
         (offset->layout != LAM_PLAIN || !lam_shape_equal(base->shape, offset->shape))))
        return lam_graph_mistake(graph, "foreground needs plain tensors of one shape");
    LamNode *inputs[] = {base, offset};
    return lam_node_add(graph, &foreground_op, base->shape, LAM_PLAIN, inputs, 2, NULL, 0);
}

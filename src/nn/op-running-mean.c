/* (1 - share) mean + share f x, for f = 1 and then each factor: exponential means and the newest value. The
 * means so far are constants, and so are the factors. */
#include "graph-private.h"

enum { MEAN, NEWEST, FACTORS };

typedef struct {
    float share;
} RunningMean;

static float factor(const LamNode *node, size_t block)
{
    return block > 0 ? node->inputs[FACTORS]->value[block - 1] : 1;
}

static void running_forward(LamNode *node)
{
    const LamNode *x = node->inputs[NEWEST];
    float share = ((RunningMean *)node->state)->share;
    for (size_t k = 0; k < node->count / x->count; k++) {
        float f = factor(node, k);
        const float *mean = node->inputs[MEAN]->value + k * x->count;
        float *out = node->value + k * x->count;
#pragma omp parallel for
        for (size_t i = 0; i < x->count; i++)
            out[i] = mean[i] + share * (f * x->value[i] - mean[i]);
    }
}

static void running_backward(LamNode *node)
{
    LamNode *x = node->inputs[NEWEST];
    if (!x->keeps_grad)
        return;
    for (size_t k = 0; k < node->count / x->count; k++) {
        float scale = ((RunningMean *)node->state)->share * factor(node, k);
        const float *grad = node->grad + k * x->count;
#pragma omp parallel for
        for (size_t i = 0; i < x->count; i++)
            x->grad[i] += scale * grad[i];
    }
}

static const LamOp running_op = {
    .name = "running-mean", .forward = running_forward, .backward = running_backward};

LamNode *lam_op_running_mean(LamGraph *graph, LamNode *mean, LamNode *x, LamNode *factors,
                             float share)
{
    if (mean == NULL || x == NULL)
        return NULL;
    size_t blocks = 1 + (factors != NULL ? factors->count : 0);
    if (mean->layout != LAM_PLAIN || x->layout != LAM_PLAIN || mean->count != blocks * x->count ||
        !(share > 0 && share <= 1))
        return lam_graph_mistake(
            graph, "running mean needs plain tensors, one mean per factor and one more, "
                   "and a share in (0,1]");
    RunningMean state = {share};
    LamNode *inputs[] = {mean, x, factors};
    LamShape shape = x->shape;
    shape.c *= (int)blocks;
    return lam_node_add(graph, &running_op, shape, LAM_PLAIN, inputs, factors != NULL ? 3 : 2,
                        &state, sizeof state);
}

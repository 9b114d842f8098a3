/* (1 - share) mean + share x: an exponential mean and the newest value. The mean so far is a constant. */
#include "graph-private.h"

enum { MEAN, NEWEST };

typedef struct {
    float share;
} RunningMean;

static void running_forward(LamNode *node)
{
    const float *mean = node->inputs[MEAN]->value, *x = node->inputs[NEWEST]->value;
    float share = ((RunningMean *)node->state)->share;
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++)
        node->value[i] = mean[i] + share * (x[i] - mean[i]);
}

static void running_backward(LamNode *node)
{
    LamNode *x = node->inputs[NEWEST];
    float share = ((RunningMean *)node->state)->share;
    if (!x->keeps_grad)
        return;
#pragma omp parallel for
    for (size_t i = 0; i < node->count; i++)
        x->grad[i] += share * node->grad[i];
}

static const LamOp running_op = {
    .name = "running-mean", .forward = running_forward, .backward = running_backward};

LamNode *lam_op_running_mean(LamGraph *graph, LamNode *mean, LamNode *x, float share)
{
    if (mean == NULL || x == NULL)
        return NULL;
    if (mean->layout != LAM_PLAIN || x->layout != LAM_PLAIN || mean->count != x->count ||
        !(share > 0 && share <= 1))
        return lam_graph_mistake(
            graph, "running mean needs two plain tensors of one size and a share in (0,1]");
    RunningMean state = {share};
    LamNode *inputs[] = {mean, x};
    return lam_node_add(graph, &running_op, x->shape, LAM_PLAIN, inputs, 2, &state, sizeof state);
}

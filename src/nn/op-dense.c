/* Fully connected layer: OpenBLAS matrix-vector products. */
#include "graph-private.h"

#include <cblas.h>
#include <string.h>

enum { X, WEIGHT, BIAS };

static void dense_forward(LamNode *node)
{
    const LamNode *x = node->inputs[X], *weight = node->inputs[WEIGHT], *bias = node->inputs[BIAS];
    int m = (int)node->count, n = (int)x->count;
    if (bias != NULL)
        memcpy(node->value, bias->value, node->count * sizeof(float));
    cblas_sgemv(CblasRowMajor, CblasNoTrans, m, n, 1, weight->value, n, x->value, 1,
                bias != NULL ? 1 : 0, node->value, 1);
}

static void dense_backward(LamNode *node)
{
    LamNode *x = node->inputs[X], *weight = node->inputs[WEIGHT], *bias = node->inputs[BIAS];
    int m = (int)node->count, n = (int)x->count;
    if (weight->keeps_grad)
        cblas_sger(CblasRowMajor, m, n, 1, node->grad, 1, x->value, 1, weight->grad, n);
    if (x->keeps_grad)
        cblas_sgemv(CblasRowMajor, CblasTrans, m, n, 1, weight->value, n, node->grad, 1, 1, x->grad,
                    1);
    if (bias != NULL && bias->keeps_grad)
        cblas_saxpy(m, 1, node->grad, 1, bias->grad, 1);
}

static const LamOp dense_op = {
    .name = "dense", .forward = dense_forward, .backward = dense_backward};

LamNode *lam_op_dense(LamGraph *graph, LamNode *x, LamNode *weight, LamNode *bias)
{
    if (x == NULL || weight == NULL)
        return NULL;
    if (x->layout != LAM_PLAIN || x->count == 0 || weight->count % x->count != 0)
        return lam_graph_mistake(graph, "dense layer: %zu weights for %zu inputs", weight->count,
                                 x->count);
    size_t m = weight->count / x->count;
    if (bias != NULL && bias->count != m)
        return lam_graph_mistake(graph, "dense layer: %zu biases for %zu outputs", bias->count, m);
    LamNode *inputs[] = {x, weight, bias};
    return lam_node_add(graph, &dense_op, lam_vector_shape(m), LAM_PLAIN, inputs, 3, NULL, 0);
}

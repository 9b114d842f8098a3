/* Convolution on oneDNN in blocked layouts (conv-pass.c), bias, addend and leaky ReLU fused. Of the
 * gradients, those that oneDNN has no fast code for on this processor are ours (conv-weights.c,
 * conv-data.c). */
#include "bf16.h"
#include "conv-data.h"
#include "conv-pass.h"
#include "conv-weights.h"
#include "graph-private.h"
#include "kernel.h"

#include <lambdascope/memory.h>
#include <string.h>

#define MAX_KERNEL 7 /* conv-data.c keeps 4 x 4 rows at most */

enum { X, WEIGHT, BIAS, ADDEND };

typedef struct {
    LamConvOptions options;
    LamConvGeometry geometry;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    LamConvPass forward, data, weights; /* data and weights: not built, our own kernels run */
    bool strided;
    float *data_weights;            /* packed for our own kernel */
    guint16 *x_rounded, *y_rounded; /* x and y's gradient in bf16; NULL where no pass takes them */
} Conv;

/* An input whose gradient only this convolution fills: the graph did not zero it. */
static bool owns_gradient(const LamNode *input)
{
    return input->parameter < 0 && input->n_consumers == 1;
}

/* ---- memory: kept with the values, planned by the graph ---- */

/* Floats that hold `count` numbers in bf16 and end on a cache line. */
static size_t rounded_floats(size_t count)
{
    return (count + 31) / 32 * 16;
}

static bool rounds(const LamNode *node)
{
    return lam_graph_precision(node->graph) == LAM_PRECISION_BF16;
}

/* oneDNN overwrites; where others add to the same gradient, ours is made apart first. */
static size_t apart_floats(const LamNode *node)
{
    const LamNode *x = node->inputs[X];
    return x->keeps_grad && !owns_gradient(x) ? x->count : 0;
}

/* The gradient that is made apart comes last: its size is no multiple of a cache line. */
static size_t conv_scratch(const LamNode *node)
{
    size_t bf16 = rounded_floats(node->inputs[X]->count) +
                  (node->keeps_grad ? rounded_floats(node->count) : 0);
    return (rounds(node) ? bf16 : 0) + apart_floats(node);
}

static float *gradient_apart(const LamNode *node)
{
    return node->scratch + (node->scratch_count - apart_floats(node));
}

static float *data_target(const LamNode *node)
{
    LamNode *x = node->inputs[X];
    return owns_gradient(x) ? x->grad : gradient_apart(node);
}

/* ---- preparation ---- */

static LamConvPlan plan_of(const LamNode *node, LamConvKind kind)
{
    Conv *conv = node->state;
    return (LamConvPlan){.kind = kind,
                         .geometry = &conv->geometry,
                         .engine = conv->engine,
                         .slope = 1,
                         .rounds = rounds(node),
                         .x_rounded = conv->x_rounded,
                         .y_rounded = conv->y_rounded};
}

static bool prepare_forward(LamNode *node, GError **error)
{
    Conv *conv = node->state;
    LamConvPlan plan = plan_of(node, LAM_CONV_FORWARD);
    plan.x = node->inputs[X]->value;
    plan.y = node->value;
    plan.weights = node->inputs[WEIGHT]->value;
    plan.bias = node->inputs[BIAS] != NULL ? node->inputs[BIAS]->value : NULL;
    plan.adds = node->inputs[ADDEND] != NULL;
    plan.slope = conv->options.slope;
    return lam_conv_pass_build(&conv->forward, &plan, error);
}

/* Without wide vectors oneDNN takes a strided data gradient by its reference. */
static bool prepare_data(LamNode *node, GError **error)
{
    Conv *conv = node->state;
    LamConvPlan plan = plan_of(node, LAM_CONV_DATA);
    plan.x = data_target(node);
    plan.y = node->grad;
    plan.weights = node->inputs[WEIGHT]->value;
    plan.only_fast = conv->strided && node->inputs[X]->layout == LAM_BLOCKED;
    if (!lam_conv_pass_build(&conv->data, &plan, error))
        return false;
    if (conv->data.primitive == NULL)
        conv->data_weights = lam_alloc_floats(lam_conv_data_packed_floats(&conv->geometry),
                                              "convolution weights", error);
    return conv->data.primitive != NULL || conv->data_weights != NULL;
}

/* Without wide vectors oneDNN takes the weights' gradient through a gemm. */
static bool prepare_weights(LamNode *node, GError **error)
{
    Conv *conv = node->state;
    LamConvPlan plan = plan_of(node, LAM_CONV_WEIGHTS);
    plan.x = node->inputs[X]->value;
    plan.y = node->grad;
    plan.weights = node->inputs[WEIGHT]->grad;
    plan.adds = !owns_gradient(node->inputs[WEIGHT]);
    plan.only_fast = true;
    return lam_conv_pass_build(&conv->weights, &plan, error);
}

static bool prepare_passes(LamNode *node, GError **error)
{
    return prepare_forward(node, error) &&
           (!node->inputs[X]->keeps_grad || prepare_data(node, error)) &&
           (!node->inputs[WEIGHT]->keeps_grad || prepare_weights(node, error));
}

static bool conv_prepare(LamNode *node, GError **error)
{
    Conv *conv = node->state;
    if (rounds(node)) {
        conv->x_rounded = (guint16 *)node->scratch;
        conv->y_rounded = conv->x_rounded + 2 * rounded_floats(node->inputs[X]->count);
    }
    bool ok =
        lam_conv_succeed(dnnl_engine_create(&conv->engine, dnnl_cpu, 0), "engine", error) &&
        lam_conv_succeed(dnnl_stream_create(&conv->stream, conv->engine, dnnl_stream_default_flags),
                         "stream", error) &&
        prepare_passes(node, error);
    if (!conv->forward.rounded && !conv->weights.rounded)
        conv->x_rounded = NULL;
    if (!conv->data.rounded && !conv->weights.rounded)
        conv->y_rounded = NULL;
    return ok;
}

/* ---- evaluation ---- */

static void conv_forward(LamNode *node)
{
    Conv *conv = node->state;
    const LamNode *x = node->inputs[X], *addend = node->inputs[ADDEND];
    if (conv->x_rounded != NULL)
        lam_bf16_round_all(x->value, conv->x_rounded, x->count);
    if (addend != NULL)
        lam_kernel_copy(node->value, addend->value, node->count);
    lam_conv_pass_run(&conv->forward, conv->stream);
}

/* Slope on eight lanes of the gradient of one channel block, and their sums over the voxels. */
LAM_CLONES static void activation_lanes(float *restrict grad, const float *restrict value,
                                        size_t voxels, int block, float slope, float *sum)
{
    float total[8] = {0};
    for (size_t i = 0; i < voxels; i++)
        for (int k = 0; k < 8; k++) {
            float dy = grad[i * block + k] * (value[i * block + k] > 0 ? 1 : slope);
            grad[i * block + k] = dy;
            total[k] += dy;
        }
    for (int k = 0; k < 8; k++)
        sum[k] = total[k];
}

static void activation_backward(LamNode *node)
{
    const Conv *conv = node->state;
    int block = conv->geometry.block, blocks = (node->shape.c + block - 1) / block;
    size_t voxels = lam_shape_voxels(node->shape), pieces = MAX(1, MIN(64, voxels / 256));
    LamNode *bias = node->inputs[BIAS];
    g_autofree float *sums = g_new0(float, (size_t)blocks *pieces *block);
#pragma omp parallel for
    for (size_t i = 0; i < (size_t)blocks * pieces; i++) {
        size_t from = i % pieces * voxels / pieces, to = (i % pieces + 1) * voxels / pieces;
        size_t at = ((i / pieces) * voxels + from) * block;
        for (int k = 0; k < block; k += 8)
            activation_lanes(node->grad + at + k, node->value + at + k, to - from, block,
                             conv->options.slope, sums + i * block + k);
        if (conv->y_rounded != NULL) /* while it is in the cache */
            lam_bf16_round(node->grad + at, conv->y_rounded + at, (to - from) * block);
    }
    if (bias == NULL || !bias->keeps_grad)
        return;
    if (owns_gradient(bias))
        memset(bias->grad, 0, bias->count * sizeof(float));
    for (int c = 0; c < node->shape.c; c++) {
        double total = 0;
        for (size_t p = 0; p < pieces; p++)
            total += sums[((size_t)(c / block) * pieces + p) * block + c % block];
        bias->grad[c] += (float)total;
    }
}

static void data_backward(LamNode *node)
{
    Conv *conv = node->state;
    LamNode *x = node->inputs[X];
    if (conv->data_weights != NULL)
        lam_conv_backward_data(&conv->geometry, node->inputs[WEIGHT]->value, node->grad,
                               conv->data_weights, data_target(node));
    else
        lam_conv_pass_run(&conv->data, conv->stream);
    if (!owns_gradient(x))
        lam_kernel_add(x->grad, gradient_apart(node), x->count);
}

static void weights_backward(LamNode *node)
{
    Conv *conv = node->state;
    LamNode *weight = node->inputs[WEIGHT];
    if (conv->weights.primitive != NULL) {
        lam_conv_pass_run(&conv->weights, conv->stream);
        return;
    }
    if (owns_gradient(weight))
        memset(weight->grad, 0, weight->count * sizeof(float));
    lam_conv_backward_weights(&conv->geometry, node->inputs[X]->value, node->grad, weight->grad);
}

static void conv_backward(LamNode *node)
{
    LamNode *weight = node->inputs[WEIGHT], *addend = node->inputs[ADDEND];
    activation_backward(node);
    if (addend != NULL && addend->keeps_grad) {
        if (owns_gradient(addend))
            memcpy(addend->grad, node->grad, node->count * sizeof(float));
        else
            lam_kernel_add(addend->grad, node->grad, node->count);
    }
    if (weight->keeps_grad)
        weights_backward(node);
    if (node->inputs[X]->keeps_grad)
        data_backward(node);
}

static void conv_destroy(LamNode *node)
{
    Conv *conv = node->state;
    lam_conv_pass_clear(&conv->forward);
    lam_conv_pass_clear(&conv->data);
    lam_conv_pass_clear(&conv->weights);
    lam_free(conv->data_weights);
    dnnl_stream_destroy(conv->stream);
    dnnl_engine_destroy(conv->engine);
}

static const LamOp conv_op = {
    .name = "conv",
    .prepare = conv_prepare,
    .forward = conv_forward,
    .backward = conv_backward,
    .destroy = conv_destroy,
    .assigns = true,
    .scratch = conv_scratch,
};

static LamConvGeometry make_geometry(const LamNode *x, const LamConvOptions *o)
{
    LamConvGeometry g = {.in_channels = x->shape.c,
                         .out_channels = o->channels,
                         .in = {x->shape.d, x->shape.h, x->shape.w},
                         .kernel = {o->kernel[2], o->kernel[1], o->kernel[0]},
                         .block = lam_channel_block(),
                         .x_blocked = x->layout == LAM_BLOCKED};
    for (int i = 0; i < 3; i++) {
        g.stride[i] = g.in[i] == 1 ? 1 : o->stride;
        g.out[i] = (g.in[i] - 1) / g.stride[i] + 1;
    }
    return g;
}

LamNode *lam_op_conv(LamGraph *graph, LamNode *x, LamNode *weight, LamNode *bias, LamNode *addend,
                     LamConvOptions options)
{
    if (x == NULL || weight == NULL)
        return NULL;
    Conv conv = {.options = options, .geometry = make_geometry(x, &options)};
    const LamConvGeometry *g = &conv.geometry;
    conv.strided = g->stride[0] > 1 || g->stride[1] > 1 || g->stride[2] > 1;
    LamShape shape = {options.channels, g->out[0], g->out[1], g->out[2]};
    size_t taps = (size_t)g->kernel[0] * g->kernel[1] * g->kernel[2];
    size_t weights = taps * (size_t)shape.c * (size_t)x->shape.c;
    for (int i = 0; i < 3; i++)
        if (g->kernel[i] < 1 || g->kernel[i] > MAX_KERNEL || g->kernel[i] % 2 == 0)
            return lam_graph_mistake(graph, "a convolution needs odd kernels up to %d", MAX_KERNEL);
    if (options.channels < 1 || options.stride < 1 || options.stride > 2)
        return lam_graph_mistake(graph, "a convolution needs channels and a stride of 1 or 2");
    if (weight->count != weights)
        return lam_graph_mistake(graph,
                                 "convolution %d to %d channels: kernel of %zu values, not %zu",
                                 x->shape.c, shape.c, weight->count, weights);
    if (bias != NULL && bias->count != (size_t)shape.c)
        return lam_graph_mistake(graph, "convolution: bias of %zu values for %d channels",
                                 bias->count, shape.c);
    if (addend != NULL && (!lam_shape_equal(addend->shape, shape) || addend->layout != LAM_BLOCKED))
        return lam_graph_mistake(graph, "convolution: the addend's shape differs");
    LamNode *inputs[] = {x, weight, bias, addend};
    LamNode *node =
        lam_node_add(graph, &conv_op, shape, LAM_BLOCKED, inputs, 4, &conv, sizeof conv);
    node->macs = (double)weights * (double)lam_shape_voxels(shape);
    return node;
}

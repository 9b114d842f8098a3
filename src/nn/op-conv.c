/* Convolution on oneDNN in blocked layouts, bias, addend and leaky ReLU fused. Of the gradients, those
 * that oneDNN has no fast code for on this processor are ours (conv-weights.c, conv-data.c). */
#include "conv-data.h"
#include "conv-weights.h"
#include "graph-private.h"
#include "kernel.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#define MAX_KERNEL 7 /* conv-data.c keeps 4 x 4 rows at most */

enum { X, WEIGHT, BIAS, ADDEND };

/* A primitive with the weights in the layout it prefers. */
typedef struct {
    dnnl_primitive_t primitive, reorder;
    dnnl_memory_t src, dst, plain_weights, weights, bias;
    float *packed;
} Pass;

typedef struct {
    LamConvOptions options;
    LamConvGeometry geometry;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    Pass forward, data, weights; /* data and weights: without primitive, our own kernels run */
    bool strided;
    float *data_weights; /* packed for our own kernel */
} Conv;

/* An input whose gradient only this convolution fills: the graph did not zero it. */
static bool owns_gradient(const LamNode *input)
{
    return input->parameter < 0 && input->n_consumers == 1;
}

static dnnl_memory_desc_t activation_desc(LamShape s, LamLayout layout)
{
    dnnl_dims_t dims = {1, s.c, s.d, s.h, s.w};
    dnnl_format_tag_t blocked = lam_channel_block() == 16 ? dnnl_nCdhw16c : dnnl_nCdhw8c;
    dnnl_memory_desc_t desc;
    dnnl_memory_desc_init_by_tag(&desc, 5, dims, dnnl_f32,
                                 layout == LAM_BLOCKED ? blocked : dnnl_ncdhw);
    return desc;
}

static dnnl_memory_desc_t weight_desc(const LamConvGeometry *g, dnnl_format_tag_t tag)
{
    dnnl_dims_t dims = {g->out_channels, g->in_channels, g->kernel[0], g->kernel[1], g->kernel[2]};
    dnnl_memory_desc_t desc;
    dnnl_memory_desc_init_by_tag(&desc, 5, dims, dnnl_f32, tag);
    return desc;
}

static bool succeed(dnnl_status_t status, const char *what, GError **error)
{
    if (status == dnnl_success)
        return true;
    g_set_error(error, LAM_ERROR,
                status == dnnl_out_of_memory ? LAM_ERROR_MEMORY : LAM_ERROR_FAILED,
                "cannot prepare a convolution: %s: oneDNN status %d", what, (int)status);
    return false;
}

static void set_padding(const LamConvGeometry *g, dnnl_dims_t strides, dnnl_dims_t left,
                        dnnl_dims_t right)
{
    for (int i = 0; i < 3; i++) {
        strides[i] = g->stride[i];
        left[i] = g->kernel[i] / 2;
        right[i] = (g->out[i] - 1) * g->stride[i] + g->kernel[i] - g->in[i] - left[i];
    }
}

static dnnl_primitive_attr_t fused(const LamNode *node, const Conv *conv)
{
    dnnl_primitive_attr_t attr;
    dnnl_post_ops_t ops;
    dnnl_primitive_attr_create(&attr);
    dnnl_post_ops_create(&ops);
    if (node->inputs[ADDEND] != NULL)
        dnnl_post_ops_append_sum(ops, 1.0f);
    if (conv->options.slope != 1)
        dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, conv->options.slope, 0.0f);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
    return attr;
}

/* The reorder between the plain weights and the layout that the primitive wants: into it, or, of the
 * gradient, out of it. The gradient is added where others add to it too. */
static bool make_reorder(LamNode *node, const dnnl_memory_desc_t *wanted, Pass *pass,
                         bool of_gradient, GError **error)
{
    Conv *conv = node->state;
    const dnnl_memory_desc_t plain = weight_desc(&conv->geometry, dnnl_oidhw);
    dnnl_primitive_desc_t reorder = NULL;
    dnnl_primitive_attr_t attr;
    dnnl_post_ops_t ops;
    dnnl_primitive_attr_create(&attr);
    dnnl_post_ops_create(&ops);
    if (of_gradient && !owns_gradient(node->inputs[WEIGHT]))
        dnnl_post_ops_append_sum(ops, 1.0f);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    bool ok = succeed(dnnl_reorder_primitive_desc_create(
                          &reorder, of_gradient ? wanted : &plain, conv->engine,
                          of_gradient ? &plain : wanted, conv->engine, attr),
                      "weight reorder", error) &&
              succeed(dnnl_primitive_create(&pass->reorder, reorder), "weight reorder", error);
    dnnl_primitive_desc_destroy(reorder);
    dnnl_post_ops_destroy(ops);
    dnnl_primitive_attr_destroy(attr);
    return ok;
}

/* The primitive of a description, the reorder for its weights, and its memories. */
static bool make_pass(LamNode *node, const dnnl_primitive_desc_t pd, Pass *pass, float *src,
                      float *dst, GError **error)
{
    Conv *conv = node->state;
    const LamNode *weight = node->inputs[WEIGHT];
    const bool of_gradient = pass == &conv->weights;
    const dnnl_memory_desc_t plain = weight_desc(&conv->geometry, dnnl_oidhw);
    const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(
        pd, of_gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
    const dnnl_memory_desc_t src_desc =
        activation_desc(node->inputs[X]->shape, node->inputs[X]->layout);
    const dnnl_memory_desc_t dst_desc = activation_desc(node->shape, LAM_BLOCKED);
    float *values = of_gradient ? weight->grad : weight->value;
    dnnl_engine_t engine = conv->engine;
    pass->packed = lam_alloc_floats(dnnl_memory_desc_get_size(wanted) / sizeof(float),
                                    "convolution weights", error);
    return pass->packed != NULL && make_reorder(node, wanted, pass, of_gradient, error) &&
           succeed(dnnl_primitive_create(&pass->primitive, pd), "primitive", error) &&
           succeed(dnnl_memory_create(&pass->src, &src_desc, engine, src), "source", error) &&
           succeed(dnnl_memory_create(&pass->dst, &dst_desc, engine, dst), "result", error) &&
           succeed(dnnl_memory_create(&pass->plain_weights, &plain, engine, values), "weights",
                   error) &&
           succeed(dnnl_memory_create(&pass->weights, wanted, engine, pass->packed), "weights",
                   error);
}

static bool prepare_forward(LamNode *node, GError **error)
{
    Conv *conv = node->state;
    dnnl_memory_desc_t src = activation_desc(node->inputs[X]->shape, node->inputs[X]->layout);
    dnnl_memory_desc_t dst = activation_desc(node->shape, LAM_BLOCKED);
    dnnl_memory_desc_t weights = weight_desc(&conv->geometry, dnnl_format_tag_any), bias;
    dnnl_dims_t n = {node->shape.c}, strides, left, right;
    dnnl_memory_desc_init_by_tag(&bias, 1, n, dnnl_f32, dnnl_a);
    set_padding(&conv->geometry, strides, left, right);
    LamNode *b = node->inputs[BIAS];
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t pd = NULL;
    dnnl_primitive_attr_t attr = fused(node, conv);
    bool ok = succeed(dnnl_convolution_forward_desc_init(
                          &desc, dnnl_forward_inference, dnnl_convolution_direct, &src, &weights,
                          b != NULL ? &bias : NULL, &dst, strides, left, right),
                      "forward", error) &&
              succeed(dnnl_primitive_desc_create(&pd, &desc, attr, conv->engine, NULL), "forward",
                      error) &&
              make_pass(node, pd, &conv->forward, node->inputs[X]->value, node->value, error) &&
              (b == NULL ||
               succeed(dnnl_memory_create(&conv->forward.bias, &bias, conv->engine, b->value),
                       "bias", error));
    dnnl_primitive_attr_destroy(attr);
    dnnl_primitive_desc_destroy(pd);
    return ok;
}

/* Whether oneDNN generates code for wide vectors here, which our own kernels do not match. Elsewhere
 * it takes the weights' gradient through a gemm, and a strided data gradient by its reference. */
static bool is_fast(const dnnl_primitive_desc_t pd)
{
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    return g_str_has_prefix(name, "jit:avx512");
}

/* What the descriptions of a convolution's backward passes take. */
typedef struct {
    dnnl_memory_desc_t src, dst, weights;
    dnnl_dims_t strides, left, right;
    dnnl_primitive_desc_t hint; /* the forward pass */
} BackwardTerms;

static bool make_terms(LamNode *node, BackwardTerms *t, GError **error)
{
    Conv *conv = node->state;
    t->src = activation_desc(node->inputs[X]->shape, node->inputs[X]->layout);
    t->dst = activation_desc(node->shape, LAM_BLOCKED);
    t->weights = weight_desc(&conv->geometry, dnnl_format_tag_any);
    set_padding(&conv->geometry, t->strides, t->left, t->right);
    dnnl_convolution_desc_t forward;
    return succeed(dnnl_convolution_forward_desc_init(&forward, dnnl_forward_training,
                                                      dnnl_convolution_direct, &t->src, &t->weights,
                                                      NULL, &t->dst, t->strides, t->left, t->right),
                   "backward", error) &&
           succeed(dnnl_primitive_desc_create(&t->hint, &forward, NULL, conv->engine, NULL),
                   "backward", error);
}

static bool prepare_data(LamNode *node, const BackwardTerms *t, GError **error)
{
    Conv *conv = node->state;
    LamNode *x = node->inputs[X];
    const bool have_own = conv->strided && x->layout == LAM_BLOCKED;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t pd = NULL;
    bool ok = succeed(dnnl_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct,
                                                               &t->src, &t->weights, &t->dst,
                                                               t->strides, t->left, t->right),
                      "data gradient", error) &&
              succeed(dnnl_primitive_desc_create(&pd, &desc, NULL, conv->engine, t->hint),
                      "data gradient", error);
    if (ok && have_own && !is_fast(pd)) {
        conv->data_weights = lam_alloc_floats(lam_conv_data_packed_floats(&conv->geometry),
                                              "convolution weights", error);
        ok = conv->data_weights != NULL;
    } else if (ok) {
        float *target = owns_gradient(x) ? x->grad : node->scratch;
        ok = make_pass(node, pd, &conv->data, target, node->grad, error);
    }
    dnnl_primitive_desc_destroy(pd);
    return ok;
}

static bool prepare_weights(LamNode *node, const BackwardTerms *t, GError **error)
{
    Conv *conv = node->state;
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t pd = NULL;
    bool ok = succeed(dnnl_convolution_backward_weights_desc_init(
                          &desc, dnnl_convolution_direct, &t->src, &t->weights, NULL, &t->dst,
                          t->strides, t->left, t->right),
                      "weight gradient", error) &&
              succeed(dnnl_primitive_desc_create(&pd, &desc, NULL, conv->engine, t->hint),
                      "weight gradient", error);
    if (ok && is_fast(pd))
        ok = make_pass(node, pd, &conv->weights, node->inputs[X]->value, node->grad, error);
    dnnl_primitive_desc_destroy(pd);
    return ok;
}

static bool prepare_backward(LamNode *node, GError **error)
{
    BackwardTerms terms = {0};
    bool ok = make_terms(node, &terms, error) &&
              (!node->inputs[X]->keeps_grad || prepare_data(node, &terms, error)) &&
              (!node->inputs[WEIGHT]->keeps_grad || prepare_weights(node, &terms, error));
    dnnl_primitive_desc_destroy(terms.hint);
    return ok;
}

static bool conv_prepare(LamNode *node, GError **error)
{
    Conv *conv = node->state;
    return succeed(dnnl_engine_create(&conv->engine, dnnl_cpu, 0), "engine", error) &&
           succeed(dnnl_stream_create(&conv->stream, conv->engine, dnnl_stream_default_flags),
                   "stream", error) &&
           prepare_forward(node, error) && (!node->keeps_grad || prepare_backward(node, error));
}

static void pack_weights(Conv *conv, Pass *pass)
{
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, pass->plain_weights}, {DNNL_ARG_TO, pass->weights}};
    dnnl_primitive_execute(pass->reorder, conv->stream, 2, args);
}

static void conv_forward(LamNode *node)
{
    Conv *conv = node->state;
    Pass *pass = &conv->forward;
    pack_weights(conv, pass);
    if (node->inputs[ADDEND] != NULL)
        memcpy(node->value, node->inputs[ADDEND]->value, node->count * sizeof(float));
    dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, pass->src},
                              {DNNL_ARG_WEIGHTS, pass->weights},
                              {DNNL_ARG_DST, pass->dst},
                              {DNNL_ARG_BIAS, pass->bias}};
    dnnl_primitive_execute(pass->primitive, conv->stream, pass->bias != NULL ? 4 : 3, args);
    dnnl_stream_wait(conv->stream);
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
    Pass *pass = &conv->data;
    LamNode *x = node->inputs[X];
    if (conv->data_weights != NULL) {
        lam_conv_backward_data(&conv->geometry, node->inputs[WEIGHT]->value, node->grad,
                               conv->data_weights, owns_gradient(x) ? x->grad : node->scratch);
    } else {
        pack_weights(conv, pass);
        dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_SRC, pass->src},
                                  {DNNL_ARG_WEIGHTS, pass->weights},
                                  {DNNL_ARG_DIFF_DST, pass->dst}};
        dnnl_primitive_execute(pass->primitive, conv->stream, 3, args);
        dnnl_stream_wait(conv->stream);
    }
    if (!owns_gradient(x))
        lam_kernel_add(x->grad, node->scratch, x->count);
}

static void weights_backward(LamNode *node)
{
    Conv *conv = node->state;
    Pass *pass = &conv->weights;
    LamNode *weight = node->inputs[WEIGHT];
    if (pass->primitive == NULL) {
        if (owns_gradient(weight))
            memset(weight->grad, 0, weight->count * sizeof(float));
        lam_conv_backward_weights(&conv->geometry, node->inputs[X]->value, node->grad,
                                  weight->grad);
        return;
    }
    dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, pass->src},
                              {DNNL_ARG_DIFF_DST, pass->dst},
                              {DNNL_ARG_DIFF_WEIGHTS, pass->weights}};
    dnnl_exec_arg_t unpack[] = {{DNNL_ARG_FROM, pass->weights}, {DNNL_ARG_TO, pass->plain_weights}};
    dnnl_primitive_execute(pass->primitive, conv->stream, 3, args);
    dnnl_primitive_execute(pass->reorder, conv->stream, 2, unpack);
    dnnl_stream_wait(conv->stream);
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

static void pass_clear(Pass *pass)
{
    dnnl_primitive_t primitives[] = {pass->primitive, pass->reorder};
    dnnl_memory_t memories[] = {pass->src, pass->dst, pass->plain_weights, pass->weights,
                                pass->bias};
    for (size_t i = 0; i < G_N_ELEMENTS(primitives); i++)
        dnnl_primitive_destroy(primitives[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(memories); i++)
        dnnl_memory_destroy(memories[i]);
    lam_free(pass->packed);
}

static void conv_destroy(LamNode *node)
{
    Conv *conv = node->state;
    pass_clear(&conv->forward);
    pass_clear(&conv->data);
    pass_clear(&conv->weights);
    lam_free(conv->data_weights);
    dnnl_stream_destroy(conv->stream);
    dnnl_engine_destroy(conv->engine);
}

/* oneDNN overwrites; where others add to the same gradient, ours is made apart first. */
static size_t conv_scratch(const LamNode *node)
{
    const LamNode *x = node->inputs[X];
    return x->keeps_grad && !owns_gradient(x) ? x->count : 0;
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

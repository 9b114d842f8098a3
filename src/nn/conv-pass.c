#include "conv-pass.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>

#define WORTH_VOXELS (1 << 14)

static const char *const names[] = {"forward", "data gradient", "weight gradient"};

/* What oneDNN takes to describe a pass. */
typedef struct {
    dnnl_memory_desc_t x, y, weights, bias;
    dnnl_dims_t strides, left, right;
} Terms;

bool lam_conv_succeed(dnnl_status_t status, const char *what, GError **error)
{
    if (status == dnnl_success)
        return true;
    g_set_error(error, LAM_ERROR,
                status == dnnl_out_of_memory ? LAM_ERROR_MEMORY : LAM_ERROR_FAILED,
                "cannot prepare a convolution: %s: oneDNN status %d", what, (int)status);
    return false;
}

static dnnl_memory_desc_t activation_desc(int channels, const int size[3], int block,
                                          dnnl_data_type_t type)
{
    dnnl_dims_t dims = {1, channels, size[0], size[1], size[2]};
    dnnl_format_tag_t tag = block == 16 ? dnnl_nCdhw16c : block == 8 ? dnnl_nCdhw8c : dnnl_ncdhw;
    dnnl_memory_desc_t desc;
    dnnl_memory_desc_init_by_tag(&desc, 5, dims, type, tag);
    return desc;
}

static dnnl_memory_desc_t weight_desc(const LamConvGeometry *g, dnnl_format_tag_t tag,
                                      dnnl_data_type_t type)
{
    dnnl_dims_t dims = {g->out_channels, g->in_channels, g->kernel[0], g->kernel[1], g->kernel[2]};
    dnnl_memory_desc_t desc;
    dnnl_memory_desc_init_by_tag(&desc, 5, dims, type, tag);
    return desc;
}

static void set_padding(const LamConvGeometry *g, Terms *t)
{
    for (int i = 0; i < 3; i++) {
        t->strides[i] = g->stride[i];
        t->left[i] = g->kernel[i] / 2;
        t->right[i] = (g->out[i] - 1) * g->stride[i] + g->kernel[i] - g->in[i] - t->left[i];
    }
}

/* The result is f32 whatever the operands are. */
static Terms terms_of(const LamConvGeometry *g, LamConvKind kind, dnnl_data_type_t operands)
{
    Terms t;
    dnnl_dims_t n = {g->out_channels};
    t.x = activation_desc(g->in_channels, g->in, g->x_blocked ? g->block : 1,
                          kind == LAM_CONV_DATA ? dnnl_f32 : operands);
    t.y = activation_desc(g->out_channels, g->out, g->block,
                          kind == LAM_CONV_FORWARD ? dnnl_f32 : operands);
    t.weights = weight_desc(g, dnnl_format_tag_any, kind == LAM_CONV_WEIGHTS ? dnnl_f32 : operands);
    dnnl_memory_desc_init_by_tag(&t.bias, 1, n, dnnl_f32, dnnl_a);
    set_padding(g, &t);
    return t;
}

static dnnl_primitive_attr_t fused(const LamConvPlan *plan)
{
    dnnl_primitive_attr_t attr;
    dnnl_post_ops_t ops;
    dnnl_primitive_attr_create(&attr);
    dnnl_post_ops_create(&ops);
    if (plan->adds)
        dnnl_post_ops_append_sum(ops, 1.0f);
    if (plan->slope != 1)
        dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, plan->slope, 0.0f);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
    return attr;
}

static dnnl_status_t describe_forward(const LamConvPlan *plan, dnnl_data_type_t operands,
                                      dnnl_primitive_desc_t *pd)
{
    const Terms t = terms_of(plan->geometry, LAM_CONV_FORWARD, operands);
    dnnl_convolution_desc_t desc;
    dnnl_primitive_attr_t attr = fused(plan);
    dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &desc, dnnl_forward_inference, dnnl_convolution_direct, &t.x, &t.weights,
        plan->bias != NULL ? &t.bias : NULL, &t.y, t.strides, t.left, t.right);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(pd, &desc, attr, plan->engine, NULL);
    dnnl_primitive_attr_destroy(attr);
    return status;
}

/* The forward pass that oneDNN wants to know for a backward one. */
static dnnl_status_t describe_hint(const LamConvPlan *plan, dnnl_data_type_t operands,
                                   dnnl_primitive_desc_t *pd)
{
    const Terms t = terms_of(plan->geometry, LAM_CONV_FORWARD, operands);
    dnnl_convolution_desc_t desc;
    dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &desc, dnnl_forward_training, dnnl_convolution_direct, &t.x, &t.weights, NULL, &t.y,
        t.strides, t.left, t.right);
    return status == dnnl_success ? dnnl_primitive_desc_create(pd, &desc, NULL, plan->engine, NULL)
                                  : status;
}

static dnnl_status_t describe_backward(const LamConvPlan *plan, dnnl_data_type_t operands,
                                       dnnl_primitive_desc_t *pd)
{
    const Terms t = terms_of(plan->geometry, plan->kind, operands);
    dnnl_convolution_desc_t desc;
    dnnl_primitive_desc_t hint = NULL;
    dnnl_status_t status = describe_hint(plan, operands, &hint);
    if (status == dnnl_success && plan->kind == LAM_CONV_DATA)
        status = dnnl_convolution_backward_data_desc_init(
            &desc, dnnl_convolution_direct, &t.x, &t.weights, &t.y, t.strides, t.left, t.right);
    else if (status == dnnl_success)
        status = dnnl_convolution_backward_weights_desc_init(&desc, dnnl_convolution_direct, &t.x,
                                                             &t.weights, NULL, &t.y, t.strides,
                                                             t.left, t.right);
    if (status == dnnl_success)
        status = dnnl_primitive_desc_create(pd, &desc, NULL, plan->engine, hint);
    dnnl_primitive_desc_destroy(hint);
    return status;
}

static dnnl_status_t describe(const LamConvPlan *plan, dnnl_data_type_t operands,
                              dnnl_primitive_desc_t *pd)
{
    return plan->kind == LAM_CONV_FORWARD ? describe_forward(plan, operands, pd)
                                          : describe_backward(plan, operands, pd);
}

static bool is_by(const dnnl_primitive_desc_t pd, const char *implementation)
{
    const char *name = "";
    dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name);
    return g_str_has_prefix(name, implementation);
}

/* oneDNN 2.6's weight gradient of bf16 leaves out what it should clear where the grid is about as small
 * as the kernel: with a kernel of 3 and stride 2, of 3 planes (tests/nn/test-conv.c, small grids). */
static bool exceeds_kernel(const LamConvGeometry *g)
{
    for (int i = 0; i < 3; i++)
        if (g->kernel[i] > 1 && g->in[i] <= g->kernel[i])
            return false;
    return true;
}

/* Its threads wait for each other several times in that gradient, which on small grids costs more than
 * bf16 saves: up to 16 ms, not 0.1, where they share the processor with others. */
static bool is_worth(const LamConvPlan *plan)
{
    const int *out = plan->geometry->out;
    return plan->kind != LAM_CONV_WEIGHTS || (gint64)out[0] * out[1] * out[2] >= WORTH_VOXELS;
}

/* Whether oneDNN generates code for pairs of bf16; its other ways of taking them are slower than f32. */
static bool takes_bf16(const LamConvPlan *plan, dnnl_primitive_desc_t *pd)
{
    if (!plan->rounds || !exceeds_kernel(plan->geometry) || !is_worth(plan) ||
        describe(plan, dnnl_bf16, pd) != dnnl_success)
        return false;
    if (is_by(*pd, "jit_bf16:avx512_core_bf16"))
        return true;
    dnnl_primitive_desc_destroy(*pd);
    *pd = NULL;
    return false;
}

/* The reorder between the plain weights and the layout that the primitive wants: into it, or, of the
 * gradient, out of it. It rounds to bf16 where the primitive wants that. */
static bool make_reorder(LamConvPass *pass, const LamConvPlan *plan,
                         const dnnl_memory_desc_t *wanted, GError **error)
{
    const bool of_gradient = plan->kind == LAM_CONV_WEIGHTS;
    const dnnl_memory_desc_t plain = weight_desc(plan->geometry, dnnl_oidhw, dnnl_f32);
    dnnl_primitive_desc_t reorder = NULL;
    dnnl_primitive_attr_t attr;
    dnnl_post_ops_t ops;
    dnnl_primitive_attr_create(&attr);
    dnnl_post_ops_create(&ops);
    if (of_gradient && plan->adds)
        dnnl_post_ops_append_sum(ops, 1.0f);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    bool ok =
        lam_conv_succeed(dnnl_reorder_primitive_desc_create(
                             &reorder, of_gradient ? wanted : &plain, plan->engine,
                             of_gradient ? &plain : wanted, plan->engine, attr),
                         "weight reorder", error) &&
        lam_conv_succeed(dnnl_primitive_create(&pass->reorder, reorder), "weight reorder", error);
    dnnl_primitive_desc_destroy(reorder);
    dnnl_post_ops_destroy(ops);
    dnnl_primitive_attr_destroy(attr);
    return ok;
}

static bool make_memories(LamConvPass *pass, const LamConvPlan *plan,
                          const dnnl_memory_desc_t *wanted, GError **error)
{
    const Terms t = terms_of(plan->geometry, plan->kind, pass->rounded ? dnnl_bf16 : dnnl_f32);
    const dnnl_memory_desc_t plain = weight_desc(plan->geometry, dnnl_oidhw, dnnl_f32);
    dnnl_engine_t engine = plan->engine;
    void *x = t.x.data_type == dnnl_bf16 ? (void *)plan->x_rounded : plan->x;
    void *y = t.y.data_type == dnnl_bf16 ? (void *)plan->y_rounded : plan->y;
    return lam_conv_succeed(dnnl_memory_create(&pass->x, &t.x, engine, x), "source", error) &&
           lam_conv_succeed(dnnl_memory_create(&pass->y, &t.y, engine, y), "result", error) &&
           lam_conv_succeed(dnnl_memory_create(&pass->plain_weights, &plain, engine, plan->weights),
                            "weights", error) &&
           lam_conv_succeed(dnnl_memory_create(&pass->weights, wanted, engine, pass->packed),
                            "weights", error) &&
           (plan->bias == NULL ||
            lam_conv_succeed(dnnl_memory_create(&pass->bias, &t.bias, engine, plan->bias), "bias",
                             error));
}

/* The primitive of a description, the reorder for its weights, and its memories. */
static bool make_pass(LamConvPass *pass, const LamConvPlan *plan, const dnnl_primitive_desc_t pd,
                      GError **error)
{
    const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(
        pd, plan->kind == LAM_CONV_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
    size_t floats = (dnnl_memory_desc_get_size(wanted) + sizeof(float) - 1) / sizeof(float);
    pass->packed = lam_alloc_floats(floats, "convolution weights", error);
    return pass->packed != NULL && make_reorder(pass, plan, wanted, error) &&
           lam_conv_succeed(dnnl_primitive_create(&pass->primitive, pd), "primitive", error) &&
           make_memories(pass, plan, wanted, error);
}

bool lam_conv_pass_build(LamConvPass *pass, const LamConvPlan *plan, GError **error)
{
    dnnl_primitive_desc_t pd = NULL;
    pass->kind = plan->kind;
    pass->rounded = takes_bf16(plan, &pd);
    bool ok =
        pass->rounded || lam_conv_succeed(describe(plan, dnnl_f32, &pd), names[plan->kind], error);
    if (ok && (pass->rounded || !plan->only_fast || is_by(pd, "jit:avx512")))
        ok = make_pass(pass, plan, pd, error);
    dnnl_primitive_desc_destroy(pd);
    return ok;
}

static void reorder(const LamConvPass *pass, dnnl_memory_t from, dnnl_memory_t to,
                    dnnl_stream_t stream)
{
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    dnnl_primitive_execute(pass->reorder, stream, 2, args);
}

void lam_conv_pass_run(const LamConvPass *pass, dnnl_stream_t stream)
{
    static const int roles[][3] = {
        [LAM_CONV_FORWARD] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        [LAM_CONV_DATA] = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
        [LAM_CONV_WEIGHTS] = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST},
    };
    const int *role = roles[pass->kind];
    dnnl_exec_arg_t args[] = {{role[0], pass->x},
                              {role[1], pass->weights},
                              {role[2], pass->y},
                              {DNNL_ARG_BIAS, pass->bias}};
    if (pass->kind != LAM_CONV_WEIGHTS)
        reorder(pass, pass->plain_weights, pass->weights, stream);
    dnnl_primitive_execute(pass->primitive, stream, pass->bias != NULL ? 4 : 3, args);
    if (pass->kind == LAM_CONV_WEIGHTS)
        reorder(pass, pass->weights, pass->plain_weights, stream);
    dnnl_stream_wait(stream);
}

void lam_conv_pass_clear(LamConvPass *pass)
{
    dnnl_primitive_t primitives[] = {pass->primitive, pass->reorder};
    dnnl_memory_t memories[] = {pass->x, pass->y, pass->plain_weights, pass->weights, pass->bias};
    for (size_t i = 0; i < G_N_ELEMENTS(primitives); i++)
        dnnl_primitive_destroy(primitives[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(memories); i++)
        dnnl_memory_destroy(memories[i]);
    lam_free(pass->packed);
}

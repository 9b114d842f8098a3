/* Evaluation of what changed only, cancelling, and mistakes that finalise must report. */
#include <lambdascope/error.h>
#include <lambdascope/ops.h>
#include <lambdascope/threads.h>
#include <lambdascope/unet.h>
#include <string.h>

#include "rig.h"

typedef struct {
    LamUnetConfig config;
    LamParameters *parameters;
    LamGraph *graph;
    LamUnet unet;
    LamNode *moved;
} Net;

static void net_init(Net *net, LamGenerated generated, LamSkip skip)
{
    GError *error = NULL;
    net->config = (LamUnetConfig){.size = {8, 8, 4},
                                  .spacing_mm = 2,
                                  .n_encoder = 3,
                                  .encoder = {8, 16, 16},
                                  .n_decoder = 2,
                                  .decoder = {16, 16},
                                  .n_final = 1,
                                  .final = {8},
                                  .n_hidden = 2,
                                  .hidden = {8, 8},
                                  .generated = generated,
                                  .skip = skip,
                                  .integration_steps = 3};
    g_assert_true(lam_unet_config_check(&net->config, &error));
    net->parameters = lam_parameters_new();
    lam_unet_declare(&net->config, net->parameters);
    g_assert_true(lam_parameters_allocate(net->parameters, true, &error));
    lam_parameters_initialise(net->parameters, 1);
    net->graph = lam_graph_new(net->parameters, true);
    net->unet = lam_unet_build(&net->config, net->graph, net->parameters);
    LamNode *full = lam_op_resize(net->graph, net->unet.displacement, 4, 8, 8, 2);
    net->moved = lam_op_warp(net->graph, net->unet.moving, full);
    g_assert_true(lam_graph_finalise(net->graph, &error));
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    rig_fill(rand, lam_node_value(net->unet.fixed), 256, 1);
    rig_fill(rand, lam_node_value(net->unet.moving), 256, 1);
    lam_unet_set_lambda(&net->unet, net->graph, 0.3);
}

static void net_clear(Net *net)
{
    lam_graph_free(net->graph);
    lam_parameters_free(net->parameters);
}

static int run(Net *net, LamNode *target)
{
    return lam_graph_forward(net->graph, target, NULL);
}

/* Ops downstream of λ and up to the displacement: two dense and two activations, a head per generated
 * kernel and bias, the convolutions from the first generated one on, to-plain, integration. */
static int tick_ops(const Net *net)
{
    bool concat = net->config.skip == LAM_SKIP_CONCAT;
    bool all = net->config.generated == LAM_GENERATED_ALL;
    int generated = 3 + (all ? 3 : 0), skip_convolutions = concat || !all ? 0 : 1;
    int convolutions = generated + 1 + skip_convolutions; /* and flow */
    int upsampling = 1 + (concat ? 1 : 0);
    return 4 + 2 * generated + convolutions + upsampling + 2;
}

static void test_recompute(gconstpointer data)
{
    Net net;
    int i = GPOINTER_TO_INT(data);
    net_init(&net, i / 2 ? LAM_GENERATED_ALL : LAM_GENERATED_DECODER,
             i % 2 ? LAM_SKIP_ADD : LAM_SKIP_CONCAT);
    int all = run(&net, NULL);
    g_assert_cmpint(run(&net, NULL), ==, 0);
    lam_unet_set_lambda(&net.unet, net.graph, 0.7);
    g_assert_cmpint(run(&net, net.unet.displacement), ==, tick_ops(&net));
    g_assert_cmpint(run(&net, net.unet.displacement), ==, 0);
    g_assert_cmpint(run(&net, NULL), ==, 2); /* resize and warp were still due */
    lam_graph_touch(net.graph, NULL);
    g_assert_cmpint(run(&net, NULL), ==, all - 1); /* the pair's concat holds no parameter */
    lam_graph_touch(net.graph, net.unet.fixed);
    int pair = run(&net, net.unet.displacement);
    g_assert_cmpint(pair, ==,
                    all - 2 - 4 - 2 * (i / 2 ? 6 : 3)); /* no hypernetwork, no resize, warp */
    net_clear(&net);
}

/* With a generated decoder, a new λ costs the decoder alone, and no parameter of the encoder counts. */
static void test_encoder_rests(void)
{
    Net net;
    net_init(&net, LAM_GENERATED_DECODER, LAM_SKIP_ADD);
    double all = lam_graph_convolution_macs(net.graph, NULL);
    double tick = lam_graph_convolution_macs(net.graph, net.unet.hyper);
    const double voxels = 4 * 4 * 2, coarse = voxels / 8, taps = 27;
    double decoder = taps * (16 * 16 * coarse + (16 * 16 + 16 * 8 + 8 * 3) * voxels);
    double encoder = taps * (2 * 8 * 8 * voxels + 8 * 16 * voxels + 16 * 16 * coarse);
    g_assert_cmpfloat(tick, ==, decoder);
    g_assert_cmpfloat(all, ==, decoder + encoder + taps * 16 * 16 * voxels); /* the skip */
    double before[2], after[2];
    run(&net, NULL);
    lam_graph_seconds(net.graph, "concat", &before[0], &before[1]);
    lam_unet_set_lambda(&net.unet, net.graph, 0.9);
    run(&net, NULL);
    lam_graph_seconds(net.graph, "concat", &after[0], &after[1]);
    g_assert_cmpfloat(before[0], ==, after[0]);
    g_assert_true(lam_node_depends_on(net.moved, net.unet.hyper));
    g_assert_false(lam_node_depends_on(net.moved, net.unet.lambda));
    net_clear(&net);
}

/* What is recomputed in pieces equals what is computed at once. */
static void test_same_result(void)
{
    Net a, b;
    net_init(&a, LAM_GENERATED_DECODER, LAM_SKIP_CONCAT);
    net_init(&b, LAM_GENERATED_DECODER, LAM_SKIP_CONCAT);
    run(&a, NULL);
    lam_unet_set_lambda(&a.unet, a.graph, 0.8);
    run(&a, a.unet.velocity);
    lam_node_value(a.unet.moving)[100] = 7;
    lam_graph_touch(a.graph, a.unet.moving);
    run(&a, a.unet.displacement);
    run(&a, NULL);
    lam_unet_set_lambda(&b.unet, b.graph, 0.8);
    lam_node_value(b.unet.moving)[100] = 7;
    run(&b, NULL);
    size_t bytes = lam_node_count(a.moved) * sizeof(float);
    g_assert_cmpmem(lam_node_value(a.moved), bytes, lam_node_value(b.moved), bytes);
    net_clear(&a);
    net_clear(&b);
}

static void test_cancel(void)
{
    Net net, whole;
    net_init(&net, LAM_GENERATED_ALL, LAM_SKIP_ADD);
    net_init(&whole, LAM_GENERATED_ALL, LAM_SKIP_ADD);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    int all = run(&whole, NULL);
    g_cancellable_cancel(cancellable);
    g_assert_cmpint(lam_graph_forward(net.graph, NULL, cancellable), ==, -1);
    g_cancellable_reset(cancellable);
    run(&net, net.unet.velocity);
    g_cancellable_cancel(cancellable);
    g_assert_cmpint(lam_graph_forward(net.graph, NULL, cancellable), ==, -1);
    g_assert_cmpint(run(&net, NULL), ==,
                    3); /* integration, resize, warp: nothing is lost or done twice */
    g_assert_cmpint(all, >, 3);
    g_assert_cmpint(lam_graph_forward(net.graph, NULL, cancellable), ==, 0); /* nothing to stop */
    size_t bytes = lam_node_count(net.moved) * sizeof(float);
    g_assert_cmpmem(lam_node_value(net.moved), bytes, lam_node_value(whole.moved), bytes);
    net_clear(&net);
    net_clear(&whole);
}

/* Gradients of variables that the loss does not reach are zero, whatever was there before. */
static void test_unreached(void)
{
    Rig rig;
    rig_init(&rig, 1);
    LamShape one = {1, 1, 1, 1};
    LamNode *x = rig_variable(&rig, (LamShape){2, 3, 3, 3}, 1), *w = rig_variable(&rig, one, 1);
    LamNode *w2 = rig_variable(&rig, (LamShape){2, 1, 1, 1}, 1);
    LamNode *y = lam_op_conv(rig.graph, x, w2, NULL, NULL, (LamConvOptions){1, {1, 1, 1}, 1, 1});
    LamNode *loss = rig_loss(&rig, y), *other = rig_loss(&rig, w);
    rig_finish(&rig);
    lam_graph_backward(rig.graph, loss);
    g_assert_cmpfloat(lam_node_gradient(x)[0], !=, 0);
    g_assert_cmpfloat(lam_node_gradient(w)[0], ==, 0);
    lam_graph_backward(rig.graph, other);
    for (size_t i = 0; i < lam_node_count(x); i++)
        g_assert_cmpfloat(lam_node_gradient(x)[i], ==, 0);
    g_assert_cmpfloat(lam_node_gradient(w2)[1], ==, 0);
    g_assert_cmpfloat(lam_node_gradient(w)[0], !=, 0);
    rig_clear(&rig);
}

static void test_without_gradients(void)
{
    Net net;
    net_init(&net, LAM_GENERATED_DECODER, LAM_SKIP_ADD);
    g_autoptr(LamGraph) graph = lam_graph_new(net.parameters, false);
    LamUnet unet = lam_unet_build(&net.config, graph, net.parameters);
    g_assert_true(lam_graph_finalise(graph, NULL));
    g_assert_null(lam_node_gradient(unet.velocity));
    g_assert_cmpuint(lam_graph_bytes(graph), <, lam_graph_bytes(net.graph));
    net_clear(&net);
}

/* The gradient of the mean square of the velocity, [floats]; frozen: the beginning of names; NULL: none. */
static float *gradient(const Net *net, const char *frozen)
{
    g_autoptr(LamGraph) graph = lam_graph_new(net->parameters, true);
    if (frozen != NULL)
        lam_graph_freeze(graph, frozen);
    LamUnet unet = lam_unet_build(&net->config, graph, net->parameters);
    LamNode *loss = lam_op_mean_square(graph, unet.velocity);
    g_assert_true(lam_graph_finalise(graph, NULL));
    memcpy(lam_node_value(unet.fixed), lam_node_value(net->unet.fixed), 256 * sizeof(float));
    memcpy(lam_node_value(unet.moving), lam_node_value(net->unet.moving), 256 * sizeof(float));
    lam_unet_set_lambda(&unet, graph, 0.3);
    lam_graph_forward(graph, loss, NULL);
    lam_parameters_zero_gradients(net->parameters);
    lam_graph_backward(graph, loss);
    return g_memdup2(lam_parameters_gradients(net->parameters),
                     lam_parameters_floats(net->parameters) * sizeof(float));
}

/* What is frozen has no gradient; that of all else is what it was. */
static void test_freeze(void)
{
    Net net;
    net_init(&net, LAM_GENERATED_DECODER, LAM_SKIP_ADD);
    g_autofree float *all = gradient(&net, NULL), *rest = gradient(&net, "encoder.");
    int frozen = 0;
    for (int i = 0; i < lam_parameters_count(net.parameters); i++) {
        size_t at = lam_parameters_offset(net.parameters, i);
        bool is = g_str_has_prefix(lam_parameters_name(net.parameters, i), "encoder.");
        frozen += is;
        for (size_t k = at; k < at + lam_parameters_size(net.parameters, i); k++)
            g_assert_cmpfloat(rest[k], ==, is ? 0 : all[k]);
    }
    g_assert_cmpint(frozen, ==, 6);
    g_assert_cmpfloat(all[lam_parameters_offset(net.parameters, 0)], !=, 0);
    net_clear(&net);
}

typedef LamNode *(*Mistake)(LamGraph *graph, LamNode *image, LamNode *vector);

static const LamConvOptions convolution = {4, {3, 3, 3}, 1, 1};

static LamNode *wrong_kernel_size(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_conv(graph, image, vector, NULL, NULL, convolution);
}

static LamNode *even_kernel(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamConvOptions even = {3, {1, 2, 1}, 1, 1};
    return lam_op_conv(graph, image, vector, NULL, NULL, even);
}

static LamNode *large_kernel(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamConvOptions large = {1, {9, 1, 1}, 2, 1};
    return lam_op_conv(graph, image, vector, NULL, NULL, large);
}

static LamNode *wide_stride(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamConvOptions wide = {6, {1, 1, 1}, 3, 1};
    return lam_op_conv(graph, image, vector, NULL, NULL, wide);
}

static LamNode *wrong_bias(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamConvOptions pointwise = {6, {1, 1, 1}, 1, 1};
    return lam_op_conv(graph, image, vector, vector, NULL, pointwise);
}

static LamNode *wrong_addend(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamConvOptions pointwise = {6, {1, 1, 1}, 1, 1};
    return lam_op_conv(graph, image, vector, NULL, lam_op_to_blocked(graph, image), pointwise);
}

static LamNode *wrong_dense(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_dense(graph, image, vector, NULL);
}

static LamNode *wrong_upsample(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_upsample(graph, image, 4, 5, 15);
}

static LamNode *wrong_concat(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_concat(graph, image, vector);
}

static LamNode *ragged_concat(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamNode *blocked = lam_op_to_blocked(graph, image);
    return lam_op_concat(graph, blocked, blocked);
}

static LamNode *wrong_subvoxel(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamNode *whole = lam_op_to_blocked(graph, lam_graph_input(graph, "a", (LamShape){16, 3, 3, 3}));
    LamNode *parts = lam_op_to_blocked(graph, lam_graph_input(graph, "b", (LamShape){64, 3, 3, 3}));
    return lam_op_subvoxel(graph, whole, parts);
}

static LamNode *ragged_subvoxel(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamNode *blocked = lam_op_to_blocked(graph, image);
    return lam_op_subvoxel(graph, blocked, blocked);
}

static LamNode *odd_correlate(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamNode *x = lam_op_to_blocked(graph, lam_graph_input(graph, "x", (LamShape){2, 3, 4, 4}));
    return lam_op_correlate(graph, x, x, 2, 2);
}

static LamNode *wide_correlate(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamNode *x = lam_op_to_blocked(graph, image);
    return lam_op_correlate(graph, x, x, 5, 1);
}

static LamNode *wrong_correlate(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_correlate(graph, image, vector, 2, 1);
}

static LamNode *blocked_resize(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_resize(graph, lam_op_to_blocked(graph, image), 2, 2, 2, 1);
}

static LamNode *wrong_warp(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_warp(graph, image, image);
}

static LamNode *wrong_integration(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_integrate(graph, image, 5);
}

static LamNode *even_window(LamGraph *graph, LamNode *image, LamNode *vector)
{
    LamNode *one = lam_graph_input(graph, "one", (LamShape){1, 3, 3, 3});
    return lam_op_ncc(graph, one, one, 4);
}

static LamNode *wrong_mse(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_mse(graph, image, vector, 1);
}

static LamNode *no_difference(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_gradient_l2(graph, vector);
}

static LamNode *blend_of_images(LamGraph *graph, LamNode *image, LamNode *vector)
{
    return lam_op_blend(graph, vector, image, image, 1);
}

static const struct {
    Mistake make;
    const char *words;
} mistakes[] = {
    {wrong_kernel_size, "kernel of 12 values, not 216"},
    {even_kernel, "odd"},
    {large_kernel, "odd kernels up to 7"},
    {wide_stride, "stride"},
    {wrong_bias, "bias of 12 values for 6 channels"},
    {wrong_addend, "addend"},
    {wrong_dense, "12 weights for 280 inputs"},
    {wrong_upsample, "doubles"},
    {wrong_concat, "concat"},
    {ragged_concat, "whole blocks"},
    {ragged_subvoxel, "whole blocks"},
    {wrong_subvoxel, "128 are needed"},
    {odd_correlate, "3 voxels are not whole pairs"},
    {wide_correlate, "radius 5"},
    {wrong_correlate, "one shape"},
    {blocked_resize, "plain"},
    {wrong_warp, "field"},
    {wrong_integration, "3-channel"},
    {even_window, "must be odd, not 4"},
    {wrong_mse, "one shape"},
    {no_difference, "two voxels"},
    {blend_of_images, "scalars"},
};

/* The first mistake is what finalise says; ops after it see NULL and give NULL. */
static void test_mistakes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LamGraph) graph = lam_graph_new(NULL, true);
        LamNode *image = lam_graph_input(graph, "image", (LamShape){2, 4, 5, 7});
        LamNode *vector = lam_graph_input(graph, "vector", (LamShape){12, 1, 1, 1});
        LamNode *node = mistakes[i].make(graph, image, vector);
        g_assert_null(node);
        g_assert_null(lam_op_leaky_relu(graph, node, 0));
        g_assert_null(lam_op_integrate(graph, image, 99));
        g_assert_false(lam_graph_finalise(graph, &error));
        g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
        if (strstr(error->message, mistakes[i].words) == NULL)
            g_error("'%s' expected in: %s", mistakes[i].words, error->message);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lam_threads_set(1);
    g_test_add_data_func("/graph/recompute/decoder/concat", GINT_TO_POINTER(0), test_recompute);
    g_test_add_data_func("/graph/recompute/decoder/add", GINT_TO_POINTER(1), test_recompute);
    g_test_add_data_func("/graph/recompute/all/concat", GINT_TO_POINTER(2), test_recompute);
    g_test_add_data_func("/graph/recompute/all/add", GINT_TO_POINTER(3), test_recompute);
    g_test_add_func("/graph/encoder-rests", test_encoder_rests);
    g_test_add_func("/graph/same-result", test_same_result);
    g_test_add_func("/graph/cancel", test_cancel);
    g_test_add_func("/graph/unreached", test_unreached);
    g_test_add_func("/graph/without-gradients", test_without_gradients);
    g_test_add_func("/graph/freeze", test_freeze);
    g_test_add_func("/graph/mistakes", test_mistakes);
    return g_test_run();
}

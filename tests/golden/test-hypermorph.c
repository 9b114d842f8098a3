/* Whole networks against PyTorch 1.13.1 (Debian 12's python3-torch, numpy 1.24.2), where
 * tools/make-golden.py builds them anew from the published formulas, in double precision.
 *
 * Tolerances: the largest difference relative to the root mean square of what is compared. Ours is
 * float throughout; the worst seen is 1.3e-5. */
#include "golden.h"

#include <lambdascope/unet.h>
#include <math.h>
#include <string.h>

#define TOLERANCE 1e-4

typedef struct {
    LamSafetensors *file;
    LamUnetConfig config;
    LamParameters *parameters;
    LamGraph *graph;
    LamUnet unet;
} Net;

static Net net_open(const char *name, bool with_gradients)
{
    GError *error = NULL;
    Net net = {.file = golden_load(name), .parameters = lam_parameters_new()};
    lam_unet_config_read(&net.config, net.file, &error);
    g_assert_no_error(error);
    lam_unet_declare(&net.config, net.parameters);
    g_assert_true(lam_parameters_allocate(net.parameters, with_gradients, &error));
    net.graph = lam_graph_new(net.parameters, with_gradients);
    net.unet = lam_unet_build(&net.config, net.graph, net.parameters);
    return net;
}

static void net_close(Net *net)
{
    lam_graph_free(net->graph);
    lam_parameters_free(net->parameters);
    lam_safetensors_free(net->file);
}

static void fill(const Net *net, LamNode *input, const char *name)
{
    const LamNamedTensor *tensor = golden_tensor(net->file, "golden", name);
    g_assert_cmpuint(lam_node_count(input), ==, tensor->count);
    memcpy(lam_node_value(input), tensor->data, tensor->count * sizeof(float));
    lam_graph_touch(net->graph, input);
}

static void compare(const Net *net, const char *name, LamNode *node)
{
    const LamNamedTensor *tensor = golden_tensor(net->file, "golden", name);
    g_assert_cmpuint(lam_node_count(node), ==, tensor->count);
    golden_compare("network", name, lam_node_value(node), tensor->data, tensor->count, TOLERANCE);
}

static void compare_gradients(const Net *net)
{
    for (int i = 0; i < lam_parameters_count(net->parameters); i++) {
        const char *name = lam_parameters_name(net->parameters, i);
        const LamNamedTensor *expected = golden_tensor(net->file, "gradient", name);
        size_t at = lam_parameters_offset(net->parameters, i);
        g_assert_cmpuint(lam_parameters_size(net->parameters, i), ==, expected->count);
        golden_compare("gradient", name, lam_parameters_gradients(net->parameters) + at,
                       expected->data, expected->count, TOLERANCE);
    }
}

/* The graph that the trainer builds: everything on the way to the loss, and back to every parameter. */
static void test_training_step(gconstpointer data)
{
    GError *error = NULL;
    Net net = net_open(data, true);
    const int *size = net.config.size, factor = lam_unet_field_factor(&net.config);
    int window = atoi(lam_safetensors_metadata(net.file, "window"));
    float smoothness = golden_tensor(net.file, "golden", "smoothness")->data[0];
    LamNode *full = net.unet.displacement;
    if (factor > 1)
        full = lam_op_resize(net.graph, full, size[2], size[1], size[0], (float)factor);
    LamNode *moved = lam_op_warp(net.graph, net.unet.moving, full);
    LamNode *similarity = lam_op_ncc(net.graph, net.unet.fixed, moved, window);
    LamNode *roughness = lam_op_gradient_l2(net.graph, net.unet.displacement);
    LamNode *loss = lam_op_blend(net.graph, net.unet.lambda, similarity, roughness, smoothness);
    lam_graph_finalise(net.graph, &error);
    g_assert_no_error(error);
    lam_parameters_read(net.parameters, net.file, NULL, &error);
    g_assert_no_error(error);
    fill(&net, net.unet.fixed, "fixed");
    fill(&net, net.unet.moving, "moving");
    lam_unet_set_lambda(&net.unet, net.graph, golden_tensor(net.file, "golden", "lambda")->data[0]);
    lam_graph_forward(net.graph, NULL, NULL);
    lam_graph_backward(net.graph, loss);
    compare(&net, "velocity", net.unet.velocity);
    compare(&net, "displacement", net.unet.displacement);
    compare(&net, "moved", moved);
    compare(&net, "similarity", similarity);
    compare(&net, "roughness", roughness);
    compare(&net, "loss", loss);
    compare_gradients(&net);
    net_close(&net);
}

/* n numbers in [-amplitude, amplitude). */
static void fill_random(GRand *rand, float *values, size_t n, float amplitude)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(amplitude * (2 * g_rand_double(rand) - 1));
}

static void compare_strided(const Net *net, const char *name, LamNode *node)
{
    const LamNamedTensor *expected = golden_tensor(net->file, "golden", name);
    size_t stride = (size_t)atoi(lam_safetensors_metadata(net->file, "stride"));
    g_autofree float *ours = g_new(float, expected->count);
    g_assert_cmpuint((lam_node_count(node) + stride - 1) / stride, ==, expected->count);
    for (size_t i = 0; i < expected->count; i++)
        ours[i] = lam_node_value(node)[i * stride];
    golden_compare("network", name, ours, expected->data, expected->count, TOLERANCE);
}

/* The architecture that is shipped, at its size: parameters and images from a seed, a part of the
 * results. */
static void test_shipped(void)
{
    GError *error = NULL;
    Net net = net_open("shipped", false);
    LamUnetConfig shipped = lam_unet_config_default();
    g_assert_true(lam_unet_config_equal(&net.config, &shipped));
    lam_graph_finalise(net.graph, &error);
    g_assert_no_error(error);
    GRand *rand = g_rand_new_with_seed((guint32)atoi(lam_safetensors_metadata(net.file, "seed")));
    for (int i = 0; i < lam_parameters_count(net.parameters); i++) {
        const char *name = lam_parameters_name(net.parameters, i);
        size_t at = lam_parameters_offset(net.parameters, i);
        fill_random(rand, lam_parameters_values(net.parameters) + at,
                    lam_parameters_size(net.parameters, i),
                    golden_tensor(net.file, "amplitude", name)->data[0]);
    }
    fill_random(rand, lam_node_value(net.unet.fixed), lam_node_count(net.unet.fixed), 1);
    fill_random(rand, lam_node_value(net.unet.moving), lam_node_count(net.unet.moving), 1);
    g_rand_free(rand);
    lam_unet_set_lambda(&net.unet, net.graph, golden_tensor(net.file, "golden", "lambda")->data[0]);
    lam_graph_forward(net.graph, NULL, NULL);
    compare_strided(&net, "velocity", net.unet.velocity);
    compare_strided(&net, "displacement", net.unet.displacement);
    net_close(&net);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/golden/hypermorph/3d", "hypermorph-3d", test_training_step);
    g_test_add_data_func("/golden/hypermorph/2d", "hypermorph-2d", test_training_step);
    g_test_add_func("/golden/hypermorph/shipped", test_shipped);
    return g_test_run();
}

/* Networks of two passes, and hypernetworks whose units are off. */
#include "net.h"
#include "reference.h"

#include <math.h>
#include <string.h>

#define SIZE  NET_SLICE
#define FIRST 0.1 /* λ of the first pass */

/* The picture becomes what lies where the displacement says. */
static void carry(float *image, const float *displacement)
{
    enum { N = SIZE * SIZE };
    g_autofree double *x = g_new(double, N), *u = g_new(double, 3 * N), *y = g_new(double, N);
    for (int i = 0; i < 3 * N; i++)
        u[i] = (double)displacement[i];
    for (int i = 0; i < N; i++)
        x[i] = (double)image[i];
    ref_warp((LamShape){1, 1, SIZE, SIZE}, x, u, y);
    for (int i = 0; i < N; i++)
        image[i] = (float)y[i];
}

/* What a network of one pass finds for λ after the first has been carried out by hand, and the share of the first. */
static float *by_hand(Net *one, double lambda)
{
    float *velocity = net_velocity(one, 2, FIRST), *moving = lam_node_value(one->unet.moving);
    carry(moving, lam_node_value(one->unet.displacement));
    lam_graph_touch(one->graph, one->unet.moving);
    lam_unet_set_lambda(&one->unet, one->graph, lambda);
    lam_graph_forward(one->graph, one->unet.displacement, NULL);
    const float *more = lam_node_value(one->unet.velocity);
    for (int i = 0; i < 3 * SIZE * SIZE; i++)
        velocity[i] = (float)sqrt((1 - lambda) / (1 - FIRST)) * velocity[i] + more[i];
    return velocity;
}

/* The second pass sees the moving picture as the first carries it, by the same weights. */
static void test_by_hand(gconstpointer steps)
{
    const char *const one_keys[] = {"integration_steps", steps, NULL};
    const char *const two_keys[] = {"integration_steps", steps, "first_lambda", "0.1", NULL};
    static const double lambdas[] = {0.1, 0.6, 1};
    Net one = net_slices(one_keys), two = net_slices(two_keys);
    net_fill(&one, "flow.bias", 0.7F); /* so that the first pass moves something */
    float *flow = lam_parameters_find(one.parameters, "flow.weight");
    for (int i = 0; i < 3 * 16 * 9; i++)
        flow[i] *= 1000;
    lam_parameters_copy(two.parameters, one.parameters);
    for (size_t i = 0; i < G_N_ELEMENTS(lambdas); i++) {
        net_fill(&two, "first.weight", 0);
        lam_graph_touch(two.graph, NULL);
        g_autofree float *wanted = by_hand(&one, lambdas[i]);
        g_autofree float *found = net_velocity(&two, 2, lambdas[i]);
        const size_t n = 2 * SIZE * SIZE; /* of a slice, d means nothing */
        double size = net_largest(wanted, NULL, n);
        g_test_message("λ %g: largest %g, off by %g", lambdas[i], size,
                       net_largest(wanted, found, n));
        g_assert_cmpfloat(size, >, 0.1);
        g_assert_cmpfloat(net_largest(wanted, found, n), <, 1e-4 * size);
        net_fill(&two, "first.weight", 0.1F);
        lam_graph_touch(two.graph, NULL);
        g_autofree float *knowing = net_velocity(&two, 2, lambdas[i]);
        g_assert_cmpfloat(net_largest(knowing, found, n), >, 1e-4 * size);
    }
    net_clear(&one);
    net_clear(&two);
}

/* Off still, where no border is seen: in the middle third of `size` voxels along each axis. */
static double off_inside(const float *velocity, const float *still, int size, double constant)
{
    double sum = 0;
    for (int h = size / 3; h < size - size / 3; h++)
        for (int w = size / 3; w < size - size / 3; w++)
            sum += fabs((double)velocity[h * size + w] - constant - (double)still[h * size + w]);
    return sum;
}

/* The code for λ of the first pass is 0, and so is what the last convolution then makes of anything. */
static void silence_first(Net *net)
{
    float *weight = lam_parameters_find(net->parameters, "hyper.0.weight");
    for (int i = 0; i < 8; i++) {
        weight[2 * i] = 1;
        weight[2 * i + 1] = 0;
    }
    net_fill(net, "hyper.0.bias", -(float)FIRST);
    net_fill(net, "hyper.final.0.weight.bias", 0);
}

/* Structures of voxels and of their parts, whose grids are as fine as the field's or finer, are carried by one field: a
 * first pass that finds the shift shows the second what is there without one. */
static void test_parts_carried(gconstpointer decoder)
{
    const char *const keys[] = {"size",
                                "96,96,1",
                                "decoder",
                                decoder,
                                "features_encoder",
                                "16,16,16",
                                "features_decoder",
                                "16,16",
                                "structures",
                                "5",
                                "structure_parts",
                                "true",
                                "correlation",
                                "16",
                                "first_lambda",
                                "0.1",
                                NULL};
    Net net = net_slices(keys);
    const int shift = 4, factor = lam_unet_field_factor(&net.config), size = 96 / factor;
    net_fill(&net, "first.weight", 0); /* the second must not know of the shift by this */
    silence_first(&net);
    float *bias = lam_parameters_find(net.parameters, "flow.bias");
    float *told = lam_parameters_find(net.parameters, "correlation.look.weight");
    float *flow = lam_parameters_find(net.parameters, "flow.weight");
    for (int i = 0; i < 16 * 16 * 9; i++)
        told[i] *= 100; /* so that it is heard */
    for (int i = 0; i < 3 * 16 * 9; i++)
        flow[i] *= 10000;
    g_autofree float *still = net_velocity(&net, 0, 0.5);
    g_autofree float *blind = net_velocity(&net, shift, 0.5);
    bias[0] = (float)shift / (float)factor; /* voxels of the field */
    lam_graph_touch(net.graph, NULL);
    g_autofree float *shifted = net_velocity(&net, shift, 0.5);
    double constant = (double)bias[0] * (1 + sqrt(0.5 / 0.9));
    double off = off_inside(shifted, still, size, constant);
    double without = off_inside(blind, still, size, 0);
    g_test_message("off by %g, without the first field by %g", off, without);
    g_assert_cmpfloat(without, >, 0);
    g_assert_cmpfloat(off, <, 0.1 * without);
    net_clear(&net);
}

/* λ changes the share of the first pass and the second's decoder; all else rests. */
static void test_first_rests(void)
{
    static const char *const none[] = {NULL};
    static const char *const first[] = {"first_lambda", "0.1", NULL};
    Net one = net_slices(none), two = net_slices(first);
    /* the share, and the sum */
    g_assert_cmpint(net_moved_by_lambda(&two), ==, net_moved_by_lambda(&one) + 2);
    net_clear(&one);
    net_clear(&two);
}

/* With all units off the code is 0 whatever λ is, unless they leak. */
static void test_leaks(gconstpointer slope)
{
    const char *const keys[] = {"hidden_slope", slope, NULL};
    Net net = net_slices(keys);
    net_fill(&net, "hyper.0.bias", -9);
    net_fill(&net, "hyper.1.bias", -9);
    g_autofree float *a = net_velocity(&net, 2, 0.1), *b = net_velocity(&net, 2, 0.9);
    bool same = memcmp(a, b, 2 * SIZE * SIZE * sizeof(float)) == 0;
    g_assert_true(same == g_str_equal(slope, "0"));
    net_clear(&net);
}

static void test_refused(void)
{
    static const char *const wrong[][2] = {{"first_lambda", "1"},
                                           {"first_lambda", "-0.1"},
                                           {"uncertain", "true"},
                                           {"hyper_labels", "true"},
                                           {"generated", "none"}};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        LamUnetConfig config = lam_unet_config_default();
        g_assert_true(lam_unet_config_set(&config, "first_lambda", "0.1", NULL));
        g_assert_true(lam_unet_config_check(&config, NULL));
        g_assert_true(lam_unet_config_set(&config, wrong[i][0], wrong[i][1], NULL));
        g_assert_false(lam_unet_config_check(&config, &error));
        g_assert_nonnull(strstr(error->message, "first_lambda"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/passes/by-hand/integrated", "7", test_by_hand);
    g_test_add_data_func("/passes/by-hand/displacement", "0", test_by_hand);
    g_test_add_data_func("/passes/parts-carried", "16,16", test_parts_carried);
    g_test_add_data_func("/passes/parts-carried/coarse-field", "16", test_parts_carried);
    g_test_add_func("/passes/first-rests", test_first_rests);
    g_test_add_data_func("/passes/hidden-slope/none", "0", test_leaks);
    g_test_add_data_func("/passes/hidden-slope/leaks", "0.1", test_leaks);
    g_test_add_func("/passes/refused", test_refused);
    return g_test_run();
}

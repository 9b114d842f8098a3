/* Networks of two passes, and hypernetworks whose units are off. */
#include "net.h"

#include <math.h>
#include <string.h>

#define SIZE  NET_SLICE
#define FIRST 0.1 /* λ of the first pass */

static double largest(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)a[i] - (double)(b != NULL ? b[i] : 0)));
    return most;
}

static float pixel(const float *image, int w, int h)
{
    return w >= 0 && w < SIZE && h >= 0 && h < SIZE ? image[h * SIZE + w] : 0;
}

/* The moving picture where the displacement says, linear between pixels. */
static void carry(const float *image, const float *displacement, float *out)
{
    for (int h = 0; h < SIZE; h++)
        for (int w = 0; w < SIZE; w++) {
            float x = (float)w + displacement[h * SIZE + w];
            float y = (float)h + displacement[(SIZE + h) * SIZE + w];
            int i = (int)floorf(x), j = (int)floorf(y);
            float p = x - (float)i, q = y - (float)j;
            out[h * SIZE + w] =
                (1 - q) * ((1 - p) * pixel(image, i, j) + p * pixel(image, i + 1, j)) +
                q * ((1 - p) * pixel(image, i, j + 1) + p * pixel(image, i + 1, j + 1));
        }
}

/* What a network of one pass finds for λ after the first has been carried out by hand, and the share of the first. */
static float *by_hand(Net *one, double lambda)
{
    float *velocity = net_velocity(one, 2, FIRST), *moving = lam_node_value(one->unet.moving);
    g_autofree float *image = g_memdup2(moving, sizeof(float) * SIZE * SIZE);
    carry(image, lam_node_value(one->unet.displacement), moving);
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
        double size = largest(wanted, NULL, n);
        g_test_message("λ %g: largest %g, off by %g", lambdas[i], size, largest(wanted, found, n));
        g_assert_cmpfloat(size, >, 0.1);
        g_assert_cmpfloat(largest(wanted, found, n), <, 1e-4 * size);
        net_fill(&two, "first.weight", 0.1F);
        lam_graph_touch(two.graph, NULL);
        g_autofree float *knowing = net_velocity(&two, 2, lambdas[i]);
        g_assert_cmpfloat(largest(knowing, found, n), >, 1e-4 * size);
    }
    net_clear(&one);
    net_clear(&two);
}

#define WIDE 96
#define HALF (WIDE / 2)
#define FAR  16 /* of the field's voxels, from the borders */

/* Off still, where no border is seen. */
static double off_inside(const float *velocity, const float *still, double constant)
{
    double sum = 0;
    for (int h = FAR; h < HALF - FAR; h++)
        for (int w = FAR; w < HALF - FAR; w++)
            sum += fabs((double)velocity[h * HALF + w] - constant - (double)still[h * HALF + w]);
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

/* Structures of voxels and of their parts, whose grid is twice as fine as the field's, are carried by one field: a
 * first pass that finds the shift shows the second what is there without one. */
static void test_parts_carried(void)
{
    static const char *const common[] = {"size",
                                         "96,96,1",
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
    Net net = net_slices(common);
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
    g_autofree float *blind = net_velocity(&net, 4, 0.5);
    bias[0] = 2; /* voxels of the field: 4 of the picture */
    lam_graph_touch(net.graph, NULL);
    g_autofree float *shifted = net_velocity(&net, 4, 0.5);
    double constant = 2 + 2 * sqrt(0.5 / 0.9);
    double off = off_inside(shifted, still, constant), without = off_inside(blind, still, 0);
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
    Net *nets[] = {&one, &two};
    int again[2];
    for (int i = 0; i < 2; i++) {
        g_autofree float *a = net_velocity(nets[i], 2, 0.3);
        lam_unet_set_lambda(&nets[i]->unet, nets[i]->graph, 0.4);
        again[i] = lam_graph_forward(nets[i]->graph, nets[i]->unet.displacement, NULL);
    }
    g_assert_cmpint(again[1], ==, again[0] + 2); /* the share, and the sum */
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
    g_test_add_func("/passes/parts-carried", test_parts_carried);
    g_test_add_func("/passes/first-rests", test_first_rests);
    g_test_add_data_func("/passes/hidden-slope/none", "0", test_leaks);
    g_test_add_data_func("/passes/hidden-slope/leaks", "0.1", test_leaks);
    g_test_add_func("/passes/refused", test_refused);
    return g_test_run();
}

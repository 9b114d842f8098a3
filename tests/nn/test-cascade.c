/* The second look of a network, and hypernetworks whose units are off. */
#include "net.h"

#include <math.h>
#include <string.h>

#define SIZE   NET_SLICE
#define MARGIN 10 /* voxels that the borders reach through the convolutions */

/* A first field that undoes a shift: the second look sees the picture where it was, and finds what it finds when
 * nothing was shifted. */
static void test_carried(gconstpointer steps)
{
    const char *const keys[] = {"generated",         "none", "cascade", "16,16,16",
                                "integration_steps", steps,  NULL};
    Net net = net_slices(keys);
    net_fill(&net, "cascade.known.weight", 0); /* the first field's features know of the shift */
    net_fill(&net, "flow.weight", 0);
    g_autofree float *still = net_velocity(&net, 0, 0.5);
    float *bias = lam_parameters_find(net.parameters, "flow.bias");
    bias[0] = 3;
    g_autofree float *shifted = net_velocity(&net, 3, 0.5);
    bias[0] = 0;
    g_autofree float *unknown = net_velocity(&net, 3, 0.5);
    double length = 0, off = 0, blind = 0;
    for (int h = MARGIN; h < SIZE - MARGIN; h++)
        for (int w = MARGIN; w < SIZE - MARGIN; w++) {
            int i = h * SIZE + w;
            length = fmax(length, fabs((double)still[i]));
            off = fmax(off, fabs((double)shifted[i] - 3 - (double)still[i]));
            blind = fmax(blind, fabs((double)unknown[i] - (double)still[i]));
        }
    g_test_message("second look %g, shifted off by %g, without the first field %g", length, off,
                   blind);
    g_assert_cmpfloat(length, >, 0);
    g_assert_cmpfloat(off, <, 1e-6 + 0.01 * length); /* 3 voxels in float */
    g_assert_cmpfloat(blind, >, 0.1 * length);
    net_clear(&net);
}

/* Weights of a network without one, taken over: nothing changes as long as the second look says nothing. */
static void test_goes_on(void)
{
    static const char *const one[] = {NULL};
    static const char *const two[] = {"cascade", "16,16", NULL};
    Net before = net_slices(one), after = net_slices(two);
    g_assert_cmpint(lam_parameters_copy(after.parameters, before.parameters), ==,
                    lam_parameters_count(before.parameters));
    net_fill(&after, "cascade.flow.weight", 0);
    g_autofree float *a = net_velocity(&before, 2, 0.3), *b = net_velocity(&after, 2, 0.3);
    g_assert_cmpmem(a, 3 * SIZE * SIZE * sizeof(float), b, 3 * SIZE * SIZE * sizeof(float));
    net_clear(&before);
    net_clear(&after);
}

/* A second look depends on λ; what each scan looks like does not, and is not looked at again. */
static void test_looks_once(void)
{
    static const char *const two[] = {"cascade", "16,16,16", NULL};
    Net net = net_slices(two);
    g_autofree float *a = net_velocity(&net, 2, 0.3);
    lam_unet_set_lambda(&net.unet, net.graph, 0.3);
    int again = lam_graph_forward(net.graph, net.unet.displacement, NULL);
    lam_graph_touch(net.graph, net.unet.moving);
    int moving = lam_graph_forward(net.graph, net.unet.displacement, NULL);
    lam_graph_touch(net.graph, net.unet.fixed);
    lam_graph_touch(net.graph, net.unet.moving);
    lam_unet_set_lambda(&net.unet, net.graph, 0.3);
    int all = lam_graph_forward(net.graph, net.unet.displacement, NULL);
    g_test_message("nodes: λ %d, moving scan %d, all %d", again, moving, all);
    g_assert_cmpint(again, <, all - 3); /* encoder, skip and both looks rest */
    g_assert_cmpint(moving, <, all);
    net_clear(&net);
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

/* Fields coarser than two voxels of what is looked at, or than the parts' own, have no second look. */
static void test_refused(void)
{
    g_autoptr(GError) error = NULL;
    LamUnetConfig config = lam_unet_config_default();
    g_assert_true(lam_unet_config_set(&config, "cascade", "16,16", NULL));
    g_assert_true(lam_unet_config_check(&config, NULL));
    LamUnetConfig coarse = config, uncertain = config;
    coarse.n_decoder--;
    g_assert_false(lam_unet_config_check(&coarse, &error));
    g_assert_nonnull(strstr(error->message, "cascade"));
    g_clear_error(&error);
    uncertain.uncertain = true;
    g_assert_false(lam_unet_config_check(&uncertain, &error));
    g_assert_nonnull(strstr(error->message, "cascade"));
    g_clear_error(&error);
    static const char *const keys[][2] = {
        {"features_encoder", "16,16,16"}, {"features_decoder", "16,16"}, {"structures", "5"},
        {"structure_parts", "true"},      {"encoder", "16,16"},          {"decoder", "16"}};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_true(lam_unet_config_set(&config, keys[i][0], keys[i][1], NULL));
    g_assert_false(lam_unet_config_check(&config, &error));
    g_assert_nonnull(strstr(error->message, "cascade"));
    g_assert_true(lam_unet_config_set(&config, "decoder", "16,16", NULL));
    g_assert_true(lam_unet_config_check(&config, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/cascade/carried/integrated", "7", test_carried);
    g_test_add_data_func("/cascade/carried/displacement", "0", test_carried);
    g_test_add_func("/cascade/goes-on", test_goes_on);
    g_test_add_func("/cascade/looks-once", test_looks_once);
    g_test_add_data_func("/cascade/hidden-slope/none", "0", test_leaks);
    g_test_add_data_func("/cascade/hidden-slope/leaks", "0.1", test_leaks);
    g_test_add_func("/cascade/refused", test_refused);
    return g_test_run();
}

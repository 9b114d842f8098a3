#include "net.h"

#include <math.h>

Net net_of(const LamUnetConfig *config, bool sampling)
{
    Net net = {.config = *config, .parameters = lam_parameters_new()};
    lam_unet_declare(config, net.parameters);
    g_assert_true(lam_parameters_allocate(net.parameters, false, NULL));
    lam_parameters_initialise(net.parameters, 3);
    net.graph = lam_graph_new(net.parameters, false);
    net.unet =
        (sampling ? lam_unet_build_sampling : lam_unet_build)(config, net.graph, net.parameters);
    g_assert_true(lam_graph_finalise(net.graph, NULL));
    return net;
}

void net_clear(Net *net)
{
    lam_graph_free(net->graph);
    lam_parameters_free(net->parameters);
}

Net net_slices(const char *const *keys)
{
    static const char *const common[] = {"size",  "40,40,1", "encoder", "16,16", "decoder", "16,16",
                                         "final", "16",      "hidden",  "8,8",   NULL};
    LamUnetConfig config = lam_unet_config_default();
    for (int i = 0; common[i] != NULL; i += 2)
        g_assert_true(lam_unet_config_set(&config, common[i], common[i + 1], NULL));
    for (int i = 0; keys[i] != NULL; i += 2)
        g_assert_true(lam_unet_config_set(&config, keys[i], keys[i + 1], NULL));
    g_assert_true(lam_unet_config_check(&config, NULL));
    return net_of(&config, false);
}

void net_fill(Net *net, const char *name, float value)
{
    for (int i = 0; i < lam_parameters_count(net->parameters); i++)
        if (g_str_equal(lam_parameters_name(net->parameters, i), name)) {
            float *to =
                lam_parameters_values(net->parameters) + lam_parameters_offset(net->parameters, i);
            for (size_t k = 0; k < lam_parameters_size(net->parameters, i); k++)
                to[k] = value;
            return;
        }
    g_error("no parameter %s", name);
}

static float picture(int w, int h)
{
    return (float)(0.5 + 0.2 * sin(0.9 * w + 0.2 * h) + 0.2 * cos(0.7 * h - 0.3 * w));
}

float *net_velocity(Net *net, int shift, double lambda)
{
    const int *size = net->config.size;
    for (int h = 0; h < size[1]; h++)
        for (int w = 0; w < size[0]; w++) {
            lam_node_value(net->unet.fixed)[h * size[0] + w] = picture(w, h);
            lam_node_value(net->unet.moving)[h * size[0] + w] = picture(w - shift, h);
        }
    lam_graph_touch(net->graph, net->unet.fixed);
    lam_graph_touch(net->graph, net->unet.moving);
    lam_unet_set_lambda(&net->unet, net->graph, lambda);
    lam_graph_forward(net->graph, net->unet.displacement, NULL);
    return g_memdup2(lam_node_value(net->unet.velocity),
                     lam_node_count(net->unet.velocity) * sizeof(float));
}

int net_moved_by_lambda(Net *net)
{
    g_autofree float *before = net_velocity(net, 2, 0.3);
    lam_unet_set_lambda(&net->unet, net->graph, 0.4);
    return lam_graph_forward(net->graph, net->unet.displacement, NULL);
}

double net_largest(const float *a, const float *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)a[i] - (double)(b != NULL ? b[i] : 0)));
    return most;
}

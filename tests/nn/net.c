#include "net.h"

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

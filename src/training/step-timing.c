/* One training step on noise, timed: the figure that is compared with other frameworks. */

#include <lambdascope/adam.h>
#include <lambdascope/loss.h>
#include <lambdascope/trainer.h>

#define WARM_UP 2

static void fill_with_noise(LamNode *node, GRand *rand)
{
    for (size_t i = 0; i < lam_node_count(node); i++)
        lam_node_value(node)[i] = (float)g_rand_double(rand);
}

static double since_ms(gint64 *start)
{
    gint64 now = g_get_monotonic_time();
    double ms = 1e-3 * (double)(now - *start);
    *start = now;
    return ms;
}

static void one_step(LamGraph *graph, const LamUnet *unet, LamNode *loss, LamParameters *parameters,
                     LamAdam *adam, double ms[3])
{
    gint64 clock = g_get_monotonic_time();
    lam_graph_touch(graph, unet->fixed);
    lam_graph_touch(graph, unet->moving);
    lam_graph_touch(graph, NULL);
    lam_unet_set_lambda(unet, graph, 0.3);
    lam_graph_forward(graph, loss, NULL);
    ms[0] = since_ms(&clock);
    lam_parameters_zero_gradients(parameters);
    lam_graph_backward(graph, loss);
    ms[1] = since_ms(&clock);
    lam_adam_step(adam, 1e-4, 1);
    ms[2] = since_ms(&clock);
}

static void time_steps(LamStepTimes *times, LamGraph *graph, const LamUnet *unet, LamNode *loss,
                       LamParameters *parameters, LamAdam *adam)
{
    double ms[3], forward[2], backward[2];
    for (int i = -WARM_UP; i < times->repeats; i++) {
        if (i == 0)
            lam_graph_seconds(graph, "conv", &forward[0], &backward[0]);
        one_step(graph, unet, loss, parameters, adam, ms);
        if (i < 0)
            continue;
        times->total_ms[i] = ms[0] + ms[1] + ms[2];
        times->forward_ms += ms[0] / times->repeats;
        times->backward_ms += ms[1] / times->repeats;
        times->update_ms += ms[2] / times->repeats;
    }
    lam_graph_seconds(graph, "conv", &forward[1], &backward[1]);
    double seconds = forward[1] - forward[0] + backward[1] - backward[0];
    times->conv_gflops =
        3 * 2e-9 * lam_graph_convolution_macs(graph, NULL) * times->repeats / seconds;
}

bool lam_time_training_step(LamStepTimes *times, GError **error)
{
    LamUnetConfig config = lam_unet_config_default();
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    lam_unet_declare(&config, parameters);
    if (!lam_parameters_allocate(parameters, true, error))
        return false;
    lam_parameters_initialise(parameters, 1);
    g_autoptr(LamAdam) adam = lam_adam_new(parameters, error);
    g_autoptr(LamGraph) graph = lam_graph_new(parameters, true);
    lam_graph_set_precision(graph, times->precision);
    times->precision = lam_graph_precision(graph);
    LamUnet unet = lam_unet_build(&config, graph, parameters);
    LamLossOptions terms = lam_loss_options_default();
    LamLoss loss = lam_loss_build_unet(graph, &unet, &terms);
    if (adam == NULL || !lam_graph_finalise(graph, error))
        return false;
    GRand *rand = g_rand_new_with_seed(1);
    fill_with_noise(unet.fixed, rand);
    fill_with_noise(unet.moving, rand);
    g_rand_free(rand);
    times->forward_ms = times->backward_ms = times->update_ms = 0;
    time_steps(times, graph, &unet, loss.loss, parameters, adam);
    return true;
}

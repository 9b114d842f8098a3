/* Where λ matters: the difference of two fields against the chain rule through the hypernetwork. */
#include "session-fixture.h"

#include <lambdascope/error.h>
#include <lambdascope/ops.h>
#include <math.h>
#include <string.h>

static void set_up(SessionPair *f, gconstpointer symmetric)
{
    session_pair_open(f, symmetric != NULL);
}

static void tear_down(SessionPair *f, gconstpointer symmetric)
{
    session_pair_close(f);
}

static int find(LamParameters *p, const char *name)
{
    for (int i = 0; i < lam_parameters_count(p); i++)
        if (g_str_equal(lam_parameters_name(p, i), name))
            return i;
    g_assert_not_reached();
}

/* A copy of the model's parameters that keeps gradients. */
static LamParameters *with_gradients(const LamUnetConfig *config, LamParameters *from)
{
    LamParameters *to = lam_parameters_new();
    lam_unet_declare(config, to);
    g_assert_true(lam_parameters_allocate(to, true, NULL));
    for (int i = 0; i < lam_parameters_count(to); i++)
        memcpy(lam_parameters_values(to) + lam_parameters_offset(to, i),
               lam_parameters_values(from) + lam_parameters_offset(from, i),
               lam_parameters_size(to, i) * sizeof(float));
    return to;
}

/* d mean(u^2) / d λ by backpropagation: λ and 1 - λ enter the first dense layer alone, so it is the gradient of
 * that layer's bias, weighted by the difference of the two columns of its matrix. */
static double by_backpropagation(SessionPair *f, double lambda)
{
    const LamUnetConfig *config = lam_model_config(f->model.model);
    LamParameters *p = with_gradients(config, f->model.parameters);
    const LamUnet *own = lam_session_unet(f->session);
    g_autoptr(LamGraph) graph = lam_graph_new(p, true);
    LamUnet unet = lam_unet_build(config, graph, p);
    LamNode *zero = lam_graph_input(graph, "zero", lam_node_shape(unet.displacement));
    LamNode *loss = lam_op_mse(graph, unet.displacement, zero, 1);
    g_assert_true(lam_graph_finalise(graph, NULL));
    LamNode *const pairs[2][2] = {{unet.fixed, own->fixed}, {unet.moving, own->moving}};
    for (int i = 0; i < 2; i++)
        memcpy(lam_node_value(pairs[i][0]), lam_node_value(pairs[i][1]),
               lam_node_count(pairs[i][0]) * sizeof(float));
    lam_unet_set_hyper(&unet, graph, lambda, 0);
    lam_graph_forward(graph, loss, NULL);
    lam_graph_backward(graph, loss);
    int bias = find(p, "hyper.0.bias"), weight = find(p, "hyper.0.weight");
    const float *g = lam_parameters_gradients(p) + lam_parameters_offset(p, bias);
    const float *w = lam_parameters_values(p) + lam_parameters_offset(p, weight);
    double sum = 0;
    for (size_t i = 0; i < lam_parameters_size(p, bias); i++)
        sum += (double)g[i] * ((double)w[2 * i] - (double)w[2 * i + 1]);
    g_clear_pointer(&graph, lam_graph_free);
    lam_parameters_free(p);
    return sum;
}

/* The same from the fields in mm. The loss is in voxels, summed as the op does: found by comparing values. */
static double by_fields(SessionPair *f, double lambda)
{
    GError *error = NULL;
    g_autoptr(LamVolume) by = lam_session_lambda_derivative(f->session, lambda, &error);
    g_assert_no_error(error);
    g_autoptr(LamSnapshot) snapshot = session_at(f->session, lambda);
    LamVec3 spacing = lam_grid_spacing_mm(&by->grid);
    size_t n = lam_grid_voxels(&by->grid);
    double sum = 0;
    for (size_t i = 0; i < 3 * n; i++)
        sum +=
            2 * (double)snapshot->field->data[i] * (double)by->data[i] / pow(spacing.v[i / n], 2);
    return sum / (3.0 * (double)n) / (lambda * (1 - lambda)); /* d log γ = d λ / (λ (1 - λ)) */
}

static void test_chain_rule(SessionPair *f, gconstpointer data)
{
    static const double lambdas[] = {0.2, 0.5, 0.8};
    for (size_t i = 0; i < G_N_ELEMENTS(lambdas); i++) {
        double expected = by_backpropagation(f, lambdas[i]), got = by_fields(f, lambdas[i]);
        g_test_message("λ %.1f: %.6g by backpropagation, %.6g by fields", lambdas[i], expected,
                       got);
        g_assert_cmpfloat_with_epsilon(got, expected, 0.02 * fabs(expected) + 1e-6);
        g_assert_cmpfloat(fabs(expected), >, 1e-4);
    }
}

static void test_length(SessionPair *f, gconstpointer data)
{
    g_autoptr(LamVolume) by = lam_session_lambda_derivative(f->session, 0.3, NULL);
    g_autoptr(LamVolume) length = lam_session_sensitivity(f->session, 0.3, NULL);
    size_t n = lam_grid_voxels(&by->grid);
    g_assert_cmpint(length->channels, ==, 1);
    for (size_t i = 0; i < n; i += 7) {
        double x = by->data[i], y = by->data[n + i], z = by->data[2 * n + i];
        g_assert_cmpfloat_with_epsilon((double)length->data[i], sqrt(x * x + y * y + z * z), 1e-4);
    }
}

static void test_ends(SessionPair *f, gconstpointer data)
{
    for (int end = 0; end < 2; end++) {
        g_autoptr(LamVolume) map = lam_session_sensitivity(f->session, end, NULL);
        g_assert_nonnull(map);
        for (size_t i = 0; i < lam_grid_voxels(&map->grid); i++)
            g_assert_true(isfinite(map->data[i]));
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_session_sensitivity(f->session, -0.1, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/sensitivity/chain-rule", SessionPair, NULL, set_up, test_chain_rule, tear_down);
    g_test_add("/sensitivity/length", SessionPair, NULL, set_up, test_length, tear_down);
    g_test_add("/sensitivity/ends", SessionPair, NULL, set_up, test_ends, tear_down);
    return g_test_run();
}

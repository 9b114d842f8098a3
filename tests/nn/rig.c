#include "rig.h"

#include <math.h>

void rig_init(Rig *rig, guint32 seed)
{
    GError *error = NULL;
    *rig = (Rig){.parameters = lam_parameters_new(), .rand = g_rand_new_with_seed(seed)};
    lam_parameters_allocate(rig->parameters, true, &error);
    g_assert_no_error(error);
    rig->graph = lam_graph_new(rig->parameters, true);
}

void rig_clear(Rig *rig)
{
    lam_graph_free(rig->graph);
    lam_parameters_free(rig->parameters);
    g_rand_free(rig->rand);
}

static LamNode *keep(Rig *rig, LamNode *node, double deviation)
{
    g_assert_cmpint(rig->n_inputs, <, RIG_MAX_INPUTS);
    rig->inputs[rig->n_inputs] = node;
    rig->deviations[rig->n_inputs++] = deviation;
    return node;
}

LamNode *rig_input(Rig *rig, LamShape shape, double deviation)
{
    return keep(rig, lam_graph_input(rig->graph, "input", shape), deviation);
}

LamNode *rig_variable(Rig *rig, LamShape shape, double deviation)
{
    return keep(rig, lam_graph_variable(rig->graph, "variable", shape), deviation);
}

void rig_finish(Rig *rig)
{
    GError *error = NULL;
    lam_graph_finalise(rig->graph, &error);
    g_assert_no_error(error);
    for (int i = 0; i < rig->n_inputs; i++)
        rig_fill(rig->rand, lam_node_value(rig->inputs[i]), lam_node_count(rig->inputs[i]),
                 rig->deviations[i]);
    lam_graph_forward(rig->graph, NULL, NULL);
}

LamNode *rig_loss(Rig *rig, LamNode *y)
{
    LamNode *plain = lam_op_to_plain(rig->graph, y);
    return lam_op_mse(rig->graph, plain, rig_input(rig, lam_node_shape(plain), 1), 1);
}

double rig_normal(GRand *rand)
{
    double u = 1 - g_rand_double(rand), v = g_rand_double(rand);
    return sqrt(-2 * log(u)) * cos(2 * G_PI * v);
}

void rig_fill(GRand *rand, float *values, size_t n, double deviation)
{
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(deviation * rig_normal(rand));
}

double *rig_doubles(const float *values, size_t n)
{
    double *copy = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        copy[i] = values[i];
    return copy;
}

double rig_distance(const float *a, const double *b, size_t n)
{
    double worst = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        worst = fmax(worst, fabs(a[i] - b[i]));
        squares += b[i] * b[i];
    }
    return squares > 0 ? worst / sqrt(squares / (double)n) : worst;
}

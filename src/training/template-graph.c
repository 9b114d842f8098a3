/* Terms beside the registration's, whatever λ is (Dalca et al., NeurIPS 2019, eq. 6, where the prior on the
 * deformation has the same three: its mean, its size, its roughness). */
#include "template-graph.h"

#include <lambdascope/ops.h>
#include <string.h>

LamTemplateGraph lam_template_graph_begin(LamGraph *graph, const LamRecipe *recipe,
                                          const LamTemplateConfig *config,
                                          LamParameters *parameters)
{
    LamTemplateGraph t = {.net =
                              lam_template_net_build(config, &recipe->network, graph, parameters)};
    if (t.net.scores != NULL)
        t.labels = lam_graph_input(graph, "structures", lam_node_shape(t.net.picture));
    return t;
}

/* The means so far lie with the parameters, so that checkpoints and models hold them. */
static LamNode *mean_so_far(LamGraph *graph, LamParameters *parameters, LamShape s, int attributes)
{
    size_t shape[] = {(size_t)(s.c * (1 + attributes)), (size_t)s.d, (size_t)s.h, (size_t)s.w};
    int index = lam_parameters_declare(parameters, LAM_TEMPLATE_MEAN, 4, shape, (LamInit){0});
    return lam_graph_parameter(graph, index);
}

LamNode *lam_template_graph_end(LamTemplateGraph *t, LamGraph *graph, const LamRecipe *recipe,
                                LamParameters *parameters, LamNode *displacement, LamNode *full,
                                LamNode *loss)
{
    t->mean_so_far =
        mean_so_far(graph, parameters, lam_node_shape(displacement), recipe->template.n_attributes);
    t->mean = lam_op_running_mean(graph, t->mean_so_far, displacement, t->net.attributes,
                                  (float)recipe->mean_share);
    t->centre = lam_op_mean_square(graph, t->mean);
    t->magnitude = lam_op_mean_square(graph, displacement);
    loss = lam_op_sum(graph, loss, t->centre, (float)recipe->mean_weight);
    loss = lam_op_sum(graph, loss, t->magnitude, (float)recipe->magnitude_weight);
    if (t->labels == NULL)
        return loss;
    LamNode *carried = lam_op_carry_labels(graph, t->labels, full);
    t->structures = lam_op_label_entropy(graph, t->net.scores, carried, 1);
    return lam_op_sum(graph, loss, t->structures, (float)recipe->structures_weight);
}

void lam_template_graph_keep_mean(const LamTemplateGraph *t)
{
    memcpy(lam_node_value(t->mean_so_far), lam_node_value(t->mean),
           lam_node_count(t->mean) * sizeof(float));
}

#include "train-graph.h"

#include <lambdascope/error.h>
#include <lambdascope/ops.h>
#include <math.h>
#include <string.h>

void lam_train_graph_clear(LamTrainGraph *g)
{
    lam_graph_free(g->graph);
    *g = (LamTrainGraph){0};
}

/* The recipe's network on the grid of the samples. */
static LamUnetConfig config_on(const LamRecipe *recipe, const LamSampleGrid *grid)
{
    LamUnetConfig config = recipe->network;
    memcpy(config.size, grid->size, sizeof config.size);
    config.spacing_mm = grid->spacing_mm;
    return config;
}

/* The network between two scans, or between a template and a scan. It sees the template as a constant: where
 * the field is best, the loss does not change with it, and so not with what the network makes of a
 * template that changes (the envelope theorem); the template learns from the comparison itself. */
static void build_network(LamTrainGraph *g, const LamRecipe *recipe, const LamUnetConfig *config,
                          LamParameters *parameters)
{
    if (g->template_config == NULL) {
        g->unet = lam_unet_build_sampling(config, g->graph, parameters);
        return;
    }
    g->template = lam_template_graph_begin(g->graph, recipe, g->template_config, parameters);
    LamNode *seen = lam_op_detach(g->graph, g->template.net.picture);
    g->unet = lam_unet_build_onto(config, g->graph, parameters, seen);
    g->back = lam_op_flow(g->graph, g->unet.velocity, -1, config->integration_steps);
}

/* With classes of tissue, voxel x weighs 1 - λ(x) in what is compared and λ(x) in the roughness. As both terms are
 * weighted means, the mean of λ(x) is what joins them. The field's grid is a multiple of the images'. */
static LamNode *add_lambda_map(LamTrainGraph *g, const LamRecipe *recipe)
{
    const LamShape image = lam_node_shape(g->unet.fixed);
    const LamShape field = lam_node_shape(g->unet.displacement);
    if (recipe->n_tissues == 0)
        return NULL;
    g->lambda_map = lam_graph_input(g->graph, "lambda map", image);
    g->data_weight = lam_graph_input(g->graph, "data weight", image);
    return image.w != field.w ? lam_op_resize(g->graph, g->lambda_map, field.d, field.h, field.w, 1)
                              : g->lambda_map;
}

static LamLossInputs inputs_of(LamTrainGraph *g, const LamRecipe *recipe, int n_labels)
{
    const LamShape image = lam_node_shape(g->unet.fixed);
    if (recipe->loss.label_weight > 0 && n_labels > 0) {
        g->fixed_labels = lam_graph_input(g->graph, "fixed labels", image);
        g->moving_labels = lam_graph_input(g->graph, "moving labels", image);
    }
    if (recipe->loss.anatomy_weight > 0) {
        g->fixed_anatomy = lam_graph_input(g->graph, "fixed anatomy", image);
        g->moving_anatomy = lam_graph_input(g->graph, "moving anatomy", image);
    }
    if (recipe->loss.similarity == LAM_SIMILARITY_FIELD)
        g->truth = lam_graph_input(g->graph, "truth", lam_node_shape(g->unet.displacement));
    LamNode *roughness_weight = add_lambda_map(g, recipe);
    return (LamLossInputs){.weight = g->data_weight,
                           .roughness_weight = roughness_weight,
                           .fixed =
                               g->template_config != NULL ? g->template.net.picture : g->unet.fixed,
                           .moving = g->unet.moving,
                           .fixed_labels = g->fixed_labels,
                           .moving_labels = g->moving_labels,
                           .fixed_anatomy = g->fixed_anatomy,
                           .moving_anatomy = g->moving_anatomy,
                           .truth = g->truth,
                           .lambda = g->unet.lambda,
                           .label_share = recipe->network.hyper_labels ? g->unet.label_share : NULL,
                           .displacement = g->unet.displacement,
                           .back = g->back};
}

/* What the features of each scan say of its voxels against its label map. Not weighed by 1 - λ: they do
 * not depend on λ. */
static void add_structures(LamTrainGraph *g, const LamRecipe *recipe)
{
    LamUnet *u = &g->unet;
    if (u->fixed_structures == NULL || recipe->structure_weight <= 0 ||
        recipe->learns == LAM_LEARNS_REGISTRATION)
        return;
    double power = recipe->structure_power;
    g->fixed_named = lam_graph_input(g->graph, "fixed structures", lam_node_shape(u->fixed));
    g->moving_named = lam_graph_input(g->graph, "moving structures", lam_node_shape(u->fixed));
    LamNode *fixed = lam_op_label_entropy(g->graph, u->fixed_structures, g->fixed_named, power);
    LamNode *moving = lam_op_label_entropy(g->graph, u->moving_structures, g->moving_named, power);
    g->structures = lam_op_sum(g->graph, fixed, moving, 1);
    g->total = recipe->learns == LAM_LEARNS_STRUCTURES
                   ? g->structures
                   : lam_op_sum(g->graph, g->total, g->structures, (float)recipe->structure_weight);
}

bool lam_train_graph_build(LamTrainGraph *g, const LamRecipe *recipe, const LamSampleGrid *grid,
                           LamLabelling labelling, const LamTemplateConfig *template,
                           LamParameters *parameters, GError **error)
{
    LamUnetConfig config = config_on(recipe, grid);
    if (config.structures > 0 && config.structures != labelling.n_structures) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot train: [network] structures: %d, but the data have %d",
                    config.structures, labelling.n_structures);
        return false;
    }
    LamLossOptions options = recipe->loss;
    *g = (LamTrainGraph){.graph = lam_graph_new(parameters, true),
                         .labelling = labelling,
                         .template_config = template};
    lam_graph_set_precision(g->graph, recipe->precision);
    if (recipe->learns == LAM_LEARNS_REGISTRATION) {
        lam_unet_freeze_features(g->graph);
        lam_graph_freeze(g->graph, "template.");
    }
    build_network(g, recipe, &config, parameters);
    g->field_mm = grid->spacing_mm * grid->size[0] / grid->field_size[0];
    options.n_labels = labelling.n_labels;
    options.back_share = recipe->sides;
    LamLossInputs inputs = inputs_of(g, recipe, labelling.n_labels);
    if (recipe->learns != LAM_LEARNS_STRUCTURES)
        g->loss = lam_loss_build(g->graph, &inputs, &options);
    g->total = g->loss.loss;
    if (g->unet.log_variance != NULL) {
        g->kl = lam_op_svf_kl(g->graph, g->unet.lambda, g->unet.velocity, g->unet.log_variance,
                              (float)recipe->prior);
        g->total = lam_op_sum(g->graph, g->total, g->kl, (float)recipe->kl_weight);
    }
    add_structures(g, recipe);
    if (template != NULL)
        g->total = lam_template_graph_end(&g->template, g->graph, recipe, parameters,
                                          g->unet.displacement, g->loss.full, g->total);
    return lam_graph_finalise(g->graph, error);
}

static void put(LamTrainGraph *g, LamNode *node, const float *from)
{
    if (node == NULL || from == NULL)
        return;
    memcpy(lam_node_value(node), from, lam_node_count(node) * sizeof(float));
    lam_graph_touch(g->graph, node);
}

/* A label map as one of structures. */
static void put_named(LamTrainGraph *g, LamNode *node, const float *labels)
{
    const guint8 *structure_of = g->labelling.structure_of;
    if (structure_of == NULL)
        put(g, node, labels);
    if (node == NULL || structure_of == NULL)
        return;
    float *named = lam_node_value(node);
    for (size_t i = 0; i < lam_node_count(node); i++)
        named[i] = structure_of[(int)labels[i]];
    lam_graph_touch(g->graph, node);
}

static void put_lambda_map(LamTrainGraph *g, const LamSample *sample)
{
    if (g->lambda_map == NULL)
        return;
    put(g, g->lambda_map, sample->lambda_map);
    float *weight = lam_node_value(g->data_weight);
    for (size_t i = 0; i < lam_node_count(g->data_weight); i++)
        weight[i] = 1 - sample->lambda_map[i];
    lam_graph_touch(g->graph, g->data_weight);
    lam_unet_set_class_lambdas(&g->unet, g->graph, sample->lambdas);
}

static double value_of(LamNode *node)
{
    return node != NULL ? (double)lam_node_value(node)[0] : NAN;
}

LamTrainTerms lam_train_graph_forward(LamTrainGraph *g, const LamSample *sample)
{
    if (g->template_config == NULL)
        put(g, g->unet.fixed, sample->fixed);
    else
        lam_template_net_set(&g->template.net, g->template_config, g->graph, sample->attributes);
    put(g, g->template.labels, sample->moving_labels);
    put(g, g->unet.moving, sample->moving);
    put(g, g->fixed_labels, sample->fixed_labels);
    put(g, g->moving_labels, sample->moving_labels);
    put_named(g, g->fixed_named, sample->fixed_labels);
    put_named(g, g->moving_named, sample->moving_labels);
    put(g, g->fixed_anatomy, sample->fixed_anatomy);
    put(g, g->moving_anatomy, sample->moving_anatomy);
    put(g, g->truth, sample->truth);
    put(g, g->unet.noise, sample->noise);
    lam_graph_touch(g->graph, NULL);
    lam_unet_set_hyper(&g->unet, g->graph, sample->lambda, sample->label_share);
    put_lambda_map(g, sample);
    lam_graph_forward(g->graph, g->total, NULL);
    LamNode *structures = g->structures != NULL ? g->structures : g->template.structures;
    return (LamTrainTerms){.similarity = value_of(g->loss.similarity),
                           .roughness = value_of(g->loss.roughness),
                           .labels = value_of(g->loss.labels),
                           .anatomy = value_of(g->loss.anatomy),
                           .structures = value_of(structures),
                           .loss = value_of(g->total),
                           .centre_mm = g->field_mm * sqrt(value_of(g->template.centre))};
}

void lam_train_graph_backward(LamTrainGraph *g)
{
    lam_graph_backward(g->graph, g->total);
    if (g->template_config != NULL)
        lam_template_graph_keep_mean(&g->template);
}

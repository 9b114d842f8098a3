/* Each loss in a training step of the reference model: what its forward and backward take, as a share of
 * the whole step with it. Images of noise, label maps of blocks. */
#include "cli.h"

#include <lambdascope/loss.h>
#include <lambdascope/ops.h>
#include <lambdascope/threads.h>
#include <math.h>
#include <stdio.h>

#define WARM_UP  2
#define N_LABELS 33
#define BLOCK    8 /* voxels */

/* op: what it is called in the graph. */
typedef struct {
    const char *op, *what;
    void (*choose)(LamLossOptions *options);
} Case;

static void choose_ncc(LamLossOptions *o)
{
    o->similarity = LAM_SIMILARITY_NCC;
}

static void choose_nmi(LamLossOptions *o)
{
    o->similarity = LAM_SIMILARITY_NMI;
}

static void choose_mse(LamLossOptions *o)
{
    o->similarity = LAM_SIMILARITY_MSE;
}

static void choose_labels(LamLossOptions *o)
{
    o->similarity = LAM_SIMILARITY_NONE;
    o->label_weight = 1;
    o->n_labels = N_LABELS;
}

static void choose_bending(LamLossOptions *o)
{
    o->roughness = LAM_ROUGHNESS_BENDING;
}

static void choose_folds(LamLossOptions *o)
{
    o->fold_weight = 1;
}

static const Case cases[] = {
    {"ncc", "local NCC, window 7", choose_ncc},
    {"nmi", "Parzen NMI, 32 bins", choose_nmi},
    {"mse", "MSE", choose_mse},
    {"label-dice", "soft Dice of 33 labels", choose_labels},
    {"gradient-l2", "gradient L2", choose_ncc},
    {"bending", "bending energy", choose_bending},
    {"folds", "barrier against folds", choose_folds},
    {"svf-kl", "KL of the probabilistic model", NULL},
};

typedef struct {
    LamParameters *parameters;
    LamGraph *graph;
    LamUnet unet;
    LamNode *labels[2], *loss;
} Rig;

static void rig_clear(Rig *rig)
{
    lam_graph_free(rig->graph);
    lam_parameters_free(rig->parameters);
}

static bool rig_build(Rig *rig, const Case *c, GError **error)
{
    LamUnetConfig config = lam_unet_config_default();
    LamLossOptions options = lam_loss_options_default();
    config.uncertain = c->choose == NULL;
    rig->parameters = lam_parameters_new();
    lam_unet_declare(&config, rig->parameters);
    if (!lam_parameters_allocate(rig->parameters, true, error))
        return false;
    lam_parameters_initialise(rig->parameters, 1);
    rig->graph = lam_graph_new(rig->parameters, true);
    rig->unet = lam_unet_build_sampling(&config, rig->graph, rig->parameters);
    for (int i = 0; i < 2; i++)
        rig->labels[i] = lam_graph_input(rig->graph, "labels", lam_node_shape(rig->unet.fixed));
    if (c->choose != NULL)
        c->choose(&options);
    LamLossInputs inputs = {.fixed = rig->unet.fixed,
                            .moving = rig->unet.moving,
                            .fixed_labels = rig->labels[0],
                            .moving_labels = rig->labels[1],
                            .lambda = rig->unet.lambda,
                            .displacement = rig->unet.displacement};
    rig->loss = lam_loss_build(rig->graph, &inputs, &options).loss;
    if (c->choose == NULL)
        rig->loss = lam_op_sum(rig->graph, rig->loss,
                               lam_op_svf_kl(rig->graph, rig->unet.lambda, rig->unet.velocity,
                                             rig->unet.log_variance, 10),
                               0.1f);
    return lam_graph_finalise(rig->graph, error);
}

static void fill(Rig *rig)
{
    GRand *rand = g_rand_new_with_seed(1);
    LamNode *images[] = {rig->unet.fixed, rig->unet.moving};
    for (int i = 0; i < 2; i++) {
        LamShape s = lam_node_shape(images[i]);
        float *map = lam_node_value(rig->labels[i]);
        for (size_t v = 0; v < lam_node_count(images[i]); v++) {
            size_t x = v % (size_t)s.w, y = v / (size_t)s.w % (size_t)s.h,
                   z = v / (size_t)s.w / (size_t)s.h;
            lam_node_value(images[i])[v] = (float)g_rand_double(rand);
            map[v] = (float)((x / BLOCK + 3 * (y / BLOCK) + 7 * (z / BLOCK)) % (N_LABELS + 1));
        }
    }
    g_rand_free(rand);
}

static double step_seconds(Rig *rig)
{
    gint64 start = g_get_monotonic_time();
    lam_graph_touch(rig->graph, NULL);
    lam_graph_touch(rig->graph, rig->unet.fixed);
    lam_unet_set_hyper(&rig->unet, rig->graph, 0.3, 0.5);
    lam_graph_forward(rig->graph, rig->loss, NULL);
    lam_parameters_zero_gradients(rig->parameters);
    lam_graph_backward(rig->graph, rig->loss);
    return 1e-6 * (double)(g_get_monotonic_time() - start);
}

static double op_seconds(const Rig *rig, const char *op)
{
    double forward, backward;
    lam_graph_seconds(rig->graph, op, &forward, &backward);
    return forward + backward;
}

static bool measure(const Case *c, int repeats, double *ms, double *share, GError **error)
{
    Rig rig = {0};
    bool ok = rig_build(&rig, c, error);
    if (ok) {
        double before = 0, total = 0;
        fill(&rig);
        for (int i = -WARM_UP; i < repeats; i++) {
            if (i == 0)
                before = op_seconds(&rig, c->op);
            double s = step_seconds(&rig);
            total += i >= 0 ? s : 0;
        }
        double own = op_seconds(&rig, c->op) - before;
        *ms = 1e3 * own / repeats;
        *share = own / total;
    }
    rig_clear(&rig);
    return ok;
}

static bool run(int repeats, bool as_json, GError **error)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double ms = 0, share = 0;
        if (!measure(&cases[i], repeats, &ms, &share, error))
            return false;
        lam_cli_json_number(json, cases[i].op, share);
        if (!as_json)
            printf("%-32s %8.2f ms %7.2f %% of the step\n", cases[i].what, ms, 100 * share);
    }
    json_builder_end_object(json);
    if (as_json)
        lam_cli_json_print(json);
    return true;
}

int main(int argc, char **argv)
{
    int repeats = 5;
    gboolean as_json = FALSE;
    g_autoptr(GError) error = NULL;
    const LamCliSyntax syntax = {
        .summary = "Times each loss in a training step of the reference model: forward and "
                   "backward, as\na share of the step with it."};
    const GOptionEntry entries[] = {
        {"json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "One JSON object on standard output", NULL},
        {"repeats", 'n', 0, G_OPTION_ARG_INT, &repeats, "How often (default: 5)", "N"},
        {NULL},
    };
    lam_threads_set(0);
    if (lam_cli_parse(&syntax, entries, &argc, &argv, &error))
        run(CLAMP(repeats, 1, 1000), as_json, &error);
    return lam_cli_finish("losses", error);
}

#include "tissue-pair.h"

#include <lambdascope/error.h>
#include <lambdascope/ops.h>
#include <lambdascope/resample.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <string.h>

#define MOST_LABELS  256
#define LEAST_VOXELS 20 /* of a structure in both slices, to be counted */

/* ---- pairs ---- */

static LamVolume *load_part(const char *folder, int number, const char *part, GError **error)
{
    g_autofree char *name = g_strdup_printf("sample-%03d_%s.nii.gz", number, part);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return lam_scan_load(path, 0, error);
}

LamTissuePair *lam_tissue_pair_load(const char *folder, int number, GError **error)
{
    LamTissuePair *pair = g_new0(LamTissuePair, 1);
    if ((pair->fixed = load_part(folder, number, "fixed", error)) != NULL &&
        (pair->moving = load_part(folder, number, "moving", error)) != NULL &&
        (pair->fixed_labels = load_part(folder, number, "fixed_labels", error)) != NULL &&
        (pair->moving_labels = load_part(folder, number, "moving_labels", error)) != NULL &&
        (pair->tissues = load_part(folder, number, "tissues", error)) != NULL)
        return pair;
    lam_tissue_pair_free(pair);
    return NULL;
}

void lam_tissue_pair_free(LamTissuePair *pair)
{
    if (pair == NULL)
        return;
    LamVolume *volumes[] = {pair->fixed, pair->moving, pair->fixed_labels, pair->moving_labels,
                            pair->tissues};
    for (size_t i = 0; i < G_N_ELEMENTS(volumes); i++)
        if (volumes[i] != NULL)
            lam_volume_unref(volumes[i]);
    for (int i = 0; i < pair->n_cached; i++)
        g_free(pair->cache[i].velocity);
    g_free(pair);
}

/* ---- networks ---- */

typedef struct {
    LamGraph *graph;
    LamUnet unet;
    const LamTissuePair *pair; /* that its inputs hold */
    double lambda;             /* that its velocity is of; < 0: none */
} Net;

struct LamTissueBench {
    int classes;
    double blur_vox;
    Net one, conditioned;
    /* from a velocity to what is measured */
    LamGraph *graph;
    const LamTissuePair *pair;
    LamNode *velocity, *labels, *displacement, *carried;
    LamNode *indicator[LAM_UNET_MAX_CLASSES], *share[LAM_UNET_MAX_CLASSES];
    LamNode *roughness[LAM_UNET_MAX_CLASSES];
};

static bool net_init(Net *net, LamModel *model, GError **error)
{
    net->graph = lam_graph_new(lam_model_parameters(model), false);
    net->unet = lam_unet_build(lam_model_config(model), net->graph, lam_model_parameters(model));
    lam_graph_keep(net->graph, net->unet.velocity);
    return lam_graph_finalise(net->graph, error);
}

/* A class's share of each voxel is its blurred indicator. */
static bool build_ruler(LamTissueBench *b, const LamUnetConfig *c, GError **error)
{
    LamShape image = {1, c->size[2], c->size[1], c->size[0]};
    LamShape field = lam_node_shape(b->one.unet.velocity);
    b->graph = lam_graph_new(NULL, false);
    b->velocity = lam_graph_input(b->graph, "velocity", field);
    b->labels = lam_graph_input(b->graph, "labels", image);
    b->displacement = lam_op_integrate(b->graph, b->velocity, c->integration_steps);
    b->carried = lam_op_carry_labels(b->graph, b->labels,
                                     lam_op_resize(b->graph, b->displacement, image.d, image.h,
                                                   image.w, (float)image.w / (float)field.w));
    for (int k = 0; k < b->classes; k++) {
        b->indicator[k] = lam_graph_input(b->graph, "class", image);
        b->share[k] = lam_op_resize(b->graph, b->indicator[k], field.d, field.h, field.w, 1);
        b->roughness[k] = lam_op_gradient_l2_weighted(b->graph, b->displacement, b->share[k]);
    }
    return lam_graph_finalise(b->graph, error);
}

LamTissueBench *lam_tissue_bench_new(LamModel *one, LamModel *classes, double blur_mm,
                                     GError **error)
{
    const LamUnetConfig *a = lam_model_config(one), *c = lam_model_config(classes);
    LamTissueBench *b = g_new0(LamTissueBench, 1);
    b->classes = c->hyper_classes;
    b->blur_vox = blur_mm / c->spacing_mm;
    if (c->hyper_classes < 2 || a->hyper_classes != 0 || c->size[2] != 1 ||
        c->integration_steps == 0 || memcmp(a->size, c->size, sizeof a->size) != 0)
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                            "cannot compare networks: they must register slices of one size by "
                            "velocities, one with classes of tissue and one without");
    else if (net_init(&b->one, one, error) && net_init(&b->conditioned, classes, error) &&
             build_ruler(b, c, error))
        return b;
    lam_tissue_bench_free(b);
    return NULL;
}

void lam_tissue_bench_free(LamTissueBench *bench)
{
    if (bench == NULL)
        return;
    lam_graph_free(bench->one.graph);
    lam_graph_free(bench->conditioned.graph);
    lam_graph_free(bench->graph);
    g_free(bench);
}

int lam_tissue_bench_classes(const LamTissueBench *bench)
{
    return bench->classes;
}

/* ---- registering ---- */

static void put(LamGraph *graph, LamNode *node, const float *from)
{
    memcpy(lam_node_value(node), from, lam_node_count(node) * sizeof(float));
    lam_graph_touch(graph, node);
}

static void show(Net *net, const LamTissuePair *pair)
{
    if (net->pair == pair)
        return;
    put(net->graph, net->unet.fixed, pair->fixed->data);
    put(net->graph, net->unet.moving, pair->moving->data);
    net->pair = pair;
    net->lambda = -1;
}

static void measure_pair(LamTissueBench *b, const LamTissuePair *pair)
{
    const int *size = pair->tissues->grid.size;
    const double sigma[] = {b->blur_vox, b->blur_vox, b->blur_vox};
    if (b->pair == pair)
        return;
    put(b->graph, b->labels, pair->moving_labels->data);
    for (int k = 0; k < b->classes; k++) {
        float *to = lam_node_value(b->indicator[k]);
        for (size_t i = 0; i < lam_grid_voxels(&pair->tissues->grid); i++)
            to[i] = pair->tissues->data[i] == (float)k;
        lam_smooth(to, size, sigma);
        lam_graph_touch(b->graph, b->indicator[k]);
        lam_graph_forward(b->graph, b->share[k], NULL);
    }
    b->pair = pair;
}

/* Of the network of one λ; stays valid until the next one, or as long as the pair if it is kept. */
static const float *velocity_of(Net *net, LamTissuePair *pair, double lambda, bool keep)
{
    for (int i = 0; keep && i < pair->n_cached; i++)
        if (pair->cache[i].lambda == lambda)
            return pair->cache[i].velocity;
    show(net, pair);
    if (net->lambda != lambda) {
        lam_unet_set_lambda(&net->unet, net->graph, lambda);
        lam_graph_forward(net->graph, net->unet.velocity, NULL);
        net->lambda = lambda;
    }
    const float *now = lam_node_value(net->unet.velocity);
    if (!keep || pair->n_cached == LAM_TISSUE_CACHE)
        return now;
    gsize bytes = lam_node_count(net->unet.velocity) * sizeof(float);
    float *kept = g_memdup2(now, bytes);
    pair->cache[pair->n_cached].lambda = lambda;
    pair->cache[pair->n_cached++].velocity = kept;
    return kept;
}

static void add_composite(LamTissueBench *b, LamTissuePair *pair, bool keep, const double *lambdas)
{
    size_t n = lam_node_count(b->velocity), voxels = lam_node_count(b->share[0]);
    float *to = lam_node_value(b->velocity);
    memset(to, 0, n * sizeof *to);
    for (int k = 0; k < b->classes; k++) {
        const float *v = velocity_of(&b->one, pair, lambdas[k], keep);
        const float *share = lam_node_value(b->share[k]);
        for (size_t i = 0; i < n; i++)
            to[i] += share[i % voxels] * v[i];
    }
}

void lam_tissue_bench_register(LamTissueBench *b, LamTissuePair *pair, bool conditioned, bool keep,
                               const double *lambdas)
{
    measure_pair(b, pair);
    if (conditioned) {
        Net *net = &b->conditioned;
        show(net, pair);
        lam_unet_set_class_lambdas(&net->unet, net->graph, lambdas);
        lam_graph_forward(net->graph, net->unet.velocity, NULL);
        put(b->graph, b->velocity, lam_node_value(net->unet.velocity));
    } else {
        add_composite(b, pair, keep, lambdas);
        lam_graph_touch(b->graph, b->velocity);
    }
    lam_graph_forward(b->graph, b->displacement, NULL);
}

/* ---- measuring ---- */

/* Share of voxels where forward differences of a displacement of slices turn the plane over. */
static double folds(LamNode *displacement)
{
    LamShape s = lam_node_shape(displacement);
    size_t plane = (size_t)s.h * (size_t)s.w, w = (size_t)s.w, folded = 0;
    const float *u = lam_node_value(displacement), *v = u + plane;
    for (int y = 0; y + 1 < s.h; y++)
        for (int x = 0; x + 1 < s.w; x++) {
            size_t i = (size_t)y * w + (size_t)x;
            float xx = 1 + u[i + 1] - u[i], xy = u[i + w] - u[i];
            float yx = v[i + 1] - v[i], yy = 1 + v[i + w] - v[i];
            folded += xx * yy - xy * yx <= 0;
        }
    return 100.0 * (double)folded / (double)((s.h - 1) * (s.w - 1));
}

typedef struct {
    int fixed, moved, both, tissue;
} Overlap;

static void count(const LamTissuePair *pair, const float *moved, Overlap *of)
{
    for (size_t i = 0; i < lam_grid_voxels(&pair->tissues->grid); i++) {
        int a = (int)pair->fixed_labels->data[i], b = (int)moved[i];
        of[a].fixed++;
        of[a].tissue = (int)pair->tissues->data[i];
        of[b].moved++;
        of[a].both += a == b;
    }
}

LamTissueScore lam_tissue_bench_score(LamTissueBench *b, const LamTissuePair *pair)
{
    LamTissueScore out = {0};
    Overlap of[MOST_LABELS] = {0};
    double n[LAM_UNET_MAX_CLASSES] = {0}, all = 0;
    lam_graph_forward(b->graph, NULL, NULL);
    count(pair, lam_node_value(b->carried), of);
    for (int l = 1; l < MOST_LABELS; l++) {
        if (of[l].fixed < LEAST_VOXELS || of[l].moved < LEAST_VOXELS)
            continue;
        double dice = 2.0 * of[l].both / (of[l].fixed + of[l].moved);
        out.dice[of[l].tissue] += dice;
        out.mean += dice;
        n[of[l].tissue]++;
        all++;
    }
    out.mean = all > 0 ? out.mean / all : (double)NAN;
    for (int k = 0; k < b->classes; k++) {
        out.dice[k] = n[k] > 0 ? out.dice[k] / n[k] : (double)NAN;
        out.roughness[k] = (double)lam_node_value(b->roughness[k])[0];
    }
    out.fold_percent = folds(b->displacement);
    return out;
}

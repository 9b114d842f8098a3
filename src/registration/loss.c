#include <lambdascope/loss.h>

#include <lambdascope/ops.h>

static const char *const similarity_names[] = {"ncc", "nmi", "mse", "field", "none"};
static const char *const roughness_names[] = {"gradient", "bending"};

static bool parse(const char *name, const char *const *names, guint n, guint *index)
{
    for (*index = 0; *index < n; (*index)++)
        if (g_str_equal(name, names[*index]))
            return true;
    return false;
}

bool lam_similarity_parse(const char *name, LamSimilarity *out)
{
    guint index;
    bool known = parse(name, similarity_names, G_N_ELEMENTS(similarity_names), &index);
    if (known)
        *out = (LamSimilarity)index;
    return known;
}

bool lam_roughness_parse(const char *name, LamRoughness *out)
{
    guint index;
    bool known = parse(name, roughness_names, G_N_ELEMENTS(roughness_names), &index);
    if (known)
        *out = (LamRoughness)index;
    return known;
}

LamLossOptions lam_loss_options_default(void)
{
    return (LamLossOptions){.similarity = LAM_SIMILARITY_NCC,
                            .window = LAM_LOSS_WINDOW,
                            .sigma = 0.1,
                            .bins = 32,
                            .roughness = LAM_ROUGHNESS_GRADIENT,
                            .smoothness = LAM_LOSS_SMOOTHNESS,
                            .fold_margin = 0.1};
}

/* A displacement on the images' grid, in its voxels. */
static LamNode *full_field(LamGraph *graph, const LamLossInputs *inputs, LamNode *displacement)
{
    LamShape image = lam_node_shape(inputs->fixed), field = lam_node_shape(displacement);
    if (image.w == field.w && image.h == field.h && image.d == field.d)
        return displacement;
    return lam_op_resize(graph, displacement, image.d, image.h, image.w,
                         (float)image.w / (float)field.w);
}

/* Of two images in one space; weight: of each voxel, NULL: all alike. */
static LamNode *likeness(LamGraph *graph, LamNode *a, LamNode *b, LamNode *weight,
                         const LamLossOptions *o)
{
    if (o->similarity == LAM_SIMILARITY_NMI)
        return lam_op_nmi(graph, a, b, o->bins);
    if (o->similarity == LAM_SIMILARITY_MSE)
        return lam_op_mse(graph, a, b, (float)o->sigma);
    return lam_op_ncc_weighted(graph, a, b, weight, o->window);
}

static LamNode *similarity(LamGraph *graph, const LamLossInputs *inputs, const LamLossOptions *o,
                           LamNode *full)
{
    if (o->similarity == LAM_SIMILARITY_NONE)
        return NULL;
    if (o->similarity == LAM_SIMILARITY_FIELD)
        return lam_op_mse(graph, inputs->displacement, inputs->truth, 1);
    LamNode *moved = lam_op_warp(graph, inputs->moving, full);
    LamNode *here = likeness(graph, inputs->fixed, moved, inputs->weight, o);
    if (inputs->back == NULL)
        return here;
    LamNode *back = full_field(graph, inputs, inputs->back);
    LamNode *there =
        likeness(graph, inputs->moving, lam_op_warp(graph, inputs->fixed, back), NULL, o);
    return lam_op_sum(graph, here, lam_op_sum(graph, there, here, -1), (float)o->back_share);
}

/* a + weight b, where a may be missing. */
static LamNode *join(LamGraph *graph, LamNode *a, LamNode *b, double weight)
{
    if (b == NULL)
        return a;
    return a != NULL ? lam_op_sum(graph, a, b, (float)weight) : b;
}

/* Images, pictures of labels, and labels together. */
static LamNode *data_term(LamGraph *graph, const LamLossInputs *inputs, const LamLossOptions *o,
                          const LamLoss *loss)
{
    LamNode *data = join(graph, loss->similarity, loss->anatomy, o->anatomy_weight);
    if (data != NULL && loss->labels != NULL && inputs->label_share != NULL)
        return lam_op_blend(graph, inputs->label_share, data, loss->labels, (float)o->label_weight);
    return join(graph, data, loss->labels, o->label_weight);
}

static LamNode *anatomy_term(LamGraph *graph, const LamLossInputs *inputs, const LamLossOptions *o,
                             LamNode *full)
{
    LamNode *moved = lam_op_warp(graph, inputs->moving_anatomy, full);
    return lam_op_ncc_weighted(graph, inputs->fixed_anatomy, moved, inputs->weight, o->window);
}

LamLoss lam_loss_build(LamGraph *graph, const LamLossInputs *inputs, const LamLossOptions *o)
{
    LamLoss out = {0};
    bool has_labels = inputs->fixed_labels != NULL && o->label_weight > 0;
    bool has_anatomy = inputs->fixed_anatomy != NULL && o->anatomy_weight > 0;
    if (has_labels || has_anatomy || o->similarity < LAM_SIMILARITY_FIELD)
        out.full = full_field(graph, inputs, inputs->displacement);
    out.similarity = similarity(graph, inputs, o, out.full);
    if (has_labels)
        out.labels = lam_op_label_dice(graph, inputs->fixed_labels, inputs->moving_labels, out.full,
                                       o->n_labels, o->label_power);
    if (has_anatomy)
        out.anatomy = anatomy_term(graph, inputs, o, out.full);
    out.data = data_term(graph, inputs, o, &out);
    out.roughness =
        o->roughness == LAM_ROUGHNESS_BENDING
            ? lam_op_bending(graph, inputs->displacement)
            : lam_op_gradient_l2_weighted(graph, inputs->displacement, inputs->roughness_weight);
    out.loss = lam_op_blend(graph, inputs->lambda, out.data, out.roughness, (float)o->smoothness);
    if (o->fold_weight > 0) {
        out.folds = lam_op_folds(graph, inputs->displacement, (float)o->fold_margin);
        out.loss = lam_op_sum(graph, out.loss, out.folds, (float)o->fold_weight);
    }
    return out;
}

LamLoss lam_loss_build_unet(LamGraph *graph, const LamUnet *unet, const LamLossOptions *options)
{
    LamLossInputs inputs = {.fixed = unet->fixed,
                            .moving = unet->moving,
                            .lambda = unet->lambda,
                            .displacement = unet->displacement};
    return lam_loss_build(graph, &inputs, options);
}

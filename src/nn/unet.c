/* Builds the network from its description. */
#include <lambdascope/ops.h>
#include <lambdascope/unet.h>
#include <math.h>

#define SLOPE               0.2f /* leaky ReLU, as VoxelMorph */
#define FLOW_DEVIATION      1e-4 /* the field starts near zero */
#define STRUCTURE_DEVIATION 0.05 /* all structures about as likely at first */
#define CORRELATION_RADIUS  2    /* voxels, and parts of voxels */
#define PART_DEVIATION      1e-3 /* a network that goes on from one without parts is hardly disturbed */
#define HEAD_SHARE          0.1 /* heads' matrices, relative to the He-normal kernel in their bias */
#define HEAD_RATE           0.1 /* a generated weight moves by the sum of its head's steps */

/* Everywhere the same at first. VoxelMorph starts at -10, a deviation of 0.007 voxels; this one is 0.05:
 * still nothing beside a displacement, but within one or two of where prior and images hold it, so that
 * Adam, which moves a bias by about the learning rate per step, is there in a few thousand steps. */
#define VARIANCE_DEVIATION 1e-10
#define VARIANCE_START     (-6.0)

/* What is being built: with graph NULL only the parameters are declared. */
typedef struct {
    const LamUnetConfig *config;
    LamGraph *graph;
    LamParameters *parameters;
    LamNode *code; /* last hidden layer of the hypernetwork */
    int code_size;
    LamNode *first_share;   /* of the first pass's velocity; NULL without */
    LamNode *features;      /* blocked, likewise the next */
    LamNode *log_variance;  /* NULL if the network is not uncertain */
    LamNode *structures[2]; /* of fixed and moving; NULL without */
} Builder;

static LamNode *parameter(Builder *b, const char *name, int ndim, const size_t *shape, LamInit init)
{
    int index = lam_parameters_declare(b->parameters, name, ndim, shape, init);
    return b->graph != NULL ? lam_graph_parameter(b->graph, index) : NULL;
}

/* A vector of n values from the code: matrix [n, code] and bias [shape], which starts as the kernel. */
static LamNode *generated(Builder *b, const char *name, int ndim, const size_t *shape,
                          double deviation)
{
    g_autofree char *matrix = g_strconcat("hyper.", name, ".matrix", NULL);
    g_autofree char *bias = g_strconcat("hyper.", name, ".bias", NULL);
    size_t n = 1;
    for (int i = 0; i < ndim; i++)
        n *= shape[i];
    LamNode *w = parameter(b, matrix, 2, (size_t[]){n, (size_t)b->code_size},
                           (LamInit){HEAD_SHARE * deviation, HEAD_RATE});
    LamNode *base = parameter(b, bias, ndim, shape, (LamInit){deviation, 1});
    return b->graph != NULL ? lam_op_dense(b->graph, b->code, w, base) : NULL;
}

typedef struct {
    const char *name;
    int in, out, stride;
    float slope;
    bool generated, bias;
    double deviation; /* 0: He-normal */
    double start;     /* of the bias */
    bool pointwise;   /* one tap instead of 3 x 3 x 3 */
} Layer;

static LamNode *convolution(Builder *b, Layer layer, LamNode *x, LamNode *addend)
{
    const int taps = layer.pointwise ? 1 : 3, depth_taps = b->config->size[2] == 1 ? 1 : taps;
    size_t shape[] = {(size_t)layer.out, (size_t)layer.in, (size_t)depth_taps, (size_t)taps,
                      (size_t)taps};
    size_t bias_shape[] = {(size_t)layer.out};
    double gain = 2.0 / (1.0 + layer.slope * layer.slope);
    double he = sqrt(gain / ((double)layer.in * taps * taps * depth_taps));
    double deviation = layer.deviation > 0 ? layer.deviation : he;
    g_autofree char *weight_name = g_strconcat(layer.name, ".weight", NULL);
    g_autofree char *bias_name = g_strconcat(layer.name, ".bias", NULL);
    LamNode *weight = layer.generated
                          ? generated(b, weight_name, 5, shape, deviation)
                          : parameter(b, weight_name, 5, shape, (LamInit){deviation, 1});
    LamNode *bias = NULL;
    if (layer.bias)
        bias = layer.generated
                   ? generated(b, bias_name, 1, bias_shape, 0)
                   : parameter(b, bias_name, 1, bias_shape, (LamInit){0, 1, layer.start});
    if (b->graph == NULL)
        return NULL;
    LamConvOptions options = {layer.out, {taps, taps, depth_taps}, layer.stride, layer.slope};
    return lam_op_conv(b->graph, x, weight, bias, addend, options);
}

/* Of the hypernetwork's input: a hyperparameter and what it leaves of 1, of each. */
static int hyper_width(const LamUnetConfig *c)
{
    return 2 * (MAX(c->hyper_classes, 1) + c->hyper_labels);
}

/* Hyperparameter k of these. */
static void put_pair(float *input, int k, double value)
{
    input[2 * k] = (float)value;
    input[2 * k + 1] = (float)(1 - value);
}

static void build_hypernetwork(Builder *b, LamNode *input)
{
    const LamUnetConfig *c = b->config;
    int width = hyper_width(c);
    b->code = input;
    for (int i = 0; i < c->n_hidden; i++) {
        g_autofree char *weight = g_strdup_printf("hyper.%d.weight", i);
        g_autofree char *bias = g_strdup_printf("hyper.%d.bias", i);
        size_t shape[] = {(size_t)c->hidden[i], (size_t)width};
        LamNode *w = parameter(b, weight, 2, shape, (LamInit){sqrt(2.0 / width), 1});
        LamNode *base = parameter(b, bias, 1, shape, (LamInit){0, 1});
        if (b->graph != NULL)
            b->code = lam_op_leaky_relu(b->graph, lam_op_dense(b->graph, b->code, w, base),
                                        (float)c->hidden_slope);
        width = c->hidden[i];
    }
    b->code_size = width;
}

/* Convolutions one after the other, PREFIX.0 and on. addend: of the first; may be NULL. */
static LamNode *chain(Builder *b, const char *prefix, int in, int n, const int *channels,
                      bool generated_layers, LamNode *x, LamNode *addend)
{
    for (int i = 0; i < n; i++) {
        g_autofree char *name = g_strdup_printf("%s.%d", prefix, i);
        Layer layer = {name, in, channels[i], 1, SLOPE, generated_layers, true, 0};
        x = convolution(b, layer, x, i == 0 ? addend : NULL);
        in = channels[i];
    }
    return x;
}

/* A U-Net without its last layers: of the registration, or of the features of one scan. */
typedef struct {
    const char *prefix; /* of its parameters' names */
    int in;             /* channels */
    int n_encoder, n_decoder;
    const int *encoder, *decoder;
    bool generated_encoder, generated_decoder;
    int beside; /* level of the encoder that what is known from elsewhere is added to */
} Tower;

/* addend: of the layer at t->beside; may be NULL */
static LamNode *descend(Builder *b, const Tower *t, LamNode *x, LamNode *addend, LamNode *levels[])
{
    for (int i = 0; i < t->n_encoder; i++) {
        g_autofree char *name = g_strdup_printf("%sencoder.%d", t->prefix, i);
        Layer layer = {name,          i == 0 ? t->in : t->encoder[i - 1],
                       t->encoder[i], i == 0 ? 1 : 2,
                       SLOPE,         t->generated_encoder,
                       true,          0};
        levels[i] = x = convolution(b, layer, x, i == t->beside ? addend : NULL);
    }
    return x;
}

/* One level up: x is upsampled to the skip's size and joined with it. */
static LamNode *ascend(Builder *b, const Tower *t, int step, LamNode *x, LamNode *skip)
{
    int skip_channels = t->encoder[t->n_encoder - 1 - step];
    g_autofree char *name = g_strdup_printf("%sdecoder.%d", t->prefix, step);
    g_autofree char *skip_name = g_strdup_printf("%sskip.%d", t->prefix, step);
    Layer layer = {
        name, t->decoder[step - 1], t->decoder[step], 1, SLOPE, t->generated_decoder, true, 0};
    LamNode *up = NULL, *addend = NULL;
    if (b->graph != NULL && skip != NULL) {
        LamShape s = lam_node_shape(skip);
        up = lam_op_upsample(b->graph, x, s.d, s.h, s.w);
    }
    if (b->config->skip == LAM_SKIP_ADD) {
        Layer side = {skip_name, skip_channels, t->decoder[step], 1, 1, false, false, 0};
        addend = convolution(b, side, skip, NULL);
    } else {
        layer.in += skip_channels;
        up = b->graph != NULL ? lam_op_concat(b->graph, up, skip) : NULL;
    }
    return convolution(b, layer, up, addend);
}

/* levels: where the encoder's go, finest first. */
static LamNode *build_tower(Builder *b, const Tower *t, LamNode *x, LamNode *addend,
                            LamNode *levels[LAM_UNET_MAX_LEVELS])
{
    int top = t->n_encoder - 1;
    g_autofree char *name = g_strdup_printf("%sdecoder.0", t->prefix);
    Layer bottom = {name, t->encoder[top], t->decoder[0], 1, SLOPE, t->generated_decoder, true, 0};
    x = convolution(b, bottom, descend(b, t, x, addend, levels), NULL);
    for (int step = 1; step < t->n_decoder; step++)
        x = ascend(b, t, step, x, levels[top - step]);
    return x;
}

/* Of the features' encoder, that whose voxels are half as large as the features'; below 0: there is none. */
static int finer_level(const LamUnetConfig *c)
{
    return c->n_features_encoder - c->n_features_decoder - 1;
}

/* The same weights for either scan; what they make of it does not depend on λ. *finer: what the encoder sees
 * where voxels are half as large. */
static LamNode *build_features(Builder *b, LamNode *image, LamNode **finer)
{
    const LamUnetConfig *c = b->config;
    Tower tower = {"features.",
                   1,
                   c->n_features_encoder,
                   c->n_features_decoder,
                   c->features_encoder,
                   c->features_decoder,
                   false,
                   false,
                   0};
    LamNode *levels[LAM_UNET_MAX_LEVELS] = {0};
    LamNode *features = build_tower(b, &tower, image, NULL, levels);
    *finer = finer_level(c) >= 0 ? levels[finer_level(c)] : NULL;
    return features;
}

/* How much a voxel looks like each structure, from its features; with parts, how much more each of its parts
 * does. */
static LamNode *structure_head(Builder *b, const char *name, int parts, double deviation,
                               LamNode *features)
{
    const LamUnetConfig *c = b->config;
    Layer head = {.name = name,
                  .in = c->features_decoder[c->n_features_decoder - 1],
                  .out = parts * lam_unet_scores(c),
                  .stride = 1,
                  .slope = 1,
                  .bias = true,
                  .deviation = deviation,
                  .pointwise = true};
    return convolution(b, head, features, NULL);
}

/* What the registration sees of a scan. */
typedef struct {
    LamNode *whole; /* the scan, or what is made of it, on the features' grid */
    LamNode *parts; /* of half its spacing; NULL without */
    LamNode *scan;
} View;

/* The features, spread over their parts. */
static LamNode *spread(Builder *b, LamNode *features, int channels, LamNode *finer)
{
    const LamUnetConfig *c = b->config;
    Layer layer = {.name = "structure_fine.context",
                   .in = c->features_decoder[c->n_features_decoder - 1],
                   .out = channels,
                   .stride = 1,
                   .slope = 1,
                   .pointwise = true};
    LamNode *x = convolution(b, layer, features, NULL);
    if (b->graph == NULL)
        return NULL;
    LamShape s = lam_node_shape(finer);
    return lam_op_upsample(b->graph, x, s.d, s.h, s.w);
}

/* What a finer look adds to the scores of the parts. */
static LamNode *build_fine(Builder *b, LamNode *features, LamNode *finer, LamNode *scores)
{
    const LamUnetConfig *c = b->config;
    LamNode *context = spread(b, features, c->structure_fine[0], finer);
    LamNode *x = chain(b, "structure_fine", c->features_encoder[finer_level(c)],
                       c->n_structure_fine, c->structure_fine, false, finer, context);
    Layer head = {.name = "structure_fine.scores",
                  .in = c->structure_fine[c->n_structure_fine - 1],
                  .out = lam_unet_scores(c),
                  .stride = 1,
                  .slope = 1,
                  .deviation = PART_DEVIATION,
                  .pointwise = true};
    return convolution(b, head, x, scores);
}

static View build_structures(Builder *b, LamNode *features, LamNode *finer, LamNode **scores)
{
    const LamUnetConfig *c = b->config;
    int n_parts = c->size[2] == 1 ? 4 : 8;
    LamNode *parts = NULL;
    LamNode *whole = structure_head(b, "structures", 1, STRUCTURE_DEVIATION, features);
    if (c->structure_parts)
        parts = structure_head(b, "structure_parts", n_parts, PART_DEVIATION, features);
    if (parts != NULL)
        parts = lam_op_subvoxel(b->graph, whole, parts);
    if (c->n_structure_fine > 0)
        parts = build_fine(b, features, finer, parts);
    if (b->graph == NULL)
        return (View){0};
    *scores = lam_op_to_plain(b->graph, parts != NULL ? parts : whole);
    return (View){.whole = lam_op_softmax(b->graph, whole),
                  .parts = parts != NULL ? lam_op_softmax(b->graph, parts) : NULL};
}

/* Its intensities, its features, or, where those tell structures apart, the probability of each, in which no
 * contrast is left. */
static View build_view(Builder *b, LamNode *image, LamNode **scores)
{
    const LamUnetConfig *c = b->config;
    if (c->n_features_encoder == 0)
        return (View){.whole = image};
    LamNode *finer = NULL, *features = build_features(b, image, &finer);
    if (c->structures == 0)
        return (View){.whole = features};
    View view = build_structures(b, features, finer, scores);
    view.scan = image;
    return view;
}

static int view_channels(const LamUnetConfig *c)
{
    return c->structures > 0           ? lam_unet_scores(c)
           : c->n_features_encoder > 0 ? c->features_decoder[c->n_features_decoder - 1]
                                       : 1;
}

/* Channels of the two scans enter side by side. */
static LamNode *beside(Builder *b, LamNode *fixed, LamNode *moving)
{
    return b->graph != NULL ? lam_op_concat(b->graph, fixed, moving) : NULL;
}

/* A layer that reads how alike the scans are for small shifts, averaged over `stride` voxels. bent: with a bias, and
 * what is below zero leaks, as the last of such layers. */
static LamNode *read_correlation(Builder *b, const char *name, LamNode *fixed, LamNode *moving,
                                 int stride, bool bent, LamNode *addend)
{
    const LamUnetConfig *c = b->config;
    const int width = 2 * CORRELATION_RADIUS + 1;
    Layer layer = {.name = name,
                   .in = width * width * (c->size[2] == 1 ? 1 : width),
                   .out = c->correlation,
                   .stride = 1,
                   .slope = bent ? SLOPE : 1,
                   .generated = c->generated == LAM_GENERATED_ALL,
                   .bias = bent,
                   .pointwise = true};
    LamNode *alike = lam_op_correlate(b->graph, fixed, moving, CORRELATION_RADIUS, stride);
    return convolution(b, layer, alike, addend);
}

/* Level of the registration's encoder that has the grid of the features. */
static int joint_level(const LamUnetConfig *c)
{
    return c->scans ? lam_unet_feature_halvings(c) : 0;
}

/* What x adds to the layer at the joint level, next to nothing at first. addend: what else is added; may be NULL. */
static LamNode *tell(Builder *b, const char *name, int in, int stride, LamNode *x, LamNode *addend)
{
    const LamUnetConfig *c = b->config;
    Layer layer = {.name = name,
                   .in = in,
                   .out = c->encoder[joint_level(c)],
                   .stride = stride,
                   .slope = 1,
                   .generated = c->generated == LAM_GENERATED_ALL,
                   .deviation = PART_DEVIATION};
    return convolution(b, layer, x, addend);
}

/* What correlations add there. */
static LamNode *build_correlation(Builder *b, const View view[2])
{
    const LamUnetConfig *c = b->config;
    if (c->correlation == 0)
        return NULL;
    LamNode *parts = NULL;
    if (c->structure_parts)
        parts =
            read_correlation(b, "correlation.parts", view[0].parts, view[1].parts, 2, false, NULL);
    LamNode *x =
        read_correlation(b, "correlation.whole", view[0].whole, view[1].whole, 1, true, parts);
    return tell(b, "correlation.look", c->correlation, 1, x, NULL);
}

/* What the probabilities of the parts add there. addend: as above. */
static LamNode *build_parts(Builder *b, const View view[2], LamNode *addend)
{
    const LamUnetConfig *c = b->config;
    if (!c->structure_parts)
        return addend;
    LamNode *parts = beside(b, view[0].parts, view[1].parts);
    return tell(b, "parts", 2 * view_channels(c), 2, parts, addend);
}

/* What the probabilities add there, beside the scans. addend: as above. */
static LamNode *build_whole(Builder *b, const View view[2], LamNode *addend)
{
    const LamUnetConfig *c = b->config;
    if (!c->scans)
        return addend;
    LamNode *whole = beside(b, view[0].whole, view[1].whole);
    return tell(b, "whole", 2 * view_channels(c), 1, whole, addend);
}

/* What flow, the last layer, sees. */
static int flow_channels(const LamUnetConfig *c)
{
    return c->n_final > 0 ? c->final[c->n_final - 1] : c->decoder[c->n_decoder - 1];
}

/* What the first pass's velocity was computed from adds there, in the second. addend: as above. */
static LamNode *build_first(Builder *b, const View view[2], LamNode *known, LamNode *addend)
{
    const LamShape to = b->graph != NULL ? lam_node_shape(view[0].whole) : (LamShape){0};
    while (known != NULL && lam_node_shape(known).w < to.w) {
        LamShape s = lam_node_shape(known);
        known = lam_op_upsample(b->graph, known, MIN(2 * s.d, to.d), 2 * s.h, 2 * s.w);
    }
    return tell(b, "first", flow_channels(b->config), 1, known, addend);
}

/* What the registration begins with. */
static LamNode *build_input(Builder *b, const View view[2])
{
    return b->config->scans ? beside(b, view[0].scan, view[1].scan)
                            : beside(b, view[0].whole, view[1].whole);
}

/* The velocity, plain; NULL where only parameters are declared. first: what that of a first pass
 * was computed from; NULL in that. */
static LamNode *build_registration(Builder *b, const View view[2], LamNode *first)
{
    const LamUnetConfig *c = b->config;
    bool generated_decoder = c->generated != LAM_GENERATED_NONE;
    int width = flow_channels(c);
    Tower tower = {"",
                   2 * (c->scans ? 1 : view_channels(c)),
                   c->n_encoder,
                   c->n_decoder,
                   c->encoder,
                   c->decoder,
                   c->generated == LAM_GENERATED_ALL,
                   generated_decoder,
                   joint_level(c)};
    LamNode *levels[LAM_UNET_MAX_LEVELS] = {0};
    LamNode *known = build_whole(b, view, build_parts(b, view, build_correlation(b, view)));
    if (first != NULL || (b->graph == NULL && c->first_lambda > 0))
        known = build_first(b, view, first, known);
    LamNode *x = build_tower(b, &tower, build_input(b, view), known, levels);
    x = chain(b, "final", c->decoder[c->n_decoder - 1], c->n_final, c->final, generated_decoder, x,
              NULL);
    b->features = x;
    Layer flow = {"flow", width, 3, 1, 1, false, true, FLOW_DEVIATION};
    LamNode *velocity = convolution(b, flow, x, NULL);
    Layer variance = {"log_variance",     width,         3, 1, 1, false, true,
                      VARIANCE_DEVIATION, VARIANCE_START};
    if (c->uncertain)
        b->log_variance = convolution(b, variance, x, NULL);
    return lam_op_to_plain(b->graph, velocity);
}

static LamNode *integrated(const LamUnetConfig *config, LamGraph *graph, LamNode *velocity)
{
    return config->integration_steps > 0
               ? lam_op_integrate(graph, velocity, config->integration_steps)
               : velocity;
}

/* A field in voxels of its own grid, on the grid of `like` and in its voxels. */
static LamNode *resized(Builder *b, LamNode *field, const LamNode *like)
{
    LamShape from = lam_node_shape(field), to = lam_node_shape(like);
    if (from.w == to.w)
        return field;
    float scale = (float)to.w / (float)from.w;
    return lam_op_resize(b->graph, field, to.d, to.h, to.w, scale);
}

/* x at the field's positions. */
static LamNode *carry(Builder *b, LamNode *x, LamNode *displacement)
{
    if (x == NULL)
        return NULL;
    bool blocked = lam_node_layout(x) == LAM_BLOCKED;
    LamNode *field = resized(b, displacement, x);
    LamNode *carried = lam_op_warp(b->graph, lam_op_to_plain(b->graph, x), field);
    return blocked ? lam_op_to_blocked(b->graph, carried) : carried;
}

/* The velocity of a pass by the λ that rests and, added to its share of that, what a second one finds between the
 * fixed scan and the moving one as the first carries it; both by the same weights. */
static LamNode *build_passes(Builder *b, const View view[2])
{
    const LamUnetConfig *c = b->config;
    float hyper[2 * LAM_UNET_MAX_CLASSES];
    for (int k = 0; 2 * k < hyper_width(c); k++)
        put_pair(hyper, k, c->first_lambda);
    Builder first = *b;
    bool built = b->graph != NULL;
    build_hypernetwork(&first, built ? lam_op_constant(b->graph, hyper_width(c), hyper) : NULL);
    LamNode *velocity = build_registration(&first, view, NULL);
    /* Through what is carried no gradient flows: the first pass learns by its share alone, and a step takes a
     * quarter less. */
    LamNode *field = built ? lam_op_detach(b->graph, integrated(c, b->graph, velocity)) : NULL;
    View carried[] = {view[0],
                      {.whole = carry(b, view[1].whole, field),
                       .parts = carry(b, view[1].parts, field),
                       .scan = carry(b, view[1].scan, field)}};
    LamNode *more = build_registration(b, carried, first.features);
    return built ? lam_op_sum(b->graph, more, lam_op_scale(b->graph, velocity, b->first_share), 1)
                 : NULL;
}

static LamNode *build(Builder *b, LamNode *fixed, LamNode *moving, LamNode *hyper)
{
    if (b->config->generated != LAM_GENERATED_NONE)
        build_hypernetwork(b, hyper);
    View view[] = {build_view(b, fixed, &b->structures[0]),
                   build_view(b, moving, &b->structures[1])};
    return b->config->first_lambda > 0 ? build_passes(b, view) : build_registration(b, view, NULL);
}

void lam_unet_declare(const LamUnetConfig *config, LamParameters *parameters)
{
    Builder b = {.config = config, .parameters = parameters};
    build(&b, NULL, NULL, NULL);
}

void lam_unet_freeze_features(LamGraph *graph)
{
    lam_graph_freeze(graph, "features.");
    lam_graph_freeze(graph, "structure"); /* structures, structure_parts, structure_fine */
}

/* fixed: what the fixed image is; NULL: an input. */
static LamUnet add_inputs(const LamUnetConfig *config, LamGraph *graph, LamNode *fixed)
{
    LamShape image = {1, config->size[2], config->size[1], config->size[0]};
    LamShape scalar = {1, 1, 1, 1}, hyper = {hyper_width(config), 1, 1, 1};
    LamUnet unet = {
        .fixed = fixed != NULL ? fixed : lam_graph_input(graph, "fixed", image),
        .moving = lam_graph_input(graph, "moving", image),
        .lambda = lam_graph_input(graph, "lambda", scalar),
        .label_share = lam_graph_input(graph, "label_share", scalar),
        .n_lambdas = MAX(config->hyper_classes, 1),
    };
    if (config->generated != LAM_GENERATED_NONE)
        unet.hyper = lam_graph_input(graph, "hyper", hyper);
    unet.first_lambda = config->first_lambda;
    if (config->first_lambda > 0)
        unet.first_share = lam_graph_input(graph, "first_share", scalar);
    return unet;
}

/* The velocity and, of an uncertain network, its log variance. */
static LamUnet add_flow(const LamUnetConfig *config, LamGraph *graph, LamParameters *parameters,
                        LamNode *fixed)
{
    Builder b = {.config = config, .graph = graph, .parameters = parameters};
    LamUnet unet = add_inputs(config, graph, fixed);
    b.first_share = unet.first_share;
    unet.velocity = build(&b, unet.fixed, unet.moving, unet.hyper);
    unet.features = b.features;
    unet.fixed_structures = b.structures[0];
    unet.moving_structures = b.structures[1];
    if (config->uncertain)
        unet.log_variance = lam_op_to_plain(graph, b.log_variance);
    return unet;
}

LamUnet lam_unet_build_onto(const LamUnetConfig *config, LamGraph *graph, LamParameters *parameters,
                            LamNode *fixed)
{
    LamUnet unet = add_flow(config, graph, parameters, fixed);
    unet.displacement = integrated(config, graph, unet.velocity);
    return unet;
}

LamUnet lam_unet_build(const LamUnetConfig *config, LamGraph *graph, LamParameters *parameters)
{
    return lam_unet_build_onto(config, graph, parameters, NULL);
}

LamUnet lam_unet_build_sampling(const LamUnetConfig *config, LamGraph *graph,
                                LamParameters *parameters)
{
    LamUnet unet = add_flow(config, graph, parameters, NULL);
    LamNode *sample = unet.velocity;
    if (unet.log_variance != NULL) {
        unet.noise = lam_graph_input(graph, "noise", lam_node_shape(unet.velocity));
        sample = lam_op_gaussian_sample(graph, unet.velocity, unet.log_variance, unet.noise);
    }
    unet.displacement = integrated(config, graph, sample);
    return unet;
}

/* Hyperparameter k of the hypernetwork's input, if it is there. */
static void put_hyper(const LamUnet *unet, int k, double value)
{
    if (unet->hyper == NULL || (size_t)(2 * k) >= lam_node_count(unet->hyper))
        return;
    put_pair(lam_node_value(unet->hyper), k, value);
}

/* Fields of all λ are about as large: measured, their roughness falls as 1 - λ, its root as this. At λ = 1 nothing
 * may move. */
static float first_share(const LamUnet *unet, double lambda)
{
    return (float)sqrt(fmax(1 - lambda, 0) / (1 - unet->first_lambda));
}

void lam_unet_set_class_lambdas(const LamUnet *unet, LamGraph *graph, const double *lambdas)
{
    double mean = 0;
    for (int k = 0; k < unet->n_lambdas; k++) {
        put_hyper(unet, k, lambdas[k]);
        mean += lambdas[k] / unet->n_lambdas;
    }
    if (unet->hyper != NULL)
        lam_graph_touch(graph, unet->hyper);
    if (unet->first_share == NULL)
        return;
    lam_node_value(unet->first_share)[0] = first_share(unet, mean);
    lam_graph_touch(graph, unet->first_share);
}

void lam_unet_set_hyper(const LamUnet *unet, LamGraph *graph, double lambda, double label_share)
{
    double lambdas[LAM_UNET_MAX_CLASSES];
    for (int k = 0; k < unet->n_lambdas; k++)
        lambdas[k] = lambda;
    lam_node_value(unet->lambda)[0] = (float)lambda;
    lam_node_value(unet->label_share)[0] = (float)label_share;
    lam_graph_touch(graph, unet->lambda);
    lam_graph_touch(graph, unet->label_share);
    put_hyper(unet, unet->n_lambdas, label_share);
    lam_unet_set_class_lambdas(unet, graph, lambdas);
}

void lam_unet_set_lambda(const LamUnet *unet, LamGraph *graph, double lambda)
{
    lam_unet_set_hyper(unet, graph, lambda, (double)lam_node_value(unet->label_share)[0]);
}

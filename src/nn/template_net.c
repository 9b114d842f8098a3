/* Builds the template from its description. */
#include <lambdascope/template_net.h>

#include <lambdascope/ops.h>
#include <math.h>
#include <string.h>

#define SLOPE          0.2f
#define HEAD_DEVIATION 1e-4 /* attributes change nothing at first */

/* Learning rates relative to each other: intensities go from 0 to 1, scores from -5 to 5. */
#define PICTURE_RATE 4
#define SCORES_RATE  20
#define DECODER_RATE 2

/* What is being built: with graph NULL only the parameters are declared. */
typedef struct {
    const LamTemplateConfig *config;
    LamGraph *graph;
    LamParameters *parameters;
    int taps[3];   /* of convolutions, along w, h, d */
    int attribute; /* whose decoder is being built */
    LamNode *attributes;
    double rate;
} Builder;

static LamNode *parameter(Builder *b, const char *name, int ndim, const size_t *shape, LamInit init)
{
    init.rate_scale *= b->rate;
    int index = lam_parameters_declare(b->parameters, name, ndim, shape, init);
    return b->graph != NULL ? lam_graph_parameter(b->graph, index) : NULL;
}

/* Each attribute has parameters of its own. Free with g_free. */
static char *name_of(const Builder *b, const char *layer, const char *kind)
{
    return g_strdup_printf("template.%d.%s.%s", b->attribute, layer, kind);
}

static LamNode *dense(Builder *b, const char *name, int in, int out, LamNode *x)
{
    g_autofree char *weight = name_of(b, name, "weight"), *bias = name_of(b, name, "bias");
    size_t shape[] = {(size_t)out, (size_t)in};
    LamNode *w = parameter(b, weight, 2, shape, (LamInit){sqrt(2.0 / in), DECODER_RATE});
    LamNode *base = parameter(b, bias, 1, shape, (LamInit){0, DECODER_RATE});
    if (b->graph == NULL)
        return NULL;
    return lam_op_leaky_relu(b->graph, lam_op_dense(b->graph, x, w, base), SLOPE);
}

/* deviation 0: He-normal. */
static LamNode *convolution(Builder *b, const char *name, int in, int out, double deviation,
                            LamNode *x)
{
    g_autofree char *weight = name_of(b, name, "weight"), *bias = name_of(b, name, "bias");
    const int *t = b->taps;
    size_t shape[] = {(size_t)out, (size_t)in, (size_t)t[2], (size_t)t[1], (size_t)t[0]};
    double he = sqrt(2.0 / (1.0 + (double)(SLOPE * SLOPE)) / (in * t[0] * t[1] * t[2]));
    LamInit init = {deviation > 0 ? deviation : he, DECODER_RATE};
    LamNode *w = parameter(b, weight, 5, shape, init);
    LamNode *base = parameter(b, bias, 1, shape, (LamInit){0, DECODER_RATE});
    if (b->graph == NULL)
        return NULL;
    LamConvOptions options = {out, {t[0], t[1], t[2]}, 1, deviation > 0 ? 1 : SLOPE};
    return lam_op_conv(b->graph, x, w, base, NULL, options);
}

void lam_template_scores_size(const LamUnetConfig *unet, int size[3])
{
    for (int a = 0; a < 3; a++)
        size[a] = unet->size[a] > 1 ? unet->size[a] / 2 : 1;
}

/* The scores' grid, so many times halved. */
static LamShape level(const LamUnetConfig *unet, int channels, int halved)
{
    int size[3];
    lam_template_scores_size(unet, size);
    for (int a = 0; a < 3; a++)
        size[a] = size[a] > 1 ? size[a] >> halved : 1;
    return (LamShape){channels, size[2], size[1], size[0]};
}

static int voxels(LamShape s)
{
    return s.d * s.h * s.w;
}

/* From one attribute to its features on the scores' grid, in blocks. */
static LamNode *decode(Builder *b, const LamUnetConfig *unet, LamNode *attribute)
{
    const LamTemplateConfig *c = b->config;
    int width = c->decoder[0];
    LamShape low = level(unet, width, c->n_decoder);
    LamNode *x = dense(b, "dense.0", 1, c->hidden, attribute);
    x = dense(b, "dense.1", c->hidden, width * voxels(low), x);
    if (b->graph != NULL)
        x = lam_op_to_blocked(b->graph, lam_op_reshape(b->graph, x, low));
    for (int i = 0; i < c->n_decoder; i++) {
        g_autofree char *name = g_strdup_printf("decoder.%d", i);
        LamShape s = level(unet, width, c->n_decoder - 1 - i);
        if (b->graph != NULL)
            x = lam_op_upsample(b->graph, x, s.d, s.h, s.w);
        x = convolution(b, name, width, c->decoder[i], 0, x);
        width = c->decoder[i];
    }
    return x;
}

/* What the attributes add, in plain channels: the sum of what each one adds. NULL without attributes, and where
 * only parameters are declared. */
static LamNode *offset(Builder *b, const char *name, int channels, LamNode *const *features)
{
    const LamTemplateConfig *c = b->config;
    LamNode *sum = NULL;
    for (b->attribute = 0; b->attribute < c->n_attributes; b->attribute++) {
        int width = c->decoder[c->n_decoder - 1];
        LamNode *x = convolution(b, name, width, channels, HEAD_DEVIATION, features[b->attribute]);
        if (b->graph == NULL)
            continue;
        x = lam_op_to_plain(b->graph, x);
        sum = sum != NULL ? lam_op_sum(b->graph, sum, x, 1) : x;
    }
    return sum;
}

/* offset and, where there are slopes, each of them times its attribute. dims, shape: of what they are slopes of. */
static LamNode *add_slopes(Builder *b, const char *name, int ndim, const size_t *dims,
                           LamShape shape, LamNode *offset, double rate)
{
    size_t with[LAM_TENSOR_MAX_DIMS];
    int n = b->config->n_attributes;
    if (!b->config->slopes || n == 0)
        return offset;
    memcpy(with, dims, (size_t)ndim * sizeof *dims);
    with[ndim] = (size_t)n;
    LamNode *slopes = parameter(b, name, ndim + 1, with, (LamInit){0, rate});
    if (b->graph == NULL)
        return NULL;
    LamNode *change = lam_op_dense(b->graph, b->attributes, slopes, NULL);
    return lam_op_sum(b->graph, offset, lam_op_reshape(b->graph, change, shape), 1);
}

static LamNode *build_picture(Builder *b, const LamUnetConfig *unet, LamNode *const *features)
{
    const int *n = unet->size;
    size_t shape[] = {(size_t)n[2], (size_t)n[1], (size_t)n[0]};
    LamNode *base = parameter(b, LAM_TEMPLATE_PICTURE, 3, shape, (LamInit){0, PICTURE_RATE});
    LamNode *parts = offset(b, "picture.offset", n[2] > 1 ? 8 : 4, features);
    LamShape whole = {1, n[2], n[1], n[0]};
    LamNode *spread = parts != NULL ? lam_op_depth_to_space(b->graph, parts) : NULL;
    spread = add_slopes(b, LAM_TEMPLATE_PICTURE_SLOPE, 3, shape, whole, spread, PICTURE_RATE);
    if (b->graph == NULL)
        return NULL;
    return lam_op_foreground(b->graph, lam_op_reshape(b->graph, base, whole), spread);
}

static LamNode *build_scores(Builder *b, const LamUnetConfig *unet, LamNode *const *features)
{
    int k = b->config->n_structures;
    if (k == 0)
        return NULL;
    LamShape s = level(unet, k, 0);
    size_t shape[] = {(size_t)k, (size_t)s.d, (size_t)s.h, (size_t)s.w};
    LamNode *base = parameter(b, LAM_TEMPLATE_SCORES, 4, shape, (LamInit){0, SCORES_RATE});
    LamNode *change = offset(b, "scores.offset", k, features);
    change = add_slopes(b, LAM_TEMPLATE_SCORES_SLOPE, 4, shape, s, change, SCORES_RATE);
    if (b->graph == NULL)
        return NULL;
    base = lam_op_reshape(b->graph, base, s);
    return change != NULL ? lam_op_sum(b->graph, base, change, 1) : base;
}

static LamTemplateNet build(Builder *b, const LamUnetConfig *unet)
{
    LamTemplateNet net = {0};
    LamNode *features[LAM_TEMPLATE_MAX_ATTRIBUTES] = {NULL};
    int n = b->config->n_attributes;
    b->taps[0] = b->taps[1] = 3;
    b->taps[2] = unet->size[2] > 1 ? 3 : 1;
    if (b->graph != NULL && n > 0)
        net.attributes = b->attributes =
            lam_graph_input(b->graph, "attributes", (LamShape){n, 1, 1, 1});
    for (b->attribute = 0; b->attribute < n; b->attribute++) {
        if (b->graph != NULL)
            net.attribute[b->attribute] =
                lam_graph_input(b->graph, "attribute", (LamShape){1, 1, 1, 1});
        features[b->attribute] = decode(b, unet, net.attribute[b->attribute]);
    }
    net.picture = build_picture(b, unet, features);
    net.scores = build_scores(b, unet, features);
    return net;
}

static void declare_mean(const LamUnetConfig *unet, int attributes, LamParameters *parameters)
{
    int n[3];
    lam_unet_field_size(unet, n);
    size_t shape[] = {3 * (size_t)(1 + attributes), (size_t)n[2], (size_t)n[1], (size_t)n[0]};
    lam_parameters_declare(parameters, LAM_TEMPLATE_MEAN, 4, shape, (LamInit){0, 1});
}

void lam_template_net_declare(const LamTemplateConfig *config, const LamUnetConfig *unet,
                              double rate, LamParameters *parameters)
{
    Builder b = {.config = config, .parameters = parameters, .rate = rate};
    build(&b, unet);
    declare_mean(unet, config->n_attributes, parameters);
}

LamTemplateNet lam_template_net_build(const LamTemplateConfig *config, const LamUnetConfig *unet,
                                      LamGraph *graph, LamParameters *parameters)
{
    Builder b = {.config = config, .graph = graph, .parameters = parameters};
    return build(&b, unet);
}

double lam_template_net_normalised(const LamAttribute *a, double value)
{
    return (value - 0.5 * (a->low + a->high)) / (0.5 * (a->high - a->low));
}

/* changed: touches only what is not as it was. */
static void put(const LamTemplateNet *net, const LamTemplateConfig *config, LamGraph *graph,
                const double *values, bool changed)
{
    bool any = !changed;
    for (int i = 0; net->attributes != NULL && i < config->n_attributes; i++) {
        float value = (float)lam_template_net_normalised(&config->attribute[i], values[i]);
        bool same = changed && lam_node_value(net->attribute[i])[0] == value;
        lam_node_value(net->attributes)[i] = lam_node_value(net->attribute[i])[0] = value;
        if (!same)
            lam_graph_touch(graph, net->attribute[i]);
        any |= !same;
    }
    if (net->attributes != NULL && any)
        lam_graph_touch(graph, net->attributes);
}

void lam_template_net_set(const LamTemplateNet *net, const LamTemplateConfig *config,
                          LamGraph *graph, const double *values)
{
    put(net, config, graph, values, false);
}

void lam_template_net_change(const LamTemplateNet *net, const LamTemplateConfig *config,
                             LamGraph *graph, const double *values)
{
    put(net, config, graph, values, true);
}

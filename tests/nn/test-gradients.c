/* Gradients against central differences along random directions: every op, and the whole loss of the
 * registration network. */
#include "rig.h"

#include <lambdascope/threads.h>
#include <lambdascope/unet.h>
#include <math.h>

#define DIRECTIONS 3
#define STEPS      3
#define LOSS_SHARE 1e-3 /* what the largest step changes in the loss, roughly */

/* One tensor whose gradient is checked; changed is what to touch (NULL: the parameters). */
typedef struct {
    const char *name;
    LamGraph *graph;
    LamNode *loss, *changed;
    float *value;
    const float *grad;
    size_t n;
} Probe;

static double loss_at(const Probe *p, const float *start, const float *direction, double step)
{
    for (size_t i = 0; i < p->n; i++)
        p->value[i] = (float)(start[i] + step * direction[i]);
    lam_graph_touch(p->graph, p->changed);
    lam_graph_forward(p->graph, p->loss, NULL);
    return lam_node_value(p->loss)[0];
}

static double length(const float *x, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)x[i] * x[i];
    return sqrt(squares);
}

/* |central difference - gradient * direction|, relative to what a random direction gives typically.
 * Of several steps the best counts: float's noise spoils the small ones, kinks the large ones. */
static double error_along(const Probe *p, GRand *rand)
{
    g_autofree float *start = g_memdup2(p->value, p->n * sizeof(float));
    g_autofree float *direction = g_new(float, p->n);
    double slope = 0, size = length(p->grad, p->n), best = INFINITY;
    double step = LOSS_SHARE * fabs(lam_node_value(p->loss)[0]) / size;
    rig_fill(rand, direction, p->n, 1);
    for (size_t i = 0; i < p->n; i++)
        slope += (double)p->grad[i] * direction[i];
    for (int i = 0; i < STEPS; i++, step /= 8) {
        double up = loss_at(p, start, direction, step), down = loss_at(p, start, direction, -step);
        best = fmin(best, fabs((up - down) / (2 * step) - slope) / size);
    }
    loss_at(p, start, direction, 0);
    return best;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median over directions, because a single one may meet a kink at every step. */
static void check(const Probe *p, GRand *rand, double tolerance)
{
    double errors[DIRECTIONS];
    g_assert_cmpfloat(length(p->grad, p->n), >, 0);
    for (int i = 0; i < DIRECTIONS; i++)
        errors[i] = error_along(p, rand);
    qsort(errors, DIRECTIONS, sizeof errors[0], compare);
    double error = errors[DIRECTIONS / 2];
    g_test_message("%s: %zu values, error %.1e", p->name, p->n, error);
    if (!(error <= tolerance))
        g_error("%s: gradient differs by %g, allowed %g", p->name, error, tolerance);
}

/* Finishes the rig and checks the gradient of `loss` with respect to all its variables. */
static void check_rig(Rig *rig, LamNode *loss, double tolerance)
{
    rig_finish(rig);
    lam_graph_backward(rig->graph, loss);
    for (int i = 0; i < rig->n_inputs; i++) {
        LamNode *node = rig->inputs[i];
        if (lam_node_gradient(node) == NULL)
            continue;
        g_autofree char *name = g_strdup_printf("variable %d", i);
        g_autofree float *grad =
            g_memdup2(lam_node_gradient(node), lam_node_count(node) * sizeof(float));
        Probe probe = {name, rig->graph,          loss, node, lam_node_value(node),
                       grad, lam_node_count(node)};
        check(&probe, rig->rand, tolerance);
    }
    rig_clear(rig);
}

static LamShape shape(int c, int d, int h, int w)
{
    return (LamShape){c, d, h, w};
}

static LamShape vector(int n)
{
    return shape(n, 1, 1, 1);
}

typedef struct {
    const char *name;
    LamShape x;
    LamConvOptions options;
    bool blocked, addend;
} ConvCase;

static const ConvCase conv_cases[] = {
    {"plain", {2, 4, 5, 6}, {9, {3, 3, 3}, 1, 0.2f}, false, false},
    {"blocked", {9, 4, 5, 6}, {5, {3, 3, 3}, 1, 0.2f}, true, false},
    {"addend", {9, 4, 5, 6}, {16, {3, 3, 3}, 1, 0.2f}, true, true},
    {"strided", {9, 5, 6, 7}, {17, {3, 3, 3}, 2, 0.2f}, true, false},
    {"strided-addend", {16, 5, 6, 21}, {8, {3, 3, 3}, 2, 0.2f}, true, true},
    {"strided-plain", {2, 4, 6, 7}, {8, {3, 3, 3}, 2, 0.2f}, false, false},
    {"flat", {3, 1, 6, 7}, {8, {3, 3, 1}, 1, 0.2f}, true, false},
    {"flat-strided", {3, 1, 6, 7}, {8, {3, 3, 1}, 2, 0.2f}, true, false},
    {"linear", {8, 3, 4, 5}, {3, {3, 3, 3}, 1, 1}, true, false},
    {"pointwise", {8, 3, 4, 5}, {7, {1, 1, 1}, 1, 0}, true, false},
};

static void test_conv(gconstpointer data)
{
    const ConvCase *c = data;
    Rig rig;
    rig_init(&rig, 1);
    size_t taps = (size_t)c->options.kernel[0] * c->options.kernel[1] * c->options.kernel[2];
    LamNode *x = rig_variable(&rig, c->x, 1);
    LamNode *weight = rig_variable(&rig, vector((int)taps * c->x.c * c->options.channels), 0.3);
    LamNode *bias = rig_variable(&rig, vector(c->options.channels), 1);
    LamNode *in = c->blocked ? lam_op_to_blocked(rig.graph, x) : x, *addend = NULL;
    if (c->addend) {
        int s = c->options.stride;
        LamShape out = {c->options.channels, (c->x.d - 1) / s + 1, (c->x.h - 1) / s + 1,
                        (c->x.w - 1) / s + 1};
        addend = lam_op_to_blocked(rig.graph, rig_variable(&rig, out, 1));
    }
    LamNode *y = lam_op_conv(rig.graph, in, weight, bias, addend, c->options);
    check_rig(&rig, rig_loss(&rig, y), 0.01);
}

/* A tensor that several convolutions and other ops read: their gradients must add up. */
static void test_shared(void)
{
    Rig rig;
    rig_init(&rig, 2);
    LamNode *x = rig_variable(&rig, shape(16, 4, 5, 6), 1);
    LamNode *a = rig_variable(&rig, vector(16 * 16 * 27), 0.05);
    LamNode *bias = rig_variable(&rig, vector(16), 1);
    LamConvOptions options = {16, {3, 3, 3}, 1, 1};
    LamNode *first =
        lam_op_conv(rig.graph, lam_op_to_blocked(rig.graph, x), a, bias, NULL, options);
    LamNode *second = lam_op_conv(rig.graph, first, a, bias, first, options);
    options.stride = 2;
    LamNode *third = lam_op_conv(rig.graph, first, a, NULL, NULL, options);
    LamNode *up = lam_op_upsample(rig.graph, third, 4, 5, 6);
    LamNode *joined = lam_op_concat(rig.graph, lam_op_concat(rig.graph, first, second), up);
    check_rig(&rig, rig_loss(&rig, joined), 0.01);
}

static void test_dense(void)
{
    Rig rig;
    rig_init(&rig, 3);
    LamNode *x = rig_variable(&rig, vector(7), 1), *w = rig_variable(&rig, vector(35), 1);
    LamNode *y = lam_op_dense(rig.graph, x, w, rig_variable(&rig, vector(5), 1));
    LamNode *z = lam_op_leaky_relu(rig.graph, y, 0.1f);
    LamNode *w2 = rig_variable(&rig, vector(15), 1);
    check_rig(&rig, rig_loss(&rig, lam_op_dense(rig.graph, z, w2, NULL)), 0.01);
}

static void test_upsample(void)
{
    Rig rig;
    rig_init(&rig, 4);
    LamNode *x = rig_variable(&rig, shape(5, 2, 3, 4), 1);
    LamNode *blocked = lam_op_upsample(rig.graph, lam_op_to_blocked(rig.graph, x), 3, 6, 4);
    check_rig(&rig, rig_loss(&rig, lam_op_upsample(rig.graph, blocked, 6, 12, 7)), 1e-3);
}

static void test_resize(void)
{
    Rig rig;
    rig_init(&rig, 5);
    LamNode *x = rig_variable(&rig, shape(3, 3, 4, 5), 1);
    LamNode *up = lam_op_resize(rig.graph, x, 6, 8, 10, 2);
    LamNode *down = lam_op_resize(rig.graph, up, 4, 3, 7, 0.7f);
    check_rig(&rig, rig_loss(&rig, down), 1e-3);
}

static void test_warp(gconstpointer data)
{
    Rig rig;
    int depth = GPOINTER_TO_INT(data);
    rig_init(&rig, 6);
    LamNode *image = rig_variable(&rig, shape(2, depth, 7, 8), 1);
    LamNode *field = rig_variable(&rig, shape(3, depth, 7, 8), 1.5); /* often outside */
    LamNode *y = lam_op_warp(rig.graph, image, field);
    check_rig(&rig, rig_loss(&rig, y), 0.02);
}

static void test_integrate(gconstpointer data)
{
    Rig rig;
    int depth = GPOINTER_TO_INT(data);
    rig_init(&rig, 7);
    LamNode *v = rig_variable(&rig, shape(3, depth, 7, 8), 1);
    check_rig(&rig, rig_loss(&rig, lam_op_integrate(rig.graph, v, 4)), 0.02);
}

static void test_softmax(void)
{
    Rig rig;
    rig_init(&rig, 13);
    LamNode *x = rig_variable(&rig, shape(32, 3, 5, 7), 1.5);
    LamNode *y = lam_op_softmax(rig.graph, lam_op_to_blocked(rig.graph, x));
    check_rig(&rig, rig_loss(&rig, lam_op_to_plain(rig.graph, y)), 0.01);
}

static void test_subvoxel(void)
{
    Rig rig;
    rig_init(&rig, 15);
    LamNode *whole = lam_op_to_blocked(rig.graph, rig_variable(&rig, shape(16, 3, 2, 5), 1));
    LamNode *parts = lam_op_to_blocked(rig.graph, rig_variable(&rig, shape(128, 3, 2, 5), 1));
    LamNode *y = lam_op_subvoxel(rig.graph, whole, parts);
    check_rig(&rig, rig_loss(&rig, lam_op_to_plain(rig.graph, y)), 0.01);
}

/* Of every voxel, and averaged over pairs of them. */
static void test_correlate(gconstpointer data)
{
    Rig rig;
    int stride = GPOINTER_TO_INT(data);
    for (int flat = 0; flat < 2; flat++) {
        rig_init(&rig, 16);
        LamShape s = stride == 1 ? shape(3, flat ? 1 : 3, 5, 7) : shape(3, flat ? 1 : 4, 6, 8);
        LamNode *a = lam_op_to_blocked(rig.graph, rig_variable(&rig, s, 1));
        LamNode *b = lam_op_to_blocked(rig.graph, rig_variable(&rig, s, 1));
        LamNode *y = lam_op_correlate(rig.graph, a, b, 3 - stride, stride);
        check_rig(&rig, rig_loss(&rig, lam_op_to_plain(rig.graph, y)), 0.01);
    }
}

static void test_ncc(gconstpointer data)
{
    Rig rig;
    int depth = GPOINTER_TO_INT(data);
    rig_init(&rig, 8);
    LamNode *a = rig_variable(&rig, shape(1, depth, 7, 9), 1);
    LamNode *b = rig_variable(&rig, shape(1, depth, 7, 9), 1);
    check_rig(&rig, lam_op_ncc(rig.graph, a, b, 5), 0.01);
}

/* The terms that refinement adds to the loss. */
static void test_refine_terms(void)
{
    Rig rig;
    rig_init(&rig, 10);
    LamShape map = shape(1, 5, 7, 8);
    LamNode *v = rig_variable(&rig, shape(3, 5, 7, 8), 0.7);
    LamNode *u = lam_op_integrate(rig.graph, v, 4);
    LamNode *a = rig_input(&rig, map, 2), *b = rig_input(&rig, map, 2);
    LamNode *dice = lam_op_label_dice(rig.graph, a, b, u, 3, 0.5);
    LamNode *points = lam_op_sample(rig.graph, u, rig_input(&rig, shape(3, 1, 1, 6), 4));
    LamNode *zeros = rig_input(&rig, shape(3, 1, 1, 6), 0);
    LamNode *distance = lam_op_mse(rig.graph, points, zeros, 1);
    LamNode *loss = lam_op_sum(rig.graph, dice, lam_op_folds(rig.graph, u, 0.5f), 0.3f);
    check_rig(&rig, lam_op_sum(rig.graph, loss, distance, 0.2f), 0.02);
}

static void test_weighted_ncc(void)
{
    Rig rig;
    rig_init(&rig, 11);
    LamNode *a = rig_variable(&rig, shape(1, 5, 7, 9), 1);
    LamNode *b = rig_variable(&rig, shape(1, 5, 7, 9), 1);
    LamNode *weight = lam_op_leaky_relu(rig.graph, rig_input(&rig, shape(1, 5, 7, 9), 1), 0);
    check_rig(&rig, lam_op_ncc_weighted(rig.graph, a, b, weight, 5), 0.01);
}

static void test_weighted_gradient(gconstpointer data)
{
    Rig rig;
    rig_init(&rig, 13);
    int d = GPOINTER_TO_INT(data);
    LamNode *field = rig_variable(&rig, shape(3, d, 5, 7), 1);
    LamNode *weight = lam_op_leaky_relu(rig.graph, rig_input(&rig, shape(1, d, 5, 7), 1), 0);
    check_rig(&rig, lam_op_gradient_l2_weighted(rig.graph, field, weight), 1e-3);
}

/* A sampled velocity and what its variance costs, λ included. */
static void test_probabilistic(gconstpointer data)
{
    Rig rig;
    LamShape s = shape(3, GPOINTER_TO_INT(data), 5, 6);
    rig_init(&rig, 12);
    LamNode *mean = rig_variable(&rig, s, 0.7), *log_variance = rig_variable(&rig, s, 0.7);
    LamNode *noise = rig_input(&rig, s, 0.7), *lambda = rig_variable(&rig, vector(1), 0.5);
    LamNode *sample = lam_op_gaussian_sample(rig.graph, mean, log_variance, noise);
    LamNode *u = rig_loss(&rig, lam_op_integrate(rig.graph, sample, 4));
    LamNode *kl = lam_op_svf_kl(rig.graph, lambda, mean, log_variance, 1.7f);
    check_rig(&rig, lam_op_sum(rig.graph, u, kl, 0.8f), 0.02);
}

static void test_scalars(void)
{
    Rig rig;
    rig_init(&rig, 9);
    LamNode *a = rig_variable(&rig, shape(3, 4, 5, 6), 1);
    LamNode *b = rig_variable(&rig, shape(3, 4, 5, 6), 1);
    LamNode *lambda = rig_variable(&rig, vector(1), 0.5);
    LamNode *mse = lam_op_mse(rig.graph, a, b, 0.7f), *rough = lam_op_gradient_l2(rig.graph, a);
    check_rig(&rig, lam_op_blend(rig.graph, lambda, mse, rough, 1.3f), 1e-3);
}

static LamUnetConfig small_unet(bool flat)
{
    return (LamUnetConfig){
        .size = {16, 16, flat ? 1 : 8},
        .spacing_mm = 2,
        .n_encoder = 3,
        .encoder = {16, 16, 16},
        .n_decoder = 2,
        .decoder = {16, 16},
        .n_final = 1,
        .final = {16},
        .n_hidden = 2,
        .hidden = {8, 8},
        .integration_steps = 5,
    };
}

static LamNode *registration_loss(const LamUnetConfig *c, LamGraph *graph, const LamUnet *unet)
{
    float factor = (float)lam_unet_field_factor(c);
    LamNode *full =
        lam_op_resize(graph, unet->displacement, c->size[2], c->size[1], c->size[0], factor);
    LamNode *moved = lam_op_warp(graph, unet->moving, full);
    LamNode *similarity = lam_op_ncc(graph, unet->fixed, moved, 5);
    LamNode *rough = lam_op_gradient_l2(graph, unet->displacement);
    return lam_op_blend(graph, unet->lambda, similarity, rough, 1);
}

/* A few soft blobs, so that the loss is smooth in the field. */
static void fill_image(LamNode *node, double phase)
{
    LamShape s = lam_node_shape(node);
    float *p = lam_node_value(node);
    for (int d = 0; d < s.d; d++)
        for (int h = 0; h < s.h; h++)
            for (int w = 0; w < s.w; w++)
                *p++ = (float)(0.5 + 0.2 * sin(0.55 * w + phase) + 0.2 * cos(0.5 * h - phase * d) +
                               0.1 * sin(0.6 * d + 0.4 * h * phase));
}

/* Weights that move the field by about half a voxel, everything generated away from zero. */
static void fill_parameters(LamParameters *parameters, GRand *rand)
{
    lam_parameters_initialise(parameters, 5);
    for (int i = 0; i < lam_parameters_count(parameters); i++) {
        const char *name = lam_parameters_name(parameters, i);
        float *value = lam_parameters_values(parameters) + lam_parameters_offset(parameters, i);
        if (g_str_has_suffix(name, "flow.weight") || g_str_equal(name, "log_variance.weight"))
            rig_fill(rand, value, lam_parameters_size(parameters, i), 0.1);
        else if (!g_str_equal(name, "log_variance.bias") && g_str_has_suffix(name, "bias") &&
                 lam_parameters_size(parameters, i) <= 16)
            rig_fill(rand, value, lam_parameters_size(parameters, i), 0.1);
    }
}

/* Of all whose names begin so. */
static void check_parameters(LamParameters *parameters, LamGraph *graph, LamNode *loss, GRand *rand,
                             const char *prefix)
{
    for (int i = 0; i < lam_parameters_count(parameters); i++) {
        size_t at = lam_parameters_offset(parameters, i), n = lam_parameters_size(parameters, i);
        float *value = lam_parameters_values(parameters) + at;
        Probe probe = {lam_parameters_name(parameters, i),        graph, loss, NULL, value,
                       lam_parameters_gradients(parameters) + at, n};
        if (g_str_has_prefix(probe.name, prefix))
            check(&probe, rand, 0.02);
    }
}

typedef struct {
    bool flat;
    LamSkip skip;
    LamGenerated generated;
    int steps;
    bool uncertain, hyper_labels, features, parts, fine, passes, correlation, scans;
} UnetCase;

/* Two scans' features on half the grid, the registration beneath them on that. */
static void add_features(LamUnetConfig *config)
{
    config->n_features_encoder = 3;
    config->n_features_decoder = 2;
    for (int i = 0; i < 3; i++)
        config->features_encoder[i] = config->features_decoder[i] = 16;
    config->structures = 3;
    config->n_encoder = config->n_decoder = 2;
}

static void test_unet(gconstpointer data)
{
    const UnetCase *c = data;
    GError *error = NULL;
    LamUnetConfig config = small_unet(c->flat);
    config.skip = c->skip;
    config.generated = c->generated;
    config.integration_steps = c->steps;
    config.uncertain = c->uncertain;
    config.hyper_labels = c->hyper_labels;
    if (c->features)
        add_features(&config);
    config.structure_parts = c->parts;
    config.n_structure_fine = c->fine ? 2 : 0;
    config.structure_fine[0] = config.structure_fine[1] = 16;
    config.scans = c->scans;
    if (c->scans) { /* one level more, where the scans are */
        config.n_encoder = 3;
        config.encoder[2] = 16;
    }
    config.correlation = c->correlation ? 16 : 0;
    config.first_lambda = c->passes ? 0.2 : 0;
    config.hidden_slope = c->passes ? 0.1 : 0;
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    lam_unet_declare(&config, parameters);
    lam_parameters_allocate(parameters, true, &error);
    g_assert_no_error(error);
    fill_parameters(parameters, rand);
    float *look = lam_parameters_find(parameters, "correlation.look.weight");
    for (int i = 0; look != NULL && i < 27 * 16 * 16; i++)
        look[i] *= 30; /* so that there is something to see */
    g_autoptr(LamGraph) graph = lam_graph_new(parameters, true);
    LamUnet unet = lam_unet_build_sampling(&config, graph, parameters);
    LamNode *loss = registration_loss(&config, graph, &unet);
    if (c->uncertain)
        loss = lam_op_sum(graph, loss,
                          lam_op_svf_kl(graph, unet.lambda, unet.velocity, unet.log_variance, 2),
                          0.1f);
    LamNode *labels = NULL;
    if (c->features) {
        labels = lam_graph_input(graph, "labels", lam_node_shape(unet.fixed));
        LamNode *a = lam_op_label_entropy(graph, unet.fixed_structures, labels, 0.5);
        LamNode *b = lam_op_label_entropy(graph, unet.moving_structures, labels, 0.5);
        loss = lam_op_sum(graph, loss, lam_op_sum(graph, a, b, 1), 0.3f);
    }
    lam_graph_finalise(graph, &error);
    g_assert_no_error(error);
    for (size_t i = 0; labels != NULL && i < lam_node_count(labels); i++)
        lam_node_value(labels)[i] = (float)(i / 5 % 4);
    fill_image(unet.fixed, 0.3);
    fill_image(unet.moving, 0.9);
    if (c->uncertain)
        rig_fill(rand, lam_node_value(unet.noise), lam_node_count(unet.noise), 1);
    lam_unet_set_hyper(&unet, graph, 0.4, 0.7);
    lam_graph_forward(graph, loss, NULL);
    lam_parameters_zero_gradients(parameters);
    lam_graph_backward(graph, loss);
    double field = length(lam_node_value(unet.displacement), lam_node_count(unet.displacement)) /
                   sqrt((double)lam_node_count(unet.displacement));
    g_test_message("loss %g, field %g voxels", lam_node_value(loss)[0], field);
    g_assert_cmpfloat(field, >, 0.05); /* not at the kink of zero displacement */
    /* Other weights also move what the first pass carries, which no gradient is to know of. */
    check_parameters(parameters, graph, loss, rand, c->passes ? "first" : "");
}

static void add_unet_tests(void)
{
    static UnetCase cases[12];
    static const UnetCase modes[] = {
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 0, false, false},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, true, false},
        {true, LAM_SKIP_ADD, LAM_GENERATED_ALL, 5, true, true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, .features = true},
        {true, LAM_SKIP_CONCAT, LAM_GENERATED_DECODER, 5, .features = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, .features = true, .parts = true},
        {true, LAM_SKIP_ADD, LAM_GENERATED_ALL, 5, .features = true, .parts = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_NONE, 5, .features = true, .parts = true, .fine = true},
        {true, LAM_SKIP_ADD, LAM_GENERATED_NONE, 5, .features = true, .parts = true, .fine = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, .passes = true},
        {true, LAM_SKIP_ADD, LAM_GENERATED_ALL, 0, .passes = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, .features = true, .parts = true,
         .passes = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, .features = true, .correlation = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_NONE, 5, .features = true, .parts = true,
         .correlation = true},
        {false, LAM_SKIP_ADD, LAM_GENERATED_DECODER, 5, .features = true, .parts = true,
         .correlation = true, .scans = true},
        {true, LAM_SKIP_CONCAT, LAM_GENERATED_ALL, 5, .features = true, .scans = true},
    };
    g_test_add_data_func("/gradients/loss/displacement", &modes[0], test_unet);
    g_test_add_data_func("/gradients/loss/uncertain", &modes[1], test_unet);
    g_test_add_data_func("/gradients/loss/uncertain/labels", &modes[2], test_unet);
    g_test_add_data_func("/gradients/loss/features", &modes[3], test_unet);
    g_test_add_data_func("/gradients/loss/features/concat", &modes[4], test_unet);
    g_test_add_data_func("/gradients/loss/parts", &modes[5], test_unet);
    g_test_add_data_func("/gradients/loss/parts/2d", &modes[6], test_unet);
    g_test_add_data_func("/gradients/loss/fine", &modes[7], test_unet);
    g_test_add_data_func("/gradients/loss/fine/2d", &modes[8], test_unet);
    g_test_add_data_func("/gradients/loss/passes", &modes[9], test_unet);
    g_test_add_data_func("/gradients/loss/passes/2d", &modes[10], test_unet);
    g_test_add_data_func("/gradients/loss/passes/parts", &modes[11], test_unet);
    g_test_add_data_func("/gradients/loss/correlation", &modes[12], test_unet);
    g_test_add_data_func("/gradients/loss/correlation/parts", &modes[13], test_unet);
    g_test_add_data_func("/gradients/loss/scans", &modes[14], test_unet);
    g_test_add_data_func("/gradients/loss/scans/2d", &modes[15], test_unet);
    static const char *const generated[] = {"none", "decoder", "all"};
    for (int i = 0; i < 12; i++) {
        UnetCase c = {i % 2 == 1,
                      i / 2 % 2 == 1 ? LAM_SKIP_ADD : LAM_SKIP_CONCAT,
                      (LamGenerated)(i / 4),
                      5,
                      false,
                      false};
        cases[i] = c;
        g_autofree char *name =
            g_strdup_printf("/gradients/loss/%s/%s/%s", generated[c.generated],
                            c.skip == LAM_SKIP_ADD ? "add" : "concat", c.flat ? "2d" : "3d");
        g_test_add_data_func(name, &cases[i], test_unet);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lam_threads_set(1); /* tiny tensors; test-conv and test-ops run with two */
    for (size_t i = 0; i < G_N_ELEMENTS(conv_cases); i++) {
        g_autofree char *name = g_strconcat("/gradients/conv/", conv_cases[i].name, NULL);
        g_test_add_data_func(name, &conv_cases[i], test_conv);
    }
    g_test_add_func("/gradients/shared", test_shared);
    g_test_add_func("/gradients/dense", test_dense);
    g_test_add_func("/gradients/upsample", test_upsample);
    g_test_add_func("/gradients/resize", test_resize);
    g_test_add_data_func("/gradients/warp/3d", GINT_TO_POINTER(6), test_warp);
    g_test_add_data_func("/gradients/warp/2d", GINT_TO_POINTER(1), test_warp);
    g_test_add_data_func("/gradients/integrate/3d", GINT_TO_POINTER(6), test_integrate);
    g_test_add_data_func("/gradients/integrate/2d", GINT_TO_POINTER(1), test_integrate);
    g_test_add_data_func("/gradients/ncc/3d", GINT_TO_POINTER(6), test_ncc);
    g_test_add_data_func("/gradients/ncc/2d", GINT_TO_POINTER(1), test_ncc);
    g_test_add_func("/gradients/softmax", test_softmax);
    g_test_add_func("/gradients/subvoxel", test_subvoxel);
    g_test_add_data_func("/gradients/correlate", GINT_TO_POINTER(1), test_correlate);
    g_test_add_data_func("/gradients/correlate/pairs", GINT_TO_POINTER(2), test_correlate);
    g_test_add_func("/gradients/scalars", test_scalars);
    g_test_add_data_func("/gradients/probabilistic/3d", GINT_TO_POINTER(4), test_probabilistic);
    g_test_add_data_func("/gradients/probabilistic/2d", GINT_TO_POINTER(1), test_probabilistic);
    g_test_add_func("/gradients/refine-terms", test_refine_terms);
    g_test_add_func("/gradients/weighted-ncc", test_weighted_ncc);
    g_test_add_data_func("/gradients/weighted-gradient/3d", GINT_TO_POINTER(4),
                         test_weighted_gradient);
    g_test_add_data_func("/gradients/weighted-gradient/2d", GINT_TO_POINTER(1),
                         test_weighted_gradient);
    add_unet_tests();
    return g_test_run();
}

/* Every operation of src/nn, alone, at about the sizes it has in the reference model: what it costs, and
 * what share that is of what the machine does at best in the same run. Convolutions are held against
 * sgemm. The others move memory: they are held against a large plain copy, counting each input, result
 * and gradient once; from the caches a share can exceed 1. */
#include "cli.h"
#include "yardstick.h"

#include <lambdascope/adam.h>
#include <lambdascope/ops.h>
#include <lambdascope/threads.h>
#include <stdio.h>
#include <math.h>

#define MAX_INPUTS  4
#define MAX_REPEATS 1000

enum { FORWARD, BACKWARD, PASSES };

typedef struct {
    LamNode *node;
    double deviation;
} Input;

/* The graph that holds one operation under test. */
typedef struct {
    LamParameters *parameters;
    LamGraph *graph;
    Input inputs[MAX_INPUTS];
    int n_inputs;
    double value_bytes, gradient_bytes; /* of the inputs */
    LamNode *loss;
    LamAdam *adam; /* of the case that has no graph's operation */
} Rig;

typedef struct Case {
    const char *op, *what; /* op: its name in the graph */
    LamNode *(*build)(Rig *, const struct Case *);
    const char *pass[PASSES]; /* what each is called; NULL: not of interest */
    LamShape shape;
    int channels, stride, window; /* window: of NCC */
    LamPrecision precision;       /* of a convolution's operands */
} Case;

typedef struct {
    Rig rig;
    double *ms[PASSES]; /* one per repeat */
    double flops, bytes[PASSES];
} Measured;

/* ---- what is measured ---- */

static LamNode *add_input(Rig *rig, LamShape shape, double deviation, bool with_gradient)
{
    LamNode *node = with_gradient ? lam_graph_variable(rig->graph, "x", shape)
                                  : lam_graph_input(rig->graph, "x", shape);
    double bytes = (double)lam_node_count(node) * sizeof(float);
    rig->value_bytes += bytes;
    rig->gradient_bytes += with_gradient ? bytes : 0;
    rig->inputs[rig->n_inputs++] = (Input){node, deviation};
    return node;
}

static LamNode *image(Rig *rig, const Case *c)
{
    return add_input(rig, c->shape, 1, true);
}

/* Displacements of a voxel or two. */
static LamNode *field(Rig *rig, const Case *c)
{
    return add_input(rig, (LamShape){3, c->shape.d, c->shape.h, c->shape.w}, 1.5, true);
}

/* Only one of the two gradients, so that each can be timed. */
static LamNode *convolution(Rig *rig, const Case *c, bool towards_weights)
{
    int depth_taps = c->shape.d > 1 ? 3 : 1;
    LamConvOptions options = {c->channels, {3, 3, depth_taps}, c->stride, 1};
    LamShape weights = {c->channels * c->shape.c * 9 * depth_taps, 1, 1, 1};
    LamNode *x = add_input(rig, c->shape, 1, !towards_weights);
    LamNode *w = add_input(rig, weights, 0.1, towards_weights);
    return lam_op_conv(rig->graph, lam_op_to_blocked(rig->graph, x), w, NULL, NULL, options);
}

static LamNode *conv_data(Rig *rig, const Case *c)
{
    return convolution(rig, c, false);
}

static LamNode *conv_weights(Rig *rig, const Case *c)
{
    return convolution(rig, c, true);
}

static LamNode *dense(Rig *rig, const Case *c)
{
    LamShape matrix = {c->channels * c->shape.c, 1, 1, 1}, bias = {c->channels, 1, 1, 1};
    LamNode *w = add_input(rig, matrix, 0.1, true), *b = add_input(rig, bias, 1, true);
    return lam_op_dense(rig->graph, image(rig, c), w, b);
}

static LamNode *leaky_relu(Rig *rig, const Case *c)
{
    return lam_op_leaky_relu(rig->graph, image(rig, c), 0.2f);
}

static LamNode *upsample(Rig *rig, const Case *c)
{
    LamNode *x = lam_op_to_blocked(rig->graph, image(rig, c));
    return lam_op_upsample(rig->graph, x, 2 * c->shape.d, 2 * c->shape.h, 2 * c->shape.w);
}

static LamNode *concat(Rig *rig, const Case *c)
{
    LamNode *a = lam_op_to_blocked(rig->graph, image(rig, c));
    return lam_op_concat(rig->graph, a, lam_op_to_blocked(rig->graph, image(rig, c)));
}

static LamNode *to_blocked(Rig *rig, const Case *c)
{
    return lam_op_to_blocked(rig->graph, image(rig, c));
}

static LamNode *to_plain(Rig *rig, const Case *c)
{
    return lam_op_to_plain(rig->graph, lam_op_to_blocked(rig->graph, image(rig, c)));
}

static LamNode *resize(Rig *rig, const Case *c)
{
    return lam_op_resize(rig->graph, field(rig, c), 2 * c->shape.d, 2 * c->shape.h, 2 * c->shape.w,
                         2);
}

static LamNode *warp(Rig *rig, const Case *c)
{
    return lam_op_warp(rig->graph, image(rig, c), field(rig, c));
}

static LamNode *integrate(Rig *rig, const Case *c)
{
    return lam_op_integrate(rig->graph, field(rig, c), 7);
}

static LamNode *ncc(Rig *rig, const Case *c)
{
    LamNode *fixed = add_input(rig, c->shape, 1, false); /* as in training */
    return lam_op_ncc(rig->graph, fixed, image(rig, c), c->window);
}

static LamNode *mse(Rig *rig, const Case *c)
{
    LamNode *fixed = add_input(rig, c->shape, 1, false);
    return lam_op_mse(rig->graph, fixed, image(rig, c), 1);
}

static LamNode *nmi(Rig *rig, const Case *c)
{
    LamNode *fixed = image(rig, c);
    return lam_op_nmi(rig->graph, fixed, image(rig, c), 32);
}

static LamNode *bending(Rig *rig, const Case *c)
{
    return lam_op_bending(rig->graph, field(rig, c));
}

static LamNode *gradient_l2(Rig *rig, const Case *c)
{
    return lam_op_gradient_l2(rig->graph, field(rig, c));
}

static LamNode *gradient_l2_weighted(Rig *rig, const Case *c)
{
    LamNode *weight = add_input(rig, c->shape, 1, false);
    return lam_op_gradient_l2_weighted(rig->graph, field(rig, c), weight);
}

static LamNode *gaussian_sample(Rig *rig, const Case *c)
{
    LamShape s = {3, c->shape.d, c->shape.h, c->shape.w};
    LamNode *mean = field(rig, c), *log_variance = field(rig, c);
    return lam_op_gaussian_sample(rig->graph, mean, log_variance, add_input(rig, s, 1, false));
}

static LamNode *svf_kl(Rig *rig, const Case *c)
{
    LamNode *lambda = add_input(rig, (LamShape){1, 1, 1, 1}, 1, false), *mean = field(rig, c);
    return lam_op_svf_kl(rig->graph, lambda, mean, field(rig, c), 1);
}

static LamNode *folds(Rig *rig, const Case *c)
{
    return lam_op_folds(rig->graph, field(rig, c), 0.1f);
}

static LamNode *label_dice(Rig *rig, const Case *c)
{
    LamNode *a = add_input(rig, c->shape, 20, false), *b = add_input(rig, c->shape, 20, false);
    return lam_op_label_dice(rig->graph, a, b, field(rig, c), 35, 0.5);
}

static LamNode *softmax(Rig *rig, const Case *c)
{
    return lam_op_softmax(rig->graph, lam_op_to_blocked(rig->graph, image(rig, c)));
}

static LamNode *subvoxel(Rig *rig, const Case *c)
{
    LamShape parts = c->shape;
    parts.c *= 8;
    LamNode *whole = lam_op_to_blocked(rig->graph, image(rig, c));
    return lam_op_subvoxel(rig->graph, whole,
                           lam_op_to_blocked(rig->graph, add_input(rig, parts, 1, true)));
}

static LamNode *correlate(Rig *rig, const Case *c)
{
    LamNode *a = lam_op_to_blocked(rig->graph, image(rig, c));
    LamNode *b = lam_op_to_blocked(rig->graph, image(rig, c));
    return lam_op_correlate(rig->graph, a, b, 2, c->stride);
}

static LamNode *label_entropy(Rig *rig, const Case *c)
{
    LamShape scores = c->shape, map = {1, 2 * scores.d, 2 * scores.h, 2 * scores.w};
    scores.c = 32;
    LamNode *x = add_input(rig, scores, 1, true);
    return lam_op_label_entropy(rig->graph, x, add_input(rig, map, 20, false), 0.5);
}

static LamNode *sample(Rig *rig, const Case *c)
{
    LamNode *points = add_input(rig, (LamShape){3, 1, 1, 100}, 20, false);
    return lam_op_sample(rig->graph, field(rig, c), points);
}

static LamNode *sum(Rig *rig, const Case *c)
{
    LamNode *a = image(rig, c);
    return lam_op_sum(rig->graph, a, image(rig, c), 1);
}

static LamNode *blend(Rig *rig, const Case *c)
{
    LamNode *lambda = add_input(rig, c->shape, 0, false);
    LamNode *a = image(rig, c);
    return lam_op_blend(rig->graph, lambda, a, image(rig, c), 1);
}

static LamNode *reshape(Rig *rig, const Case *c)
{
    LamShape s = {c->shape.c * c->shape.d, 1, c->shape.h, c->shape.w};
    return lam_op_reshape(rig->graph, image(rig, c), s);
}

static LamNode *scale(Rig *rig, const Case *c)
{
    return lam_op_scale(rig->graph, field(rig, c),
                        add_input(rig, (LamShape){1, 1, 1, 1}, 1, false));
}

static LamNode *constant(Rig *rig, const Case *c)
{
    static const float numbers[] = {0.1F, 0.9F};
    (void)c;
    return lam_op_constant(rig->graph, 2, numbers);
}

static LamNode *detach(Rig *rig, const Case *c)
{
    return lam_op_detach(rig->graph, image(rig, c));
}

static LamNode *depth_to_space(Rig *rig, const Case *c)
{
    return lam_op_depth_to_space(rig->graph, image(rig, c));
}

static LamNode *foreground(Rig *rig, const Case *c)
{
    LamNode *base = image(rig, c);
    return lam_op_foreground(rig->graph, base, image(rig, c));
}

static LamNode *running_mean(Rig *rig, const Case *c)
{
    LamNode *mean = add_input(rig, (LamShape){3, c->shape.d, c->shape.h, c->shape.w}, 1, false);
    return lam_op_running_mean(rig->graph, mean, field(rig, c), NULL, 0.02f);
}

static LamNode *mean_square(Rig *rig, const Case *c)
{
    return lam_op_mean_square(rig->graph, field(rig, c));
}

static LamNode *carry_labels(Rig *rig, const Case *c)
{
    LamNode *labels = add_input(rig, c->shape, 20, false);
    return lam_op_carry_labels(rig->graph, labels, field(rig, c));
}

#define FULL                                                                                       \
    {                                                                                              \
        1, 80, 96, 80                                                                              \
    }
#define HALF                                                                                       \
    {                                                                                              \
        32, 40, 48, 40                                                                             \
    }
#define BOTH                                                                                       \
    {                                                                                              \
        "forward", "backward"                                                                      \
    }
#define DATA                                                                                       \
    {                                                                                              \
        "forward", "backward-data"                                                                 \
    }
#define TO_W                                                                                       \
    {                                                                                              \
        NULL, "backward-weights"                                                                   \
    }
#define WIDE  "32 → 32 channels, 40×48×40"
#define PLANE "2-D, 32 → 32 channels, 256×256"

static const Case cases[] = {
    {"conv", WIDE, conv_data, DATA, HALF, 32, 1},
    {"conv", WIDE, conv_weights, TO_W, HALF, 32, 1},
    {"conv", "16 → 32 channels, 80×96×80, stride 2", conv_data, DATA, {16, 80, 96, 80}, 32, 2},
    {"conv", "16 → 32 channels, 80×96×80, stride 2", conv_weights, TO_W, {16, 80, 96, 80}, 32, 2},
    {"conv", WIDE ", bf16", conv_data, DATA, HALF, 32, 1, .precision = LAM_PRECISION_BF16},
    {"conv", WIDE ", bf16", conv_weights, TO_W, HALF, 32, 1, .precision = LAM_PRECISION_BF16},
    {"conv", PLANE, conv_data, DATA, {32, 1, 256, 256}, 32, 1},
    {"conv", PLANE, conv_weights, TO_W, {32, 1, 256, 256}, 32, 1},
    {"conv", PLANE ", stride 2", conv_data, DATA, {32, 1, 256, 256}, 32, 2},
    {"conv", PLANE ", stride 2", conv_weights, TO_W, {32, 1, 256, 256}, 32, 2},
    {"dense", "a head: 32 → 27648", dense, BOTH, {32, 1, 1, 1}, 27648},
    {"leaky-relu", "32 channels, 40×48×40", leaky_relu, BOTH, HALF},
    {"upsample", "32 channels, 20×24×20, ×2", upsample, BOTH, {32, 20, 24, 20}},
    {"concat", "32 + 32 channels, 40×48×40", concat, BOTH, HALF},
    {"to-blocked", "32 channels, 40×48×40", to_blocked, BOTH, HALF},
    {"to-plain", "32 channels, 40×48×40", to_plain, BOTH, HALF},
    {"resize", "field, 40×48×40, ×2", resize, BOTH, {1, 40, 48, 40}},
    {"warp", "80×96×80", warp, BOTH, FULL},
    {"integrate", "7 squarings, 40×48×40", integrate, BOTH, {1, 40, 48, 40}},
    {"ncc", "window 3, 80×96×80", ncc, BOTH, FULL, .window = 3},
    {"ncc", "window 7, 80×96×80", ncc, BOTH, FULL, .window = 7},
    {"ncc", "window 15, 80×96×80", ncc, BOTH, FULL, .window = 15},
    {"mse", "80×96×80", mse, BOTH, FULL},
    {"gradient-l2", "field, 40×48×40", gradient_l2, BOTH, {1, 40, 48, 40}},
    {"gradient-l2", "weighted, 40×48×40", gradient_l2_weighted, BOTH, {1, 40, 48, 40}},
    {"nmi", "32 bins, 80×96×80", nmi, BOTH, FULL},
    {"bending", "field, 40×48×40", bending, BOTH, {1, 40, 48, 40}},
    {"gaussian-sample", "field, 40×48×40", gaussian_sample, BOTH, {1, 40, 48, 40}},
    {"svf-kl", "field, 40×48×40", svf_kl, BOTH, {1, 40, 48, 40}},
    {"folds", "field, 40×48×40", folds, BOTH, {1, 40, 48, 40}},
    {"label-dice", "35 labels, 80×96×80", label_dice, BOTH, FULL},
    {"softmax", "32 channels, 40×48×40", softmax, BOTH, HALF},
    {"subvoxel", "32 channels, 40×48×40", subvoxel, BOTH, HALF},
    {"correlate", "radius 2, 32 channels, 40×48×40", correlate, BOTH, HALF, .stride = 1},
    {"correlate",
     "radius 2, 32 channels, 80×96×80, pairs",
     correlate,
     BOTH,
     {32, 80, 96, 80},
     .stride = 2},
    {"label-entropy", "32 labels, scores 40×48×40", label_entropy, BOTH, {1, 40, 48, 40}},
    {"sample", "field at 100 points", sample, BOTH, {1, 40, 48, 40}},
    {"reshape", "80×96×80", reshape, BOTH, FULL},
    {"depth-to-space", "8 channels, 40×48×40", depth_to_space, BOTH, {8, 40, 48, 40}},
    {"scale", "field, 40×48×40", scale, BOTH, {1, 40, 48, 40}},
    {"constant", "two numbers", constant, {"forward"}, {1, 1, 1, 1}},
    {"detach", "80×96×80", detach, {"forward"}, FULL},
    {"foreground", "80×96×80", foreground, BOTH, FULL},
    {"running-mean", "field, 40×48×40", running_mean, BOTH, {1, 40, 48, 40}},
    {"mean-square", "field, 40×48×40", mean_square, BOTH, {1, 40, 48, 40}},
    {"carry-labels", "80×96×80", carry_labels, {"forward"}, FULL},
    {"sum", "two scalars", sum, BOTH, {1, 1, 1, 1}},
    {"blend", "two scalars", blend, BOTH, {1, 1, 1, 1}},
    {"adam", "4 million parameters", NULL, {"update"}, {4 << 20, 1, 1, 1}},
};

#define CASES ((int)G_N_ELEMENTS(cases))

/* ---- preparation ---- */

static void rig_clear(Rig *rig)
{
    lam_adam_free(rig->adam);
    lam_graph_free(rig->graph);
    lam_parameters_free(rig->parameters);
}

/* Uniform with this standard deviation; the same on every run. */
static void fill(float *values, size_t n, double deviation)
{
    guint32 state = 1;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = (float)(deviation * 3.4641 * (state / 4294967296.0 - 0.5));
    }
}

/* A scalar that depends on all of y: what backward starts from. */
static LamNode *loss_of(Rig *rig, LamNode *y)
{
    if (y == NULL || lam_node_count(y) == 1)
        return y;
    if (lam_node_layout(y) == LAM_BLOCKED)
        y = lam_op_to_plain(rig->graph, y);
    LamNode *zeros = lam_graph_input(rig->graph, "zeros", lam_node_shape(y));
    return lam_op_mse(rig->graph, y, zeros, 1);
}

static bool prepare_graph(const Case *c, Measured *m, GError **error)
{
    Rig *rig = &m->rig;
    rig->graph = lam_graph_new(rig->parameters, true);
    lam_graph_set_precision(rig->graph, c->precision);
    LamNode *y = c->build(rig, c);
    rig->loss = loss_of(rig, y);
    if (!lam_graph_finalise(rig->graph, error))
        return false;
    for (int i = 0; i < rig->n_inputs; i++)
        fill(lam_node_value(rig->inputs[i].node), lam_node_count(rig->inputs[i].node),
             rig->inputs[i].deviation);
    double result_bytes = (double)lam_node_count(y) * sizeof(float);
    m->flops = 2 * lam_graph_convolution_macs(rig->graph, NULL);
    m->bytes[FORWARD] = rig->value_bytes + result_bytes;
    m->bytes[BACKWARD] = rig->value_bytes + rig->gradient_bytes + result_bytes;
    return true;
}

/* Adam reads values, gradients and both moments, and writes all but the gradients. */
static bool prepare_adam(const Case *c, Measured *m, GError **error)
{
    Rig *rig = &m->rig;
    size_t n = (size_t)c->shape.c;
    lam_parameters_declare(rig->parameters, "p", 1, &n, (LamInit){1, 1});
    if (!lam_parameters_allocate(rig->parameters, true, error))
        return false;
    fill(lam_parameters_values(rig->parameters), n, 1);
    fill(lam_parameters_gradients(rig->parameters), n, 0.1);
    m->bytes[FORWARD] = 7.0 * (double)n * sizeof(float);
    rig->adam = lam_adam_new(rig->parameters, error);
    return rig->adam != NULL;
}

static bool prepare(const Case *c, Measured *m, int repeats, GError **error)
{
    m->rig.parameters = lam_parameters_new();
    for (int pass = 0; pass < PASSES; pass++)
        m->ms[pass] = g_new0(double, repeats);
    if (c->build == NULL)
        return prepare_adam(c, m, error);
    return lam_parameters_allocate(m->rig.parameters, true, error) && prepare_graph(c, m, error);
}

/* ---- measuring ---- */

static void time_adam(Rig *rig, double ms[PASSES])
{
    gint64 start = g_get_monotonic_time();
    lam_adam_step(rig->adam, 1e-4, 1);
    ms[FORWARD] = 1e-3 * (double)(g_get_monotonic_time() - start);
}

static void time_graph(Rig *rig, const char *op, double ms[PASSES])
{
    double before[PASSES], after[PASSES];
    lam_graph_seconds(rig->graph, op, &before[FORWARD], &before[BACKWARD]);
    for (int i = 0; i < rig->n_inputs; i++)
        lam_graph_touch(rig->graph, rig->inputs[i].node);
    lam_graph_forward(rig->graph, rig->loss, NULL);
    if (lam_node_gradient(rig->loss) != NULL)
        lam_graph_backward(rig->graph, rig->loss);
    lam_graph_seconds(rig->graph, op, &after[FORWARD], &after[BACKWARD]);
    for (int pass = 0; pass < PASSES; pass++)
        ms[pass] = 1e3 * (after[pass] - before[pass]);
}

/* Each repeat takes all cases and a round of the yardstick in turn; a first one does not count. */
static void measure(Measured *measured, LamYardstick *yardstick, int repeats)
{
    for (int repeat = -1; repeat < repeats; repeat++) {
        for (int i = 0; i < CASES; i++) {
            double ms[PASSES] = {0};
            if (cases[i].build == NULL)
                time_adam(&measured[i].rig, ms);
            else
                time_graph(&measured[i].rig, cases[i].op, ms);
            for (int pass = 0; pass < PASSES && repeat >= 0; pass++)
                measured[i].ms[pass][repeat] = ms[pass];
        }
        lam_yardstick_round(yardstick);
    }
}

/* ---- report ---- */

typedef struct {
    const char *op, *what, *pass;
    bool is_compute;
    double ms, rate, share; /* rate: GFLOP/s, or GB/s; NaN where the time is too short to be read */
    double over_window_3;   /* NaN but for NCC */
} Line;

static Line line_of(const Case *c, Measured *m, int pass, int repeats, const LamYardstick *y)
{
    Line line = {c->op, c->what, c->pass[pass], m->flops > 0};
    line.ms = lam_percentile(m->ms[pass], repeats, 0.5);
    double work = line.is_compute ? m->flops : m->bytes[pass];
    double peak = line.is_compute ? lam_yardstick_sgemm_gflops(y) : lam_yardstick_copy_gb_per_s(y);
    line.rate = line.ms > 0.01 ? 1e-6 * work / line.ms : NAN;
    line.share = line.rate / peak;
    line.over_window_3 = NAN;
    return line;
}

static GArray *lines_of(Measured *measured, int repeats, const LamYardstick *yardstick)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    double window_3[PASSES] = {0};
    for (int i = 0; i < CASES; i++)
        for (int pass = 0; pass < PASSES; pass++) {
            if (cases[i].pass[pass] == NULL)
                continue;
            Line line = line_of(&cases[i], &measured[i], pass, repeats, yardstick);
            if (cases[i].window == 3)
                window_3[pass] = line.ms;
            if (cases[i].window > 0)
                line.over_window_3 = line.ms / window_3[pass];
            g_array_append_val(lines, line);
        }
    return lines;
}

static void print_cell(const char *text, int width)
{
    printf("%s%*s", text, MAX(0, width - (int)g_utf8_strlen(text, -1)), "");
}

static void print_text(const GArray *lines, const LamYardstick *yardstick)
{
    printf("sgemm %.1f GFLOP/s (%s), copy %.1f GB/s, %d threads\n\n",
           lam_yardstick_sgemm_gflops(yardstick), lam_yardstick_sgemm_library(yardstick),
           lam_yardstick_copy_gb_per_s(yardstick), lam_threads());
    for (guint i = 0; i < lines->len; i++) {
        const Line *line = &g_array_index(lines, Line, i);
        print_cell(line->op, 12);
        print_cell(line->what, 42);
        print_cell(line->pass, 17);
        printf("%9.3f ms", line->ms);
        if (isfinite(line->rate))
            printf("%8.1f %-8s%5.2f of %s", line->rate, line->is_compute ? "GFLOP/s" : "GB/s",
                   line->share, line->is_compute ? "sgemm" : "copy");
        if (isfinite(line->over_window_3))
            printf(", %.2f of window 3", line->over_window_3);
        putchar('\n');
    }
}

static void json_line(JsonBuilder *json, const Line *line)
{
    json_builder_begin_object(json);
    lam_cli_json_string(json, "op", line->op);
    lam_cli_json_string(json, "case", line->what);
    lam_cli_json_string(json, "pass", line->pass);
    lam_cli_json_number(json, "ms_median", line->ms);
    lam_cli_json_number(json, line->is_compute ? "gflops" : "gb_per_s", line->rate);
    lam_cli_json_number(json, line->is_compute ? "sgemm_share" : "copy_share", line->share);
    if (isfinite(line->over_window_3))
        lam_cli_json_number(json, "ms_over_window_3", line->over_window_3);
    json_builder_end_object(json);
}

static void print_json(const GArray *lines, const LamYardstick *yardstick)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    lam_cli_json_number(json, "sgemm_gflops", lam_yardstick_sgemm_gflops(yardstick));
    lam_cli_json_string(json, "sgemm_library", lam_yardstick_sgemm_library(yardstick));
    lam_cli_json_number(json, "copy_gb_per_s", lam_yardstick_copy_gb_per_s(yardstick));
    lam_cli_json_integer(json, "threads", lam_threads());
    json_builder_set_member_name(json, "ops");
    json_builder_begin_array(json);
    for (guint i = 0; i < lines->len; i++)
        json_line(json, &g_array_index(lines, Line, i));
    json_builder_end_array(json);
    json_builder_end_object(json);
    lam_cli_json_print(json);
}

/* ---- the program ---- */

typedef struct {
    int repeats;
    gboolean json, list;
} Options;

static bool run(const Options *o, GError **error)
{
    g_autofree Measured *measured = g_new0(Measured, CASES);
    g_autoptr(LamYardstick) yardstick = lam_yardstick_new(error);
    bool ok = yardstick != NULL;
    for (int i = 0; ok && i < CASES; i++)
        ok = prepare(&cases[i], &measured[i], o->repeats, error);
    if (ok) {
        measure(measured, yardstick, o->repeats);
        g_autoptr(GArray) lines = lines_of(measured, o->repeats, yardstick);
        (o->json ? print_json : print_text)(lines, yardstick);
    }
    for (int i = 0; i < CASES; i++) {
        rig_clear(&measured[i].rig);
        for (int pass = 0; pass < PASSES; pass++)
            g_free(measured[i].ms[pass]);
    }
    return ok;
}

static bool parse(Options *o, int *argc, char ***argv, GError **error)
{
    const LamCliSyntax syntax = {
        .summary = "Times every operation of the network engine, beside sgemm and a plain copy."};
    const GOptionEntry entries[] = {
        {"json", 'j', 0, G_OPTION_ARG_NONE, &o->json, "One JSON object on standard output", NULL},
        {"repeats", 'n', 0, G_OPTION_ARG_INT, &o->repeats, "How often (default: 9)", "N"},
        {"list", 0, 0, G_OPTION_ARG_NONE, &o->list, "Only name the operations", NULL},
        {NULL},
    };
    if (!lam_cli_parse(&syntax, entries, argc, argv, error))
        return false;
    if (o->repeats >= 1 && o->repeats <= MAX_REPEATS)
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "--repeats must be between 1 and %d", MAX_REPEATS);
    return false;
}

int main(int argc, char **argv)
{
    Options o = {.repeats = 9};
    g_autoptr(GError) error = NULL;
    lam_threads_set(0);
    if (parse(&o, &argc, &argv, &error)) {
        if (!o.list)
            run(&o, &error);
        for (int i = 0; o.list && i < CASES; i++)
            puts(cases[i].op);
    }
    return lam_cli_finish("ops", error);
}

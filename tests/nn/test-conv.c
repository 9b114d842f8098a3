/* Convolution, forward and all gradients, against the naive one: random shapes, kernels, strides,
 * layouts and channel counts, with one thread and with two; in f32, and in bf16 of operands that are
 * rounded beforehand, which leaves the sums to differ. */
#include "reference.h"
#include "rig.h"

#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

#define CASES     160
#define LARGE     20000 /* voxels of a result whose weight gradient is also taken in bf16 */
#define TOLERANCE 3e-5  /* float sums of up to 3000 products, against their root mean square */

typedef struct {
    LamShape x;
    LamConvOptions options;
    bool blocked, bias, addend;
    LamPrecision precision;
} Case;

static int pick(GRand *rand, const int *list, int n)
{
    return list[g_rand_int_range(rand, 0, n)];
}

static Case random_case(GRand *rand)
{
    static const int channels[] = {1, 2, 3, 5, 8, 16, 24}, kernels[] = {1, 3, 3, 3, 5};
    static const int widths[] = {1, 2, 3, 5, 7, 10, 11, 20, 21}, depths[] = {1, 1, 2, 3, 4, 5};
    static const float slopes[] = {1, 0.2f, 0};
    Case c = {.x = {pick(rand, channels, 7), pick(rand, depths, 6), pick(rand, widths, 5),
                    pick(rand, widths, 9)}};
    c.options.channels = pick(rand, channels, 7);
    for (int i = 0; i < 3; i++)
        c.options.kernel[i] = pick(rand, kernels, 5);
    c.options.stride = g_rand_int_range(rand, 1, 3);
    c.options.slope = slopes[g_rand_int_range(rand, 0, 3)];
    c.blocked = g_rand_boolean(rand);
    c.bias = g_rand_int_range(rand, 0, 4) > 0;
    c.addend = g_rand_int_range(rand, 0, 3) == 0;
    return c;
}

static int above(int size, int kernel)
{
    return kernel > 1 && size <= kernel ? kernel + 1 + size % 2 : size;
}

/* Large enough for bf16: small grids are taken in f32. */
static void grow(Case *c)
{
    c->x.w = above(c->x.w, c->options.kernel[0]);
    c->x.h = above(c->x.h, c->options.kernel[1]);
    c->x.d = above(c->x.d, c->options.kernel[2]);
}

static char *describe(const Case *c)
{
    const LamConvOptions *o = &c->options;
    return g_strdup_printf(
        "%dx%dx%d, %d to %d channels, kernel %dx%dx%d, stride %d, slope %g%s%s%s", c->x.w, c->x.h,
        c->x.d, c->x.c, o->channels, o->kernel[0], o->kernel[1], o->kernel[2], o->stride, o->slope,
        c->blocked ? ", blocked" : "", c->bias ? ", bias" : "", c->addend ? ", addend" : "");
}

/* The nodes of one case in a graph. */
typedef struct {
    Rig rig;
    LamNode *x, *weight, *bias, *addend, *y, *target, *loss;
} Built;

static LamNode *vector(Rig *rig, int n, double deviation)
{
    return rig_variable(rig, (LamShape){n, 1, 1, 1}, deviation);
}

/* To the nearest of the floats whose lower half is zero; ties to even. */
static float to_bf16(float value)
{
    int exponent;
    double fraction = frexp(value, &exponent);
    return (float)ldexp(nearbyint(ldexp(fraction, 8)), exponent - 8);
}

static void round_operands(Built *b)
{
    LamNode *operands[] = {b->x, b->weight};
    for (int k = 0; k < 2; k++) {
        float *values = lam_node_value(operands[k]);
        for (size_t i = 0; i < lam_node_count(operands[k]); i++)
            values[i] = to_bf16(values[i]);
        lam_graph_touch(b->rig.graph, operands[k]);
    }
    lam_graph_forward(b->rig.graph, NULL, NULL);
}

static Built build(const Case *c, guint32 seed)
{
    Built b = {0};
    RefConv ref = ref_conv_of(c->x, c->options);
    int taps = ref.kernel[0] * ref.kernel[1] * ref.kernel[2];
    rig_init(&b.rig, seed);
    lam_graph_set_precision(b.rig.graph, c->precision);
    b.x = rig_variable(&b.rig, c->x, 1);
    b.weight = vector(&b.rig, taps * ref.in * ref.out, 1 / sqrt(taps * ref.in));
    b.bias = c->bias ? vector(&b.rig, ref.out, 1) : NULL;
    b.addend = c->addend ? rig_variable(&b.rig, ref_conv_shape(&ref), 1) : NULL;
    LamGraph *graph = b.rig.graph;
    b.y = lam_op_to_plain(
        graph, lam_op_conv(graph, c->blocked ? lam_op_to_blocked(graph, b.x) : b.x, b.weight,
                           b.bias, lam_op_to_blocked(graph, b.addend), c->options));
    b.target = rig_input(&b.rig, ref_conv_shape(&ref), 1);
    b.loss = lam_op_mse(graph, b.y, b.target, 1);
    rig_finish(&b.rig);
    if (c->precision == LAM_PRECISION_BF16)
        round_operands(&b);
    lam_graph_backward(graph, b.loss);
    return b;
}

static void compare(const char *what, const char *where, LamNode *node, const float *ours,
                    const double *reference)
{
    double distance = rig_distance(ours, reference, lam_node_count(node));
    if (!(distance <= TOLERANCE))
        g_error("%s of the convolution %s differs by %g", what, where, distance);
}

/* Against the gradient of rounded operands; where oneDNN takes this one in f32, of those given. */
static void compare_rounded(const char *what, const char *where, LamNode *node,
                            const double *rounded, const double *exact, bool must_round)
{
    const float *ours = lam_node_gradient(node);
    size_t n = lam_node_count(node);
    bool is_exact = rig_distance(ours, exact, n) < rig_distance(ours, rounded, n);
    compare(what, where, node, ours, is_exact && !must_round ? exact : rounded);
}

static double *doubles(LamNode *node)
{
    return node != NULL ? rig_doubles(lam_node_value(node), lam_node_count(node)) : NULL;
}

/* The result's gradient is multiplied in bf16, rounded past the activation. */
static void check_rounded(const Case *c, Built *b, const char *where, const double *x,
                          const double *weight, const double *exact_dx, const double *exact_dweight)
{
    RefConv linear = ref_conv_of(c->x, c->options);
    linear.slope = 1;
    size_t n = lam_node_count(b->y);
    const float *y = lam_node_value(b->y), *dy = lam_node_gradient(b->y);
    g_autofree double *g = g_new(double, n), *dz = g_new(double, n), *values = doubles(b->y);
    g_autofree double *dx = g_new(double, lam_node_count(b->x));
    g_autofree double *dweight = g_new(double, lam_node_count(b->weight));
    g_autofree double *dbias = g_new(double, c->options.channels);
    for (size_t i = 0; i < n; i++)
        g[i] = to_bf16(dy[i] * (y[i] > 0 ? 1 : c->options.slope));
    ref_conv_backward(&linear, x, weight, values, g, dz, dx, dweight, dbias);
    Case grown = *c;
    grow(&grown);
    bool must_round = c->blocked && linear.in >= 16 && linear.out >= 16 &&
                      memcmp(&grown.x, &c->x, sizeof c->x) == 0;
    compare_rounded("data gradient", where, b->x, dx, exact_dx, must_round);
    compare_rounded("weight gradient", where, b->weight, dweight, exact_dweight,
                    must_round && n / (size_t)linear.out >= LARGE);
}

static void check(const Case *c, Built *b, const char *where)
{
    RefConv ref = ref_conv_of(c->x, c->options);
    size_t n = lam_node_count(b->y);
    g_autofree double *x = doubles(b->x), *weight = doubles(b->weight), *bias = doubles(b->bias);
    g_autofree double *addend = doubles(b->addend), *g = doubles(b->target);
    g_autofree double *y = g_new(double, n), *dz = g_new(double, n);
    g_autofree double *dx = g_new(double, lam_node_count(b->x));
    g_autofree double *dweight = g_new(double, lam_node_count(b->weight));
    g_autofree double *dbias = g_new(double, c->options.channels);
    ref_conv(&ref, x, weight, bias, addend, y);
    compare("value", where, b->y, lam_node_value(b->y), y);
    for (size_t i = 0; i < n; i++)
        g[i] = 2 * (y[i] - g[i]) / (double)n;
    ref_conv_backward(&ref, x, weight, y, g, dz, dx, dweight, dbias);
    if (c->precision == LAM_PRECISION_BF16) {
        check_rounded(c, b, where, x, weight, dx, dweight);
    } else {
        compare("data gradient", where, b->x, lam_node_gradient(b->x), dx);
        compare("weight gradient", where, b->weight, lam_node_gradient(b->weight), dweight);
    }
    if (c->bias)
        compare("bias gradient", where, b->bias, lam_node_gradient(b->bias), dbias);
    if (c->addend)
        compare("addend gradient", where, b->addend, lam_node_gradient(b->addend), dz);
}

/* Whether the processor has what the test is about. */
static bool can_test(LamPrecision precision)
{
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    g_autoptr(LamGraph) graph = lam_graph_new(parameters, false);
    g_assert_cmpint(lam_graph_precision(graph), ==, LAM_PRECISION_F32);
    lam_graph_set_precision(graph, precision);
    if (lam_graph_precision(graph) != precision)
        g_test_skip("no AVX512_BF16 here");
    return lam_graph_precision(graph) == precision;
}

typedef struct {
    int threads;
    LamPrecision precision;
} Setting;

static void test_random(gconstpointer data)
{
    const Setting *setting = data;
    g_autoptr(GRand) rand = g_rand_new_with_seed(20);
    if (!can_test(setting->precision))
        return;
    lam_threads_set(setting->threads);
    for (guint32 i = 0; i < CASES; i++) {
        Case c = random_case(rand);
        c.precision = setting->precision;
        if (c.precision == LAM_PRECISION_BF16 && i % 4 > 0)
            grow(&c);
        g_autofree char *name = describe(&c);
        Built b = build(&c, i);
        check(&c, &b, name);
        rig_clear(&b.rig);
    }
}

/* Every pair of channel counts at the model's kernel, strided and not. */
static void test_channels(gconstpointer data)
{
    const Setting *setting = data;
    static const int counts[] = {1, 2, 3, 5, 8, 16, 24};
    if (!can_test(setting->precision))
        return;
    lam_threads_set(setting->threads);
    for (int i = 0; i < 2 * 7 * 7; i++) {
        Case c = {{counts[i / 2 % 7], 3, 4, 5},
                  {counts[i / 14], {3, 3, 3}, 1 + i % 2, 0.2f},
                  true,
                  true,
                  i % 3 == 0,
                  setting->precision};
        if (c.precision == LAM_PRECISION_BF16)
            grow(&c);
        g_autofree char *name = describe(&c);
        Built b = build(&c, 7);
        check(&c, &b, name);
        rig_clear(&b.rig);
    }
}

/* Rounding is what sets the precisions apart: of operands that are rounded already, the same passes
 * give the same bits, and of others something else than in f32. */
static void test_rounds_operands(void)
{
    Case c = {{16, 5, 6, 7}, {24, {3, 3, 3}, 1, 0.2f}, true, true, true, LAM_PRECISION_BF16};
    if (!can_test(c.precision))
        return;
    Built rounded = build(&c, 5), b = build(&c, 5);
    size_t n = lam_node_count(b.y), bytes = n * sizeof(float);
    rig_fill(b.rig.rand, lam_node_value(b.x), lam_node_count(b.x), 1);
    memcpy(lam_node_value(rounded.x), lam_node_value(b.x), lam_node_count(b.x) * sizeof(float));
    lam_graph_touch(b.rig.graph, b.x);
    lam_graph_forward(b.rig.graph, NULL, NULL);
    round_operands(&rounded);
    g_assert_cmpmem(lam_node_value(rounded.y), bytes, lam_node_value(b.y), bytes);
    RefConv ref = ref_conv_of(c.x, c.options);
    g_autofree double *x = doubles(b.x), *weight = doubles(b.weight), *bias = doubles(b.bias);
    g_autofree double *addend = doubles(b.addend), *y = g_new(double, n);
    ref_conv(&ref, x, weight, bias, addend, y);
    double distance = rig_distance(lam_node_value(b.y), y, n);
    g_assert_cmpfloat(distance, >, 10 * TOLERANCE);
    g_assert_cmpfloat(distance, <, 0.02);
    rig_clear(&rounded.rig);
    rig_clear(&b.rig);
}

/* Weight gradients of bf16, which are for these only. Of three planes strided, oneDNN's own forgets the
 * taps of the last. */
static void test_large(void)
{
    static const Case cases[] = {{{16, 28, 27, 29}, {16, {3, 3, 3}, 1, 0.2f}, true, true, true},
                                 {{2, 28, 27, 29}, {16, {3, 3, 3}, 1, 0.2f}, false, true},
                                 {{16, 28, 27, 29}, {3, {3, 3, 3}, 1, 1}, true, true},
                                 {{16, 53, 57, 58}, {16, {3, 3, 3}, 2, 0.2f}, true},
                                 {{16, 1, 151, 149}, {24, {3, 3, 1}, 1, 0.2f}, true},
                                 {{16, 3, 203, 207}, {16, {3, 3, 3}, 2, 1}, true}};
    if (!can_test(LAM_PRECISION_BF16))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Case c = cases[i];
        c.precision = LAM_PRECISION_BF16;
        g_autofree char *name = describe(&c);
        Built b = build(&c, 7);
        check(&c, &b, name);
        rig_clear(&b.rig);
    }
}

/* A parameter as the image: its gradient is added to what is there. */
static void test_parameter_accumulates(void)
{
    g_autoptr(LamParameters) parameters = lam_parameters_new();
    int x = lam_parameters_declare(parameters, "x", 1, (size_t[]){3}, (LamInit){1, 1});
    int w = lam_parameters_declare(parameters, "w", 1, (size_t[]){6}, (LamInit){1, 1});
    g_assert_true(lam_parameters_allocate(parameters, true, NULL));
    lam_parameters_initialise(parameters, 3);
    g_autoptr(LamGraph) graph = lam_graph_new(parameters, true);
    LamNode *y = lam_op_conv(graph, lam_graph_parameter(graph, x), lam_graph_parameter(graph, w),
                             NULL, NULL, (LamConvOptions){2, {1, 1, 1}, 1, 1});
    LamNode *target = lam_graph_input(graph, "target", lam_node_shape(y));
    LamNode *loss = lam_op_mse(graph, lam_op_to_plain(graph, y), target, 1);
    g_assert_true(lam_graph_finalise(graph, NULL));
    lam_graph_forward(graph, NULL, NULL);
    lam_parameters_zero_gradients(parameters);
    lam_graph_backward(graph, loss);
    size_t n = lam_parameters_floats(parameters);
    float *grad = lam_parameters_gradients(parameters);
    g_autofree double *once = rig_doubles(grad, n);
    lam_graph_backward(graph, loss);
    g_assert_cmpfloat(once[lam_parameters_offset(parameters, x)], !=, 0);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon(grad[i], 2 * once[i], 1e-6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const Setting one = {1, LAM_PRECISION_F32}, two = {2, LAM_PRECISION_F32};
    static const Setting one_bf16 = {1, LAM_PRECISION_BF16}, two_bf16 = {2, LAM_PRECISION_BF16};
    g_test_add_data_func("/conv/random/1-thread", &one, test_random);
    g_test_add_data_func("/conv/random/2-threads", &two, test_random);
    g_test_add_data_func("/conv/channels", &two, test_channels);
    g_test_add_data_func("/conv/bf16/random/1-thread", &one_bf16, test_random);
    g_test_add_data_func("/conv/bf16/random/2-threads", &two_bf16, test_random);
    g_test_add_data_func("/conv/bf16/channels", &two_bf16, test_channels);
    g_test_add_func("/conv/bf16/large", test_large);
    g_test_add_func("/conv/bf16/rounds-operands", test_rounds_operands);
    g_test_add_func("/conv/parameter-accumulates", test_parameter_accumulates);
    return g_test_run();
}

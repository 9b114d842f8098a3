/* Convolution, forward and all gradients, against the naive one: random shapes, kernels, strides,
 * layouts and channel counts, with one thread and with two. */
#include "reference.h"
#include "rig.h"

#include <lambdascope/threads.h>
#include <math.h>

#define CASES     160
#define TOLERANCE 3e-5 /* float sums of up to 3000 products, against their root mean square */

typedef struct {
    LamShape x;
    LamConvOptions options;
    bool blocked, bias, addend;
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

static Built build(const Case *c, guint32 seed)
{
    Built b = {0};
    RefConv ref = ref_conv_of(c->x, c->options);
    int taps = ref.kernel[0] * ref.kernel[1] * ref.kernel[2];
    rig_init(&b.rig, seed);
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

static double *doubles(LamNode *node)
{
    return node != NULL ? rig_doubles(lam_node_value(node), lam_node_count(node)) : NULL;
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
    compare("data gradient", where, b->x, lam_node_gradient(b->x), dx);
    compare("weight gradient", where, b->weight, lam_node_gradient(b->weight), dweight);
    if (c->bias)
        compare("bias gradient", where, b->bias, lam_node_gradient(b->bias), dbias);
    if (c->addend)
        compare("addend gradient", where, b->addend, lam_node_gradient(b->addend), dz);
}

static void test_random(gconstpointer data)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(20);
    lam_threads_set(GPOINTER_TO_INT(data));
    for (guint32 i = 0; i < CASES; i++) {
        Case c = random_case(rand);
        g_autofree char *name = describe(&c);
        Built b = build(&c, i);
        check(&c, &b, name);
        rig_clear(&b.rig);
    }
}

/* Every pair of channel counts at the model's kernel, strided and not. */
static void test_channels(void)
{
    static const int counts[] = {1, 2, 3, 5, 8, 16, 24};
    lam_threads_set(2);
    for (int i = 0; i < 2 * 7 * 7; i++) {
        Case c = {{counts[i / 2 % 7], 3, 4, 5},
                  {counts[i / 14], {3, 3, 3}, 1 + i % 2, 0.2f},
                  true,
                  true,
                  i % 3 == 0};
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
    g_test_add_data_func("/conv/random/1-thread", GINT_TO_POINTER(1), test_random);
    g_test_add_data_func("/conv/random/2-threads", GINT_TO_POINTER(2), test_random);
    g_test_add_func("/conv/channels", test_channels);
    g_test_add_func("/conv/parameter-accumulates", test_parameter_accumulates);
    return g_test_run();
}

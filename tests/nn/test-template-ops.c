/* The ops of templates against naive ones in double precision, on odd sizes: values directly, gradients
 * of a squared distance against central differences of the naive op, coordinate by coordinate. */
#include "rig.h"
#include "reference.h"

#include <lambdascope/threads.h>
#include <math.h>

#define STEP    1e-6
#define SHARE   0.3f
#define TIME    (-0.7)
#define FLOWS   3
#define FACTORS 2

typedef struct {
    LamShape s;
    size_t n;           /* values of the result */
    const double *x[3]; /* the op's inputs */
    double *y;          /* to be filled */
} Trial;

typedef void (*Naive)(const Trial *t);

static const LamShape shapes[] = {{3, 5, 4, 7}, {3, 1, 6, 5}, {3, 3, 1, 1}};

static void naive_same(const Trial *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->y[i] = t->x[0][i];
}

static void naive_foreground(const Trial *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->y[i] = t->x[0][i] != 0 ? t->x[0][i] + t->x[1][i] : 0;
}

static void naive_running(const Trial *t)
{
    double share = (double)SHARE;
    size_t count = (size_t)(t->s.c * t->s.d * t->s.h * t->s.w);
    for (size_t i = 0; i < t->n; i++) {
        double factor = i < count ? 1 : t->x[2][i / count - 1];
        t->y[i] = (1 - share) * t->x[1][i] + share * factor * t->x[0][i % count];
    }
}

static void naive_sum(const Trial *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->y[i] = t->x[0][i] - 2.5 * t->x[1][i];
}

static void naive_scale(const Trial *t)
{
    for (size_t i = 0; i < t->n; i++)
        t->y[i] = t->x[1][0] * t->x[0][i];
}

static void naive_square(const Trial *t)
{
    t->y[0] = 0;
    size_t values = (size_t)(t->s.c * t->s.d * t->s.h * t->s.w);
    for (size_t i = 0; i < values; i++)
        t->y[0] += pow(t->x[0][i], 2) / (double)(values / (size_t)t->s.c);
}

static void naive_flow(const Trial *t)
{
    g_autofree double *scaled = g_new(double, t->n);
    for (size_t i = 0; i < t->n; i++)
        scaled[i] = TIME * t->x[0][i];
    ref_integrate(t->s, scaled, FLOWS, t->y);
}

static double distance(Naive naive, Trial *t, const double *target)
{
    double sum = 0;
    naive(t);
    for (size_t i = 0; i < t->n; i++)
        sum += pow(t->y[i] - target[i], 2) / (double)t->n;
    return sum;
}

/* background: every third value of the first input is 0. */
static void prepare(Rig *rig, bool background)
{
    rig_finish(rig);
    float *x = lam_node_value(rig->inputs[0]);
    for (size_t i = 0; background && i < lam_node_count(rig->inputs[0]); i += 3)
        x[i] = 0;
    lam_graph_touch(rig->graph, rig->inputs[0]);
    lam_graph_forward(rig->graph, NULL, NULL);
}

/* Of all inputs that keep a gradient; the last of the rig is the target of rig_loss. */
static void check(Rig *rig, LamNode *y, LamShape s, Naive naive, bool background)
{
    LamNode *loss = rig_loss(rig, y);
    int inputs = rig->n_inputs - 1;
    prepare(rig, background);
    lam_graph_backward(rig->graph, loss);
    Trial t = {.s = s, .n = lam_node_count(y), .y = g_new(double, lam_node_count(y))};
    double *x[3] = {NULL};
    for (int k = 0; k < inputs; k++)
        t.x[k] = x[k] = rig_doubles(lam_node_value(rig->inputs[k]), lam_node_count(rig->inputs[k]));
    g_autofree double *target = rig_doubles(lam_node_value(rig->inputs[inputs]), t.n);
    naive(&t);
    g_assert_cmpfloat(rig_distance(lam_node_value(y), t.y, t.n), <, 1e-5);
    for (int k = 0; k < inputs; k++) {
        LamNode *input = rig->inputs[k];
        size_t n = lam_node_count(input);
        g_autofree double *slope = g_new0(double, n);
        for (size_t i = 0; lam_node_gradient(input) != NULL && i < n; i++) {
            double start = x[k][i];
            if (background && x[0][i] == 0)
                continue; /* no gradient flows from the background */
            x[k][i] = start + STEP;
            double up = distance(naive, &t, target);
            x[k][i] = start - STEP;
            slope[i] = (up - distance(naive, &t, target)) / (2 * STEP);
            x[k][i] = start;
        }
        if (lam_node_gradient(input) != NULL)
            g_assert_cmpfloat(rig_distance(lam_node_gradient(input), slope, n), <, 1e-3);
    }
    g_free(t.y);
    for (int k = 0; k < inputs; k++)
        g_free(x[k]);
    rig_clear(rig);
}

static void test_reshape(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        LamShape s = shapes[i], turned = {s.w, s.c, s.d, s.h};
        rig_init(&rig, 1);
        LamNode *y = lam_op_reshape(rig.graph, rig_variable(&rig, s, 1), turned);
        check(&rig, y, s, naive_same, false);
    }
}

/* s: of the input. */
static void naive_spread(const Trial *t)
{
    LamShape s = t->s;
    int parts = s.d > 1 ? 2 : 1;
    for (int z = 0; z < parts * s.d; z++)
        for (int y = 0; y < 2 * s.h; y++)
            for (int x = 0; x < 2 * s.w; x++) {
                int k = x % 2 + 2 * (y % 2) + 4 * (parts == 2 ? z % 2 : 0);
                int from = ((k * s.d + z / parts) * s.h + y / 2) * s.w + x / 2;
                t->y[(z * 2 * s.h + y) * 2 * s.w + x] = t->x[0][from];
            }
}

static void test_depth_to_space(void)
{
    static const LamShape from[] = {{8, 3, 2, 5}, {4, 1, 3, 5}};
    for (size_t i = 0; i < G_N_ELEMENTS(from); i++) {
        Rig rig;
        rig_init(&rig, 10);
        LamNode *y = lam_op_depth_to_space(rig.graph, rig_variable(&rig, from[i], 1));
        check(&rig, y, from[i], naive_spread, false);
    }
}

static void test_foreground(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        rig_init(&rig, 2);
        LamNode *base = rig_variable(&rig, shapes[i], 1);
        LamNode *y = lam_op_foreground(rig.graph, base, rig_variable(&rig, shapes[i], 0.5));
        check(&rig, y, shapes[i], naive_foreground, true);
    }
}

static void test_foreground_alone(void)
{
    Rig rig;
    rig_init(&rig, 3);
    LamNode *y = lam_op_foreground(rig.graph, rig_variable(&rig, shapes[0], 1), NULL);
    check(&rig, y, shapes[0], naive_same, true);
}

static void test_running_mean(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        rig_init(&rig, 4);
        LamNode *x = rig_variable(&rig, shapes[i], 1), *mean = rig_input(&rig, shapes[i], 1);
        check(&rig, lam_op_running_mean(rig.graph, mean, x, NULL, SHARE), shapes[i], naive_running,
              false);
    }
}

/* What the displacement of younger and older people has in common, with signs: one mean per factor. */
static void test_running_mean_factors(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        LamShape all = shapes[i];
        all.c *= 1 + FACTORS;
        rig_init(&rig, 7);
        LamNode *x = rig_variable(&rig, shapes[i], 1), *mean = rig_input(&rig, all, 1);
        LamNode *f = rig_input(&rig, (LamShape){FACTORS, 1, 1, 1}, 1);
        LamNode *y = lam_op_running_mean(rig.graph, mean, x, f, SHARE);
        check(&rig, y, shapes[i], naive_running, false);
    }
}

static void test_mean_square(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        rig_init(&rig, 5);
        LamNode *y = lam_op_mean_square(rig.graph, rig_variable(&rig, shapes[i], 1));
        check(&rig, y, shapes[i], naive_square, false);
    }
}

static void test_sum(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        rig_init(&rig, 6);
        LamNode *a = rig_variable(&rig, shapes[i], 1), *b = rig_variable(&rig, shapes[i], 1);
        check(&rig, lam_op_sum(rig.graph, a, b, -2.5f), shapes[i], naive_sum, false);
    }
}

static void test_scale(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        Rig rig;
        rig_init(&rig, 6);
        LamNode *x = rig_variable(&rig, shapes[i], 1);
        LamNode *factor = rig_variable(&rig, (LamShape){1, 1, 1, 1}, 1);
        check(&rig, lam_op_scale(rig.graph, x, factor), shapes[i], naive_scale, false);
    }
}

/* It holds what it was given, copied, and is computed once. */
static void test_constant(void)
{
    Rig rig;
    float numbers[] = {0.25F, -3, 7};
    rig_init(&rig, 6);
    LamNode *y = lam_op_constant(rig.graph, 3, numbers);
    numbers[0] = 9;
    rig_finish(&rig);
    g_assert_null(lam_node_gradient(y));
    g_assert_cmpmem(lam_node_value(y), 3 * sizeof(float), ((float[]){0.25F, -3, 7}),
                    3 * sizeof(float));
    g_assert_cmpint(lam_graph_forward(rig.graph, y, NULL), ==, 0);
    rig_clear(&rig);
}

static void test_flow(void)
{
    for (size_t i = 0; i < 2; i++) {
        Rig rig;
        rig_init(&rig, 7);
        LamNode *y = lam_op_flow(rig.graph, rig_variable(&rig, shapes[i], 1), (float)TIME, FLOWS);
        check(&rig, y, shapes[i], naive_flow, false);
    }
}

static float naive_carried(LamShape s, const float *labels, const float *u, int w, int h, int d)
{
    size_t n = (size_t)s.d * s.h * s.w, i = ((size_t)d * s.h + h) * s.w + w;
    long x = lround(w + (double)u[i]), y = lround(h + (double)u[n + i]),
         z = s.d > 1 ? lround(d + (double)u[2 * n + i]) : 0;
    bool inside = x >= 0 && x < s.w && y >= 0 && y < s.h && z >= 0 && z < s.d;
    return inside ? labels[((size_t)z * s.h + (size_t)y) * s.w + (size_t)x] : 0;
}

static void test_carry_labels(void)
{
    for (size_t i = 0; i < 2; i++) {
        Rig rig;
        LamShape s = {1, shapes[i].d, shapes[i].h, shapes[i].w};
        rig_init(&rig, 8);
        LamNode *labels = rig_input(&rig, s, 9), *field = rig_variable(&rig, shapes[i], 1.5);
        LamNode *y = lam_op_carry_labels(rig.graph, labels, field);
        rig_finish(&rig);
        g_assert_null(lam_node_gradient(y));
        for (int k = 0; k < s.d * s.h * s.w; k++) {
            float wanted = naive_carried(s, lam_node_value(labels), lam_node_value(field), k % s.w,
                                         k / s.w % s.h, k / s.w / s.h);
            g_assert_cmpfloat((double)lam_node_value(y)[k], ==, (double)wanted);
        }
        rig_clear(&rig);
    }
}

/* What does not fit is told when the graph is finished. */
static void test_detach(void)
{
    Rig rig;
    rig_init(&rig, 11);
    LamNode *x = rig_variable(&rig, shapes[0], 1), *y = lam_op_detach(rig.graph, x);
    rig_finish(&rig);
    g_assert_null(lam_node_gradient(y));
    g_assert_cmpmem(lam_node_value(x), lam_node_count(x), lam_node_value(y), lam_node_count(y));
    rig_clear(&rig);
}

static void test_mistakes(void)
{
    for (int k = 0; k < 7; k++) {
        Rig rig;
        g_autoptr(GError) error = NULL;
        rig_init(&rig, 9);
        LamNode *a = rig_variable(&rig, shapes[0], 1), *b = rig_variable(&rig, shapes[1], 1);
        LamNode *made = k == 0   ? lam_op_reshape(rig.graph, a, shapes[1])
                        : k == 1 ? lam_op_foreground(rig.graph, a, b)
                        : k == 2 ? lam_op_running_mean(rig.graph, a, a, NULL, 0)
                        : k == 3 ? lam_op_sum(rig.graph, a, b, 1)
                        : k == 4 ? lam_op_depth_to_space(rig.graph, a)
                        : k == 5 ? lam_op_scale(rig.graph, a, b)
                                 : lam_op_carry_labels(rig.graph, a, b);
        g_assert_null(made);
        g_assert_false(lam_graph_finalise(rig.graph, &error));
        g_assert_nonnull(error);
        rig_clear(&rig);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lam_threads_set(2);
    g_test_add_func("/template-ops/reshape", test_reshape);
    g_test_add_func("/template-ops/depth-to-space", test_depth_to_space);
    g_test_add_func("/template-ops/foreground", test_foreground);
    g_test_add_func("/template-ops/foreground/alone", test_foreground_alone);
    g_test_add_func("/template-ops/running-mean", test_running_mean);
    g_test_add_func("/template-ops/running-mean/factors", test_running_mean_factors);
    g_test_add_func("/template-ops/mean-square", test_mean_square);
    g_test_add_func("/template-ops/sum", test_sum);
    g_test_add_func("/template-ops/scale", test_scale);
    g_test_add_func("/template-ops/constant", test_constant);
    g_test_add_func("/template-ops/flow", test_flow);
    g_test_add_func("/template-ops/carry-labels", test_carry_labels);
    g_test_add_func("/template-ops/detach", test_detach);
    g_test_add_func("/template-ops/mistakes", test_mistakes);
    return g_test_run();
}

/* Losses against naive ones in double precision; their gradients against central differences of those. */
#include "rig.h"

#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

typedef double (*Naive)(LamShape s, const double *const *x);

#define STEP 1e-5

/* ---- the naive ones ---- */

static double b_spline(double t)
{
    t = fabs(t);
    return t < 1 ? (4 - 6 * t * t + 3 * t * t * t) / 6 : t < 2 ? pow(2 - t, 3) / 6 : 0;
}

#define BINS 9

static double xlogx(double p)
{
    return p > 1e-300 ? p * log(p) : 0;
}

/* A value v in [0,1] lies at 1 + v (BINS - 3) among the bins' centres. */
static double naive_nmi(LamShape s, const double *const *x)
{
    double joint[BINS][BINS] = {{0}}, rows[BINS] = {0}, columns[BINS] = {0};
    size_t n = (size_t)s.c * s.d * s.h * s.w;
    for (size_t i = 0; i < n; i++)
        for (int r = 0; r < BINS; r++)
            for (int c = 0; c < BINS; c++)
                joint[r][c] += b_spline(1 + CLAMP(x[0][i], 0, 1) * (BINS - 3) - r) *
                               b_spline(1 + CLAMP(x[1][i], 0, 1) * (BINS - 3) - c) / (double)n;
    double both = 0, single = 0;
    for (int r = 0; r < BINS; r++)
        for (int c = 0; c < BINS; c++) {
            rows[r] += joint[r][c];
            columns[c] += joint[r][c];
            both -= xlogx(joint[r][c]);
        }
    for (int r = 0; r < BINS; r++)
        single -= xlogx(rows[r]) + xlogx(columns[r]);
    return -single / both;
}

static double at(LamShape s, const double *x, int c, int d, int h, int w)
{
    return x[((c * s.d + d) * s.h + h) * s.w + w];
}

/* Mean square of the second difference along axes a and b (0 w, 1 h, 2 d). */
static double naive_second(LamShape s, const double *x, int a, int b)
{
    int i[3] = {a == 0, a == 1, a == 2}, j[3] = {b == 0, b == 1, b == 2};
    double sum = 0, n = 0;
    for (int c = 0; c < s.c; c++)
        for (int d = 0; d + i[2] + j[2] < s.d; d++)
            for (int h = 0; h + i[1] + j[1] < s.h; h++)
                for (int w = 0; w + i[0] + j[0] < s.w; w++, n++)
                    sum += pow(at(s, x, c, d + i[2] + j[2], h + i[1] + j[1], w + i[0] + j[0]) -
                                   at(s, x, c, d + i[2], h + i[1], w + i[0]) -
                                   at(s, x, c, d + j[2], h + j[1], w + j[0]) + at(s, x, c, d, h, w),
                               2);
    return n > 0 ? sum / n : 0;
}

static double naive_bending(LamShape s, const double *const *x)
{
    double sum = 0;
    for (int a = 0; a < 3; a++)
        for (int b = a; b < 3; b++)
            sum += (a == b ? 1 : 2) * naive_second(s, x[0], a, b);
    return sum;
}

/* The matrix-free sums of the derivation, voxel by voxel; x: mean, log variance. */
static double naive_kl(LamShape s, const double *const *x, double lambda, double prior)
{
    static const int steps[6][3] = {{1, 0, 0},  {-1, 0, 0}, {0, 1, 0},
                                    {0, -1, 0}, {0, 0, 1},  {0, 0, -1}};
    double degrees = 0, edges = 0, entropy = 0;
    for (int c = 0; c < s.c; c++)
        for (int d = 0; d < s.d; d++)
            for (int h = 0; h < s.h; h++)
                for (int w = 0; w < s.w; w++) {
                    double here = at(s, x[0], c, d, h, w), log_variance = at(s, x[1], c, d, h, w);
                    entropy += log_variance;
                    for (int k = 0; k < 6; k++) {
                        int w2 = w + steps[k][0], h2 = h + steps[k][1], d2 = d + steps[k][2];
                        if (w2 < 0 || w2 >= s.w || h2 < 0 || h2 >= s.h || d2 < 0 || d2 >= s.d)
                            continue;
                        degrees += exp(log_variance);
                        edges += 0.5 * pow(here - at(s, x[0], c, d2, h2, w2), 2);
                    }
                }
    return (lambda * prior * (degrees + edges) - (1 - lambda) * entropy) /
           (2.0 * s.c * s.d * s.h * s.w);
}

#define PRIOR 2.5

static double naive_kl_rough(LamShape s, const double *const *x)
{
    return naive_kl(s, x, 0, PRIOR);
}

static double naive_kl_between(LamShape s, const double *const *x)
{
    return naive_kl(s, x, 0.3, PRIOR);
}

static double naive_kl_smooth(LamShape s, const double *const *x)
{
    return naive_kl(s, x, 1, PRIOR);
}

/* ---- comparing ---- */

static void check_gradient(Naive naive, LamShape s, double **x, int which, const float *gradient,
                           double tolerance)
{
    size_t n = (size_t)s.c * s.d * s.h * s.w;
    g_autofree double *wanted = g_new(double, n);
    for (size_t i = 0; i < n; i++) {
        double start = x[which][i];
        x[which][i] = start + STEP;
        double up = naive(s, (const double *const *)x);
        x[which][i] = start - STEP;
        wanted[i] = (up - naive(s, (const double *const *)x)) / (2 * STEP);
        x[which][i] = start;
    }
    g_assert_cmpfloat(rig_distance(gradient, wanted, n), <, tolerance);
}

static void check(Rig *rig, LamNode *loss, LamNode *const *nodes, int count, Naive naive,
                  LamShape s, double tolerance)
{
    double *x[2] = {NULL, NULL};
    for (int k = 0; k < count; k++)
        x[k] = rig_doubles(lam_node_value(nodes[k]), lam_node_count(nodes[k]));
    double wanted = naive(s, (const double *const *)x);
    g_assert_cmpfloat_with_epsilon((double)lam_node_value(loss)[0], wanted, 1e-5 * fabs(wanted));
    lam_graph_backward(rig->graph, loss);
    for (int k = 0; k < count; k++)
        check_gradient(naive, s, x, k, lam_node_gradient(nodes[k]), tolerance);
    g_free(x[0]);
    g_free(x[1]);
    rig_clear(rig);
}

/* Some values lie beyond 0 … 1, none where the clipping begins. */
static void spread(float *values, size_t n, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    for (size_t i = 0; i < n; i++) {
        double v = g_rand_double_range(rand, -0.15, 1.15);
        values[i] = (float)(fabs(v) < 0.01 || fabs(v - 1) < 0.01 ? 0.5 : v);
    }
    g_rand_free(rand);
}

static void test_nmi(void)
{
    static const LamShape shapes[] = {{1, 5, 4, 7}, {1, 1, 6, 5}};
    for (int i = 0; i < 4; i++) {
        LamShape s = shapes[i / 2];
        Rig rig;
        rig_init(&rig, 1);
        lam_threads_set(1 + i % 2);
        LamNode *x[] = {rig_variable(&rig, s, 1), rig_variable(&rig, s, 1)};
        LamNode *loss = lam_op_nmi(rig.graph, x[0], x[1], BINS);
        rig_finish(&rig);
        for (int k = 0; k < 2; k++) {
            spread(lam_node_value(x[k]), lam_node_count(x[k]), 7 + (guint32)k);
            lam_graph_touch(rig.graph, x[k]);
        }
        lam_graph_forward(rig.graph, loss, NULL);
        check(&rig, loss, x, 2, naive_nmi, s, 1e-3);
    }
}

/* The same image in another contrast is as good as itself, noise is not. */
static void test_nmi_across_contrasts(void)
{
    LamShape s = {1, 8, 9, 10};
    Rig rig;
    rig_init(&rig, 1);
    LamNode *a = rig_input(&rig, s, 1), *b = rig_input(&rig, s, 1), *c = rig_input(&rig, s, 1);
    LamNode *same = lam_op_nmi(rig.graph, a, b, 32), *other = lam_op_nmi(rig.graph, a, c, 32);
    rig_finish(&rig);
    spread(lam_node_value(a), lam_node_count(a), 1);
    spread(lam_node_value(c), lam_node_count(c), 2);
    for (size_t i = 0; i < lam_node_count(a); i++)
        lam_node_value(b)[i] = 1 - lam_node_value(a)[i];
    lam_graph_touch(rig.graph, a);
    lam_graph_touch(rig.graph, b);
    lam_graph_touch(rig.graph, c);
    lam_graph_forward(rig.graph, NULL, NULL);
    g_assert_cmpfloat(lam_node_value(same)[0], <, -1.4);
    g_assert_cmpfloat(lam_node_value(other)[0], >, -1.2);
    rig_clear(&rig);
}

/* A constant image says nothing, and harms nothing. */
static void test_nmi_of_nothing(void)
{
    LamShape s = {1, 3, 4, 5};
    Rig rig;
    rig_init(&rig, 1);
    LamNode *a = rig_variable(&rig, s, 0), *b = rig_variable(&rig, s, 0);
    LamNode *loss = lam_op_nmi(rig.graph, a, b, 16);
    rig_finish(&rig);
    lam_graph_backward(rig.graph, loss);
    g_assert_true(isfinite(lam_node_value(loss)[0]));
    for (size_t i = 0; i < lam_node_count(a); i++)
        g_assert_true(isfinite(lam_node_gradient(a)[i]));
    rig_clear(&rig);
}

static void test_bending(void)
{
    static const LamShape shapes[] = {{3, 5, 4, 7}, {2, 1, 6, 5}, {1, 2, 3, 2}, {1, 1, 1, 9}};
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(shapes); i++) {
        LamShape s = shapes[i / 2];
        Rig rig;
        rig_init(&rig, 3);
        lam_threads_set(1 + (int)(i % 2));
        LamNode *x = rig_variable(&rig, s, 1), *loss = lam_op_bending(rig.graph, x);
        rig_finish(&rig);
        check(&rig, loss, &x, 1, naive_bending, s, 1e-4);
    }
}

/* What is linear in space does not bend. */
static void test_no_bending(void)
{
    LamShape s = {1, 4, 5, 6};
    Rig rig;
    rig_init(&rig, 3);
    LamNode *x = rig_input(&rig, s, 1), *loss = lam_op_bending(rig.graph, x);
    rig_finish(&rig);
    for (int i = 0; i < 120; i++)
        lam_node_value(x)[i] = (float)(i % 6) - 2.0f * (float)(i / 6 % 5) + (float)(i / 30);
    lam_graph_touch(rig.graph, x);
    lam_graph_forward(rig.graph, loss, NULL);
    g_assert_cmpfloat(lam_node_value(loss)[0], ==, 0);
    rig_clear(&rig);
}

static void test_kl(void)
{
    static const LamShape shapes[] = {{3, 5, 4, 7}, {3, 1, 6, 5}, {3, 2, 1, 3}};
    static const Naive naive[] = {naive_kl_rough, naive_kl_between, naive_kl_smooth};
    static const float lambdas[] = {0, 0.3f, 1};
    for (size_t i = 0; i < 6 * G_N_ELEMENTS(shapes); i++) {
        LamShape s = shapes[i / 6];
        Rig rig;
        rig_init(&rig, 5);
        lam_threads_set(1 + (int)(i % 2));
        LamNode *x[] = {rig_variable(&rig, s, 1), rig_variable(&rig, s, 1)};
        LamNode *lambda = rig_input(&rig, (LamShape){1, 1, 1, 1}, 0);
        LamNode *loss = lam_op_svf_kl(rig.graph, lambda, x[0], x[1], PRIOR);
        rig_finish(&rig);
        lam_node_value(lambda)[0] = lambdas[i / 2 % 3];
        lam_graph_touch(rig.graph, lambda);
        lam_graph_forward(rig.graph, loss, NULL);
        check(&rig, loss, x, 2, naive[i / 2 % 3], s, 1e-4);
    }
}

/* Where the mean is constant, the best variance is that of the prior: γ prior D σ^2 = 1. */
static void test_kl_optimum(void)
{
    LamShape s = {3, 4, 5, 6};
    Rig rig;
    rig_init(&rig, 6);
    LamNode *mean = rig_variable(&rig, s, 0), *log_variance = rig_variable(&rig, s, 0);
    LamNode *lambda = rig_input(&rig, (LamShape){1, 1, 1, 1}, 0);
    LamNode *loss = lam_op_svf_kl(rig.graph, lambda, mean, log_variance, PRIOR);
    rig_finish(&rig);
    lam_node_value(lambda)[0] = 0.75f; /* γ = 3 */
    for (int i = 0; i < 3 * 4 * 5 * 6; i++) {
        int w = i % 6, h = i / 6 % 5, d = i / 30 % 4;
        int degree = 6 - (w == 0) - (w == 5) - (h == 0) - (h == 4) - (d == 0) - (d == 3);
        lam_node_value(mean)[i] = 1.5f;
        lam_node_value(log_variance)[i] = (float)-log(3 * PRIOR * degree);
    }
    LamNode *inputs[] = {mean, log_variance, lambda};
    for (int i = 0; i < 3; i++)
        lam_graph_touch(rig.graph, inputs[i]);
    lam_graph_forward(rig.graph, loss, NULL);
    lam_graph_backward(rig.graph, loss);
    for (size_t i = 0; i < lam_node_count(mean); i++) {
        g_assert_cmpfloat(fabsf(lam_node_gradient(mean)[i]), <, 1e-8);
        g_assert_cmpfloat(fabsf(lam_node_gradient(log_variance)[i]), <, 1e-8);
    }
    rig_clear(&rig);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/losses/nmi", test_nmi);
    g_test_add_func("/losses/nmi/across-contrasts", test_nmi_across_contrasts);
    g_test_add_func("/losses/nmi/of-nothing", test_nmi_of_nothing);
    g_test_add_func("/losses/kl", test_kl);
    g_test_add_func("/losses/kl/optimum", test_kl_optimum);
    g_test_add_func("/losses/bending", test_bending);
    g_test_add_func("/losses/bending/none", test_no_bending);
    return g_test_run();
}

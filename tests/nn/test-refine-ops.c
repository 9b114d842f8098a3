/* The ops of refinement against naive ones in double precision: values directly, gradients against central
 * differences of the naive op, coordinate by coordinate. */
#include "rig.h"

#include <lambdascope/threads.h>
#include <math.h>

#define STEP 1e-6

typedef struct {
    LamShape field; /* of the field [C,D,H,W] that is varied, or of the images */
    const double *other[3];
    double scale; /* margin, weight */
    int n;        /* labels, points, window */
    double power;
} Trial;

typedef double (*Naive)(const Trial *t, const double *x);

static const LamShape grids[] = {{3, 4, 5, 6}, {3, 1, 6, 5}, {3, 5, 2, 3}, {3, 2, 3, 1}};

/* Whole numbers in all inputs but the first: label maps. */
static void make_whole(Rig *rig)
{
    for (int i = 1; i < rig->n_inputs; i++) {
        LamNode *node = rig->inputs[i];
        for (size_t k = 0; k < lam_node_count(node); k++)
            lam_node_value(node)[k] = rintf(lam_node_value(node)[k]);
        lam_graph_touch(rig->graph, node);
    }
    lam_graph_forward(rig->graph, NULL, NULL);
}

/* Value and gradient of the scalar `node` with respect to the rig's first input. */
static void check(Rig *rig, LamNode *node, Naive naive, Trial *t, bool whole)
{
    rig_finish(rig);
    if (whole)
        make_whole(rig);
    lam_graph_backward(rig->graph, node);
    LamNode *variable = rig->inputs[0];
    size_t n = lam_node_count(variable);
    for (int i = 1; i < rig->n_inputs && i <= 3; i++)
        t->other[i - 1] =
            rig_doubles(lam_node_value(rig->inputs[i]), lam_node_count(rig->inputs[i]));
    g_autofree double *x = rig_doubles(lam_node_value(variable), n), *slope = g_new(double, n);
    double expected = naive(t, x);
    g_assert_cmpfloat(fabs(expected), >, 1e-6);
    g_assert_cmpfloat_with_epsilon(lam_node_value(node)[0], expected, 1e-5 * fabs(expected) + 1e-7);
    for (size_t i = 0; i < n; i++) {
        double start = x[i];
        x[i] = start + STEP;
        double up = naive(t, x);
        x[i] = start - STEP;
        slope[i] = (up - naive(t, x)) / (2 * STEP);
        x[i] = start;
    }
    g_assert_cmpfloat(rig_distance(lam_node_gradient(variable), slope, n), <, 1e-3);
    for (int i = 0; i < 3; i++)
        g_free((double *)t->other[i]);
    rig_clear(rig);
}

static size_t at(LamShape s, int c, int d, int h, int w)
{
    return (((size_t)c * (size_t)s.d + (size_t)d) * (size_t)s.h + (size_t)h) * (size_t)s.w +
           (size_t)w;
}

/* ---- folds ---- */

/* u_c at the voxel moved by one along axis a, less u_c at it: along +1 or -1, or the way that exists. */
static double difference(LamShape s, const double *u, int c, const int p[3], int a, int way)
{
    const int size[3] = {s.w, s.h, s.d};
    int q[3] = {p[0], p[1], p[2]};
    if (size[a] == 1)
        return 0;
    if (p[a] + way < 0 || p[a] + way >= size[a])
        way = -way;
    q[a] += way;
    return way * (u[at(s, c, q[2], q[1], q[0])] - u[at(s, c, p[2], p[1], p[0])]);
}

static double determinant(const double m[3][3])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
           m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

static double naive_folds(const Trial *t, const double *u)
{
    LamShape s = t->field;
    double sum = 0;
    for (int i = 0; i < s.d * s.h * s.w; i++)
        for (int k = 0; k < 8; k++) {
            const int p[3] = {i % s.w, i / s.w % s.h, i / s.w / s.h};
            double m[3][3];
            for (int c = 0; c < 3; c++)
                for (int a = 0; a < 3; a++)
                    m[c][a] = (c == a) + difference(s, u, c, p, a, k >> a & 1 ? 1 : -1);
            sum += pow(fmax(0, t->scale - determinant(m)), 2);
        }
    return sum / (8 * s.d * s.h * s.w);
}

static void test_folds(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(grids); i++)
        for (int weak = 0; weak < 2; weak++) {
            Rig rig;
            rig_init(&rig, 1 + (guint32)i);
            Trial t = {.field = grids[i], .scale = weak ? 0.9 : 0.1};
            LamNode *u = rig_variable(&rig, t.field, weak ? 0.1 : 0.7);
            check(&rig, lam_op_folds(rig.graph, u, (float)t.scale), naive_folds, &t, false);
        }
}

/* A field without folds costs nothing and has no gradient. */
static void test_no_folds(void)
{
    Rig rig;
    rig_init(&rig, 1);
    LamNode *u = rig_variable(&rig, grids[0], 0.02);
    LamNode *folds = lam_op_folds(rig.graph, u, 0.2f);
    rig_finish(&rig);
    lam_graph_backward(rig.graph, folds);
    g_assert_cmpfloat(lam_node_value(folds)[0], ==, 0);
    for (size_t i = 0; i < lam_node_count(u); i++)
        g_assert_cmpfloat(lam_node_gradient(u)[i], ==, 0);
    rig_clear(&rig);
}

/* ---- sampling ---- */

/* Linear, edges repeated: of the values, or with label >= 0 of whether they are that label. */
static double sampled(LamShape s, const double *map, int c, const double p[3], int label)
{
    const int size[3] = {s.w, s.h, s.d};
    double sum = 0;
    for (int k = 0; k < 8; k++) {
        double weight = 1;
        int q[3];
        for (int a = 0; a < 3; a++) {
            double x = CLAMP(p[a], 0, size[a] - 1);
            int low = (int)floor(x), high = k >> a & 1;
            weight *= high ? x - low : 1 - (x - low);
            q[a] = MIN(low + high, size[a] - 1);
        }
        double v = map[at(s, c, q[2], q[1], q[0])];
        sum += weight * (label < 0 ? v : v == label);
    }
    return sum;
}

static double naive_sample(const Trial *t, const double *field)
{
    double sum = 0;
    for (int c = 0; c < t->field.c; c++)
        for (int i = 0; i < t->n; i++) {
            double p[3] = {t->other[0][i], t->other[0][t->n + i], t->other[0][2 * t->n + i]};
            double d = sampled(t->field, field, c, p, -1) - t->other[1][c * t->n + i];
            sum += d * d;
        }
    return sum / (t->field.c * t->n);
}

static void test_sample(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(grids); i++) {
        Rig rig;
        rig_init(&rig, 11 + (guint32)i);
        Trial t = {.field = grids[i], .n = 9};
        LamNode *u = rig_variable(&rig, t.field, 1);
        LamShape points = {3, 1, 1, t.n};
        LamNode *y = lam_op_sample(rig.graph, u, rig_input(&rig, points, 3)); /* some outside */
        check(&rig, rig_loss(&rig, y), naive_sample, &t, false);
    }
}

/* ---- labels ---- */

static double naive_dice(const Trial *t, const double *u)
{
    LamShape s = t->field;
    int voxels = s.d * s.h * s.w;
    double total = 0, counted = 0;
    for (int label = 1; label <= t->n; label++) {
        double overlap = 0, fixed = 0, moved = 0;
        for (int i = 0; i < voxels; i++) {
            double p[3] = {i % s.w + u[i], i / s.w % s.h + u[voxels + i],
                           i / s.w / s.h + u[2 * voxels + i]};
            double member = sampled(s, t->other[1], 0, p, label);
            bool here = t->other[0][i] == label;
            overlap += here * member;
            fixed += here;
            moved += member;
        }
        if (fixed > 0 && moved > 0) {
            total += pow(fixed, t->power) * 2 * overlap / (fixed + moved);
            counted += pow(fixed, t->power);
        }
    }
    return 1 - total / counted;
}

static void test_label_dice(void)
{
    for (size_t i = 0; i < 3; i++) {
        Rig rig;
        rig_init(&rig, 21 + (guint32)i);
        Trial t = {.field = grids[i], .n = 4, .power = 0.5 * (double)i};
        LamShape map = grids[i];
        map.c = 1;
        LamNode *u = rig_variable(&rig, t.field, 0.8);
        LamNode *fixed = rig_input(&rig, map, 2), *moving = rig_input(&rig, map, 2);
        check(&rig, lam_op_label_dice(rig.graph, fixed, moving, u, t.n, t.power), naive_dice, &t,
              true);
    }
}

/* ---- cross entropy of labels ---- */

static int label_in(double value, int n)
{
    return value > 0 && value < n ? (int)value : 0;
}

/* n: labels, 0 included; other: the map, twice as fine as the scores. */
static double naive_entropy(const Trial *t, const double *scores)
{
    LamShape s = t->field;
    int fd = s.d > 1 ? 2 : 1;
    double count[8] = {0}, sum = 0, total = 0;
    size_t voxels = (size_t)s.d * (size_t)s.h * (size_t)s.w;
    for (size_t i = 0; i < voxels * 4 * (size_t)fd; i++)
        count[label_in(t->other[0][i], t->n)]++;
    for (int l = 0; l < t->n; l++)
        total += count[l] > 0 ? pow(count[l], t->power) : 0;
    for (int d = 0; d < s.d * fd; d++)
        for (int h = 0; h < s.h * 2; h++)
            for (int w = 0; w < s.w * 2; w++) {
                int l = label_in(t->other[0][(d * s.h * 2 + h) * s.w * 2 + w], t->n);
                size_t at = (size_t)((d / fd * s.h + h / 2) * s.w + w / 2);
                double all = 0;
                for (int k = 0; k < t->n; k++)
                    all += exp(scores[(size_t)k * voxels + at]);
                sum += pow(count[l], t->power - 1) / total *
                       (log(all) - scores[(size_t)l * voxels + at]);
            }
    return sum;
}

static void test_label_entropy(void)
{
    for (size_t i = 0; i < 3; i++) {
        Rig rig;
        rig_init(&rig, 41 + (guint32)i);
        Trial t = {.field = grids[i], .n = 5, .power = 0.5 * (double)i};
        t.field.c = t.n;
        LamShape map = {1, grids[i].d > 1 ? 2 * grids[i].d : 1, 2 * grids[i].h, 2 * grids[i].w};
        LamNode *scores = rig_variable(&rig, t.field, 1.5), *labels = rig_input(&rig, map, 3);
        check(&rig, lam_op_label_entropy(rig.graph, scores, labels, t.power), naive_entropy, &t,
              true);
    }
}

/* ---- weighted NCC ---- */

static double naive_cc(LamShape s, const double *a, const double *b, const int p[3], int radius)
{
    double sum[5] = {0}, n = pow(2 * radius + 1, s.d > 1 ? 3 : 2);
    for (int i = 0; i < s.d * s.h * s.w; i++) {
        const int q[3] = {i % s.w, i / s.w % s.h, i / s.w / s.h};
        if (abs(q[0] - p[0]) > radius || abs(q[1] - p[1]) > radius || abs(q[2] - p[2]) > radius)
            continue;
        const double terms[5] = {a[i], b[i], a[i] * a[i], b[i] * b[i], a[i] * b[i]};
        for (int k = 0; k < 5; k++)
            sum[k] += terms[k];
    }
    double cross = sum[4] - sum[0] * sum[1] / n;
    double va = fmax(0, sum[2] - sum[0] * sum[0] / n), vb = fmax(0, sum[3] - sum[1] * sum[1] / n);
    return cross * cross / (va * vb + 1e-5);
}

/* other: the fixed image, the weights' roots. */
static double naive_ncc(const Trial *t, const double *moved)
{
    LamShape s = t->field;
    double sum = 0, total = 0;
    for (int i = 0; i < s.d * s.h * s.w; i++) {
        const int p[3] = {i % s.w, i / s.w % s.h, i / s.w / s.h};
        double weight = t->other[1][i];
        sum += weight * naive_cc(s, t->other[0], moved, p, t->n / 2);
        total += weight;
    }
    return -sum / total;
}

static void test_weighted_ncc(void)
{
    for (size_t i = 0; i < 3; i++) {
        Rig rig;
        rig_init(&rig, 31 + (guint32)i);
        LamShape map = grids[i];
        map.c = 1;
        Trial t = {.field = map, .n = 3};
        LamNode *moved = rig_variable(&rig, map, 1);
        LamNode *fixed = rig_input(&rig, map, 1), *weight = rig_input(&rig, map, 0);
        LamNode *ncc = lam_op_ncc_weighted(rig.graph, fixed, moved, weight, t.n);
        rig_finish(&rig);
        for (size_t k = 0; k < lam_node_count(weight); k++)
            lam_node_value(weight)[k] = (float)(k % 3);
        lam_graph_touch(rig.graph, weight);
        lam_graph_forward(rig.graph, NULL, NULL);
        lam_graph_backward(rig.graph, ncc);
        g_autofree double *x = rig_doubles(lam_node_value(moved), lam_node_count(moved));
        g_autofree double *f = rig_doubles(lam_node_value(fixed), lam_node_count(fixed));
        g_autofree double *w = rig_doubles(lam_node_value(weight), lam_node_count(weight));
        g_autofree double *slope = g_new(double, lam_node_count(moved));
        t.other[0] = f;
        t.other[1] = w;
        g_assert_cmpfloat_with_epsilon(lam_node_value(ncc)[0], naive_ncc(&t, x), 1e-5);
        for (size_t k = 0; k < lam_node_count(moved); k++) {
            double start = x[k];
            x[k] = start + STEP;
            double up = naive_ncc(&t, x);
            x[k] = start - STEP;
            slope[k] = (up - naive_ncc(&t, x)) / (2 * STEP);
            x[k] = start;
        }
        g_assert_cmpfloat(rig_distance(lam_node_gradient(moved), slope, lam_node_count(moved)), <,
                          1e-3);
        rig_clear(&rig);
    }
}

/* Sums do not depend on the number of threads. */
static void test_threads(void)
{
    float values[2][2];
    float *grads[2] = {NULL, NULL};
    size_t n = 0;
    for (int threads = 1; threads <= 2; threads++) {
        Rig rig;
        rig_init(&rig, 41);
        lam_threads_set(threads);
        LamShape s = {3, 13, 9, 10}, map = {1, 13, 9, 10};
        LamNode *v = rig_variable(&rig, s, 1), *u = lam_op_integrate(rig.graph, v, 5);
        LamNode *a = rig_input(&rig, map, 2), *b = rig_input(&rig, map, 2);
        LamNode *dice = lam_op_label_dice(rig.graph, a, b, u, 3, 0);
        LamNode *folds = lam_op_folds(rig.graph, u, 0.5f);
        LamNode *loss = lam_op_sum(rig.graph, dice, folds, 0.7f);
        rig_finish(&rig);
        lam_graph_backward(rig.graph, loss);
        g_assert_cmpfloat_with_epsilon(lam_node_value(loss)[0],
                                       lam_node_value(dice)[0] + 0.7f * lam_node_value(folds)[0],
                                       1e-6);
        n = lam_node_count(v) * sizeof(float);
        values[threads - 1][0] = lam_node_value(dice)[0];
        values[threads - 1][1] = lam_node_value(folds)[0];
        grads[threads - 1] = g_memdup2(lam_node_gradient(v), n);
        rig_clear(&rig);
    }
    lam_threads_set(0);
    g_assert_cmpmem(values[0], sizeof values[0], values[1], sizeof values[1]);
    g_assert_cmpmem(grads[0], n, grads[1], n);
    for (int i = 0; i < 2; i++)
        g_free(grads[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    lam_threads_set(0);
    g_test_add_func("/refine-ops/folds", test_folds);
    g_test_add_func("/refine-ops/no-folds", test_no_folds);
    g_test_add_func("/refine-ops/sample", test_sample);
    g_test_add_func("/refine-ops/label-dice", test_label_dice);
    g_test_add_func("/refine-ops/label-entropy", test_label_entropy);
    g_test_add_func("/refine-ops/weighted-ncc", test_weighted_ncc);
    g_test_add_func("/refine-ops/threads", test_threads);
    return g_test_run();
}

/* The other ops against naive double-precision ones: values directly, gradients against central
 * differences of the naive op, coordinate by coordinate. With one thread and with two. */
#include "reference.h"
#include "rig.h"

#include <lambdascope/threads.h>
#include <math.h>
#include <string.h>

#define TOLERANCE          1e-5
#define GRADIENT_TOLERANCE 1e-4
#define STEP               1e-6

/* The naive op: y from the rig's inputs, in the order they were added. */
typedef struct Trial Trial;
typedef void (*Reference)(const Trial *trial, double *const *inputs, double *y);

struct Trial {
    const char *name;
    LamShape in, out; /* of the first input, of the result */
    int steps;        /* or the window, or a flag */
    double scale;
    Reference reference;
};

static LamShape shape(int c, int d, int h, int w)
{
    return (LamShape){c, d, h, w};
}

static void compare(const Trial *t, const char *what, const float *ours, const double *reference,
                    size_t n, double tolerance)
{
    double distance = rig_distance(ours, reference, n);
    if (!(distance <= tolerance))
        g_error("%s, %dx%dx%dx%d to %dx%dx%dx%d: %s differs by %g", t->name, t->in.c, t->in.d,
                t->in.h, t->in.w, t->out.c, t->out.d, t->out.h, t->out.w, what, distance);
}

/* The loss of the naive op: mean (y - target)^2, or y itself if it is a scalar. */
static double naive_loss(const Trial *t, double *const *inputs, const double *target, double *y,
                         size_t n)
{
    t->reference(t, inputs, y);
    return target != NULL ? ref_mse(n, y, target, 1) : y[0];
}

static double slope_at(const Trial *t, double *const *inputs, double *coordinate,
                       const double *target, double *y, size_t n)
{
    double start = *coordinate;
    *coordinate = start + STEP;
    double up = naive_loss(t, inputs, target, y, n);
    *coordinate = start - STEP;
    double down = naive_loss(t, inputs, target, y, n);
    *coordinate = start;
    return (up - down) / (2 * STEP);
}

/* y: the plain result of the op in the rig; everything is cleared in the end. */
static void check(Rig *rig, LamNode *y, const Trial *t)
{
    int n_inputs = rig->n_inputs;
    size_t n = lam_node_count(y);
    LamNode *loss = n > 1 ? rig_loss(rig, y) : y;
    rig_finish(rig);
    lam_graph_backward(rig->graph, loss);
    double *inputs[RIG_MAX_INPUTS] = {0};
    g_autofree double *result = g_new(double, n), *target = NULL;
    for (int i = 0; i < n_inputs; i++)
        inputs[i] = rig_doubles(lam_node_value(rig->inputs[i]), lam_node_count(rig->inputs[i]));
    if (n > 1)
        target = rig_doubles(lam_node_value(rig->inputs[n_inputs]), n);
    t->reference(t, inputs, result);
    compare(t, "value", lam_node_value(y), result, n, TOLERANCE);
    for (int i = 0; i < n_inputs; i++) {
        if (lam_node_gradient(rig->inputs[i]) == NULL)
            continue;
        size_t count = lam_node_count(rig->inputs[i]);
        g_autofree double *slopes = g_new(double, count);
        for (size_t k = 0; k < count; k++)
            slopes[k] = slope_at(t, inputs, &inputs[i][k], target, result, n);
        compare(t, "gradient", lam_node_gradient(rig->inputs[i]), slopes, count,
                GRADIENT_TOLERANCE);
    }
    for (int i = 0; i < n_inputs; i++)
        g_free(inputs[i]);
    rig_clear(rig);
}

static void dense(const Trial *t, double *const *in, double *y)
{
    ref_dense(t->out.c, t->in.c, in[1], in[0], t->steps ? in[2] : NULL, y);
}

static void test_dense(void)
{
    static const int sizes[] = {1, 2, 5, 8, 17};
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 5; k++) {
            Rig rig;
            rig_init(&rig, (guint32)(i * 5 + k));
            Trial t = {"dense", shape(sizes[i], 1, 1, 1), shape(sizes[k], 1, 1, 1), k % 2, 0,
                       dense};
            LamNode *x = rig_variable(&rig, t.in, 1);
            LamNode *w = rig_variable(&rig, shape(sizes[i] * sizes[k], 1, 1, 1), 1);
            LamNode *b = t.steps ? rig_variable(&rig, t.out, 1) : NULL;
            check(&rig, lam_op_dense(rig.graph, x, w, b), &t);
        }
}

static void relu(const Trial *t, double *const *in, double *y)
{
    for (int i = 0; i < t->in.c * t->in.d * t->in.h * t->in.w; i++)
        y[i] = fmax(in[0][i], 0) + t->scale * fmin(in[0][i], 0);
}

static void test_relu(void)
{
    for (int blocked = 0; blocked < 2; blocked++) {
        Rig rig;
        rig_init(&rig, 3);
        Trial t = {"leaky ReLU", shape(11, 3, 5, 1), shape(11, 3, 5, 1), 0, 0.3, relu};
        LamNode *x = rig_variable(&rig, t.in, 1);
        x = blocked ? lam_op_to_blocked(rig.graph, x) : x;
        check(&rig, lam_op_to_plain(rig.graph, lam_op_leaky_relu(rig.graph, x, 0.3f)), &t);
    }
}

static void softmax(const Trial *t, double *const *in, double *y)
{
    int voxels = t->in.d * t->in.h * t->in.w;
    for (int i = 0; i < voxels; i++) {
        double sum = 0;
        for (int c = 0; c < t->in.c; c++)
            sum += exp(in[0][c * voxels + i]);
        for (int c = 0; c < t->in.c; c++)
            y[c * voxels + i] = exp(in[0][c * voxels + i]) / sum;
    }
}

/* Large scores, too, whose exponentials alone would not fit. */
static void test_softmax(void)
{
    for (int blocks = 1; blocks < 3; blocks++) {
        Rig rig;
        rig_init(&rig, 4);
        LamShape s = shape(16 * blocks, 3, 5, 7);
        Trial t = {"softmax", s, s, 0, 0, softmax};
        LamNode *x = rig_variable(&rig, s, blocks == 1 ? 2 : 20);
        x = lam_op_softmax(rig.graph, lam_op_to_blocked(rig.graph, x));
        check(&rig, lam_op_to_plain(rig.graph, x), &t);
    }
}

/* A value that is no number leaves none in its voxel, so that a step that has it is refused, and the other voxels as
 * they were; what is far below the largest has no probability. */
static void test_softmax_extremes(void)
{
    Rig rig;
    rig_init(&rig, 4);
    LamNode *x = rig_input(&rig, shape(16, 1, 1, 3), 1);
    LamNode *y =
        lam_op_to_plain(rig.graph, lam_op_softmax(rig.graph, lam_op_to_blocked(rig.graph, x)));
    rig_finish(&rig);
    for (int c = 0; c < 16; c++) {
        lam_node_value(x)[3 * c] = c == 5 ? NAN : 1;
        lam_node_value(x)[3 * c + 1] = c == 9 ? 1000 : -1000;
        lam_node_value(x)[3 * c + 2] = 1;
    }
    lam_graph_touch(rig.graph, x);
    lam_graph_forward(rig.graph, y, NULL);
    for (int c = 0; c < 16; c++) {
        g_assert_true(isnan(lam_node_value(y)[3 * c]));
        g_assert_cmpfloat_with_epsilon(lam_node_value(y)[3 * c + 1], c == 9, 1e-30);
        g_assert_cmpfloat_with_epsilon(lam_node_value(y)[3 * c + 2], 1 / 16.f, 1e-7);
    }
    rig_clear(&rig);
}

/* in: the whole and what is added for its parts. */
static void subvoxel(const Trial *t, double *const *in, double *y)
{
    LamShape s = t->in, f = t->out;
    int doubled = f.d / s.d, voxels = s.d * s.h * s.w;
    for (int c = 0; c < f.c; c++)
        for (int d = 0; d < f.d; d++)
            for (int h = 0; h < f.h; h++)
                for (int w = 0; w < f.w; w++) {
                    int part = w % 2 + 2 * (h % 2) + 4 * (d % doubled);
                    int whole = ((d / doubled) * s.h + h / 2) * s.w + w / 2;
                    y[((c * f.d + d) * f.h + h) * f.w + w] =
                        in[0][c * voxels + whole] + in[1][(part * s.c + c) * voxels + whole];
                }
}

static void test_subvoxel(void)
{
    for (int flat = 0; flat < 2; flat++) {
        Rig rig;
        rig_init(&rig, 5);
        LamShape s = shape(32, flat ? 1 : 3, 5, 3), fine = shape(32, flat ? 1 : 6, 10, 6);
        LamShape parts = shape((flat ? 4 : 8) * s.c, s.d, s.h, s.w);
        Trial t = {"subvoxel", s, fine, 0, 0, subvoxel};
        LamNode *whole = lam_op_to_blocked(rig.graph, rig_variable(&rig, s, 1));
        LamNode *added = lam_op_to_blocked(rig.graph, rig_variable(&rig, parts, 1));
        check(&rig, lam_op_to_plain(rig.graph, lam_op_subvoxel(rig.graph, whole, added)), &t);
    }
}

/* One value of a correlation: at voxel (w, h, d) of the output, for one shift. */
static double correlated(LamShape s, LamShape out, double *const *in, const int at[3],
                         const int by[3])
{
    const int size[3] = {s.w, s.h, s.d}, coarse[3] = {out.w, out.h, out.d};
    double sum = 0;
    int n = 0, part[3];
    for (part[2] = 0; part[2] < size[2] / coarse[2]; part[2]++)
        for (part[1] = 0; part[1] < size[1] / coarse[1]; part[1]++)
            for (part[0] = 0; part[0] < size[0] / coarse[0]; part[0]++, n++) {
                int x[3], y[3];
                bool inside = true;
                for (int a = 0; a < 3; a++) {
                    x[a] = at[a] * (size[a] / coarse[a]) + part[a];
                    y[a] = x[a] + by[a];
                    inside = inside && y[a] >= 0 && y[a] < size[a];
                }
                for (int c = 0; inside && c < s.c; c++)
                    sum += in[0][((c * s.d + x[2]) * s.h + x[1]) * s.w + x[0]] *
                           in[1][((c * s.d + y[2]) * s.h + y[1]) * s.w + y[0]];
            }
    return sum / n;
}

static void correlate(const Trial *t, double *const *in, double *y)
{
    int rd = t->in.d > 1 ? 2 : 0, by[3], at[3], i = 0;
    for (by[2] = -rd; by[2] <= rd; by[2]++)
        for (by[1] = -2; by[1] <= 2; by[1]++)
            for (by[0] = -2; by[0] <= 2; by[0]++)
                for (at[2] = 0; at[2] < t->out.d; at[2]++)
                    for (at[1] = 0; at[1] < t->out.h; at[1]++)
                        for (at[0] = 0; at[0] < t->out.w; at[0]++)
                            y[i++] = correlated(t->in, t->out, in, at, by);
}

static void test_correlate(void)
{
    const struct {
        int stride;
        LamShape in, out;
    } cases[] = {
        {1, {3, 3, 5, 7}, {125, 3, 5, 7}},  {1, {3, 1, 5, 7}, {25, 1, 5, 7}},
        {2, {3, 2, 6, 10}, {125, 1, 3, 5}}, {2, {3, 1, 6, 10}, {25, 1, 3, 5}},
        {2, {3, 2, 2, 2}, {125, 1, 1, 1}}, /* no longer than a shift */
        {1, {35, 3, 4, 5}, {125, 3, 4, 5}}, {2, {35, 2, 4, 6}, {125, 1, 2, 3}}, /* several blocks */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rig rig;
        rig_init(&rig, 16);
        Trial t = {"correlate", cases[i].in, cases[i].out, 0, 0, correlate};
        LamNode *a = lam_op_to_blocked(rig.graph, rig_variable(&rig, t.in, 1));
        LamNode *b = lam_op_to_blocked(rig.graph, rig_variable(&rig, t.in, 1));
        LamNode *y = lam_op_correlate(rig.graph, a, b, 2, cases[i].stride);
        check(&rig, lam_op_to_plain(rig.graph, y), &t);
    }
}

static void upsample(const Trial *t, double *const *in, double *y)
{
    ref_upsample(t->in, t->out, in[0], y);
}

static void test_upsample(void)
{
    const struct {
        LamShape in, out;
    } cases[] = {
        {{1, 1, 1, 1}, {1, 2, 2, 2}}, {{3, 2, 3, 4}, {3, 4, 6, 8}},   {{9, 2, 3, 4}, {9, 3, 5, 7}},
        {{5, 1, 3, 4}, {5, 1, 6, 7}}, {{17, 2, 1, 3}, {17, 4, 1, 3}}, {{8, 2, 2, 2}, {8, 2, 4, 2}},
    };
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        Rig rig;
        rig_init(&rig, (guint32)i);
        Trial t = {"upsample", cases[i / 2].in, cases[i / 2].out, 0, 0, upsample};
        LamNode *x = rig_variable(&rig, t.in, 1);
        x = i % 2 ? lam_op_to_blocked(rig.graph, x) : x;
        LamNode *y = lam_op_upsample(rig.graph, x, t.out.d, t.out.h, t.out.w);
        check(&rig, lam_op_to_plain(rig.graph, y), &t);
    }
}

static void concat(const Trial *t, double *const *in, double *y)
{
    size_t voxels = (size_t)t->in.d * t->in.h * t->in.w, first = voxels * t->in.c;
    memcpy(y, in[0], first * sizeof *y);
    memcpy(y + first, in[1], (voxels * t->out.c - first) * sizeof *y);
}

static void test_concat(void)
{
    for (int blocked = 0; blocked < 2; blocked++) {
        Rig rig;
        rig_init(&rig, 4);
        int channels = blocked ? 2 * lam_channel_block() : 3;
        Trial t = {"concat", shape(channels, 2, 3, 1), shape(channels + 5, 2, 3, 1), 0, 0, concat};
        LamNode *a = rig_variable(&rig, t.in, 1), *b = rig_variable(&rig, shape(5, 2, 3, 1), 1);
        a = blocked ? lam_op_to_blocked(rig.graph, a) : a;
        b = blocked ? lam_op_to_blocked(rig.graph, b) : b;
        check(&rig, lam_op_to_plain(rig.graph, lam_op_concat(rig.graph, a, b)), &t);
    }
}

static void resize(const Trial *t, double *const *in, double *y)
{
    ref_resize(t->in, t->out, t->scale, in[0], y);
}

static void test_resize(void)
{
    const struct {
        LamShape in, out;
    } cases[] = {
        {{3, 2, 3, 4}, {3, 4, 6, 8}}, {{3, 4, 6, 8}, {3, 2, 3, 4}}, {{1, 5, 1, 7}, {1, 3, 1, 5}},
        {{2, 1, 3, 5}, {2, 1, 7, 3}}, {{1, 1, 1, 1}, {1, 3, 2, 5}}, {{2, 5, 3, 7}, {2, 1, 1, 1}},
        {{3, 3, 5, 7}, {3, 3, 5, 7}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Rig rig;
        rig_init(&rig, (guint32)i);
        Trial t = {"resize", cases[i].in, cases[i].out, 0, 1.5, resize};
        LamNode *x = rig_variable(&rig, t.in, 1);
        check(&rig, lam_op_resize(rig.graph, x, t.out.d, t.out.h, t.out.w, 1.5f), &t);
    }
}

static const LamShape grids[] = {
    {1, 3, 5, 7}, {1, 1, 5, 7}, {1, 7, 3, 1}, {1, 5, 1, 3}, {1, 2, 2, 2}, {1, 1, 1, 9},
};

static void warp(const Trial *t, double *const *in, double *y)
{
    ref_warp(t->in, in[0], in[1], y);
}

static void test_warp(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(grids); i++) {
        Rig rig;
        rig_init(&rig, (guint32)i + 40);
        LamShape s = grids[i];
        Trial t = {"warp", {2, s.d, s.h, s.w}, {2, s.d, s.h, s.w}, 0, 0, warp};
        LamNode *image = rig_variable(&rig, t.in, 1);
        LamNode *field = rig_variable(&rig, shape(3, s.d, s.h, s.w), 1.2); /* often outside */
        check(&rig, lam_op_warp(rig.graph, image, field), &t);
    }
}

static void integrate(const Trial *t, double *const *in, double *y)
{
    ref_integrate(t->in, in[0], t->steps, y);
}

static void test_integrate(void)
{
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(grids); i++) {
        Rig rig;
        rig_init(&rig, (guint32)i + 50);
        LamShape s = {3, grids[i / 2].d, grids[i / 2].h, grids[i / 2].w};
        Trial t = {"integrate", s, s, i % 2 ? 7 : 1, 0, integrate};
        LamNode *v = rig_variable(&rig, s, 0.8);
        check(&rig, lam_op_integrate(rig.graph, v, t.steps), &t);
    }
}

static void ncc(const Trial *t, double *const *in, double *y)
{
    y[0] = ref_ncc(t->in, in[0], in[1], t->steps);
}

static void test_ncc(void)
{
    static const int windows[] = {3, 5, 9};
    for (size_t i = 0; i < 3 * G_N_ELEMENTS(grids); i++) {
        Rig rig;
        rig_init(&rig, (guint32)i + 70);
        Trial t = {"NCC", grids[i / 3], shape(1, 1, 1, 1), windows[i % 3], 0, ncc};
        LamNode *a = rig_variable(&rig, t.in, 1), *b = rig_variable(&rig, t.in, 1);
        check(&rig, lam_op_ncc(rig.graph, a, b, t.steps), &t);
    }
}

static void mse(const Trial *t, double *const *in, double *y)
{
    y[0] = ref_mse((size_t)t->in.c * t->in.d * t->in.h * t->in.w, in[0], in[1], t->scale);
}

static void gradient_l2(const Trial *t, double *const *in, double *y)
{
    y[0] = ref_gradient_l2(t->in, in[0]);
}

static void gradient_l2_weighted(const Trial *t, double *const *in, double *y)
{
    int n = t->in.d * t->in.h * t->in.w;
    g_autofree double *weight = g_new(double, n);
    for (int i = 0; i < n; i++)
        weight[i] = fmax(in[1][i], 0);
    y[0] = ref_gradient_l2_weighted(t->in, in[0], weight);
}

static void blend(const Trial *t, double *const *in, double *y)
{
    y[0] = (1 - in[0][0]) * in[1][0] + in[0][0] * t->scale * in[2][0];
}

static void test_losses(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(grids); i++) {
        Rig rig;
        rig_init(&rig, (guint32)i + 90);
        LamShape s = {3, grids[i].d, grids[i].h, grids[i].w};
        Trial t = {"MSE", s, shape(1, 1, 1, 1), 0, 0.7, mse};
        LamNode *a = rig_variable(&rig, s, 1), *b = rig_variable(&rig, s, 1);
        check(&rig, lam_op_mse(rig.graph, a, b, 0.7f), &t);
        rig_init(&rig, (guint32)i + 91);
        t = (Trial){"gradient L2", s, shape(1, 1, 1, 1), 0, 0, gradient_l2};
        check(&rig, lam_op_gradient_l2(rig.graph, rig_variable(&rig, s, 1)), &t);
        rig_init(&rig, (guint32)i + 93);
        t = (Trial){"weighted gradient L2", s, shape(1, 1, 1, 1), 0, 0, gradient_l2_weighted};
        LamShape map = {1, s.d, s.h, s.w};
        LamNode *u = rig_variable(&rig, s, 1), *weight = rig_input(&rig, map, 1);
        weight = lam_op_leaky_relu(rig.graph, weight, 0);
        check(&rig, lam_op_gradient_l2_weighted(rig.graph, u, weight), &t);
        rig_init(&rig, (guint32)i + 92);
        t = (Trial){"blend", shape(1, 1, 1, 1), shape(1, 1, 1, 1), 0, 1.25, blend};
        LamNode *lambda = rig_variable(&rig, t.in, 1), *c = rig_variable(&rig, t.in, 1);
        check(&rig, lam_op_blend(rig.graph, lambda, c, rig_variable(&rig, t.in, 1), 1.25f), &t);
    }
}

/* A shift by whole voxels, written out: where the sign and the order of channels are fixed. */
static void test_warp_by_hand(void)
{
    Rig rig;
    rig_init(&rig, 1);
    LamShape s = shape(1, 2, 3, 4);
    LamNode *image = rig_input(&rig, s, 1), *field = rig_input(&rig, shape(3, 2, 3, 4), 0);
    LamNode *y = lam_op_warp(rig.graph, image, field);
    rig_finish(&rig);
    float *u = lam_node_value(field);
    for (int i = 0; i < 24; i++)
        u[i] = 1; /* along w */
    lam_graph_touch(rig.graph, field);
    lam_graph_forward(rig.graph, NULL, NULL);
    for (int i = 0; i < 24; i++) {
        float expected = i % 4 < 3 ? lam_node_value(image)[i + 1] : 0;
        g_assert_cmpfloat(lam_node_value(y)[i], ==, expected);
    }
    rig_clear(&rig);
}

/* The second of two backward passes after one forward gives the same gradients. */
static void test_backward_twice(void)
{
    Rig rig;
    rig_init(&rig, 2);
    LamShape s = shape(1, 4, 5, 6);
    LamNode *image = rig_variable(&rig, s, 1), *fixed = rig_input(&rig, s, 1);
    LamNode *v = rig_variable(&rig, shape(3, 4, 5, 6), 0.7);
    LamNode *u = lam_op_integrate(rig.graph, v, 5);
    LamNode *loss = lam_op_ncc(rig.graph, fixed, lam_op_warp(rig.graph, image, u), 3);
    rig_finish(&rig);
    lam_graph_backward(rig.graph, loss);
    size_t bytes = lam_node_count(v) * sizeof(float);
    g_autofree float *once = g_memdup2(lam_node_gradient(v), bytes);
    lam_graph_backward(rig.graph, loss);
    g_assert_cmpmem(once, bytes, lam_node_gradient(v), bytes);
    rig_clear(&rig);
}

/* A diverged network must end in a NaN loss, not outside its arrays. */
static void test_not_finite(gconstpointer data)
{
    Rig rig;
    rig_init(&rig, 3);
    LamShape s = shape(1, GPOINTER_TO_INT(data), 5, 6);
    LamNode *image = rig_variable(&rig, s, 1), *fixed = rig_input(&rig, s, 1);
    LamNode *v = rig_variable(&rig, shape(3, s.d, 5, 6), 0.7);
    LamNode *u = lam_op_integrate(rig.graph, v, 5);
    LamNode *moved = lam_op_warp(rig.graph, image, u);
    LamNode *rough = lam_op_gradient_l2(rig.graph, u);
    LamNode *loss = lam_op_blend(rig.graph, lam_op_ncc(rig.graph, fixed, moved, 3),
                                 lam_op_mse(rig.graph, fixed, moved, 1), rough, 1);
    rig_finish(&rig);
    float *p = lam_node_value(v);
    p[3] = NAN;
    p[40] = INFINITY;
    p[50] = -INFINITY;
    p[60] = 1e30f;
    lam_graph_touch(rig.graph, v);
    lam_graph_forward(rig.graph, NULL, NULL);
    lam_graph_backward(rig.graph, loss);
    g_assert_true(isnan(lam_node_value(rough)[0]));
    rig_clear(&rig);
}

typedef struct {
    const char *name;
    GTestFunc run;
} NamedTest;

static const NamedTest per_op[] = {
    {"dense", test_dense},   {"relu", test_relu},     {"upsample", test_upsample},
    {"concat", test_concat}, {"resize", test_resize}, {"warp", test_warp},
    {"ncc", test_ncc},       {"losses", test_losses}, {"integrate", test_integrate},
};

static void with_one_thread(gconstpointer test)
{
    lam_threads_set(1);
    ((const NamedTest *)test)->run();
}

static void with_two_threads(gconstpointer test)
{
    lam_threads_set(2);
    ((const NamedTest *)test)->run();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(per_op); i++) {
        g_autofree char *one = g_strdup_printf("/ops/1-thread/%s", per_op[i].name);
        g_autofree char *two = g_strdup_printf("/ops/2-threads/%s", per_op[i].name);
        g_test_add_data_func(one, &per_op[i], with_one_thread);
        g_test_add_data_func(two, &per_op[i], with_two_threads);
    }
    g_test_add_func("/ops/softmax", test_softmax);
    g_test_add_func("/ops/softmax/extremes", test_softmax_extremes);
    g_test_add_func("/ops/subvoxel", test_subvoxel);
    g_test_add_func("/ops/correlate", test_correlate);
    g_test_add_func("/ops/warp-by-hand", test_warp_by_hand);
    g_test_add_func("/ops/backward-twice", test_backward_twice);
    g_test_add_data_func("/ops/not-finite/3d", GINT_TO_POINTER(4), test_not_finite);
    g_test_add_data_func("/ops/not-finite/2d", GINT_TO_POINTER(1), test_not_finite);
    return g_test_run();
}

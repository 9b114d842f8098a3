/* Cubic splines and label maps at single points, against references written for clarity. */
#include "naive.h"

#include <lambdascope/sampler.h>
#include <math.h>

static LamVolume *noise(const LamGrid *grid, int channels, double low, double high)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    LamVolume *v = lam_volume_new(grid, channels, NULL);
    size_t count = lam_grid_voxels(grid) * (size_t)channels;
    for (size_t i = 0; i < count; i++)
        v->data[i] = (float)g_rand_double_range(random, low, high);
    return v;
}

static float sample(const LamVolume *v, LamInterpolation how, LamVec3 p)
{
    g_auto(LamSampler) sampler = {0};
    float out[8];
    g_assert_true(lam_sampler_init(&sampler, v, how, -7, NULL));
    lam_sampler_at(&sampler, p, out, 1);
    return out[0];
}

/* ---- cubic ---- */

static double basis(double t)
{
    t = fabs(t);
    return t < 1 ? 2 / 3.0 - t * t + t * t * t / 2 : t < 2 ? pow(2 - t, 3) / 6 : 0;
}

static int mirrored(int i, int n)
{
    while (n > 1 && (i < 0 || i >= n))
        i = i < 0 ? -i : 2 * (n - 1) - i;
    return n > 1 ? i : 0;
}

/* Solves B c = f for one line by elimination; B holds the mirrored basis at the voxels. */
static void solve_line(double *f, int n)
{
    g_autofree double *b = g_new0(double, n *n);
    for (int i = 0; i < n; i++)
        for (int k = -1; k <= 1; k++)
            b[i * n + mirrored(i + k, n)] += basis(k);
    for (int p = 0; p < n; p++)
        for (int r = 0; r < n; r++) {
            double factor = b[r * n + p] / b[p * n + p];
            if (r == p)
                continue;
            for (int c = 0; c < n; c++)
                b[r * n + c] -= factor * b[p * n + c];
            f[r] -= factor * f[p];
        }
    for (int i = 0; i < n; i++)
        f[i] /= b[i * n + i];
}

static double *naive_coefficients(const LamVolume *v)
{
    const int *n = v->grid.size, stride[3] = {1, n[0], n[0] * n[1]};
    int voxels = (int)lam_grid_voxels(&v->grid);
    double *c = g_new(double, voxels);
    for (int i = 0; i < voxels; i++)
        c[i] = (double)v->data[i];
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < voxels; i++) {
            if (i / stride[a] % n[a] != 0)
                continue;
            g_autofree double *line = g_new(double, n[a]);
            for (int k = 0; k < n[a]; k++)
                line[k] = c[i + k * stride[a]];
            solve_line(line, n[a]);
            for (int k = 0; k < n[a]; k++)
                c[i + k * stride[a]] = line[k];
        }
    return c;
}

static double naive_cubic(const double *c, const int n[3], LamVec3 p)
{
    double sum = 0;
    int base[3];
    for (int a = 0; a < 3; a++)
        base[a] = (int)floor(p.v[a]);
    for (int k = base[2] - 1; k <= base[2] + 2; k++)
        for (int j = base[1] - 1; j <= base[1] + 2; j++)
            for (int i = base[0] - 1; i <= base[0] + 2; i++)
                sum += basis(p.v[0] - i) * basis(p.v[1] - j) * basis(p.v[2] - k) *
                       c[(mirrored(k, n[2]) * n[1] + mirrored(j, n[1])) * n[0] + mirrored(i, n[0])];
    return sum;
}

static void test_cubic(void)
{
    static const int sizes[][3] = {{7, 5, 6}, {31, 2, 3}, {9, 8, 1}, {1, 1, 1}, {3, 40, 2}};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        LamGrid grid = naive_oblique(sizes[s][0], sizes[s][1], sizes[s][2], 1, -2, 0.7, 3);
        g_autoptr(LamVolume) v = noise(&grid, 1, -50, 100);
        g_autofree double *c = naive_coefficients(v);
        for (int i = 0; i < 300; i++) {
            LamVec3 p;
            for (int a = 0; a < 3; a++)
                p.v[a] = g_rand_double_range(random, -0.5, grid.size[a] - 0.5);
            g_assert_cmpfloat_with_epsilon((double)sample(v, LAM_CUBIC, p),
                                           naive_cubic(c, grid.size, p), 1e-3);
        }
    }
}

static void test_cubic_keeps_voxels(void)
{
    LamGrid grid = naive_oblique(30, 6, 5, 1, 1, 1, 0);
    g_autoptr(LamVolume) v = noise(&grid, 2, 0, 1000);
    g_autoptr(LamVolume) again = lam_resample(v, &grid, NULL, LAM_CUBIC, 0, NULL);
    size_t count = 2 * lam_grid_voxels(&grid);
    for (size_t i = 0; i < count; i++)
        g_assert_cmpfloat_with_epsilon((double)again->data[i], (double)v->data[i], 2e-3);
    g_assert_cmpfloat((double)sample(v, LAM_CUBIC, (LamVec3){{-0.7, 0, 0}}), ==, -7);
}

/* A wave of eight voxels, midway between them. */
static void test_cubic_beats_linear(void)
{
    LamGrid grid = {{64, 3, 3}, lam_mat4_identity()};
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < 64 * 9; i++)
        v->data[i] = (float)sin(i % 64 * G_PI / 4);
    for (int i = 10; i < 50; i++) {
        double wanted = sin((i + 0.5) * G_PI / 4);
        LamVec3 p = {{i + 0.5, 1, 1}};
        g_assert_cmpfloat_with_epsilon((double)sample(v, LAM_CUBIC, p), wanted, 0.006);
        if (fabs(wanted) > 0.9)
            g_assert_cmpfloat(fabs((double)sample(v, LAM_LINEAR, p) - wanted), >, 0.05);
    }
}

/* ---- labels ---- */

static float naive_label(const LamVolume *labels, const float *values, int n, LamVec3 p)
{
    g_autoptr(LamVolume) one_hot = lam_volume_new(&labels->grid, 1, NULL);
    size_t voxels = lam_grid_voxels(&labels->grid);
    double most = -1;
    float best = 0;
    for (int l = 0; l < n; l++) { /* ascending: the least of equals wins */
        for (size_t i = 0; i < voxels; i++)
            one_hot->data[i] = labels->data[i] == values[l];
        double share = naive_linear(one_hot, 0, p);
        if (share > most + 1e-6) {
            most = share;
            best = values[l];
        }
    }
    return best;
}

static void test_labels(void)
{
    static const float values[] = {-3, 0, 7, 300, 100000};
    LamGrid grid = naive_oblique(6, 5, 4, 1, 2, -3, 1);
    g_autoptr(LamVolume) labels = noise(&grid, 1, 0, 4.999);
    g_autoptr(GRand) random = g_rand_new_with_seed(2);
    for (int i = 0; i < 120; i++)
        labels->data[i] = values[(int)labels->data[i]];
    for (int i = 0; i < 2000; i++) {
        LamVec3 p;
        for (int a = 0; a < 3; a++) {
            p.v[a] = g_rand_double_range(random, -0.5, grid.size[a] - 0.5);
            if (i % 4 == 0) /* ties on purpose */
                p.v[a] = floor(2 * p.v[a] + 0.5) / 2;
        }
        g_assert_cmpfloat((double)sample(labels, LAM_LABELS, p), ==,
                          (double)naive_label(labels, values, 5, p));
    }
}

/* Nearest would take the one voxel beside; most of the weight is around it. */
static void test_labels_are_not_nearest(void)
{
    LamGrid grid = {{2, 2, 2}, lam_mat4_identity()};
    g_autoptr(LamVolume) labels = lam_volume_new(&grid, 1, NULL);
    labels->data[0] = 5;
    LamVec3 p = {{0.4, 0.4, 0.4}};
    g_assert_cmpfloat((double)sample(labels, LAM_NEAREST, p), ==, 5);
    g_assert_cmpfloat((double)sample(labels, LAM_LABELS, p), ==, 0);
    /* equal shares of 0 and 5: the least */
    g_assert_cmpfloat((double)sample(labels, LAM_LABELS, (LamVec3){{0.5, 0, 0}}), ==, 0);
}

/* The same world point, whatever the order of the axes in memory. */
static void test_labels_in_48_orders(void)
{
    LamGrid grid = naive_oblique(5, 4, 6, 1, 2, 3, 0);
    g_autoptr(LamVolume) base = noise(&grid, 1, 0, 3.999);
    for (int i = 0; i < 120; i++)
        base->data[i] = floorf(base->data[i]);
    LamGrid target = naive_oblique(9, 9, 9, 0.5, 1, 1.5, 0);
    g_autoptr(LamVolume) wanted = lam_resample(base, &target, NULL, LAM_LABELS, 0, NULL);
    for (int o = 0; o < 6; o++)
        for (int flips = 0; flips < 8; flips++) {
            g_autoptr(LamVolume) v = naive_stored_as(base, naive_orders[o], flips);
            g_autoptr(LamVolume) got = lam_resample(v, &target, NULL, LAM_LABELS, 0, NULL);
            size_t n = lam_grid_voxels(&target);
            for (size_t i = 0; i < n; i++)
                g_assert_cmpfloat((double)got->data[i], ==, (double)wanted->data[i]);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/interpolation/cubic", test_cubic);
    g_test_add_func("/interpolation/cubic-keeps-voxels", test_cubic_keeps_voxels);
    g_test_add_func("/interpolation/cubic-beats-linear", test_cubic_beats_linear);
    g_test_add_func("/interpolation/labels", test_labels);
    g_test_add_func("/interpolation/labels-are-not-nearest", test_labels_are_not_nearest);
    g_test_add_func("/interpolation/labels-in-48-orders", test_labels_in_48_orders);
    return g_test_run();
}

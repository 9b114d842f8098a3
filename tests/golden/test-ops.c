/* Every operation, its gradients and Adam against PyTorch 1.13.1 (Debian 12's python3-torch, numpy
 * 1.24.2), computed in double precision by tools/make-golden.py and stored as float.
 *
 * What the fixtures fix beyond doubt: linear resize is PyTorch's align_corners=False (same box, voxel
 * centres at half-integers, edges clamped); spatial transformer and integration sample voxel centres
 * exactly (align_corners=True), the former with zeros outside, the latter clamped at the border; local
 * NCC is VoxelMorph's: zero-padded sums, cross^2 / (varI varJ + 1e-5).
 *
 * Tolerances: the largest difference relative to the root mean square of what is compared. Ours is
 * float throughout, with sums of up to 459 products; the worst seen is 4e-6. Adam moves the second
 * parameter by about 1e-3 from values about 1, so that float leaves 1e-4 of the distance gone. */
#include "golden.h"

#include <lambdascope/adam.h>
#include <math.h>
#include <string.h>

#define TOLERANCE      2e-5
#define ADAM_TOLERANCE 5e-4

static void convolve(const LamSafetensors *file, const char *name, LamConvOptions options,
                     bool blocked)
{
    Golden g = golden_case(file, name);
    const LamNamedTensor *kernel = golden_tensor(file, name, "weight");
    options.channels = (int)kernel->shape[0];
    for (int a = 0; a < 3; a++)
        options.kernel[a] = (int)kernel->shape[4 - a];
    LamNode *x = golden_variable(&g, "x"), *weight = golden_variable(&g, "weight");
    LamNode *bias = golden_variable(&g, "bias"), *addend = NULL;
    if (g_str_has_suffix(name, "addend"))
        addend = lam_op_to_blocked(g.graph, golden_variable(&g, "addend"));
    if (blocked)
        x = lam_op_to_blocked(g.graph, x);
    golden_check(&g, lam_op_conv(g.graph, x, weight, bias, addend, options), TOLERANCE);
}

static void test_convolutions(void)
{
    static const struct {
        const char *name;
        LamConvOptions options;
    } cases[] = {
        {"3d", {.stride = 1, .slope = 0.2f}},        {"3d-stride", {.stride = 2, .slope = 0.2f}},
        {"3d-many", {.stride = 1, .slope = 0.2f}},   {"3d-linear", {.stride = 1, .slope = 1}},
        {"3d-addend", {.stride = 2, .slope = 0.2f}}, {"2d", {.stride = 1, .slope = 0.2f}},
        {"2d-stride", {.stride = 2, .slope = 0.2f}},
    };
    g_autoptr(LamSafetensors) file = golden_load("convolutions");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        convolve(file, cases[i].name, cases[i].options, false);
        convolve(file, cases[i].name, cases[i].options, true);
    }
}

static LamShape result_shape(const Golden *g)
{
    const size_t *s = golden_tensor(g->file, g->name, "y")->shape;
    return (LamShape){(int)s[0], (int)s[1], (int)s[2], (int)s[3]};
}

static void test_upsample(void)
{
    g_autoptr(LamSafetensors) file = golden_load("fields");
    static const char *const names[] = {"upsample-3d", "upsample-2d"};
    for (int i = 0; i < 4; i++) {
        Golden g = golden_case(file, names[i / 2]);
        LamShape s = result_shape(&g);
        LamNode *x = golden_variable(&g, "x");
        x = i % 2 ? lam_op_to_blocked(g.graph, x) : x;
        golden_check(&g, lam_op_upsample(g.graph, x, s.d, s.h, s.w), TOLERANCE);
    }
}

static void test_resize(void)
{
    static const struct {
        const char *name;
        float scale;
    } cases[] = {{"resize-3d", 2}, {"resize-smaller", 0.5f}, {"resize-2d", 1.5f}};
    g_autoptr(LamSafetensors) file = golden_load("fields");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Golden g = golden_case(file, cases[i].name);
        LamShape s = result_shape(&g);
        LamNode *x = golden_variable(&g, "x");
        golden_check(&g, lam_op_resize(g.graph, x, s.d, s.h, s.w, cases[i].scale), TOLERANCE);
    }
}

static void test_warp(void)
{
    g_autoptr(LamSafetensors) file = golden_load("fields");
    static const char *const names[] = {"warp-3d", "warp-2d"};
    for (int i = 0; i < 2; i++) {
        Golden g = golden_case(file, names[i]);
        LamNode *image = golden_variable(&g, "image"), *field = golden_variable(&g, "field");
        golden_check(&g, lam_op_warp(g.graph, image, field), TOLERANCE);
    }
}

static void test_integrate(void)
{
    g_autoptr(LamSafetensors) file = golden_load("fields");
    static const char *const names[] = {"integrate-3d", "integrate-2d"};
    for (int i = 0; i < 2; i++) {
        Golden g = golden_case(file, names[i]);
        golden_check(&g, lam_op_integrate(g.graph, golden_variable(&g, "velocity"), 5), TOLERANCE);
    }
}

static void test_ncc(void)
{
    static const struct {
        const char *name;
        int window;
    } cases[] = {{"ncc-3d-3", 3}, {"ncc-3d-7", 7}, {"ncc-2d-9", 9}};
    g_autoptr(LamSafetensors) file = golden_load("losses");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Golden g = golden_case(file, cases[i].name);
        LamNode *fixed = golden_variable(&g, "fixed"), *moved = golden_variable(&g, "moved");
        golden_check(&g, lam_op_ncc(g.graph, fixed, moved, cases[i].window), TOLERANCE);
    }
}

static void test_mse(void)
{
    g_autoptr(LamSafetensors) file = golden_load("losses");
    Golden g = golden_case(file, "mse");
    LamNode *a = golden_variable(&g, "a"), *b = golden_variable(&g, "b");
    golden_check(&g, lam_op_mse(g.graph, a, b, 0.3f), TOLERANCE);
}

static void test_gradient_l2(void)
{
    g_autoptr(LamSafetensors) file = golden_load("losses");
    static const char *const names[] = {"gradient-l2-3d", "gradient-l2-2d"};
    for (int i = 0; i < 2; i++) {
        Golden g = golden_case(file, names[i]);
        golden_check(&g, lam_op_gradient_l2(g.graph, golden_variable(&g, "field")), TOLERANCE);
    }
}

static void test_dense(void)
{
    g_autoptr(LamSafetensors) file = golden_load("losses");
    Golden g = golden_case(file, "dense");
    LamNode *x = golden_variable(&g, "input"), *weight = golden_variable(&g, "weight");
    golden_check(&g, lam_op_dense(g.graph, x, weight, golden_variable(&g, "bias")), TOLERANCE);
}

/* Values or gradients of both parameters, at this step. */
static const LamNamedTensor *adam_tensor(const LamSafetensors *file, const char *kind, int step,
                                         int parameter)
{
    g_autofree char *name = g_strdup_printf("%d/%d", step, parameter);
    return golden_tensor(file, kind, name);
}

static void copy_tensor(float *arena, const LamParameters *p, int i, const LamNamedTensor *tensor)
{
    g_assert_cmpuint(lam_parameters_size(p, i), ==, tensor->count);
    memcpy(arena + lam_parameters_offset(p, i), tensor->data, tensor->count * sizeof(float));
}

/* torch.optim.Adam with its defaults (0.9, 0.999, 1e-8), two rates, six steps. What is compared are the
 * distances gone, because the values themselves hardly change. Gradients come in doubled and are scaled
 * by a half, which must make no difference. */
static void test_adam(void)
{
    g_autoptr(LamSafetensors) file = golden_load("adam");
    g_autoptr(LamParameters) p = lam_parameters_new();
    const LamNamedTensor *start[2] = {golden_tensor(file, "start", "0"),
                                      golden_tensor(file, "start", "1")};
    lam_parameters_declare(p, "0", start[0]->ndim, start[0]->shape, (LamInit){0, 1});
    lam_parameters_declare(p, "1", start[1]->ndim, start[1]->shape, (LamInit){0, 0.1});
    g_assert_true(lam_parameters_allocate(p, true, NULL));
    g_autoptr(LamAdam) adam = lam_adam_new(p, NULL);
    float *value = lam_parameters_values(p), *gradient = lam_parameters_gradients(p);
    for (int i = 0; i < 2; i++)
        copy_tensor(value, p, i, start[i]);
    for (int step = 0; step < 6; step++) {
        for (int i = 0; i < 2; i++)
            copy_tensor(gradient, p, i, adam_tensor(file, "gradient", step, i));
        for (size_t k = 0; k < lam_parameters_floats(p); k++)
            gradient[k] *= 2;
        lam_adam_step(adam, 0.01, 0.5);
        for (int i = 0; i < 2; i++) {
            const LamNamedTensor *wanted = adam_tensor(file, "value", step, i);
            size_t n = wanted->count;
            g_autofree float *gone = g_new(float, n), *expected = g_new(float, n);
            for (size_t k = 0; k < n; k++) {
                gone[k] = value[lam_parameters_offset(p, i) + k] - start[i]->data[k];
                expected[k] = wanted->data[k] - start[i]->data[k];
            }
            g_autofree char *what = g_strdup_printf("parameter %d after step %d", i, step);
            golden_compare("adam", what, gone, expected, n, ADAM_TOLERANCE);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/golden/convolutions", test_convolutions);
    g_test_add_func("/golden/upsample", test_upsample);
    g_test_add_func("/golden/resize", test_resize);
    g_test_add_func("/golden/warp", test_warp);
    g_test_add_func("/golden/integrate", test_integrate);
    g_test_add_func("/golden/ncc", test_ncc);
    g_test_add_func("/golden/mse", test_mse);
    g_test_add_func("/golden/gradient-l2", test_gradient_l2);
    g_test_add_func("/golden/dense", test_dense);
    g_test_add_func("/golden/adam", test_adam);
    return g_test_run();
}

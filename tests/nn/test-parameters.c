/* Declaring, starting, storing and loading parameters, and Adam against its formula in double. */
#include <lambdascope/adam.h>
#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

#include "rig.h"

/* 17 values, so that the next tensor does not start right after; a scale on the second's rate. */
static LamParameters *sample(void)
{
    LamParameters *p = lam_parameters_new();
    lam_parameters_declare(p, "a.weight", 1, (size_t[]){17}, (LamInit){0.5, 1});
    lam_parameters_declare(p, "b.weight", 3, (size_t[]){2, 3, 4}, (LamInit){2, 0.25});
    lam_parameters_declare(p, "b.bias", 1, (size_t[]){2}, (LamInit){0});
    g_assert_true(lam_parameters_allocate(p, true, NULL));
    lam_parameters_initialise(p, 9);
    return p;
}

static const float *values_of(LamParameters *p, const char *name, size_t *n)
{
    for (int i = 0; i < lam_parameters_count(p); i++)
        if (g_str_equal(lam_parameters_name(p, i), name)) {
            *n = lam_parameters_size(p, i);
            return lam_parameters_values(p) + lam_parameters_offset(p, i);
        }
    g_assert_not_reached();
}

static void assert_same(LamParameters *a, LamParameters *b)
{
    size_t bytes = lam_parameters_floats(a) * sizeof(float);
    g_assert_cmpmem(lam_parameters_values(a), bytes, lam_parameters_values(b),
                    lam_parameters_floats(b) * sizeof(float));
}

static void test_declare(void)
{
    g_autoptr(LamParameters) p = sample();
    g_assert_cmpint(lam_parameters_count(p), ==, 3);
    g_assert_cmpint(lam_parameters_declare(p, "b.bias", 1, (size_t[]){2}, (LamInit){0}), ==, 2);
    g_assert_cmpint(lam_parameters_count(p), ==, 3);
    g_assert_cmpuint(lam_parameters_size(p, 1), ==, 24);
    g_assert_cmpfloat(lam_parameters_rate_scale(p, 1), ==, 0.25);
    g_assert_cmpfloat(lam_parameters_rate_scale(p, 2), ==, 1);
    size_t end = 0;
    for (int i = 0; i < 3; i++) {
        g_assert_cmpuint(lam_parameters_offset(p, i), >=, end);
        end = lam_parameters_offset(p, i) + lam_parameters_size(p, i);
    }
    g_assert_cmpuint(end, <=, lam_parameters_floats(p));
    g_assert_true(lam_parameters_allocate(p, true, NULL)); /* again: keeps what is there */
    g_assert_cmpfloat(lam_parameters_values(p)[0], !=, 0);
}

static void test_initialise(void)
{
    g_autoptr(LamParameters) a = sample();
    g_autoptr(LamParameters) b = sample();
    g_autoptr(LamParameters) large = lam_parameters_new();
    size_t n = 0;
    assert_same(a, b);
    lam_parameters_initialise(b, 10);
    g_assert_cmpfloat(lam_parameters_values(a)[0], !=, lam_parameters_values(b)[0]);
    const float *bias = values_of(a, "b.bias", &n);
    g_assert_true(bias[0] == 0 && bias[1] == 0);
    lam_parameters_declare(large, "x", 1, (size_t[]){40000}, (LamInit){3, 1});
    lam_parameters_declare(large, "y", 1, (size_t[]){40000}, (LamInit){3, 1, -20});
    lam_parameters_declare(large, "z", 1, (size_t[]){7}, (LamInit){0, 1, -6});
    g_assert_true(lam_parameters_allocate(large, false, NULL));
    g_assert_null(lam_parameters_gradients(large));
    lam_parameters_initialise(large, 1);
    double mean = 0, squares = 0;
    for (int i = 0; i < 40000; i++) {
        mean += lam_parameters_values(large)[i] / 40000;
        squares += pow(lam_parameters_values(large)[i], 2) / 40000;
    }
    g_assert_cmpfloat_with_epsilon(mean, 0, 0.06);
    g_assert_cmpfloat_with_epsilon(sqrt(squares), 3, 0.06);
    const float *around = values_of(large, "y", &n), *same = values_of(large, "z", &n);
    double sum = 0;
    for (int i = 0; i < 40000; i++)
        sum += around[i];
    g_assert_cmpfloat_with_epsilon(sum / 40000, -20, 0.06);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat(same[i], ==, -6);
}

static void test_round_trip(void)
{
    GError *error = NULL;
    g_autoptr(LamParameters) a = sample();
    g_autoptr(LamParameters) b = sample();
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    g_assert_true(lam_parameters_write(a, lam_parameters_values(a), file, "net/", &error));
    g_assert_cmpuint(lam_safetensors_count(file), ==, 3);
    const LamNamedTensor *weight = lam_safetensors_find(file, "net/b.weight");
    g_assert_cmpint(weight->ndim, ==, 3);
    g_assert_cmpuint(weight->shape[2], ==, 4);
    lam_parameters_initialise(b, 77);
    g_assert_true(lam_parameters_read(b, file, "net/", &error));
    assert_same(a, b);
}

static void assert_refused(LamSafetensors *file, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamParameters) p = sample();
    g_assert_false(lam_parameters_read(p, file, NULL, &error) &&
                   lam_parameters_reject_others(p, file, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_MODEL);
    if (strstr(error->message, words) == NULL)
        g_error("'%s' expected in: %s", words, error->message);
}

static void add(LamSafetensors *file, const char *name, int ndim, const size_t *shape)
{
    static const float zeros[64] = {0};
    g_assert_true(lam_safetensors_add(file, name, ndim, shape, zeros, NULL));
}

static void test_refused(void)
{
    g_autoptr(LamSafetensors) missing = lam_safetensors_new();
    add(missing, "a.weight", 1, (size_t[]){17});
    add(missing, "b.bias", 1, (size_t[]){2});
    assert_refused(missing, "\"b.weight\" is missing");
    add(missing, "b.weight", 3, (size_t[]){2, 4, 3}); /* as many values, another order */
    assert_refused(missing, "\"b.weight\" has another shape");
    g_autoptr(LamSafetensors) flat = lam_safetensors_new();
    add(flat, "a.weight", 1, (size_t[]){17});
    add(flat, "b.bias", 1, (size_t[]){2});
    add(flat, "b.weight", 1, (size_t[]){24});
    assert_refused(flat, "\"b.weight\" has another shape");
    g_autoptr(LamSafetensors) extra = lam_safetensors_new();
    g_autoptr(LamParameters) p = sample();
    g_assert_true(lam_parameters_write(p, lam_parameters_values(p), extra, NULL, NULL));
    g_assert_true(lam_parameters_reject_others(p, extra, NULL));
    add(extra, "c.weight", 1, (size_t[]){1});
    assert_refused(extra, "\"c.weight\" does not belong");
}

typedef struct {
    double x, m, v;
} Moments;

/* Algorithm 1 of Kingma and Ba, as printed. */
static void reference_step(Moments *s, double gradient, double rate, int step)
{
    s->m = 0.9 * s->m + 0.1 * gradient;
    s->v = 0.999 * s->v + 0.001 * gradient * gradient;
    double m = s->m / (1 - pow(0.9, step)), v = s->v / (1 - pow(0.999, step));
    s->x -= rate * m / (sqrt(v) + 1e-8);
}

/* Gradients over six orders of magnitude, some zero: there epsilon matters. */
static void fill_gradients(LamParameters *p, GRand *rand)
{
    float *grad = lam_parameters_gradients(p);
    for (size_t i = 0; i < lam_parameters_floats(p); i++)
        grad[i] = i % 5 == 4 ? 0 : (float)(rig_normal(rand) * pow(10, -(double)(i % 7)));
}

static void test_adam(void)
{
    g_autoptr(LamParameters) p = sample();
    g_autoptr(LamAdam) adam = lam_adam_new(p, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(4);
    g_autofree Moments *reference = g_new0(Moments, lam_parameters_floats(p));
    float *x = lam_parameters_values(p), *grad = lam_parameters_gradients(p);
    for (size_t i = 0; i < lam_parameters_floats(p); i++)
        reference[i].x = x[i];
    for (int step = 1; step <= 50; step++) {
        fill_gradients(p, rand);
        double rate = 0.01 / step;
        lam_adam_step(adam, rate, 0.5);
        for (int t = 0; t < lam_parameters_count(p); t++)
            for (size_t k = 0; k < lam_parameters_size(p, t); k++) {
                size_t i = lam_parameters_offset(p, t) + k;
                reference_step(&reference[i], 0.5 * grad[i], rate * (t == 1 ? 0.25 : 1), step);
                g_assert_cmpfloat_with_epsilon(x[i], reference[i].x, 2e-6);
            }
    }
    g_assert_cmpuint(lam_adam_steps(adam), ==, 50);
}

static void some_steps(LamParameters *p, LamAdam *adam, GRand *rand, int n)
{
    for (int i = 0; i < n; i++) {
        fill_gradients(p, rand);
        lam_adam_step(adam, 0.01, 1);
    }
}

/* Stopped, written, read into another process's place and continued: the very same numbers. */
static void test_adam_resumes(void)
{
    GError *error = NULL;
    g_autoptr(LamParameters) a = sample();
    g_autoptr(LamParameters) b = sample();
    g_autoptr(LamAdam) whole = lam_adam_new(a, NULL);
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    some_steps(a, whole, rand, 7);
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    g_assert_true(lam_parameters_write(a, lam_parameters_values(a), file, NULL, &error));
    g_assert_true(lam_adam_write(whole, file, &error));
    g_autoptr(LamAdam) resumed = lam_adam_new(b, NULL);
    g_assert_true(lam_parameters_read(b, file, NULL, &error));
    g_assert_true(lam_adam_read(resumed, file, &error));
    g_assert_cmpuint(lam_adam_steps(resumed), ==, 7);
    g_autoptr(GRand) same = g_rand_copy(rand);
    some_steps(a, whole, rand, 5);
    some_steps(b, resumed, same, 5);
    assert_same(a, b);
}

static void test_adam_refused(void)
{
    g_autoptr(GError) none = NULL, bad = NULL, missing = NULL;
    g_autoptr(LamParameters) p = sample();
    g_autoptr(LamAdam) adam = lam_adam_new(p, NULL);
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    g_assert_false(lam_adam_read(adam, file, &none));
    g_assert_error(none, LAM_ERROR, LAM_ERROR_MODEL);
    lam_safetensors_set_metadata(file, "adam.step", "-3");
    g_assert_false(lam_adam_read(adam, file, &bad));
    g_assert_nonnull(bad);
    lam_safetensors_set_metadata(file, "adam.step", "12");
    g_assert_false(lam_adam_read(adam, file, &missing));
    g_assert_error(missing, LAM_ERROR, LAM_ERROR_MODEL);
    g_assert_nonnull(strstr(missing->message, "\"adam.m/a.weight\" is missing"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parameters/declare", test_declare);
    g_test_add_func("/parameters/initialise", test_initialise);
    g_test_add_func("/parameters/round-trip", test_round_trip);
    g_test_add_func("/parameters/refused", test_refused);
    g_test_add_func("/adam/formula", test_adam);
    g_test_add_func("/adam/resumes", test_adam_resumes);
    g_test_add_func("/adam/refused", test_adam_refused);
    return g_test_run();
}

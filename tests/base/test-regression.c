/* Least squares against published figures and against what can be said by hand. */
#include <lambdascope/error.h>
#include <lambdascope/regression.h>
#include <math.h>

#define ASSERT_NEAR(a, b, epsilon) g_assert_cmpfloat_with_epsilon(a, b, epsilon)

/* Tables of Student's distribution. */
static void test_student(void)
{
    static const struct {
        double p, t;
        int freedom;
    } known[] = {{0.975, 12.706205, 1}, {0.975, 4.302653, 2},   {0.975, 3.182446, 3},
                 {0.975, 2.228139, 10}, {0.975, 2.109816, 17},  {0.95, 1.812461, 10},
                 {0.995, 2.750000, 30}, {0.975, 1.962339, 1000}};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        ASSERT_NEAR(lam_student_quantile(known[i].p, known[i].freedom), known[i].t, 1e-5);
        ASSERT_NEAR(lam_student_quantile(1 - known[i].p, known[i].freedom), -known[i].t, 1e-5);
    }
    ASSERT_NEAR(lam_student_quantile(0.5, 4), 0, 1e-9);
}

/* Anscombe's first set, The American Statistician 27 (1973): intercept 3.0001 with standard error 1.1247, slope
 * 0.5001, residual deviation 1.2366, 9 degrees of freedom. */
static void test_line(void)
{
    static const double at[] = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    static const double y[] = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
    double x[11][2], half;
    LamRegression fit;
    for (int i = 0; i < 11; i++) {
        x[i][0] = 1;
        x[i][1] = at[i];
    }
    g_assert_true(lam_regression_fit(x[0], y, 11, 2, &fit, NULL));
    ASSERT_NEAR(fit.coefficient[0], 3.0001, 1e-4);
    ASSERT_NEAR(fit.coefficient[1], 0.5001, 1e-4);
    ASSERT_NEAR(fit.deviation, 1.2366, 1e-4);
    ASSERT_NEAR(lam_regression_at(&fit, (double[]){1, 0}, &half), 3.0001, 1e-4);
    ASSERT_NEAR(half, 2.262157 * 1.1247, 1e-3);
    /* at the mean it is the deviation over the root of n */
    ASSERT_NEAR(lam_regression_at(&fit, (double[]){1, 9}, &half), 7.5009, 1e-4);
    ASSERT_NEAR(half, 2.262157 * 1.2366 / sqrt(11), 1e-3);
}

/* A parabola without noise is found exactly, whatever the order of magnitude of its terms. */
static void test_parabola(void)
{
    double x[7][3], y[7], half;
    LamRegression fit;
    for (int i = 0; i < 7; i++) {
        double age = 20 + 10 * i;
        x[i][0] = 1;
        x[i][1] = age;
        x[i][2] = age * age;
        y[i] = 5 - 0.25 * age + 0.01 * age * age;
    }
    g_assert_true(lam_regression_fit(x[0], y, 7, 3, &fit, NULL));
    ASSERT_NEAR(fit.coefficient[1], -0.25, 1e-9);
    ASSERT_NEAR(lam_regression_at(&fit, (double[]){1, 90, 8100}, &half), 63.5, 1e-8);
    ASSERT_NEAR(half, 0, 1e-6);
}

static void refuse(const double *x, int n, int terms, const char *word)
{
    const double y[] = {1, 2, 3, 4};
    g_autoptr(GError) error = NULL;
    LamRegression fit;
    g_assert_false(lam_regression_fit(x, y, n, terms, &fit, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_assert_nonnull(g_strstr_len(error->message, -1, word));
}

static void test_refuses(void)
{
    const double alike[] = {1, 20, 1, 20, 1, 20, 1, 20}, two[] = {1, 20, 1, 30};
    refuse(alike, 4, 2, "follow from each other");
    refuse(two, 2, 2, "too few");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/regression/student", test_student);
    g_test_add_func("/regression/line", test_line);
    g_test_add_func("/regression/parabola", test_parabola);
    g_test_add_func("/regression/refuses", test_refuses);
    return g_test_run();
}

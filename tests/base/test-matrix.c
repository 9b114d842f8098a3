/* The square root and the logarithm of affine maps. */
#include <lambdascope/matrix.h>

#include <math.h>

static void check_root(const LamMat4 *a)
{
    LamMat4 root, inverse, of_inverse;
    g_assert_true(lam_mat4_sqrt(a, &root));
    LamMat4 square = lam_mat4_multiply(&root, &root);
    g_assert_cmpfloat(lam_mat4_distance(&square, a), <, 1e-9);
    g_assert_true(lam_mat4_invert(a, &inverse));
    g_assert_true(lam_mat4_sqrt(&inverse, &of_inverse));
    LamMat4 round = lam_mat4_multiply(&of_inverse, &root), identity = lam_mat4_identity();
    g_assert_cmpfloat(lam_mat4_distance(&round, &identity), <, 1e-9);
}

static void test_known(void)
{
    LamMat4 turn = lam_mat4_rotation(0, 0, 1.2), half = lam_mat4_rotation(0, 0, 0.6), root;
    g_assert_true(lam_mat4_sqrt(&turn, &root));
    g_assert_cmpfloat(lam_mat4_distance(&root, &half), <, 1e-12);
    LamMat4 grow = lam_mat4_scaling(4, 9, 0.25);
    grow.m[0][3] = 6; /* x -> 4 x + 6 is twice x -> 2 x + 2 */
    g_assert_true(lam_mat4_sqrt(&grow, &root));
    g_assert_cmpfloat_with_epsilon(root.m[0][0], 2, 1e-12);
    g_assert_cmpfloat_with_epsilon(root.m[0][3], 2, 1e-12);
    g_assert_cmpfloat_with_epsilon(root.m[1][1], 3, 1e-12);
    g_assert_cmpfloat_with_epsilon(root.m[2][2], 0.5, 1e-12);
}

static void test_random(void)
{
    GRand *rand = g_rand_new_with_seed(3);
    for (int n = 0; n < 50; n++) {
        LamMat4 a = lam_mat4_rotation(g_rand_double_range(rand, -1.4, 1.4),
                                      g_rand_double_range(rand, -0.7, 0.7),
                                      g_rand_double_range(rand, -1, 1));
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++)
                a.m[i][j] += g_rand_double_range(rand, -0.1, 0.1);
            a.m[i][3] = g_rand_double_range(rand, -300, 300);
        }
        check_root(&a);
    }
    g_rand_free(rand);
}

static void test_none(void)
{
    LamMat4 mirror = lam_mat4_scaling(-1, 1, 1), about = lam_mat4_rotation(0, 0, G_PI), root;
    LamMat4 flat = lam_mat4_scaling(1, 1, 0);
    g_assert_false(lam_mat4_sqrt(&mirror, &root));
    g_assert_false(lam_mat4_sqrt(&about, &root));
    g_assert_false(lam_mat4_sqrt(&flat, &root));
}

/* exp by its series, after halving: an independent way back. */
static LamMat4 exponential(const LamMat4 *a)
{
    LamMat4 x = *a, term = lam_mat4_identity(), sum = term;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            x.m[i][j] /= 1024;
    for (int k = 1; k < 12; k++) {
        term = lam_mat4_multiply(&term, &x);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) {
                term.m[i][j] /= k;
                sum.m[i][j] += term.m[i][j];
            }
    }
    for (int i = 0; i < 10; i++)
        sum = lam_mat4_multiply(&sum, &sum);
    return sum;
}

static void test_log(void)
{
    LamMat4 turn = lam_mat4_rotation(0, 0, 0.9), log, mirror = lam_mat4_scaling(-1, 1, 1);
    g_assert_true(lam_mat4_log(&turn, &log));
    g_assert_cmpfloat_with_epsilon(log.m[1][0], 0.9, 1e-12);
    g_assert_cmpfloat_with_epsilon(log.m[0][1], -0.9, 1e-12);
    LamMat4 any = lam_mat4_rotation(0.3, -0.5, 1.1);
    any.m[0][0] += 0.2;
    any.m[1][2] -= 0.1;
    for (int i = 0; i < 3; i++)
        any.m[i][3] = 70 * i - 90;
    g_assert_true(lam_mat4_log(&any, &log));
    LamMat4 back = exponential(&log);
    g_assert_cmpfloat(lam_mat4_distance(&back, &any), <, 1e-9);
    g_assert_cmpfloat(fabs(log.m[3][0]) + fabs(log.m[3][3]), ==, 0);
    g_assert_false(lam_mat4_log(&mirror, &log));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/matrix/sqrt/known", test_known);
    g_test_add_func("/matrix/sqrt/random", test_random);
    g_test_add_func("/matrix/sqrt/none", test_none);
    g_test_add_func("/matrix/log", test_log);
    return g_test_run();
}

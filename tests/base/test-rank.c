/* Spearman's rank correlation on values whose answer is known. */
#include <glib.h>
#include <lambdascope/rank.h>
#include <math.h>

static void test_monotonic(void)
{
    const double a[] = {3, 1, 4, 1.5, 9}, up[] = {30, -2, 31, 0, 1e6},
                 down[] = {-3, -1, -4, -1.5, -9};
    g_assert_cmpfloat(lam_rank_correlation(a, up, 5), ==, 1);
    g_assert_cmpfloat(lam_rank_correlation(a, down, 5), ==, -1);
}

/* Without ties: 1 - 6 sum d^2 / (n (n^2 - 1)). */
static void test_formula(void)
{
    const double a[] = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    const double b[] = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    g_assert_cmpfloat_with_epsilon(lam_rank_correlation(a, b, 10), 1 - 6.0 * 194 / 990, 1e-12);
}

/* Equal values share a rank: 0.5, 0.5, 2, 3 against 0, 1, 2, 3. */
static void test_ties(void)
{
    const double a[] = {5, 5, 6, 7}, b[] = {1, 2, 3, 4};
    g_assert_cmpfloat_with_epsilon(lam_rank_correlation(a, b, 4), 4.5 / sqrt(4.5 * 5), 1e-12);
}

static void test_nothing_to_say(void)
{
    const double a[] = {1, 1, 1}, b[] = {1, 2, 3};
    g_assert_true(isnan(lam_rank_correlation(a, b, 3)));
    g_assert_true(isnan(lam_rank_correlation(b, b, 1)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rank/monotonic", test_monotonic);
    g_test_add_func("/rank/formula", test_formula);
    g_test_add_func("/rank/ties", test_ties);
    g_test_add_func("/rank/nothing-to-say", test_nothing_to_say);
    return g_test_run();
}

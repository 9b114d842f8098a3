/* Structures of a label map are as large as their probabilities say. */
#include "template-balance.h"

#include <lambdascope/volume.h>
#include <math.h>
#include <string.h>

/* Two balls in a sea, blurred until the smaller one is the likeliest hardly anywhere. */
static float *blurred_balls(const LamGrid *grid)
{
    const double radius[3] = {0, 9, 3}, at[3] = {0, -8, 12};
    float *p = g_new(float, 3 * lam_grid_voxels(grid)), *to = p;
    for (int z = 0; z < grid->size[2]; z++)
        for (int y = 0; y < grid->size[1]; y++)
            for (int x = 0; x < grid->size[0]; x++, to += 3) {
                LamVec3 mm = lam_mat4_apply(&grid->to_world, (LamVec3){{x, y, z}});
                to[0] = 1;
                for (int k = 1; k < 3; k++) {
                    double r = hypot(hypot(mm.v[0] - at[k], mm.v[1]), mm.v[2]);
                    to[k] = (float)(0.999 / (1 + exp((r - radius[k]) / 3)) * (k == 2 ? 0.8 : 1));
                    to[0] -= to[k];
                }
                to[0] = MAX(to[0], 1e-4f);
            }
    return p;
}

static void count(const float *p, const float *weight, size_t voxels, double best[3],
                  double expected[3])
{
    memset(best, 0, 3 * sizeof *best);
    memset(expected, 0, 3 * sizeof *expected);
    for (size_t i = 0; i < voxels; i++) {
        const float *q = p + 3 * i;
        float w[3] = {q[0] * weight[0], q[1] * weight[1], q[2] * weight[2]};
        best[w[1] > w[0] ? (w[2] > w[1] ? 2 : 1) : (w[2] > w[0] ? 2 : 0)]++;
        for (int k = 0; k < 3; k++)
            expected[k] += (double)q[k];
    }
}

static void test_balance(void)
{
    GError *error = NULL;
    LamGrid grid = lam_grid_centred((int[]){31, 29, 27}, 1.5, (LamVec3){{0, 0, 0}});
    size_t n = lam_grid_voxels(&grid);
    double best[3], expected[3];
    float weight[3] = {1, 1, 1};
    g_autofree float *p = blurred_balls(&grid);
    count(p, weight, n, best, expected);
    g_test_message("before: %g %g %g of %g %g %g", best[0], best[1], best[2], expected[0],
                   expected[1], expected[2]);
    g_assert_cmpfloat(best[2], <, 0.4 * expected[2]);
    g_assert_true(lam_template_balance(p, 3, n, weight, &error));
    g_assert_no_error(error);
    count(p, weight, n, best, expected);
    g_test_message("after: %g %g %g", best[0], best[1], best[2]);
    for (int k = 0; k < 3; k++)
        g_assert_cmpfloat_with_epsilon(best[k] / expected[k], 1, 0.1);
}

/* What is never likely is not blown up beyond all measure. */
static void test_balance_limits(void)
{
    float faint[200], weight[2], one = 1, alone = 0;
    for (int i = 0; i < 100; i++) {
        faint[2 * i] = 0.9f;
        faint[2 * i + 1] = 0.1f;
    }
    g_assert_true(lam_template_balance(faint, 2, 100, weight, NULL));
    g_assert_true(lam_template_balance(&one, 1, 1, &alone, NULL));
    for (int k = 0; k < 2; k++) {
        g_assert_cmpfloat(weight[k], <=, 4);
        g_assert_cmpfloat(weight[k], >=, 0.25);
    }
    g_assert_cmpfloat(alone, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-balance/blurred", test_balance);
    g_test_add_func("/template-balance/limits", test_balance_limits);
    return g_test_run();
}

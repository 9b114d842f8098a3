/* Scaling and squaring against itself, written for clarity. */
#include "naive.h"

#include <lambdascope/field.h>
#include <lambdascope/threads.h>
#include <math.h>

static LamVolume *random_velocity(const LamGrid *grid, double mm)
{
    LamVolume *v = lam_volume_new(grid, 3, NULL);
    GRand *rand = g_rand_new_with_seed(8);
    for (size_t i = 0; i < 3 * lam_grid_voxels(grid); i++)
        v->data[i] = (float)g_rand_double_range(rand, -mm, mm);
    g_rand_free(rand);
    return v;
}

/* u <- u + u(x + u), all in mm. */
static LamVolume *naive_composed(const LamVolume *u)
{
    LamVolume *out = lam_volume_new(&u->grid, 3, NULL);
    size_t n = lam_grid_voxels(&u->grid), at = 0;
    LamMat4 to_voxel;
    g_assert_true(lam_mat4_invert(&u->grid.to_world, &to_voxel));
    FOR_VOXELS(u->grid, i, j, k)
    {
        LamVec3 x = lam_mat4_apply(&u->grid.to_world, (LamVec3){{i, j, k}});
        for (size_t c = 0; c < 3; c++)
            x.v[c] += (double)u->data[c * n + at];
        LamVec3 voxel = lam_mat4_apply(&to_voxel, x);
        for (int c = 0; c < 3; c++)
            out->data[(size_t)c * n + at] =
                u->data[(size_t)c * n + at] + (float)naive_linear(u, c, voxel);
        at++;
    }
    return out;
}

static LamVolume *naive_exponential(const LamVolume *velocity, double time, int squarings)
{
    LamVolume *u = lam_volume_new(&velocity->grid, 3, NULL);
    for (size_t i = 0; i < 3 * lam_grid_voxels(&u->grid); i++)
        u->data[i] = (float)(ldexp(time, -squarings) * (double)velocity->data[i]);
    for (int k = 0; k < squarings; k++) {
        LamVolume *next = naive_composed(u);
        lam_volume_unref(u);
        u = next;
    }
    return u;
}

static void compare(const LamGrid *grid, double mm, double time, int squarings)
{
    g_autoptr(LamVolume) v = random_velocity(grid, mm);
    g_autoptr(LamVolume) fast = lam_field_exponential(v, time, NULL);
    g_autoptr(LamVolume) slow = naive_exponential(v, time, squarings);
    for (size_t i = 0; i < 3 * lam_grid_voxels(grid); i++)
        g_assert_cmpfloat_with_epsilon((double)fast->data[i], (double)slow->data[i], 2e-4);
}

/* Velocities that lead out of the grid, on one that is tilted and flipped; there and back. */
static void test_oblique(void)
{
    LamGrid grid = naive_oblique(9, 7, 6, 2, -2.5, 3, 5);
    compare(&grid, 3, 1, 7);
    compare(&grid, 3, -0.6, 7);
}

/* More squarings where a step would be more than a quarter of a voxel. */
static void test_long(void)
{
    LamGrid grid = lam_grid_centred((int[3]){11, 6, 5}, 0.1, (LamVec3){{0, 0, 0}});
    compare(&grid, 5, 1, 8);
}

static void test_one_slice(void)
{
    LamGrid grid = lam_grid_centred((int[3]){11, 6, 1}, 2, (LamVec3){{0, 0, 0}});
    compare(&grid, 2, 1, 7);
}

static void test_threads(void)
{
    LamGrid grid = naive_oblique(19, 17, 16, 2, -2.5, 3, 5);
    g_autoptr(LamVolume) v = random_velocity(&grid, 3);
    lam_threads_set(1);
    g_autoptr(LamVolume) one = lam_field_exponential(v, 1, NULL);
    lam_threads_set(3);
    g_autoptr(LamVolume) three = lam_field_exponential(v, 1, NULL);
    lam_threads_set(0);
    size_t size = 3 * lam_grid_voxels(&grid) * sizeof(float);
    g_assert_cmpmem(one->data, size, three->data, size);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/oblique", test_oblique);
    g_test_add_func("/flow/long", test_long);
    g_test_add_func("/flow/one-slice", test_one_slice);
    g_test_add_func("/flow/threads", test_threads);
    return g_test_run();
}

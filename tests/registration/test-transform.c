/* Chains of affines and fields: order, flows and their inverses, one interpolation. */
#include <lambdascope/field.h>
#include <lambdascope/transform.h>
#include <math.h>
#include <string.h>

/* 4 mm grid, oblique on purpose. */
static LamGrid oblique_grid(int side)
{
    LamMat4 scale = lam_mat4_scaling(4, 4, 5), turn = lam_mat4_rotation(0.2, -0.1, 0.3);
    LamGrid grid = {.size = {side, side + 2, side - 1},
                    .to_world = lam_mat4_multiply(&turn, &scale)};
    LamVec3 centre = lam_grid_centre_mm(&grid);
    for (int a = 0; a < 3; a++)
        grid.to_world.m[a][3] -= centre.v[a];
    return grid;
}

/* A smooth velocity that vanishes towards the edges, a few mm. */
static LamVolume *smooth_velocity(const LamGrid *grid)
{
    LamVolume *v = lam_volume_new(grid, 3, NULL);
    size_t n = lam_grid_voxels(grid), at = 0;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++, at++) {
                LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
                double r2 = 0;
                for (int a = 0; a < 3; a++)
                    r2 += x.v[a] * x.v[a] / (25 * 25);
                for (int a = 0; a < 3; a++)
                    v->data[(size_t)a * n + at] =
                        (float)(6 * exp(-r2) * sin(x.v[(a + 1) % 3] / 15 + a));
            }
    return v;
}

static double distance(LamVec3 a, LamVec3 b)
{
    return sqrt(pow(a.v[0] - b.v[0], 2) + pow(a.v[1] - b.v[1], 2) + pow(a.v[2] - b.v[2], 2));
}

static void test_order(void)
{
    LamMat4 scale = lam_mat4_scaling(2, 2, 2), shift = lam_mat4_translation(1, 0, 0);
    g_autoptr(LamTransform) a = lam_transform_new_affine(&scale);
    g_autoptr(LamTransform) b = lam_transform_new_affine(&shift);
    g_autoptr(LamTransform) ab = lam_transform_compose(a, b);
    LamVec3 y = lam_transform_point(ab, (LamVec3){{3, 1, 0}});
    g_assert_cmpint(ab->count, ==, 1);
    g_assert_cmpfloat(y.v[0], ==, 7); /* scaled first, then shifted */
    g_assert_cmpfloat(y.v[1], ==, 2);
    g_assert_true(lam_transform_is_affine(ab, NULL));
}

/* exp of a linear velocity is the matrix exponential. */
static void test_exponential_of_a_rotation(void)
{
    LamGrid grid = lam_grid_centred((int[3]){33, 33, 9}, 2, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 3, NULL);
    size_t n = lam_grid_voxels(&grid), at = 0;
    const double angle = 0.3;
    for (int k = 0; k < 9; k++)
        for (int j = 0; j < 33; j++)
            for (int i = 0; i < 33; i++, at++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                v->data[at] = (float)(-angle * x.v[1]);
                v->data[n + at] = (float)(angle * x.v[0]);
            }
    g_autoptr(LamTransform) flow = lam_transform_new_flow(v, 1, NULL);
    LamMat4 rotation = lam_mat4_rotation(0, 0, angle);
    LamVec3 x = {{9, -5, 1}};
    g_assert_cmpfloat(distance(lam_transform_point(flow, x), lam_mat4_apply(&rotation, x)), <,
                      0.02);
}

static void test_flow_and_its_inverse(void)
{
    LamGrid grid = oblique_grid(31);
    g_autoptr(LamVolume) v = smooth_velocity(&grid);
    g_autoptr(LamTransform) there = lam_transform_new_flow(v, 1, NULL);
    g_autoptr(LamTransform) back = lam_transform_new_flow(v, -1, NULL);
    g_autoptr(LamTransform) round = lam_transform_compose(there, back);
    double moved = 0, left = 0;
    for (int i = -4; i <= 4; i++)
        for (int j = -4; j <= 4; j++) {
            LamVec3 x = {{i * 7.3, j * 5.9, (i + j) * 3.1}};
            moved = fmax(moved, distance(lam_transform_point(there, x), x));
            left = fmax(left, distance(lam_transform_point(round, x), x));
        }
    g_assert_cmpfloat(moved, >, 3);
    g_assert_cmpfloat(left, <, 0.15); /* what linear interpolation on 4 mm leaves */
}

/* A chain applied at once is the point map, whatever the chain. */
/* Root mean square of u - (exp(v) - id), in mm. */
static double remainder_of(const LamVolume *u, const LamVolume *v)
{
    g_autoptr(LamVolume) e = lam_field_exponential(v, 1, NULL);
    size_t n = 3 * lam_grid_voxels(&u->grid);
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += pow((double)u->data[i] - (double)e->data[i], 2);
    return sqrt(squares / (double)n);
}

static void test_logarithm(void)
{
    LamGrid grid = oblique_grid(25);
    g_autoptr(LamVolume) v = smooth_velocity(&grid);
    g_autoptr(LamVolume) u = lam_field_exponential(v, 1, NULL);
    g_autoptr(LamVolume) log_u = lam_field_logarithm(u, NULL);
    size_t n = 3 * lam_grid_voxels(&grid);
    double worst = 0;
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs((double)log_u->data[i] - (double)v->data[i]));
    g_test_message("left %.2g mm of %.2g, velocity off by at most %.2g mm", remainder_of(u, log_u),
                   remainder_of(u, u), worst);
    g_assert_true(lam_grid_equal(&log_u->grid, &grid, 0));
    g_assert_cmpfloat(remainder_of(u, log_u), <, 5e-3);
    g_assert_cmpfloat(remainder_of(u, log_u), <, 0.05 * remainder_of(u, u));
    g_assert_cmpfloat(worst, <, 0.1);
}

/* No flow folds; what comes nearest is finite and no worse than the displacement itself. */
static void test_logarithm_of_a_fold(void)
{
    LamGrid grid = oblique_grid(21);
    g_autoptr(LamVolume) u = smooth_velocity(&grid);
    LamFieldStatistics statistics;
    for (size_t i = 0; i < 3 * lam_grid_voxels(&grid); i++)
        u->data[i] *= 8;
    g_assert_true(lam_field_statistics(u, &statistics, NULL, NULL));
    g_assert_cmpfloat(statistics.fold_percent, >, 1);
    g_autoptr(LamVolume) v = lam_field_logarithm(u, NULL);
    double left = remainder_of(u, v);
    g_assert_cmpfloat(left, <, remainder_of(u, u) * (1 + 1e-6));
}

static void test_one_interpolation(void)
{
    LamGrid grid = oblique_grid(21),
            target = lam_grid_centred((int[3]){11, 9, 7}, 4, (LamVec3){{1, 2, 3}});
    g_autoptr(LamVolume) v = smooth_velocity(&grid);
    g_autoptr(LamTransform) flow = lam_transform_new_flow(v, 1, NULL);
    LamMat4 m = lam_mat4_rotation(0.1, 0.2, 0);
    g_autoptr(LamTransform) affine = lam_transform_new_affine(&m);
    g_autoptr(LamTransform) chain = lam_transform_compose(flow, affine);
    g_autoptr(LamVolume) field = lam_transform_to_field(chain, &target, NULL);
    g_autoptr(LamVolume) position = lam_volume_new(&grid, 1, NULL); /* holds world x */
    size_t at = 0;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++)
                position->data[at++] =
                    (float)lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}}).v[0];
    g_autoptr(LamVolume) warped =
        lam_transform_resample(chain, position, &target, LAM_LINEAR, 0, NULL);
    at = 0;
    for (int k = 0; k < 7; k++)
        for (int j = 0; j < 9; j++)
            for (int i = 0; i < 11; i++, at++) {
                LamVec3 x = lam_mat4_apply(&target.to_world, (LamVec3){{i, j, k}});
                LamVec3 y = lam_transform_point(chain, x);
                g_assert_cmpfloat_with_epsilon((double)field->data[at], y.v[0] - x.v[0], 1e-4);
                g_assert_cmpfloat_with_epsilon((double)warped->data[at], y.v[0], 1e-3);
            }
}

static void test_singular_field(void)
{
    LamGrid grid = oblique_grid(5);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    field->grid.to_world = lam_mat4_scaling(1, 1, 0);
    g_autoptr(LamTransform) transform = lam_transform_new_displacement(field);
    g_autoptr(GError) error = NULL;
    LamVec3 x = {{0}};
    g_assert_false(lam_transform_points(transform, &x, 1, &error));
    g_assert_nonnull(strstr(error->message, "singular"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transform/order", test_order);
    g_test_add_func("/transform/exponential-of-a-rotation", test_exponential_of_a_rotation);
    g_test_add_func("/transform/flow-and-its-inverse", test_flow_and_its_inverse);
    g_test_add_func("/transform/logarithm", test_logarithm);
    g_test_add_func("/transform/logarithm-of-a-fold", test_logarithm_of_a_fold);
    g_test_add_func("/transform/one-interpolation", test_one_interpolation);
    g_test_add_func("/transform/singular-field", test_singular_field);
    return g_test_run();
}

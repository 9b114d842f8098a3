/* Jacobians, statistics and composition of fields with known answers. */
#include <lambdascope/field.h>
#include <lambdascope/resample.h>

#include <math.h>

static LamGrid oblique_grid(int w, int h, int d)
{
    LamMat4 turn = lam_mat4_rotation(0.5, -0.4, 0.8), scale = lam_mat4_scaling(-0.8, 1.3, 2.5);
    LamMat4 m = lam_mat4_multiply(&turn, &scale), shift = lam_mat4_translation(7, -30, 12);
    return (LamGrid){{w, h, d}, lam_mat4_multiply(&shift, &m)};
}

typedef LamVec3 (*Displacement)(LamVec3 x);

static LamVolume *sampled(const LamGrid *grid, Displacement u)
{
    LamVolume *field = lam_volume_new(grid, 3, NULL);
    size_t at = 0;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++, at++) {
                LamVec3 v = u(lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}}));
                for (int c = 0; c < 3; c++)
                    lam_volume_channel(field, c)[at] = (float)v.v[c];
            }
    return field;
}

static const LamMat4 linear = {
    {{0.2, -0.1, 0.05, 3}, {0.07, -0.15, 0.1, -2}, {-0.12, 0.04, 0.3, 1}, {0, 0, 0, 1}}};

static LamVec3 linear_u(LamVec3 x)
{
    return lam_mat4_apply(&linear, x);
}

static double linear_determinant(void)
{
    LamMat4 j = linear;
    for (int a = 0; a < 3; a++)
        j.m[a][a] += 1;
    return lam_mat4_det3(&j);
}

/* A linear field: exact everywhere, faces included, whatever the grid; also with single-voxel-thick
 * neighbours missing only where there is nothing to differentiate. */
static void test_linear(void)
{
    LamGrid grid = oblique_grid(7, 5, 9);
    g_autoptr(LamVolume) field = sampled(&grid, linear_u);
    g_autoptr(LamVolume) jacobian = lam_field_jacobian(field, NULL);
    g_assert_cmpint(jacobian->channels, ==, 1);
    for (size_t i = 0; i < 7 * 5 * 9; i++)
        g_assert_cmpfloat_with_epsilon((double)jacobian->data[i], linear_determinant(), 1e-4);
}

static LamVec3 wavy_u(LamVec3 x)
{
    return (LamVec3){
        {3 * sin(x.v[1] / 12), 2 * cos(x.v[2] / 10 + x.v[0] / 15), 4 * sin(x.v[0] / 14)}};
}

static double wavy_determinant(LamVec3 x)
{
    double s = sin(x.v[2] / 10 + x.v[0] / 15);
    LamMat4 j = lam_mat4_identity();
    j.m[0][1] = 3 / 12.0 * cos(x.v[1] / 12);
    j.m[1][0] = -2 / 15.0 * s;
    j.m[1][2] = -2 / 10.0 * s;
    j.m[2][0] = 4 / 14.0 * cos(x.v[0] / 14);
    return lam_mat4_det3(&j);
}

static void test_wavy(void)
{
    LamGrid grid = oblique_grid(21, 17, 13);
    g_autoptr(LamVolume) field = sampled(&grid, wavy_u);
    g_autoptr(LamVolume) jacobian = lam_field_jacobian(field, NULL);
    for (int k = 1; k < 12; k++)
        for (int j = 1; j < 16; j++)
            for (int i = 1; i < 20; i++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                g_assert_cmpfloat_with_epsilon((double)jacobian->data[(k * 17 + j) * 21 + i],
                                               wavy_determinant(x), 0.01);
            }
}

/* One thing, stored in other orders: the same Jacobian in world space. */
static void test_flipped_storage(void)
{
    LamGrid grid = oblique_grid(9, 8, 7), flipped = grid;
    LamMat4 turn = {{{0, 0, -1, 8}, {1, 0, 0, 0}, {0, -1, 0, 6}, {0, 0, 0, 1}}};
    flipped.to_world = lam_mat4_multiply(&grid.to_world, &turn);
    flipped.size[0] = 8;
    flipped.size[1] = 7;
    flipped.size[2] = 9;
    g_autoptr(LamVolume) a = sampled(&grid, wavy_u);
    g_autoptr(LamVolume) b = sampled(&flipped, wavy_u);
    g_autoptr(LamVolume) ja = lam_field_jacobian(a, NULL);
    g_autoptr(LamVolume) jb = lam_field_jacobian(b, NULL);
    g_autoptr(LamVolume) back = lam_resample(jb, &grid, NULL, LAM_NEAREST, 0, NULL);
    for (size_t i = 0; i < 504; i++)
        g_assert_cmpfloat_with_epsilon((double)ja->data[i], (double)back->data[i], 1e-5);
}

static void test_flat(void)
{
    LamGrid grid = {{6, 5, 1}, lam_mat4_identity()};
    g_autoptr(LamVolume) field = sampled(&grid, linear_u);
    g_autoptr(LamVolume) jacobian = lam_field_jacobian(field, NULL);
    LamMat4 j = linear;
    for (int a = 0; a < 3; a++) {
        j.m[a][2] = 0; /* nothing is known across the slice */
        j.m[a][a] += 1;
    }
    for (size_t i = 0; i < 30; i++)
        g_assert_cmpfloat_with_epsilon((double)jacobian->data[i], lam_mat4_det3(&j), 1e-5);
}

/* u = -2x folds where x > 0 and does nothing elsewhere. */
static LamVec3 folding_u(LamVec3 x)
{
    return (LamVec3){{x.v[0] > 0 ? -2 * x.v[0] : 0, 0, 0}};
}

static void test_folds(void)
{
    LamGrid grid = lam_grid_centred((int[3]){20, 3, 5}, 1, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) field = sampled(&grid, folding_u);
    LamFieldStatistics s;
    g_autoptr(LamVolume) jacobian = NULL;
    g_assert_true(lam_field_statistics(field, &s, &jacobian, NULL));
    g_autoptr(LamVolume) again = lam_field_jacobian(field, NULL);
    g_assert_cmpmem(jacobian->data, lam_grid_voxels(&grid) * sizeof(float), again->data,
                    lam_grid_voxels(&grid) * sizeof(float));
    /* x = -9.5 .. 9.5: at x = -0.5 the central difference is (-1 - 0) / 2: |J| = 0.5 */
    g_assert_cmpfloat_with_epsilon(s.fold_percent, 50, 1e-9);
    g_assert_cmpfloat_with_epsilon(s.min_jacobian, -1, 1e-6);
    g_assert_cmpfloat_with_epsilon(s.max_jacobian, 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(s.max_mm, 19, 1e-5);
    double l = log(0.5);
    g_assert_cmpfloat_with_epsilon(s.sd_log_jacobian, sqrt(l * l / 10 - l * l / 100), 1e-6);
}

static LamVec3 constant_u(LamVec3 x)
{
    return (LamVec3){{2, -3, 6}};
}

static LamVec3 ramp_u(LamVec3 x)
{
    return (LamVec3){{0, x.v[0] / 10, 0}};
}

static void test_magnitudes(void)
{
    LamGrid grid = {{101, 3, 3}, lam_mat4_identity()};
    LamFieldStatistics s;
    g_autoptr(LamVolume) constant = sampled(&grid, constant_u);
    g_assert_true(lam_field_statistics(constant, &s, NULL, NULL));
    g_assert_cmpfloat_with_epsilon(s.mean_mm, 7, 1e-6);
    g_assert_cmpfloat_with_epsilon(s.p95_mm, 7, 2e-3);
    g_assert_cmpfloat(s.fold_percent, ==, 0);
    g_assert_cmpfloat_with_epsilon(s.sd_log_jacobian, 0, 1e-6);
    g_autoptr(LamVolume) ramp = sampled(&grid, ramp_u);
    g_assert_true(lam_field_statistics(ramp, &s, NULL, NULL));
    g_assert_cmpfloat_with_epsilon(s.mean_mm, 5, 1e-5);
    g_assert_cmpfloat_with_epsilon(s.max_mm, 10, 1e-5);
    g_assert_cmpfloat_with_epsilon(s.p95_mm, 9.5, 0.06);
    g_autoptr(LamVolume) none = lam_volume_new(&grid, 3, NULL);
    g_assert_true(lam_field_statistics(none, &s, NULL, NULL));
    g_assert_cmpfloat(s.max_mm, ==, 0);
}

static LamMat4 some_affine(void)
{
    LamMat4 turn = lam_mat4_rotation(0.2, 0.1, -0.3), scale = lam_mat4_scaling(1.1, 0.9, 1);
    LamMat4 shift = lam_mat4_translation(10, -4, 2), m = lam_mat4_multiply(&turn, &scale);
    return lam_mat4_multiply(&shift, &m);
}

static void expect_composed(const LamVolume *u, const LamMat4 *affine, Displacement d)
{
    const LamGrid *grid = &u->grid;
    size_t at = 0;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++, at++) {
                LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}}), y = x;
                LamVec3 move = d != NULL ? d(x) : (LamVec3){{0, 0, 0}};
                for (int c = 0; c < 3; c++)
                    y.v[c] += move.v[c];
                y = lam_mat4_apply(affine, y);
                for (int c = 0; c < 3; c++)
                    g_assert_cmpfloat_with_epsilon((double)lam_volume_channel(u, c)[at],
                                                   y.v[c] - x.v[c], 1e-3);
            }
}

static void test_compose(void)
{
    LamMat4 affine = some_affine();
    LamGrid grid = oblique_grid(9, 11, 7);
    LamVec3 centre = lam_grid_centre_mm(&grid);
    LamGrid coarse = lam_grid_centred((int[3]){13, 14, 12}, 4, centre); /* covers the fine grid */
    g_autoptr(LamVolume) d = sampled(&coarse, linear_u);
    g_autoptr(LamVolume) u = lam_field_compose_affine(d, &affine, &grid, NULL);
    g_assert_cmpint(u->channels, ==, 3);
    expect_composed(u, &affine, linear_u);
    g_autoptr(LamVolume) pure = lam_field_compose_affine(NULL, &affine, &grid, NULL);
    expect_composed(pure, &affine, NULL);
}

/* Beyond d's grid its edge goes on: a constant field stays constant. */
static void test_compose_beyond(void)
{
    LamMat4 affine = some_affine();
    LamGrid grid = oblique_grid(9, 11, 7);
    LamGrid small = lam_grid_centred((int[3]){2, 3, 2}, 2, lam_grid_centre_mm(&grid));
    g_autoptr(LamVolume) d = sampled(&small, constant_u);
    g_autoptr(LamVolume) u = lam_field_compose_affine(d, &affine, &grid, NULL);
    expect_composed(u, &affine, constant_u);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/field/linear", test_linear);
    g_test_add_func("/field/wavy", test_wavy);
    g_test_add_func("/field/flipped-storage", test_flipped_storage);
    g_test_add_func("/field/flat", test_flat);
    g_test_add_func("/field/folds", test_folds);
    g_test_add_func("/field/magnitudes", test_magnitudes);
    g_test_add_func("/field/compose", test_compose);
    g_test_add_func("/field/compose-beyond", test_compose_beyond);
    return g_test_run();
}

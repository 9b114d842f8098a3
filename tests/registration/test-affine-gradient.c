/* The derivatives of the measures, against finite differences, in both directions of the map. */
#include "affine-measure.h"

#include <math.h>

/* Smooth, so that the interpolant's kinks stay small, and nothing at the edge of the grid. */
static LamVolume *smooth_object(const int size[3], double spacing, LamVec3 centre, double phase)
{
    LamGrid grid = lam_grid_centred(size, spacing, centre);
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    float *to = v->data;
    for (int k = 0; k < size[2]; k++)
        for (int j = 0; j < size[1]; j++)
            for (int i = 0; i < size[0]; i++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double r = x.v[0] * x.v[0] / 160 + x.v[1] * x.v[1] / 250 + x.v[2] * x.v[2] / 140;
                double wave = sin(x.v[0] / 9 + phase) * cos(x.v[1] / 11) + sin(x.v[2] / 8 + phase);
                *to++ = (float)((1.5 + 0.5 * wave) * exp(-r));
            }
    return v;
}

/* All of the object and nothing of the empty rim. */
static LamVolume *everywhere(const LamVolume *image)
{
    LamVolume *region = lam_volume_new(&image->grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(&image->grid); i++)
        region->data[i] = image->data[i] > 1e-3f;
    return region;
}

static double value_at(const LamAffinePair *pair, const LamMat4 *map, int p, double h)
{
    LamMat4 in = lam_mat4_identity(), out = lam_mat4_identity(), change = lam_mat4_identity();
    const double *c = pair->frame.centre_mm.v, r = pair->frame.radius_mm;
    for (int a = 0; a < 3; a++) {
        in.m[a][a] = 1 / r;
        in.m[a][3] = -c[a] / r;
        out.m[a][a] = r;
        out.m[a][3] = c[a];
    }
    change.m[p / 4][p % 4] += h;
    LamMat4 moved = lam_mat4_multiply(&change, &in);
    moved = lam_mat4_multiply(&out, &moved);
    moved = lam_mat4_multiply(map, &moved);
    return lam_affine_value(pair, 0, &moved);
}

static void check_gradient(const LamAffinePair *pair, const LamMat4 *map)
{
    LamAffineFitness at;
    lam_affine_fitness(pair, 0, map, &at);
    g_assert_cmpfloat(at.value, ==, lam_affine_value(pair, 0, map));
    double largest = 0;
    for (int p = 0; p < LAM_AFFINE_DOF; p++)
        largest = fmax(largest, fabs(at.gradient[p]));
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        double h = 1e-3, up = value_at(pair, map, p, h), down = value_at(pair, map, p, -h);
        g_test_message("%d: %.5f %.5f", p, at.gradient[p], (up - down) / (2 * h));
        g_assert_cmpfloat_with_epsilon((up - down) / (2 * h), at.gradient[p], 0.06 * largest);
        g_assert_cmpfloat(at.hessian[p][p], >, 0);
        for (int q = 0; q < LAM_AFFINE_DOF; q++)
            g_assert_cmpfloat_with_epsilon(at.hessian[p][q], at.hessian[q][p], 1e-9);
    }
}

/* measure: which; sides: over both grids, the fixed alone, the moving alone. */
static void test_gradient(gconstpointer measure)
{
    LamAffinePyramid f = {.empty_outside = true}, m = {.empty_outside = true};
    f.level[0].image = smooth_object((int[3]){31, 37, 29}, 2.1, (LamVec3){{1, 2, -1}}, 0);
    m.level[0].image = smooth_object((int[3]){61, 67, 63}, 1.7, (LamVec3){{-2, 1, 3}}, 0.3);
    f.level[0].region = everywhere(f.level[0].image);
    m.level[0].region = everywhere(m.level[0].image);
    LamMat4 map = lam_mat4_rotation(0.1, -0.15, 0.2);
    map.m[0][0] *= 1.1;
    map.m[1][3] = 2.5;
    for (int sides = 0; sides < 3; sides++) {
        LamAffinePair pair = {.fixed = &f,
                              .moving = &m,
                              .frame = {{{3, -2, 5}}, 40},
                              .measure = GPOINTER_TO_INT(measure),
                              .skip = {sides == 2, sides == 1}};
        check_gradient(&pair, &map);
    }
    lam_affine_pyramid_clear(&f);
    lam_affine_pyramid_clear(&m);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/affine/gradient/correlation", GINT_TO_POINTER(LAM_AFFINE_CORRELATION),
                         test_gradient);
    g_test_add_data_func("/affine/gradient/nmi", GINT_TO_POINTER(LAM_AFFINE_NMI), test_gradient);
    return g_test_run();
}

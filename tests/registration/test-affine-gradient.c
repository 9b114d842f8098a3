/* The derivative of the correlation, against finite differences, in both directions of the map. */
#include "affine-sums.h"

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

static double correlation_at(const LamAffinePyramid *f, const LamAffinePyramid *m,
                             const LamAffineFrame *frame, const LamMat4 *map, int p, double h)
{
    LamMat4 in = lam_mat4_identity(), out = lam_mat4_identity(), change = lam_mat4_identity();
    const double *c = frame->centre_mm.v, r = frame->radius_mm;
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
    LamAffineFitness at;
    lam_affine_fitness(f, m, 0, &moved, frame, &at);
    return at.correlation;
}

static void test_gradient(void)
{
    LamAffinePyramid f = {.empty_outside = true}, m = {.empty_outside = true};
    f.level[0].image = smooth_object((int[3]){31, 37, 29}, 2.1, (LamVec3){{1, 2, -1}}, 0);
    m.level[0].image = smooth_object((int[3]){61, 67, 63}, 1.7, (LamVec3){{-2, 1, 3}}, 0.3);
    f.level[0].region = everywhere(f.level[0].image);
    m.level[0].region = everywhere(m.level[0].image);
    LamAffineFrame frame = {{{3, -2, 5}}, 40};
    LamMat4 map = lam_mat4_rotation(0.1, -0.15, 0.2);
    map.m[0][0] *= 1.1;
    map.m[1][3] = 2.5;
    LamAffineFitness at;
    lam_affine_fitness(&f, &m, 0, &map, &frame, &at);
    g_assert_cmpfloat(at.correlation, >, 0.5);
    double largest = 0;
    for (int p = 0; p < LAM_AFFINE_DOF; p++)
        largest = fmax(largest, fabs(at.gradient[p]));
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        double h = 1e-3, up = correlation_at(&f, &m, &frame, &map, p, h),
               down = correlation_at(&f, &m, &frame, &map, p, -h);
        g_test_message("%d: %.5f %.5f", p, at.gradient[p], (up - down) / (2 * h));
        g_assert_cmpfloat_with_epsilon((up - down) / (2 * h), at.gradient[p], 0.06 * largest);
        g_assert_cmpfloat(at.hessian[p][p], >, 0);
        for (int q = 0; q < LAM_AFFINE_DOF; q++)
            g_assert_cmpfloat_with_epsilon(at.hessian[p][q], at.hessian[q][p], 1e-9);
    }
    lam_affine_pyramid_clear(&f);
    lam_affine_pyramid_clear(&m);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affine/gradient", test_gradient);
    return g_test_run();
}

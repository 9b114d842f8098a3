/* Where structures lie, and the affine that lays them onto each other. */
#include "structure-middles.h"

#include <math.h>

#define COUNT 14

static LamMat4 known(void)
{
    LamMat4 turn = lam_mat4_rotation(0.2, -0.1, 0.3), shift = lam_mat4_translation(-70, 12, 5),
            scale = lam_mat4_scaling(1.1, 0.9, 1.05);
    LamMat4 out = lam_mat4_multiply(&turn, &scale);
    return lam_mat4_multiply(&shift, &out);
}

/* COUNT balls of no order, values 3, 6, ...; seen through a map (NULL: as they are). */
static LamVolume *balls(const LamMat4 *map, double radius_mm)
{
    LamGrid grid =
        lam_grid_centred((int[3]){61, 67, 59}, 2, (LamVec3){{map ? -70 : 0, map ? 12 : 0, 3}});
    LamVolume *v = lam_volume_new(&grid, 1, NULL);
    LamVec3 middle[COUNT];
    for (int b = 0; b < COUNT; b++) {
        middle[b] = (LamVec3){{30 * sin(3.1 * b), 35 * cos(1.7 * b), 30 * sin(5.3 * b + 1)}};
        if (map != NULL)
            middle[b] = lam_mat4_apply(map, middle[b]);
    }
    float *to = v->data;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++, to++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                for (int b = 0; b < COUNT; b++) {
                    LamVec3 d = {{x.v[0] - middle[b].v[0], x.v[1] - middle[b].v[1],
                                  x.v[2] - middle[b].v[2]}};
                    if (*to == 0 && lam_vec3_length(d) < radius_mm)
                        *to = (float)(3 * b + 3);
                }
            }
    return v;
}

static void test_middles(void)
{
    LamGrid grid = lam_grid_centred((int[3]){9, 7, 5}, 4, (LamVec3){{10, 20, 30}});
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    v->data[0] = v->data[2] = 200;            /* 128 mm^3 */
    v->data[1] = 7;                           /* 64: too few */
    v->data[3] = v->data[4] = 256;            /* beyond what is counted */
    v->data[5] = v->data[6] = v->data[7] = 9; /* 192 */
    LamMiddles m = lam_middles_of(v);
    g_assert_cmpint(m.n, ==, 2);
    g_assert_cmpint(m.value[0], ==, 9);
    g_assert_cmpint(m.value[1], ==, 200);
    g_assert_cmpfloat_with_epsilon(m.mm3[0], 192, 1e-9);
    g_assert_cmpfloat_with_epsilon(m.middle_mm[1].v[0], 10 - 16 + 4, 1e-9);
    g_assert_cmpfloat_with_epsilon(m.middle_mm[1].v[2], 30 - 8, 1e-9);
}

static void test_fit(void)
{
    LamMat4 map = known(), found, same = lam_mat4_identity();
    g_autoptr(LamVolume) here = balls(NULL, 7);
    g_autoptr(LamVolume) there = balls(&map, 7);
    LamMiddles a = lam_middles_of(here), b = lam_middles_of(there);
    g_assert_true(lam_middles_fit(&a, &b, &found));
    g_assert_cmpfloat(lam_middles_distance_mm(&a, &b, &found), <, 1.2); /* balls cover each other */
    g_assert_cmpfloat(lam_middles_distance_mm(&a, &b, &same), >, 50);
    g_assert_cmpfloat(lam_middles_distance_mm(&a, &a, &same), ==, 0);
    LamVec3 x = {{10, -20, 15}}, wanted = lam_mat4_apply(&map, x), is = lam_mat4_apply(&found, x);
    for (int i = 0; i < 3; i++)
        g_assert_cmpfloat_with_epsilon(is.v[i], wanted.v[i], 2);
}

/* Too few in both, or too few of one size, say nothing. */
static void test_refused(void)
{
    LamMat4 found, same = lam_mat4_identity();
    g_autoptr(LamVolume) here = balls(NULL, 7);
    g_autoptr(LamVolume) small = balls(NULL, 4);
    LamMiddles a = lam_middles_of(here), few = a, tiny = lam_middles_of(small), none = {.n = 0};
    few.n = 11;
    g_assert_false(lam_middles_fit(&a, &few, &found));
    g_assert_false(lam_middles_fit(&a, &tiny, &found));
    g_assert_true(isnan(lam_middles_distance_mm(&a, &none, &same)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/structure-middles/middles", test_middles);
    g_test_add_func("/structure-middles/fit", test_fit);
    g_test_add_func("/structure-middles/refused", test_refused);
    return g_test_run();
}

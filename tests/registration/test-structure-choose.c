/* The choice of structures against all of them interpolated at every voxel. */
#include "structure-choose.h"

#include <lambdascope/resample.h>
#include <string.h>

enum { STRUCTURES = 5 };

static float *random_probabilities(size_t voxels)
{
    float *p = g_new(float, voxels *STRUCTURES);
    GRand *rand = g_rand_new_with_seed(7);
    for (size_t i = 0; i < voxels;
         i++) { /* patches in which one is best, so that both ways are gone */
        size_t favourite = i / 37 % STRUCTURES;
        for (size_t k = 0; k < STRUCTURES; k++)
            p[i * STRUCTURES + k] =
                (float)g_rand_double_range(rand, 0, 0.6) + (k == favourite ? 0.5f : 0);
    }
    g_rand_free(rand);
    return p;
}

static LamVolume *one_of(const float *p, const LamGrid *grid, size_t k)
{
    LamVolume *volume = lam_volume_new(grid, 1, NULL);
    for (size_t i = 0; i < lam_grid_voxels(grid); i++)
        volume->data[i] = p[i * STRUCTURES + k];
    return volume;
}

static LamVolume *naive(const float *p, const int *value, const LamGrid *from, const LamGrid *to)
{
    LamVolume *labels = lam_volume_new(to, 1, NULL);
    g_autoptr(LamVolume) best = lam_volume_new(to, 1, NULL);
    for (size_t k = 0; k < STRUCTURES; k++) {
        g_autoptr(LamVolume) own = one_of(p, from, k);
        g_autoptr(LamVolume) fine = lam_resample_clamped(own, to, NULL);
        for (size_t i = 0; i < lam_grid_voxels(to); i++)
            if (fine->data[i] > best->data[i]) {
                best->data[i] = fine->data[i];
                labels->data[i] = (float)value[k];
            }
    }
    return labels;
}

static void compare(const int from_size[3], const int to_size[3], double from_mm, double to_mm)
{
    GError *error = NULL;
    const int value[STRUCTURES] = {0, 51, 7, 100, 3};
    LamGrid from = lam_grid_centred(from_size, from_mm, (LamVec3){{3, -40, 11}});
    LamGrid to = lam_grid_centred(to_size, to_mm, (LamVec3){{3, -40, 11}});
    g_autofree float *p = random_probabilities(lam_grid_voxels(&from));
    g_autoptr(LamVolume) labels = lam_volume_new(&to, 1, NULL);
    g_autoptr(LamVolume) wanted = naive(p, value, &from, &to);
    g_assert_true(lam_structure_choose(p, STRUCTURES, value, &from, labels, &error));
    g_assert_no_error(error);
    size_t differ = 0;
    for (size_t i = 0; i < lam_grid_voxels(&to); i++)
        differ += labels->data[i] != wanted->data[i];
    g_assert_cmpuint(differ, <=, lam_grid_voxels(&to) / 5000); /* but for equals, within rounding */
}

static void test_naive(void)
{
    compare((const int[]){9, 7, 11}, (const int[]){18, 14, 22}, 4, 2);
    compare((const int[]){9, 7, 11}, (const int[]){31, 33, 29}, 4, 1.3);
    compare((const int[]){12, 8, 1}, (const int[]){24, 16, 1}, 4, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/structure-choose/naive", test_naive);
    return g_test_run();
}

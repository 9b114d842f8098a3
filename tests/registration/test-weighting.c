/* Whether a scan is T1, where its structures are known. */
#include <lambdascope/structures.h>

#define SIDE 24 /* of 2.5 mm: each half has 108 ml */

static LamStructure structures[] = {{2, (char *)"left cerebral white matter"},
                                    {41, (char *)"right cerebral white matter"},
                                    {3, (char *)"left cerebral cortex"},
                                    {8, (char *)"cerebellum cortex"}};

static GPtrArray *known(void)
{
    GPtrArray *list = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(structures); i++)
        g_ptr_array_add(list, &structures[i]);
    return list;
}

/* Of slabs of `thick` voxels: white matter, of both sides, then cortex; elsewhere the cerebellum's. */
static LamVolume *labels_of(int thick)
{
    LamGrid grid = lam_grid_centred((int[]){SIDE, SIDE, SIDE}, 2.5, (LamVec3){{4, 0, -2}});
    LamVolume *labels = lam_volume_new(&grid, 1, NULL);
    for (int i = 0; i < SIDE * SIDE * SIDE; i++) {
        int slab = i / (SIDE * SIDE);
        labels->data[i] = slab < thick ? (i % 2 != 0 ? 2 : 41) : slab < 2 * thick ? 3 : 8;
    }
    return labels;
}

/* On the same grid; every third voxel of the cortex is fluid, dark or bright. */
static LamVolume *scan_of(const LamVolume *labels, float white, float cortex, float fluid)
{
    LamVolume *scan = lam_volume_new(&labels->grid, 1, NULL);
    for (int i = 0; i < SIDE * SIDE * SIDE; i++) {
        bool is_cortex = labels->data[i] == 3;
        scan->data[i] = is_cortex ? (i % 3 == 0 ? fluid : cortex) : white;
    }
    return scan;
}

static void test_greys(void)
{
    static const struct {
        float white, cortex, fluid;
        LamWeighting wanted;
    } cases[] = {{0.8F, 0.5F, 0.1F, LAM_WEIGHTING_T1}, /* T1 */
                 {0.2F, 0.3F, 1, LAM_WEIGHTING_OTHER}, /* T2 */
                 {0.5F, 0.6F, 0, LAM_WEIGHTING_OTHER}, /* FLAIR: the mean of the cortex is darker */
                 {0.5F, 0.48F, 0, LAM_WEIGHTING_OTHER}, /* FLAIR: next to no contrast */
                 {0.5F, 0.4F, 1, LAM_WEIGHTING_T1}};    /* its mean is brighter */
    g_autoptr(GPtrArray) list = known();
    g_autoptr(LamVolume) labels = labels_of(SIDE / 2);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LamVolume) scan =
            scan_of(labels, cases[i].white, cases[i].cortex, cases[i].fluid);
        g_assert_cmpint(lam_structures_weighting(list, labels, scan), ==, cases[i].wanted);
    }
}

/* A few slices are not enough, nor are other structures. */
static void test_unknown(void)
{
    g_autoptr(GPtrArray) list = known(), none = g_ptr_array_new();
    g_autoptr(LamVolume) few = labels_of(5), enough = labels_of(6);
    g_autoptr(LamVolume) scan = scan_of(enough, 0.8F, 0.5F, 0);
    g_assert_cmpint(lam_structures_weighting(list, few, scan), ==, LAM_WEIGHTING_UNKNOWN);
    g_assert_cmpint(lam_structures_weighting(none, enough, scan), ==, LAM_WEIGHTING_UNKNOWN);
    g_assert_cmpint(lam_structures_weighting(list, enough, scan), ==, LAM_WEIGHTING_T1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/weighting/greys", test_greys);
    g_test_add_func("/weighting/unknown", test_unknown);
    return g_test_run();
}

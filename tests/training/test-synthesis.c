/* Synthetic scans: what is given is found again, what is random is reproducible. */
#include <lambdascope/synthesis.h>
#include <math.h>
#include <string.h>

#define SIDE 20

static LamLabelTable *table_of(const int rows[][3], int n)
{
    LamLabelTable *table = g_new0(LamLabelTable, 1);
    table->count = n;
    table->label = g_new0(LamLabel, n);
    for (int i = 0; i < n; i++)
        table->label[i] = (LamLabel){rows[i][0], rows[i][1], rows[i][2], NULL};
    return table;
}

/* Background 0, skull 500 (no structure), brain 7 and 9 of one tissue, 12 of another. */
static const int head[][3] = {{0, 0, 0}, {7, 7, 1}, {9, 9, 1}, {12, 12, 2}, {500, 0, 3}};

static LamGrid grid_of(int depth)
{
    return lam_grid_centred((int[3]){SIDE, SIDE + 3, depth}, 2, (LamVec3){{0, 0, 0}});
}

/* Shells around the centre, cut into halves. */
static LamVolume *head_labels(const LamGrid *grid)
{
    LamVolume *v = lam_volume_new(grid, 1, NULL);
    float *to = v->data;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++) {
                LamVec3 x = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
                double r = sqrt(x.v[0] * x.v[0] + x.v[1] * x.v[1] + x.v[2] * x.v[2]);
                *to++ = r < 5 ? 12 : r < 11 ? (x.v[0] < 0 ? 7 : 9) : r < 15 ? 500 : 0;
            }
    return v;
}

static LamLabelMap *head_map(const LamGrid *grid)
{
    g_autoptr(LamLabelTable) table = table_of(head, G_N_ELEMENTS(head));
    g_autoptr(LamVolume) labels = head_labels(grid);
    LamLabelMap *map = lam_label_map_new(labels, table, NULL);
    g_assert_nonnull(map);
    return map;
}

static void draw(const LamLabelMap *map, const LamSynthesisOptions *options, const LamGrid *grid,
                 guint32 seed, float *image, guint8 *labels)
{
    GRand *rand = g_rand_new_with_seed(seed);
    g_assert_true(lam_synthesis_draw(map, options, grid, NULL, rand, image, labels, NULL));
    g_rand_free(rand);
}

/* Without a warp and without what scanners do: the map, each tissue of one value. */
static void test_plain(void)
{
    LamGrid grid = grid_of(SIDE - 1);
    size_t n = lam_grid_voxels(&grid);
    g_autoptr(LamLabelMap) map = head_map(&grid);
    g_autoptr(LamVolume) wanted = head_labels(&grid);
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *labels = g_new(guint8, n);
    LamSynthesisOptions options = {0};
    float value[5] = {-1, -1, -1, -1, -1};
    draw(map, &options, &grid, 3, image, labels);
    for (size_t i = 0; i < n; i++) {
        int l = labels[i];
        g_assert_cmpint(map->table->label[l].value, ==, (int)wanted->data[i]);
        if (value[l] < 0)
            value[l] = image[i];
        g_assert_cmpfloat(image[i], ==, value[l]);
    }
    g_assert_cmpfloat(value[1], ==, value[2]); /* one tissue */
    g_assert_cmpfloat(value[1], !=, value[3]);
}

static void test_reproducible(void)
{
    LamGrid grid = grid_of(SIDE - 1);
    size_t n = lam_grid_voxels(&grid);
    g_autoptr(LamLabelMap) map = head_map(&grid);
    g_autofree float *a = g_new(float, n), *b = g_new(float, n), *c = g_new(float, n);
    LamSynthesisOptions options = lam_synthesis_brains();
    draw(map, &options, &grid, 5, a, NULL);
    draw(map, &options, &grid, 5, b, NULL);
    draw(map, &options, &grid, 6, c, NULL);
    g_assert_cmpmem(a, n * sizeof(float), b, n * sizeof(float));
    g_assert_cmpint(memcmp(a, c, n * sizeof(float)), !=, 0);
    for (size_t i = 0; i < n; i++)
        g_assert_true(a[i] >= 0 && a[i] <= 1);
}

static void test_strip(void)
{
    LamGrid grid = grid_of(SIDE - 1);
    size_t n = lam_grid_voxels(&grid);
    g_autoptr(LamLabelMap) map = head_map(&grid);
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *labels = g_new(guint8, n);
    LamSynthesisOptions options = {.strip = 1, .spread = 0.1};
    draw(map, &options, &grid, 2, image, labels);
    size_t brain = 0;
    for (size_t i = 0; i < n; i++) {
        g_assert_cmpint(map->table->label[labels[i]].value, !=, 500);
        if (map->table->label[labels[i]].structure == 0)
            g_assert_cmpfloat(image[i], ==, 0);
        else
            brain++;
    }
    g_assert_cmpuint(brain, >, 500);
}

/* The warp moves things, but not far, and makes no label that was not there. */
static void test_warp(void)
{
    LamGrid grid = grid_of(SIDE - 1);
    size_t n = lam_grid_voxels(&grid), moved = 0;
    g_autoptr(LamLabelMap) map = head_map(&grid);
    g_autoptr(LamVolume) plain = head_labels(&grid);
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *labels = g_new(guint8, n);
    LamSynthesisOptions options = {.warp_mm = 3, .warp_scale_mm = {16}};
    draw(map, &options, &grid, 9, image, labels);
    for (size_t i = 0; i < n; i++)
        moved += map->table->label[labels[i]].value != (int)plain->data[i];
    g_assert_cmpuint(moved, >, n / 200);
    g_assert_cmpuint(moved, <, n / 2);
}

static void test_one_slice(void)
{
    LamGrid grid = grid_of(1);
    size_t n = lam_grid_voxels(&grid);
    GRand *rand = g_rand_new_with_seed(4);
    g_autoptr(LamLabelMap) map = lam_label_map_random(&grid, 6, 12, rand, NULL);
    g_rand_free(rand);
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *labels = g_new(guint8, n);
    LamSynthesisOptions options = lam_synthesis_shapes();
    bool seen[6] = {false};
    draw(map, &options, &grid, 1, image, labels);
    for (size_t i = 0; i < n; i++)
        seen[labels[i]] = true;
    int kinds = 0;
    for (int i = 0; i < 6; i++)
        kinds += seen[i];
    g_assert_cmpint(kinds, >=, 3); /* the warp has not left the plane */
}

/* Sum of absolute differences of neighbours along an axis. */
static double roughness(const LamGrid *grid, const float *image, int axis)
{
    const int *n = grid->size;
    const int stride[3] = {1, n[0], n[0] * n[1]};
    double sum = 0;
    for (int k = 0; k < n[2] - (axis == 2); k++)
        for (int j = 0; j < n[1] - (axis == 1); j++)
            for (int i = 0; i < n[0] - (axis == 0); i++) {
                int at = (k * n[1] + j) * n[0] + i;
                sum += fabs((double)(image[at] - image[at + stride[axis]]));
            }
    return sum;
}

/* Along one axis neighbours become far more alike than along the others, wherever the slices drawn are
 * thick enough. */
static void test_thick_slices(void)
{
    LamGrid grid = grid_of(SIDE - 1);
    size_t n = lam_grid_voxels(&grid);
    g_autoptr(LamLabelMap) map = head_map(&grid);
    g_autofree float *sharp = g_new(float, n), *thick = g_new(float, n);
    int once = 0;
    for (guint32 seed = 1; seed <= 48; seed++) {
        LamSynthesisOptions options = {.spread = 0.1};
        double least = INFINITY, second = INFINITY;
        draw(map, &options, &grid, seed, sharp, NULL);
        options.thick = 1;
        options.thick_mm = 12;
        draw(map, &options, &grid, seed, thick, NULL);
        for (int axis = 0; axis < 3; axis++) {
            double share = roughness(&grid, thick, axis) / roughness(&grid, sharp, axis);
            second = fmin(second, fmax(share, least));
            least = fmin(least, share);
        }
        once += least < 0.7 * second;
    }
    g_assert_cmpint(once, >=, 26); /* two of three are */
}

static void test_wrong_maps(void)
{
    LamGrid grid = grid_of(4);
    g_autoptr(LamLabelTable) table = table_of(head, G_N_ELEMENTS(head));
    g_autoptr(LamVolume) labels = lam_volume_new(&grid, 1, NULL);
    static const float wrong[] = {0, 8, 7.5f, 1e30f};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        labels->data[100] = wrong[i];
        g_assert_null(lam_label_map_new(labels, table, &error));
        g_assert_nonnull(strstr(error->message, i == 0 ? "background" : "does not have"));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/synthesis/plain", test_plain);
    g_test_add_func("/synthesis/reproducible", test_reproducible);
    g_test_add_func("/synthesis/strip", test_strip);
    g_test_add_func("/synthesis/warp", test_warp);
    g_test_add_func("/synthesis/one-slice", test_one_slice);
    g_test_add_func("/synthesis/thick-slices", test_thick_slices);
    g_test_add_func("/synthesis/wrong-maps", test_wrong_maps);
    return g_test_run();
}

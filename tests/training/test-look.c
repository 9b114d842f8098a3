/* What makes synthetic scans look like real ones: voxels that tissues share, greys that vary within a tissue,
 * structures that look alike. */
#include "label-carry.h"
#include "structure-groups.h"
#include "synthesis-palette.h"
#include "synthesis-spots.h"
#include "synthesis-strip.h"

#include <math.h>
#include <string.h>

#define SIDE 13
#define KIN  0.16 /* the most that two of one family are apart */
#define BEYOND                                                                                     \
    0.36 /* of what lies between two families, their spread included: 1.3 times them apart at most */

static const LamLabel labels[] = {
    {.value = 0, .tissue = 0},
    {.value = 2, .structure = 2, .tissue = 1, .name = (char *)"left shell"},
    {.value = 3, .structure = 3, .tissue = 2, .name = (char *)"core"},
    {.value = 7, .structure = 7, .tissue = 3, .name = (char *)"seed"},
    {.value = 41, .structure = 41, .tissue = 1, .name = (char *)"right shell"},
    {.value = 90, .tissue = 4, .name = (char *)"background"},
};

static LamLabelTable *table_new(void)
{
    LamLabelTable *table = g_new0(LamLabelTable, 1);
    table->count = G_N_ELEMENTS(labels);
    table->label = g_memdup2(labels, sizeof labels);
    for (int i = 0; i < table->count; i++)
        table->label[i].name = g_strdup(labels[i].name);
    return table;
}

/* A ball in a ball, cut in halves, at no special place of the grid. */
static LamLabelMap *map_new(void)
{
    g_autoptr(LamLabelTable) table = table_new();
    LamGrid grid = lam_grid_centred((int[3]){4 * SIDE, 4 * SIDE + 3, 4 * SIDE - 1}, 0.5,
                                    (LamVec3){{0.3, -0.2, 0.1}});
    g_autoptr(LamVolume) v = lam_volume_new(&grid, 1, NULL);
    float *to = v->data;
    for (int k = 0; k < grid.size[2]; k++)
        for (int j = 0; j < grid.size[1]; j++)
            for (int i = 0; i < grid.size[0]; i++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double r = sqrt(x.v[0] * x.v[0] + x.v[1] * x.v[1] + x.v[2] * x.v[2]);
                *to++ = r < 6 ? 3 : r < 10 ? (x.v[0] < 0 ? 2 : 41) : 0;
            }
    return lam_label_map_new(v, table, NULL);
}

static void draw(const LamLabelMap *map, const LamSynthesisOptions *o, const LamGrid *grid,
                 float *image, guint8 *drawn)
{
    GRand *rand = g_rand_new_with_seed(5);
    g_assert_true(lam_synthesis_draw(map, o, grid, NULL, rand, image, drawn, NULL));
    g_rand_free(rand);
}

/* Mirrored, the left is on the left as before, and the picture is the mirrored one. */
static void test_sides(void)
{
    LamGrid grid = lam_grid_centred((int[3]){24, 25, 22}, 1, (LamVec3){{0, 0, 0}});
    size_t n = lam_grid_voxels(&grid), left = 0, right = 0, wrong = 0;
    g_autoptr(LamLabelMap) map = map_new();
    g_autofree float *image = g_new(float, n), *mirrored = g_new(float, n);
    g_autofree guint8 *own = g_new(guint8, n), *other = g_new(guint8, n);
    LamSynthesisOptions o = {.contrast = 8};
    LamMat4 mirror = lam_mat4_scaling(-1, 1, 1);
    GRand *rand = g_rand_new_with_seed(5);
    g_assert_true(lam_synthesis_draw(map, &o, &grid, NULL, rand, image, own, NULL));
    g_assert_true(lam_synthesis_draw(map, &o, &grid, &mirror, rand, mirrored, other, NULL));
    g_rand_free(rand);
    for (size_t i = 0; i < n; i++) {
        size_t x = i % 24, there = i - x + 23 - x;
        int value = map->table->label[own[i]].value, now = map->table->label[other[i]].value;
        g_assert_cmpfloat(image[i], ==, mirrored[there]);
        left += now == 2;
        right += now == 41;
        wrong += (now == 2 && x >= 13) || (now == 41 && x < 11) ||
                 (now == 3) != (map->table->label[own[there]].value == 3);
        g_assert_true(value == 2 || value == 41 || value == 3 || value == 0);
    }
    g_assert_cmpuint(left, >, 500);
    g_assert_cmpuint(right, >, 500);
    g_assert_cmpuint(wrong, ==, 0);
}

static double mean_of_parts(const float *fine, const int n[3], int i, int j, int k)
{
    double sum = 0;
    for (int p = 0; p < 8; p++) {
        size_t z = (size_t)(2 * k + (p >> 2)), y = (size_t)(2 * j + (p >> 1 & 1));
        sum +=
            (double)fine[(z * 2 * (size_t)n[1] + y) * 2 * (size_t)n[0] + (size_t)(2 * i + (p & 1))];
    }
    return sum / 8;
}

/* Against the same scan on a grid twice as fine, deformed alike. */
static void test_partial(void)
{
    const int n[3] = {SIDE, SIDE + 2, SIDE - 1}, twice[3] = {2 * n[0], 2 * n[1], 2 * n[2]};
    LamGrid grid = lam_grid_centred(n, 2, (LamVec3){{0, 0, 0}}),
            finer = lam_grid_centred(twice, 1, (LamVec3){{0, 0, 0}});
    g_autoptr(LamLabelMap) map = map_new();
    g_autofree float *image = g_new(float, lam_grid_voxels(&grid)),
                     *fine = g_new(float, lam_grid_voxels(&finer)),
                     *hard = g_new(float, lam_grid_voxels(&grid));
    LamSynthesisOptions o = {.contrast =
                                 8}; /* the brightest is not clipped: the core, which is large */
    size_t between = 0, at = 0;
    draw(map, &o, &finer, fine, NULL);
    draw(map, &o, &grid, hard, NULL);
    o.partial = 1;
    draw(map, &o, &grid, image, NULL);
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++) {
                double wanted = mean_of_parts(fine, n, i, j, k);
                g_assert_cmpfloat_with_epsilon((double)image[at], wanted,
                                               4e-3); /* of a histogram's bin */
                between += fabsf(image[at] - hard[at]) > 0.02F;
            }
    g_assert_cmpuint(between, >, 100);
}

/* Within a tissue it varies, but neighbours are alike; tissues are told from each other by other factors. */
static void test_texture(void)
{
    LamGrid grid = lam_grid_centred((int[3]){40, 44, 36}, 1, (LamVec3){{0, 0, 0}});
    size_t n = lam_grid_voxels(&grid), inside = 0, pairs = 0;
    g_autoptr(LamLabelMap) map = map_new();
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *drawn = g_new(guint8, n);
    LamSynthesisOptions o = {.contrast = 8, .texture = 0.1};
    double sum = 0, squares = 0, steps = 0;
    draw(map, &o, &grid, image, drawn);
    for (size_t i = 0; i < n; i++) {
        if (map->table->label[drawn[i]].value != 3)
            continue;
        inside++;
        sum += (double)image[i];
        squares += pow((double)image[i], 2);
        if (i + 1 < n && drawn[i + 1] == drawn[i]) {
            pairs++;
            steps += pow((double)(image[i + 1] - image[i]), 2);
        }
    }
    double variance = squares / (double)inside - pow(sum / (double)inside, 2);
    g_assert_cmpuint(inside, >, 500);
    g_assert_cmpfloat(sqrt(variance), >, 0.005);
    g_assert_cmpfloat(steps / (double)pairs, <, 0.2 * variance); /* white noise: 2 */
}

/* Of one grey, in structures alone, over little of them, and soft only at their edges. */
static void test_spots(void)
{
    LamGrid grid = lam_grid_centred((int[3]){40, 44, 36}, 1, (LamVec3){{0, 0, 0}});
    size_t n = lam_grid_voxels(&grid), drawn = 0, whole = 0, inside = 0;
    g_autoptr(LamLabelMap) map = map_new();
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *at = g_new(guint8, n);
    LamMat4 same = lam_mat4_identity();
    lam_label_map_carry(map, &grid, NULL, &same, at);
    for (guint32 seed = 1; seed <= 20; seed++) {
        GRand *rand = g_rand_new_with_seed(seed);
        float low = 0.5F, high = 0.5F;
        for (size_t i = 0; i < n; i++)
            image[i] = 0.5F;
        lam_synthesis_spots(map->table, &grid, at, rand, image);
        g_rand_free(rand);
        for (size_t i = 0; i < n; i++) {
            low = fminf(low, image[i]);
            high = fmaxf(high, image[i]);
            inside += map->table->label[at[i]].structure != 0;
            drawn += image[i] != 0.5F;
            g_assert_true(image[i] == 0.5F || map->table->label[at[i]].structure != 0);
        }
        g_assert_true(low == 0.5F || high == 0.5F);
        g_assert_cmpfloat(high - low, >, 0);
        for (size_t i = 0; i < n; i++)
            whole += image[i] != 0.5F && (image[i] == low || image[i] == high);
    }
    g_assert_cmpuint(4 * drawn, <, 3 * inside); /* of a ball of 2 cm */
    g_assert_cmpuint(3 * whole, >, drawn);
}

/* Structure 1 is fluid, as what lies around the brain is: in it alone, or beside it alone, or each of its own grey, or
 * neither; and of one grey, near it. */
static void test_plexus(void)
{
    LamGrid grid = lam_grid_centred((int[3]){40, 44, 36}, 1, (LamVec3){{0, 0, 0}});
    size_t n = lam_grid_voxels(&grid);
    int seen[2][2] = {{0}};
    g_autoptr(LamLabelTable) table = table_new();
    g_autofree float *image = g_new(float, n);
    g_autofree guint8 *at = g_new(guint8, n);
    table->label[1].kin = 3;
    table->label[5].kin = 3;
    for (size_t v = 0; v < n; v++) {
        int x = (int)(v % 40), y = (int)(v / 40 % 44);
        at[v] = x < 4 ? 5 : y < 30 ? 2 : x < 20 ? 1 : 3;
    }
    for (guint32 seed = 1; seed <= 40; seed++) {
        GRand *rand = g_rand_new_with_seed(seed);
        float low[2], high[2];
        bool drawn[6] = {false};
        for (size_t i = 0; i < n; i++)
            image[i] = 0.5F;
        lam_synthesis_plexus(table, &grid, at, rand, image);
        g_rand_free(rand);
        for (int k = 0; k < 2; k++)
            low[k] = high[k] = 0.5F;
        for (size_t i = 0; i < n; i++) {
            int k = at[i] == 1;
            low[k] = fminf(low[k], image[i]);
            high[k] = fmaxf(high[k], image[i]);
            drawn[at[i]] |= image[i] != 0.5F;
            g_assert_true(image[i] == 0.5F || i / 40 % 44 > 18); /* 11 mm from structure 1 */
        }
        for (int k = 0; k < 2; k++)
            g_assert_true(low[k] == 0.5F || high[k] == 0.5F);
        g_assert_false(drawn[5]);
        seen[drawn[1]][drawn[2] || drawn[3]]++;
    }
    for (int k = 0; k < 4; k++)
        g_assert_cmpint(seen[k / 2][k % 2], >, 3);
    table->label[5].kin = 0; /* no fluid is known: none of it within the brain either */
    GRand *rand = g_rand_new_with_seed(1);
    memset(image, 0, n * sizeof *image);
    for (int i = 0; i < 5; i++)
        lam_synthesis_plexus(table, &grid, at, rand, image);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpfloat(image[i], ==, 0);
    g_rand_free(rand);
}

static LamRecipe kin_of(LamTissue *families, int n)
{
    LamRecipe recipe = {.n_kin = n};
    memcpy(recipe.kin, families, (size_t)n * sizeof *families);
    return recipe;
}

static LamTissue family(const char *name, char **structures)
{
    return (LamTissue){.name = (char *)name, .structures = structures};
}

static void test_match(void)
{
    char *shell[] = {(char *)"shell", (char *)"90", NULL}, *core[] = {(char *)"core", NULL},
         *seed[] = {(char *)"seed", NULL}, *none[] = {(char *)"spleen", NULL};
    LamTissue right[] = {family("a", shell), family("between", seed), family("b", core)};
    LamTissue twice[] = {family("a", shell), family("b", shell)}, unknown[] = {family("a", none)};
    static const int wanted[] = {0, 1, 2, LAM_KIN_BETWEEN, 1, 1};
    LamRecipe recipe = kin_of(right, 3), wrong[] = {kin_of(twice, 2), kin_of(unknown, 1)};
    static const char *const message[] = {"[kin] b: shell: another family has it",
                                          "[kin] a: spleen: the label table has no"};
    g_autoptr(LamLabelTable) table = table_new();
    g_assert_true(lam_kin_match(&recipe, table, NULL));
    for (int i = 0; i < table->count; i++)
        g_assert_cmpint(table->label[i].kin, ==, wanted[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LamLabelTable) other = table_new();
        g_assert_false(lam_kin_match(&wrong[i], other, &error));
        g_assert_nonnull(strstr(error->message, message[i]));
    }
}

/* Left and right are one tissue; kin are near each other, what lies between lies there, others are anywhere. */
static void test_akin(void)
{
    g_autoptr(LamLabelTable) table = table_new();
    static const int kin[] = {0, 1, 2, LAM_KIN_BETWEEN, 1, 1};
    for (int i = 0; i < table->count; i++)
        table->label[i].kin = kin[i];
    double apart = 0, alone = 0;
    for (guint32 seed = 1; seed <= 200; seed++) {
        LamSynthesisOptions o = {.akin = 1};
        LamPalette p, free;
        lam_palette_draw(table, &o, seed, &p);
        o.akin = 0;
        lam_palette_draw(table, &o, seed, &free);
        double low = fmin(fmin((double)p.mean[1], (double)p.mean[5]), (double)p.mean[2]),
               high = fmax(fmax((double)p.mean[1], (double)p.mean[5]), (double)p.mean[2]);
        g_assert_cmpfloat(p.mean[1], ==, p.mean[4]);
        g_assert_cmpfloat(fabs((double)(p.mean[1] - p.mean[5])), <=, KIN + 1e-6);
        g_assert_cmpfloat((double)p.mean[3], >=, fmax(low - BEYOND, 0));
        g_assert_cmpfloat((double)p.mean[3], <=, fmin(high + BEYOND, 1));
        g_assert_cmpfloat(p.mean[0], ==, free.mean[0]);
        apart += fabs((double)(p.mean[1] - p.mean[2])) / 200;
        alone += fabs((double)(free.mean[1] - free.mean[5])) / 200;
    }
    g_assert_cmpfloat(apart, >, 0.2);
    g_assert_cmpfloat(alone, >, 0.2);
}

/* Families are as far apart as asked. */
static void test_apart(void)
{
    g_autoptr(LamLabelTable) table = table_new();
    static const int kin[] = {0, 1, 2, LAM_KIN_BETWEEN, 3, 3};
    int close = 0;
    for (int i = 0; i < table->count; i++) {
        table->label[i].kin = kin[i];
        table->label[i].tissue = i;
    }
    for (guint32 seed = 1; seed <= 200; seed++) {
        LamSynthesisOptions o = {.akin = 1};
        LamPalette p;
        lam_palette_draw(table, &o, seed, &p);
        close += fabsf(p.mean[1] - p.mean[2]) < 0.04F;
        o.apart = 0.2;
        lam_palette_draw(table, &o, seed, &p);
        g_assert_cmpfloat(fabs((double)(p.mean[1] - p.mean[2])), >=, 0.2 - KIN - 1e-6);
        g_assert_cmpfloat(fabs((double)(p.mean[1] - p.mean[4])), >=, 0.2 - KIN - 1e-6);
        g_assert_cmpfloat(fabs((double)(p.mean[2] - p.mean[5])), >=, 0.2 - KIN - 1e-6);
    }
    g_assert_cmpint(close, >, 0);
}

/* Of a known contrast, families lie where it says, structures near them, and each is drawn about as often. */
static void test_known(void)
{
    static const int kin[] = {0, 1, 2, LAM_KIN_BETWEEN, 1, 1};
    LamSynthesisOptions o = {
        .akin = 1,
        .known = 1,
        .n_contrasts = 2,
        .contrasts = {{.low = {0, 0.1, 0.8}, .high = {0, 0.2, 0.9}},
                      {.low = {0, 0.7, 0.4}, .high = {0, 0.8, 0.61}}},
    };
    g_autoptr(LamLabelTable) table = table_new();
    int first = 0;
    for (int i = 0; i < table->count; i++)
        table->label[i].kin = kin[i];
    for (guint32 seed = 1; seed <= 200; seed++) {
        LamPalette p;
        lam_palette_draw(table, &o, seed, &p);
        double a = (double)p.mean[1], b = (double)p.mean[2];
        const LamContrast *c = &o.contrasts[a > b];
        double most = a > b ? (0.8 - 0.4) / 3 : 0.08; /* of how far structures lie from families */
        most = fmin(most, 0.08) + 1e-6;
        first += a < b;
        g_assert_cmpfloat(a, >=, c->low[1] - most);
        g_assert_cmpfloat(a, <=, c->high[1] + most);
        g_assert_cmpfloat(b, >=, c->low[2] - most);
        g_assert_cmpfloat(b, <=, c->high[2] + most);
        g_assert_true((a < b) == ((double)p.mean[5] < b)); /* nearer than a third */
    }
    g_assert_cmpint(first, >, 60);
    g_assert_cmpint(first, <, 140);
}

/* What lies between lies as far as the known contrast says, beyond both families if it says so. */
static void test_known_between(void)
{
    static const int kin[] = {0, 1, 2, LAM_KIN_BETWEEN, LAM_KIN_BETWEEN - 1, LAM_KIN_BETWEEN - 1};
    LamSynthesisOptions o = {
        .akin = 1,
        .known = 1,
        .n_contrasts = 1,
        .contrasts = {{.low = {0, 0.5, 0.35},
                       .high = {0, 0.52, 0.37},
                       .nearest = {0, 0, 2},
                       .farthest = {0, 0, 3}}},
    };
    g_autoptr(LamLabelTable) table = table_new();
    double low = 1, high = 0;
    for (int i = 0; i < table->count; i++) {
        table->label[i].kin = kin[i];
        table->label[i].tissue = i;
    }
    for (guint32 seed = 1; seed <= 200; seed++) {
        LamPalette p;
        lam_palette_draw(table, &o, seed, &p);
        const double most = 0.17 / 3 + 1e-6; /* a third of the families' difference at most */
        g_assert_cmpfloat((double)p.mean[3], >=, 0.35 - BEYOND * 0.17 - most);
        for (int i = 4; i < 6; i++) {
            g_assert_cmpfloat((double)p.mean[i], >=, fmax(0.52 - 3 * 0.17 - most, 0));
            g_assert_cmpfloat((double)p.mean[i], <=, 0.5 - 2 * 0.13 + most);
        }
        low = fmin(low, (double)p.mean[4]);
        high = fmax(high, (double)p.mean[4]);
    }
    g_assert_cmpfloat(high - low, >, 0.1);
}

/* Steps along the axes to the nearest voxel of the brain, by looking at all of them. */
static int steps_to_brain(const LamLabelTable *table, const int n[3], const guint8 *drawn,
                          size_t voxel)
{
    const int w = n[0], h = n[1];
    int best = G_MAXINT, at = (int)voxel;
    for (int v = 0; v < w * h * n[2]; v++) {
        int far = abs(v % w - at % w) + abs(v / w % h - at / w % h) + abs(v / w / h - at / w / h);
        if (table->label[drawn[v]].structure != 0)
            best = MIN(best, far);
    }
    return best;
}

/* What lies around some voxels of the brain: nothing, bone, fluid. Two pieces at the edges of the grid. */
static void draw_rim(const int n[3], guint8 *drawn)
{
    GRand *rand = g_rand_new_with_seed(3);
    size_t count = (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
    for (size_t v = 0; v < count; v++)
        drawn[v] = (guint8)(5 * g_rand_int_range(rand, 0, 2));
    drawn[0] = 2;
    drawn[count - 2] = 1;
    drawn[count / 2] = 3;
    g_rand_free(rand);
}

/* Fluid within so many millimetres stays, of voxels and of their parts alike; nothing else does. */
static void test_rim(void)
{
    static const int n[] = {7, 6, 5};
    LamGrid grid = lam_grid_centred(n, 2, (LamVec3){{0, 0, 0}});
    const size_t count = lam_grid_voxels(&grid);
    g_autoptr(LamLabelTable) table = table_new();
    table->label[5].kin = 1;
    g_autofree guint8 *drawn = g_malloc(count), *stripped = g_malloc(count),
                      *parts = g_malloc(2 * count);
    draw_rim(n, drawn);
    for (int reach = 0; reach < 4; reach++) {
        size_t kept = 0;
        memcpy(stripped, drawn, count);
        memcpy(parts, drawn, count);
        memset(parts + count, 5, count);
        lam_synthesis_strip(table, &grid, 2 * reach + 0.4, stripped, parts, 2);
        for (size_t v = 0; v < count; v++) {
            bool close = steps_to_brain(table, n, drawn, v) <= reach;
            g_assert_cmpint(stripped[v], ==, drawn[v] != 5 || close ? drawn[v] : 0);
            g_assert_cmpint(parts[v], ==, stripped[v]);
            g_assert_cmpint(parts[count + v], ==, close ? 5 : 0);
            kept += stripped[v] == 5;
        }
        g_assert_true(reach == 0 ? kept == 0 : kept > 0);
    }
    table->label[5].kin = 0;
    lam_synthesis_strip(table, &grid, 100, stripped, NULL, 0);
    g_assert_null(memchr(stripped, 5, count));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/look/partial", test_partial);
    g_test_add_func("/look/sides", test_sides);
    g_test_add_func("/look/spots", test_spots);
    g_test_add_func("/look/plexus", test_plexus);
    g_test_add_func("/look/texture", test_texture);
    g_test_add_func("/look/match", test_match);
    g_test_add_func("/look/akin", test_akin);
    g_test_add_func("/look/apart", test_apart);
    g_test_add_func("/look/known", test_known);
    g_test_add_func("/look/known-between", test_known_between);
    g_test_add_func("/look/rim", test_rim);
    return g_test_run();
}

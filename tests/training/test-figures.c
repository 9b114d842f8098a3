/* Digits and shapes: what is drawn is what was asked for. */
#include <lambdascope/error.h>
#include <lambdascope/figures.h>
#include <lambdascope/phantom.h>
#include <lambdascope/synthesis.h>

#include <math.h>
#include <string.h>

#define SIDE  96
#define HANDS 12

static LamGrid square(double spacing_mm)
{
    return lam_grid_centred((int[]){SIDE, SIDE, 1}, spacing_mm, (LamVec3){{3, -5, 20}});
}

static void draw(LamFigureKind kind, guint32 seed, const LamGrid *grid, float *image,
                 guint8 *labels)
{
    GRand *rand = g_rand_new_with_seed(seed);
    g_assert_true(lam_figure_draw(kind, grid, rand, image, labels));
    g_rand_free(rand);
}

static void test_names(void)
{
    LamFigureKind kind;
    for (int i = 0; i < LAM_FIGURE_KINDS; i++) {
        g_assert_true(lam_figure_parse(lam_figure_name((LamFigureKind)i), &kind));
        g_assert_cmpint(kind, ==, i);
    }
    g_assert_cmpstr(lam_figure_name(LAM_FIGURE_DIGIT_0 + 3), ==, "digit-3");
    g_assert_false(lam_figure_parse("digit-10", &kind));
    g_assert_false(lam_figure_parse("", &kind));
}

/* Pixels of the piece of background around this one, which are taken away. */
static int fill(guint8 *labels, int i, int j)
{
    if (i < 0 || j < 0 || i >= SIDE || j >= SIDE || labels[j * SIDE + i] != 0)
        return 0;
    labels[j * SIDE + i] = 255;
    return 1 + fill(labels, i + 1, j) + fill(labels, i - 1, j) + fill(labels, i, j + 1) +
           fill(labels, i, j - 1);
}

/* Pieces of background, of which the outside is one. The tip of a wedge between two strokes may be some
 * pixels that do not touch. */
static int count_holes(guint8 *labels)
{
    int pieces = 0;
    for (int at = 0; at < SIDE * SIDE; at++)
        pieces += fill(labels, at % SIDE, at / SIDE) > 4;
    return pieces - 1;
}

/* A digit in any hand has the holes by which one knows it. */
static void test_holes(void)
{
    static const int holes[LAM_FIGURE_KINDS] = {[0] = 1,
                                                [4] = 1,
                                                [6] = 1,
                                                [8] = 2,
                                                [9] = 1,
                                                [LAM_FIGURE_RING] = 1,
                                                [LAM_FIGURE_TARGET] = 1};
    LamGrid grid = square(2);
    float image[SIDE * SIDE];
    guint8 labels[SIDE * SIDE];
    for (int kind = 0; kind < LAM_FIGURE_KINDS; kind++)
        for (guint32 seed = 0; seed < HANDS; seed++) {
            draw((LamFigureKind)kind, seed, &grid, image, labels);
            g_test_message("%s, hand %u", lam_figure_name((LamFigureKind)kind), seed);
            g_assert_cmpint(labels[0], ==, 0);
            g_assert_cmpint(count_holes(labels), ==, holes[kind]);
        }
}

/* The middle of the edge is where the label ends (of two edges, where strokes meet), every part is there, and
 * edges are soft. */
static void test_labels(void)
{
    LamGrid grid = square(2);
    float image[SIDE * SIDE];
    guint8 labels[SIDE * SIDE];
    for (int kind = 0; kind < LAM_FIGURE_KINDS; kind++) {
        int found[8] = {0}, soft = 0;
        draw((LamFigureKind)kind, 11, &grid, image, labels);
        for (int at = 0; at < SIDE * SIDE; at++) {
            g_assert_cmpint(labels[at], <=, lam_figure_parts((LamFigureKind)kind));
            g_assert_true(image[at] >= 0 && image[at] <= 1);
            g_assert_true(labels[at] == 0 ? image[at] <= 0.751f : image[at] >= 0.249f);
            found[labels[at]]++;
            soft += image[at] > 0 && image[at] < 0.25f;
        }
        for (int part = 1; part <= lam_figure_parts((LamFigureKind)kind); part++)
            g_assert_cmpint(found[part], >, 20);
        g_assert_cmpint(soft, >, 20);
    }
    g_assert_cmpint(lam_figure_parts(LAM_FIGURE_FACE), ==, 3);
}

static int difference(const guint8 *a, const guint8 *b)
{
    int count = 0;
    for (int at = 0; at < SIDE * SIDE; at++)
        count += a[at] != b[at];
    return count;
}

static void test_hands(void)
{
    LamGrid grid = square(2);
    float image[SIDE * SIDE], again[SIDE * SIDE];
    guint8 one[SIDE * SIDE], same[SIDE * SIDE], other[SIDE * SIDE];
    for (int kind = 0; kind < LAM_FIGURE_KINDS; kind++) {
        draw((LamFigureKind)kind, 5, &grid, image, one);
        draw((LamFigureKind)kind, 5, &grid, again, same);
        draw((LamFigureKind)kind, 6, &grid, again, other);
        g_assert_cmpint(difference(one, same), ==, 0);
        g_assert_cmpint(difference(one, other), >, 100);
    }
}

/* The grid does not matter: mirrored axes show the same figure at the same place. A C opens towards -x, and
 * the flag of a 1 is up. */
static void test_world(void)
{
    LamGrid grid = square(2), mirrored = grid;
    float image[SIDE * SIDE];
    guint8 straight[SIDE * SIDE], turned[SIDE * SIDE];
    for (int a = 0; a < 2; a++) {
        mirrored.to_world.m[a][a] = -2;
        mirrored.to_world.m[a][3] = grid.to_world.m[a][3] + 2 * (SIDE - 1);
    }
    draw(LAM_FIGURE_DIGIT_0 + 1, 3, &grid, image, straight);
    draw(LAM_FIGURE_DIGIT_0 + 1, 3, &mirrored, image, turned);
    double count[2] = {0}; /* below and above the middle */
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++) {
            int at = j * SIDE + i;
            g_assert_cmpint(straight[at], ==, turned[SIDE * SIDE - 1 - at]);
            count[j >= SIDE / 2] += straight[at];
        }
    draw(LAM_FIGURE_C, 3, &grid, image, straight);
    double c = 0, all = 0;
    for (int at = 0; at < SIDE * SIDE; at++) {
        c += straight[at] * (at % SIDE);
        all += straight[at];
    }
    g_assert_cmpfloat(c / all, >, SIDE / 2 + 1); /* its back is on the patient's right */
    g_assert_cmpfloat(count[1], >, count[0]);
}

static void test_refused(void)
{
    GRand *rand = g_rand_new_with_seed(1);
    float image[SIDE * SIDE];
    LamGrid thick = square(2), coronal = square(2), flat = square(2);
    thick.size[2] = 2;
    coronal.to_world = lam_mat4_rotation(G_PI / 2, 0, 0);
    flat.to_world.m[0][0] = 0;
    g_assert_false(lam_figure_draw(LAM_FIGURE_C, &thick, rand, image, NULL));
    g_assert_false(lam_figure_draw(LAM_FIGURE_C, &coronal, rand, image, NULL));
    g_assert_false(lam_figure_draw(LAM_FIGURE_C, &flat, rand, image, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_label_map_figure(&thick, rand, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_rand_free(rand);
}

/* What a trainer does with it. */
static void test_label_map(void)
{
    LamGrid grid = square(2);
    LamSynthesisOptions options = lam_synthesis_shapes();
    float image[SIDE * SIDE];
    guint8 labels[SIDE * SIDE];
    bool several = false;
    GRand *rand = g_rand_new_with_seed(4);
    for (int i = 0; i < 40; i++) {
        GError *error = NULL;
        g_autoptr(LamLabelMap) map = lam_label_map_figure(&grid, rand, &error);
        g_assert_no_error(error);
        g_assert_true(map->table->count >= 2 && map->table->count <= 4);
        several |= map->table->count > 2;
        g_assert_cmpint(map->table->label[0].structure, ==, 0);
        g_assert_cmpint(map->table->label[1].structure, ==, 1);
        LamMat4 placement = lam_mat4_identity();
        g_assert_true(
            lam_synthesis_draw(map, &options, &grid, &placement, rand, image, labels, &error));
        for (int at = 0; at < SIDE * SIDE; at++)
            g_assert_cmpint(labels[at], <, map->table->count);
    }
    g_assert_true(several);
    g_rand_free(rand);
}

/* One slice of the phantom is what the whole has there. */
static void test_phantom_slice(void)
{
    LamPhantomOptions options = {.seed = 3, .spacing_mm = 4, .deformation_mm = 3};
    LamPhantom whole;
    GError *error = NULL;
    g_assert_true(lam_phantom_make(&options, &whole, &error));
    LamGrid grid = whole.moving->grid;
    int k = grid.size[2] / 2;
    grid.size[2] = 1;
    grid.to_world.m[2][3] += 4 * k;
    g_autoptr(LamVolume) image = lam_volume_new(&grid, 1, NULL);
    g_autoptr(LamVolume) labels = lam_volume_new(&grid, 1, NULL);
    g_assert_true(lam_phantom_scan(&options, image, labels, &error));
    size_t n = lam_grid_voxels(&grid), tissue = 0;
    for (size_t i = 0; i < n; i++) {
        g_assert_cmpfloat_with_epsilon(image->data[i], whole.moving->data[(size_t)k * n + i], 1e-3);
        g_assert_cmpfloat(labels->data[i], ==, whole.moving_labels->data[(size_t)k * n + i]);
        tissue += labels->data[i] > 0;
    }
    g_assert_cmpuint(tissue, >, 300);
    options.noise = 1;
    g_assert_false(lam_phantom_scan(&options, image, labels, &error));
    g_assert_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT);
    g_clear_error(&error);
    lam_phantom_clear(&whole);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/figures/names", test_names);
    g_test_add_func("/figures/holes", test_holes);
    g_test_add_func("/figures/labels", test_labels);
    g_test_add_func("/figures/hands", test_hands);
    g_test_add_func("/figures/world", test_world);
    g_test_add_func("/figures/refused", test_refused);
    g_test_add_func("/figures/label-map", test_label_map);
    g_test_add_func("/figures/phantom-slice", test_phantom_slice);
    return g_test_run();
}

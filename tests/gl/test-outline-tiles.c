/* Where labels meet, and the tiles that outlines are drawn in: nothing is left out, and not everything taken. */
#include "gl-fixture.h"
#include "outline-tiles.h"

#include <lambdascope/field.h>
#include <math.h>
#include <string.h>

static const int side = 70; /* more than the bits of a word */

static guint label_of(const LamTexels *labels, int i, int j, int k)
{
    const int *n = labels->grid.size;
    size_t at = ((size_t)CLAMP(k, 0, n[2] - 1) * (size_t)n[1] + (size_t)CLAMP(j, 0, n[1] - 1)) *
                    (size_t)n[0] +
                (size_t)CLAMP(i, 0, n[0] - 1);
    return ((const guint32 *)labels->data)[at] & LAM_TEXELS_NUMBER;
}

static bool differ(const LamTexels *labels, int i, int j, int k)
{
    for (int corner = 1; corner < 8; corner++)
        if (label_of(labels, i + (corner & 1), j + (corner >> 1 & 1), k + (corner >> 2)) !=
            label_of(labels, i, j, k))
            return true;
    return false;
}

static double spheres(LamVec3 x, const void *user)
{
    double r = sqrt(lam_vec3_dot(x, x));
    return r < 9 ? 1 : r < 22 ? (x.v[1] > 3 ? 7 : 4) : 0;
}

/* Turned and flipped, so that nothing is parallel to anything. */
static LamTexels *make_labels(void)
{
    LamGrid grid = lam_grid_centred((const int[]){side, 44, 37}, 0.9, (LamVec3){{2, -1, 3}});
    LamMat4 turn = lam_mat4_rotation(0.3, -0.2, 0.5), flip = lam_mat4_scaling(-1, 1, 1);
    grid.to_world = lam_mat4_multiply(&turn, &grid.to_world);
    grid.to_world = lam_mat4_multiply(&flip, &grid.to_world);
    g_autoptr(LamVolume) map = volume_from_world(&grid, spheres, NULL);
    g_autoptr(LamLabels) labels = lam_labels_new(map, NULL, NULL);
    return lam_texels_new_labels(labels, NULL);
}

static void test_pairs(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    const guint32 *pairs = labels->data;
    int n_labels = 0;
    for (int i = 0; i < side * 44 * 37; i++) {
        guint next = pairs[i % side == side - 1 ? i : i + 1] & LAM_TEXELS_NUMBER;
        g_assert_cmpuint(pairs[i] >> 16, ==, next);
        n_labels = MAX(n_labels, (int)next);
    }
    g_assert_cmpint(n_labels, ==, 3);
}

static void test_borders(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    const int *n = labels->grid.size;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                const int at[3] = {i, j, k};
                g_assert_cmpint(lam_borders_within(labels->borders, n, at, at), ==,
                                differ(labels, i, j, k));
            }
}

/* A range holds what its cells hold, over the words' edges, too. */
static void test_ranges(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    for (int trial = 0; trial < 500; trial++) {
        int first[3], last[3];
        bool any = false;
        for (int a = 0; a < 3; a++) {
            first[a] = g_test_rand_int_range(0, labels->grid.size[a]);
            last[a] = first[a] + g_test_rand_int_range(0, a ? 3 : 12);
            last[a] = MIN(last[a], labels->grid.size[a] - 1);
        }
        for (int k = first[2]; k <= last[2]; k++)
            for (int j = first[1]; j <= last[1]; j++)
                for (int i = first[0]; i <= last[0]; i++)
                    any |= differ(labels, i, j, k);
        g_assert_cmpint(lam_borders_within(labels->borders, labels->grid.size, first, last), ==,
                        any);
    }
}

static LamTexels *make_field(void)
{
    LamGrid grid = lam_grid_centred((const int[]){14, 15, 12}, 4.5, (LamVec3){{1, 0, 0}});
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    for (size_t i = 0; i < 3 * lam_grid_voxels(&grid); i++)
        field->data[i] = (float)g_test_rand_double_range(-5, 5);
    return lam_texels_new_field(field, NULL, NULL);
}

static LamOutlines look(const LamTexels *labels, const LamTexels *field)
{
    LamOutlines out = {.origin = {{-31, 20.3, 2.2}},
                       .step_x = {{0.31, 0.05, 0.02}},
                       .step_y = {{0.04, -0.3, 0.06}},
                       .labels = labels,
                       .field = field,
                       .morph = 0.8};
    lam_mat4_invert(&labels->grid.to_world, &out.voxel_from_world);
    if (field)
        lam_mat4_invert(&field->grid.to_world, &out.field_voxel_from_world);
    return out;
}

/* As the shader finds it. */
static bool labels_meet_at(const LamOutlines *o, double x, double y)
{
    LamVec3 at;
    double d[4] = {0};
    int cell[3];
    for (int a = 0; a < 3; a++)
        at.v[a] = o->origin.v[a] + x * o->step_x.v[a] + y * o->step_y.v[a];
    if (o->field)
        lam_texels_sample(o->field, at, d);
    for (int a = 0; a < 3; a++)
        at.v[a] += o->morph * d[a];
    at = lam_mat4_apply(&o->voxel_from_world, at);
    for (int a = 0; a < 3; a++) {
        if (at.v[a] < -0.5 || at.v[a] >= o->labels->grid.size[a] - 0.5)
            return false;
        cell[a] = (int)MAX(floor(at.v[a]), 0);
    }
    return differ(o->labels, cell[0], cell[1], cell[2]);
}

static bool has_pixel(const GArray *tiles, double x, double y)
{
    int n = 0;
    for (guint i = 0; i < tiles->len; i++) {
        const LamRect *r = &g_array_index(tiles, LamRect, i);
        n += x > r->x && x < r->x + r->width && y > r->y && y < r->y + r->height;
    }
    g_assert_cmpint(n, <=, 1); /* painted once */
    return n > 0;
}

static void check_tiles(const LamOutlines *outlines)
{
    const LamRect part = {3.5, 7, 201, 130.25};
    g_autoptr(GArray) tiles = lam_outlines_tiles(outlines, &part);
    int meeting = 0, taken = 0;
    for (double y = 7.5; y < 137; y++)
        for (double x = 4.0; x < 204; x++) {
            bool meet = labels_meet_at(outlines, x, y), has = has_pixel(tiles, x, y);
            g_assert_true(has || !meet);
            meeting += meet;
            taken += has;
        }
    g_assert_cmpint(meeting, >, 1000);
    g_assert_cmpint(taken, <, 200 * 130 * 2 / 3);
}

static void test_tiles(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    LamOutlines outlines = look(labels, NULL);
    check_tiles(&outlines);
}

static void test_carried(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    g_autoptr(LamTexels) field = make_field();
    LamOutlines outlines = look(labels, field);
    LamRect part = {0, 0, 200, 130};
    g_autoptr(GArray) tiles = lam_outlines_tiles(&outlines, &part);
    for (double y = 0.5; y < 130; y++)
        for (double x = 0.5; x < 200; x++)
            g_assert_true(!labels_meet_at(&outlines, x, y) || has_pixel(tiles, x, y));
}

static double area(const GArray *tiles)
{
    double sum = 0;
    for (guint i = 0; i < tiles->len; i++) {
        const LamRect *r = &g_array_index(tiles, LamRect, i);
        sum += r->width * r->height;
    }
    return sum;
}

/* Whether the label of one of the eight voxels around it is the first one. */
static bool first_label_at(const LamOutlines *o, double x, double y)
{
    LamVec3 at;
    bool has = false;
    for (int a = 0; a < 3; a++)
        at.v[a] = o->origin.v[a] + x * o->step_x.v[a] + y * o->step_y.v[a];
    at = lam_mat4_apply(&o->voxel_from_world, at);
    for (int corner = 0; corner < 8; corner++)
        has |= label_of(o->labels, (int)floor(at.v[0]) + (corner & 1),
                        (int)floor(at.v[1]) + (corner >> 1 & 1),
                        (int)floor(at.v[2]) + (corner >> 2)) == 1;
    return has;
}

/* Only around what is selected, the ball in the middle; nothing where nothing is. */
static void test_selected(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    LamOutlines outlines = look(labels, NULL);
    LamRect part = {0, 0, 200, 130};
    g_autoptr(GArray) all = lam_outlines_tiles(&outlines, &part);
    g_autoptr(GBytes) middle = g_bytes_new("\0\0\0\0\1\1\1\377\1\1\1\0\1\1\1\0", 16);
    outlines.colours = middle;
    g_autoptr(GArray) some = lam_outlines_tiles(&outlines, &part);
    int outlined = 0;
    for (double y = 0.5; y < 130; y++)
        for (double x = 0.5; x < 200; x++)
            if (labels_meet_at(&outlines, x, y) && first_label_at(&outlines, x, y)) {
                outlined++;
                g_assert_true(has_pixel(some, x, y));
            }
    g_assert_cmpint(outlined, >, 300);
    g_assert_cmpfloat(area(some), <, 0.7 * area(all));
    g_autoptr(GBytes) nothing = g_bytes_new("\0\0\0\0\1\1\1\0", 8);
    outlines.colours = nothing;
    g_autoptr(GArray) none = lam_outlines_tiles(&outlines, &part);
    g_assert_cmpuint(none->len, ==, 0);
}

static void test_elsewhere(void)
{
    g_autoptr(LamTexels) labels = make_labels();
    LamOutlines outlines = look(labels, NULL);
    outlines.origin.v[2] += 300;
    LamRect part = {0, 0, 200, 130}, none = {0, 0, 0, 0};
    g_autoptr(GArray) tiles = lam_outlines_tiles(&outlines, &part);
    g_assert_cmpuint(tiles->len, ==, 0);
    outlines.origin.v[2] -= 300;
    g_autoptr(GArray) nothing = lam_outlines_tiles(&outlines, &none);
    g_assert_cmpuint(nothing->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/outline-tiles/pairs", test_pairs);
    g_test_add_func("/outline-tiles/borders", test_borders);
    g_test_add_func("/outline-tiles/ranges", test_ranges);
    g_test_add_func("/outline-tiles/tiles", test_tiles);
    g_test_add_func("/outline-tiles/carried", test_carried);
    g_test_add_func("/outline-tiles/selected", test_selected);
    g_test_add_func("/outline-tiles/elsewhere", test_elsewhere);
    return g_test_run();
}

/* Slices of scans, against the same thing computed on the CPU or known in closed form. */
#include "gl-fixture.h"

#include <math.h>
#include <string.h>

static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};
static const int small_size[3] = {23, 29, 19};
static const LamVec3 small_spacing = {{2, 1.5, 3}}, small_centre = {{4, -7, 11}};

static double smooth_pattern(LamVec3 x, const void *user)
{
    return 500 + 180 * sin(x.v[0] / 5) + 160 * cos(x.v[1] / 4 + 1) +
           120 * sin(x.v[2] / 6 - x.v[0] / 9);
}

static int grey(double value, LamLevels levels)
{
    double share = (value - levels.low) / (levels.high - levels.low);
    return (int)lround(255 * CLAMP(share, 0, 1));
}

/* The grey value that a pixel of a pane ought to have, or -1 outside or near the edge of the scan. */
static int expected_grey(const LamScene *scene, const LamView *view, int px, int py)
{
    double d[4] = {0}, value;
    LamPane which = view->pane;
    LamVec3 x = lam_scene_unproject(scene, view, 1, px + 0.5, py + 0.5);
    if (which == LAM_PANE_WARPED)
        lam_texels_sample(scene->field, x, d);
    for (int i = 0; i < 3; i++)
        x.v[i] += d[i];
    const LamTexels *scan = which == LAM_PANE_FIXED ? scene->fixed : scene->moving;
    if (which != LAM_PANE_FIXED)
        x = lam_mat4_apply(&scene->affine, x);
    LamVec3 t = lam_mat4_apply(&scan->to_texture, x);
    for (int i = 0; i < 3; i++) {
        if (t.v[i] < 0.02 || t.v[i] > 0.98)
            return -1;
    }
    lam_texels_sample(scan, x, &value);
    return grey(value, scene->levels[which != LAM_PANE_FIXED]);
}

static int check_view(const GlFixture *f, const LamView *view)
{
    const LamRect *pane = &view->rect;
    int checked = 0;
    for (int y = (int)pane->y; y < pane->y + pane->height; y += 7) {
        for (int x = (int)pane->x; x < pane->x + pane->width; x += 5) {
            int expected = expected_grey(&f->scene, view, x, y);
            if (expected < 0)
                continue;
            g_assert_cmpint(abs(gl_fixture_pixel(f, x, y)[0] - expected), <=, 2);
            checked++;
        }
    }
    return checked;
}

static LamGrid oblique_grid(void)
{
    LamGrid grid = make_grid(small_size, small_spacing, small_centre, straight, positive);
    LamMat4 turn = lam_mat4_rotation(0.3, -0.2, 0.5);
    grid.to_world = lam_mat4_multiply(&turn, &grid.to_world);
    return grid;
}

static LamTexels *wavy_field(void)
{
    const int size[3] = {12, 14, 16};
    g_autoptr(GError) error = NULL;
    LamGrid grid = make_grid(size, (LamVec3){{4, 4, 4}}, small_centre, straight, positive);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, &error);
    size_t voxels = lam_grid_voxels(&grid);
    for (size_t i = 0; i < 3 * voxels; i++)
        field->data[i] = 3 * sinf((float)(i % 97) / 15 + (float)(i / voxels));
    return lam_texels_new_field(field, NULL, &error);
}

/* Every pane on every plane shows what the definition says, for oblique scans and a general affine. */
static void test_panes_match_definition(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 620, 240))
        return;
    LamGrid fixed_grid = make_grid(small_size, small_spacing, small_centre, straight, positive);
    LamGrid moving_grid = oblique_grid();
    g_autoptr(LamTexels) fixed = scan_from_world(&fixed_grid, smooth_pattern, NULL);
    g_autoptr(LamTexels) moving = scan_from_world(&moving_grid, smooth_pattern, NULL);
    g_autoptr(LamTexels) field = wavy_field();
    LamMat4 turn = lam_mat4_rotation(0.1, 0.15, 0.4), stretch = lam_mat4_scaling(1.1, 0.9, 1.05);
    LamMat4 affine = lam_mat4_multiply(&turn, &stretch);
    lam_scene_set_scans(&f.scene, fixed, moving, &affine);
    lam_scene_set_field(&f.scene, field);
    lam_scene_reset_view(&f.scene);
    f.scene.levels[1] = (LamLevels){100, 800};
    for (int plane = 0; plane < 5; plane++) {
        f.scene.plane = (LamPlane)(plane % 3);
        f.scene.arrangement = (LamArrangement)MAX(plane - 2, 0);
        f.scene.radiological = plane != 1;
        f.scene.zoom = 1 + 0.5 * plane;
        f.scene.pan_mm = (LamVec3){{3 * plane, -plane, 2 * plane}};
        gl_fixture_draw(&f);
        for (int i = 0; i < f.n_views; i++)
            g_assert_cmpint(check_view(&f, &f.views[i]), >, 30);
    }
    gl_fixture_close(&f);
}

typedef struct {
    LamVec3 at;
} Spot;

static double bright_spot(LamVec3 x, const void *user)
{
    const Spot *spot = user;
    double distance = 0;
    for (int i = 0; i < 3; i++)
        distance = MAX(distance, fabs(x.v[i] - spot->at.v[i]));
    return distance < 0.1 ? 1000 : 0;
}

/* One bright voxel is at the pixel that the geometry says, and nowhere else. */
static void test_known_voxel(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 300))
        return;
    LamGrid grid = cube_grid(21, 2);
    Spot spot = {{{6, -4, 8}}};
    g_autoptr(LamTexels) scan = scan_from_world(&grid, bright_spot, &spot);
    lam_scene_set_scans(&f.scene, scan, NULL, NULL);
    f.scene.levels[0] = (LamLevels){0, 1000};
    f.scene.cursor_mm = spot.at;
    gl_fixture_draw(&f);
    double x, y, mm = lam_scene_mm_per_pixel(&f.scene, &f.views[0], 1);
    lam_scene_project(&f.scene, &f.views[0], 1, spot.at, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[0], >, 230);
    int away = (int)ceil(2.1 / mm); /* further than a voxel: linear interpolation has ended */
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x + away, (int)y)[0], ==, 0);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y - away)[0], ==, 0);
    gl_fixture_close(&f);
}

static void test_voxels(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    LamGrid grid = cube_grid(21, 2);
    Spot spot = {{{0, 0, 0}}};
    g_autoptr(LamTexels) scan = scan_from_world(&grid, bright_spot, &spot);
    lam_scene_set_scans(&f.scene, scan, NULL, NULL);
    lam_scene_reset_view(&f.scene);
    f.scene.levels[0] = (LamLevels){0, 1000};
    f.scene.cursor_mm = spot.at;
    f.scene.smooth = false;
    gl_fixture_draw(&f);
    const LamView *view = &f.views[LAM_PANE_FIXED];
    double x, y;
    lam_scene_project(&f.scene, view, 1, (LamVec3){{0.8, -0.8, 0}}, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[0], ==, 255);
    lam_scene_project(&f.scene, view, 1, (LamVec3){{1.3, -0.8, 0}}, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[0], ==, 0);
    gl_fixture_close(&f);
}

static double left_half(LamVec3 x, const void *user)
{
    return x.v[0] < 0 ? 900 : 100;
}

static double front_half(LamVec3 x, const void *user)
{
    return x.v[1] > 0 ? 900 : 100;
}

static void check_side(GlFixture *f, char letter)
{
    char letters[4];
    gl_fixture_draw(f);
    lam_scene_letters(&f->scene, f->scene.plane, letters);
    const LamRect *pane = &f->views[0].rect;
    int middle = (int)(pane->y + pane->height / 2);
    int left = gl_fixture_pixel(f, (int)(pane->x + 0.3 * pane->width), middle)[0];
    int right = gl_fixture_pixel(f, (int)(pane->x + 0.7 * pane->width), middle)[0];
    g_assert_cmpint(abs(left - right), >, 150);
    g_assert_cmpint(letters[left > right ? 0 : 1], ==, letter);
}

/* The bright half is the patient's left (or front); its letter stands on the side that is bright. */
static void test_sides(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 300))
        return;
    LamGrid grid = cube_grid(40, 1);
    g_autoptr(LamTexels) left = scan_from_world(&grid, left_half, NULL);
    g_autoptr(LamTexels) front = scan_from_world(&grid, front_half, NULL);
    char letters[4];
    for (int radiological = 0; radiological < 2; radiological++) {
        f.scene.radiological = radiological;
        for (int plane = LAM_PLANE_AXIAL; plane <= LAM_PLANE_SAGITTAL; plane++) {
            bool sagittal = plane == LAM_PLANE_SAGITTAL;
            f.scene.plane = (LamPlane)plane;
            lam_scene_set_scans(&f.scene, sagittal ? front : left, NULL, NULL);
            lam_scene_reset_view(&f.scene);
            f.scene.levels[0] = (LamLevels){0, 1000};
            check_side(&f, sagittal ? 'A' : 'L');
        }
        f.scene.plane = LAM_PLANE_AXIAL;
        lam_scene_letters(&f.scene, f.scene.plane, letters);
        g_assert_cmpmem(letters, 4, radiological ? "RLAP" : "LRAP", 4);
        f.scene.plane = LAM_PLANE_CORONAL;
        lam_scene_letters(&f.scene, f.scene.plane, letters);
        g_assert_cmpmem(letters, 4, radiological ? "RLSI" : "LRSI", 4);
        f.scene.plane = LAM_PLANE_SAGITTAL;
        lam_scene_letters(&f.scene, f.scene.plane, letters);
        g_assert_cmpmem(letters, 4, radiological ? "APSI" : "PASI", 4);
    }
    gl_fixture_close(&f);
}

/* The same head stored in all 48 axis orders and flips is the same picture. */
static void test_orientations(void)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 200))
        return;
    g_autofree uint8_t *reference = NULL;
    size_t bytes = (size_t)f.width * f.height * 4;
    for (int order = 0; order < 6; order++) {
        for (int flips = 0; flips < 8; flips++) {
            const int signs[3] = {flips & 1 ? -1 : 1, flips & 2 ? -1 : 1, flips & 4 ? -1 : 1};
            LamGrid grid = make_grid(small_size, small_spacing, small_centre, orders[order], signs);
            g_autoptr(LamTexels) scan = scan_from_world(&grid, smooth_pattern, NULL);
            lam_scene_set_scans(&f.scene, scan, scan, NULL);
            lam_scene_reset_view(&f.scene);
            gl_fixture_draw(&f);
            if (!reference) {
                reference = g_memdup2(f.pixels, bytes);
                continue;
            }
            int worst = 0;
            for (size_t i = 0; i < bytes; i++)
                worst = MAX(worst, abs(reference[i] - f.pixels[i]));
            g_assert_cmpint(worst, <=, 2);
        }
    }
    gl_fixture_close(&f);
}

/* A displacement of n voxels everywhere shifts the warped picture by exactly n voxels. */
static void test_constant_displacement(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 300))
        return;
    LamGrid grid = cube_grid(60, 1);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, smooth_pattern, NULL);
    g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{4, -3, 0}}, 1);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_set_field(&f.scene, field);
    lam_scene_reset_view(&f.scene);
    lam_scene_layout(&f.scene, f.width, f.height, 1, f.views);
    f.scene.zoom = lam_scene_mm_per_pixel(&f.scene, &f.views[0], 1) / 0.25; /* 4 px per voxel */
    gl_fixture_draw(&f);
    const LamRect *moving = &f.views[LAM_PANE_MOVING].rect;
    const LamRect *warped = &f.views[LAM_PANE_WARPED].rect;
    g_assert_cmpfloat(moving->width, ==, warped->width);
    for (int y = 40; y < 260; y += 3) {
        for (int x = 40; x < 160; x += 3) {
            /* +4 mm to the right of the patient is 16 px to the left; -3 mm in front is 12 px down */
            const uint8_t *from =
                gl_fixture_pixel(&f, (int)moving->x + x - 16, (int)moving->y + y + 12);
            const uint8_t *to = gl_fixture_pixel(&f, (int)warped->x + x, (int)warped->y + y);
            g_assert_cmpint(abs(from[0] - to[0]), <=, 1);
        }
    }
    gl_fixture_close(&f);
}

/* Half of a displacement of n voxels is n / 2 of them. */
static void test_morph(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 300))
        return;
    LamGrid grid = cube_grid(60, 1);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, smooth_pattern, NULL);
    g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{4, -3, 0}}, 1);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_set_field(&f.scene, field);
    lam_scene_reset_view(&f.scene);
    f.scene.morph = 0.5;
    gl_fixture_draw(&f);
    for (int i = -10; i <= 10; i += 4) {
        double value;
        lam_texels_sample(scan, (LamVec3){{i + 2, 3 - 1.5, 0}}, &value);
        int near = gl_fixture_warped_at(&f, i, 3)[0];
        g_assert_cmpint(abs(near - grey(value, f.scene.levels[1])), <=, 12); /* whole pixels */
    }
    gl_fixture_close(&f);
}

/* Flicker: the third pane is the fixed one, pixel by pixel (but for rounding). */
static void test_flicker(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 200))
        return;
    LamGrid grid = make_grid(small_size, small_spacing, small_centre, straight, positive);
    g_autoptr(LamTexels) fixed = scan_from_world(&grid, smooth_pattern, NULL);
    g_autoptr(LamTexels) moving = scan_from_world(&grid, left_half, NULL);
    lam_scene_set_scans(&f.scene, fixed, moving, NULL);
    lam_scene_reset_view(&f.scene);
    f.scene.flicker = true;
    gl_fixture_draw(&f);
    for (int y = 0; y < f.height; y++) {
        const uint8_t *a = gl_fixture_pixel(&f, (int)f.views[LAM_PANE_FIXED].rect.x, y);
        const uint8_t *b = gl_fixture_pixel(&f, (int)f.views[LAM_PANE_WARPED].rect.x, y);
        for (int i = 0; i < 4 * (int)f.views[0].rect.width; i++)
            g_assert_cmpint(abs(a[i] - b[i]), <=, 1);
    }
    gl_fixture_close(&f);
}

/* Uploads within a budget of time come to the same picture, in several draws. */
static void test_upload_in_parts(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 200))
        return;
    g_autoptr(GError) error = NULL;
    LamGrid grid = cube_grid(150, 1);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, smooth_pattern, NULL);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_reset_view(&f.scene);
    int draws = 0;
    for (bool pending = true; pending; draws++) {
        lam_renderer_draw(f.renderer, &f.scene, f.width, f.height, 1, 1e-6, &pending, &error);
        g_assert_no_error(error);
        g_assert_cmpint(draws, <, 1000);
    }
    g_assert_cmpint(draws, >, 4);
    g_autofree uint8_t *parts = lam_offscreen_read(f.offscreen);
    LamRenderer *renderer = f.renderer;
    f.renderer = lam_renderer_new(&error);
    gl_fixture_draw(&f);
    size_t bytes = (size_t)f.width * f.height * 4;
    g_assert_cmpmem(parts, bytes, f.pixels, bytes);
    lam_renderer_free(renderer);
    gl_fixture_close(&f);
}

static void test_bad_sizes(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(lam_offscreen_new(0, 10, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    g_assert_null(lam_offscreen_new(10, 1 << 24, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/slices/match-definition", test_panes_match_definition);
    g_test_add_func("/slices/known-voxel", test_known_voxel);
    g_test_add_func("/slices/voxels", test_voxels);
    g_test_add_func("/slices/sides", test_sides);
    g_test_add_func("/slices/orientations", test_orientations);
    g_test_add_func("/slices/constant-displacement", test_constant_displacement);
    g_test_add_func("/slices/morph", test_morph);
    g_test_add_func("/slices/flicker", test_flicker);
    g_test_add_func("/slices/upload-in-parts", test_upload_in_parts);
    g_test_add_func("/slices/bad-sizes", test_bad_sizes);
    return g_test_run();
}

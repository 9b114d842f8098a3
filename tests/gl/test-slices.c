/* What is on the screen, against the same thing computed on the CPU or known in closed form. */
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
    const int size[3] = {21, 21, 21};
    LamGrid grid = make_grid(size, (LamVec3){{2, 2, 2}}, (LamVec3){{0}}, straight, positive);
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
    const int size[3] = {40, 40, 40};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
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
    const int size[3] = {60, 60, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
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

static double dark(LamVec3 x, const void *user)
{
    return fabs(x.v[0]) < 25 && fabs(x.v[1]) < 25 && fabs(x.v[2]) < 25 ? 100 : 0;
}

/* Grid lines run where x + d(x) is a multiple of the spacing, and fade into nothing between. */
static void check_grid_lines(GlFixture *f, LamVec3 d_mm)
{
    gl_fixture_draw(f);
    const LamView *view = &f->views[LAM_PANE_WARPED];
    const LamRect *pane = &view->rect;
    int on = 0, off = 0;
    for (int y = (int)pane->y + 60; y < pane->y + pane->height - 60; y++) {
        for (int x = (int)pane->x + 40; x < pane->x + pane->width - 40; x++) {
            LamVec3 at = lam_scene_unproject(&f->scene, view, 1, x + 0.5, y + 0.5);
            double mm = lam_scene_mm_per_pixel(&f->scene, view, 1), nearest = 1e9;
            for (int i = 0; i < 2; i++) {
                double c = at.v[i] + d_mm.v[i];
                nearest = MIN(nearest, fabs(c - 10 * round(c / 10)) / mm);
            }
            int shown = gl_fixture_pixel(f, x, y)[1];
            if (nearest < 0.3) {
                g_assert_cmpint(shown, >, 50);
                on++;
            } else if (nearest > 2.6) {
                g_assert_cmpint(shown, ==, 0);
                off++;
            }
        }
    }
    g_assert_cmpint(on, >, 100);
    g_assert_cmpint(off, >, 1000);
}

static void test_grid(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    const int size[3] = {60, 60, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark, NULL);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_reset_view(&f.scene);
    f.scene.levels[1] = (LamLevels){1e6, 2e6}; /* the picture itself is black */
    f.scene.grid = true;
    f.scene.grid_mm = 10;
    const LamVec3 shifts[] = {{{0, 0, 0}}, {{3, 0, 0}}, {{-1, 4, 2}}};
    for (size_t i = 0; i < G_N_ELEMENTS(shifts); i++) {
        g_autoptr(LamTexels) field = constant_field(&grid, shifts[i], 1);
        lam_scene_set_field(&f.scene, field);
        check_grid_lines(&f, shifts[i]);
    }
    gl_fixture_close(&f);
}

/* |J| > 1 is greener, |J| < 1 more magenta, folds amber all over. */
static void test_volume_change_colours(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    const int size[3] = {60, 60, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark, NULL);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_reset_view(&f.scene);
    f.scene.levels[1] = (LamLevels){1e6, 2e6};
    f.scene.grid = true;
    f.scene.grid_mm = 10;
    const double jacobians[3] = {2, 0.5, -0.5};
    uint8_t line[3][3], between[3][3];
    for (int i = 0; i < 3; i++) {
        double x, y;
        g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{0}}, jacobians[i]);
        lam_scene_set_field(&f.scene, field);
        gl_fixture_draw(&f);
        const LamView *view = &f.views[LAM_PANE_WARPED];
        lam_scene_project(&f.scene, view, 1, (LamVec3){{0, 5, 0}}, &x, &y);
        memcpy(line[i], gl_fixture_pixel(&f, (int)x, (int)y), 3);
        lam_scene_project(&f.scene, view, 1, (LamVec3){{5, 5, 0}}, &x, &y);
        memcpy(between[i], gl_fixture_pixel(&f, (int)x, (int)y), 3);
    }
    g_assert_cmpint(line[0][1], >, line[0][0] + 40); /* green over red */
    g_assert_cmpint(line[1][0], >, line[1][1] + 40); /* red and blue over green */
    g_assert_cmpint(line[1][2], >, line[1][1] + 40);
    g_assert_cmpint(between[0][0] + between[0][1] + between[1][0], ==, 0);
    g_assert_cmpint(between[2][0], >, 180);
    g_assert_cmpint(between[2][2], <, 60);
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
    const int size[3] = {150, 150, 150};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
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

/* The fixed scan is bright, the warped one half so. */
static double constant(LamVec3 x, const void *user)
{
    return *(const double *)user;
}

static void compare_fixture(GlFixture *f, LamVec3 d_mm, double jacobian)
{
    const int size[3] = {60, 60, 60};
    const double fixed_value = 800, moving_value = 400;
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) fixed = scan_from_world(&grid, constant, &fixed_value);
    g_autoptr(LamTexels) moving = scan_from_world(&grid, constant, &moving_value);
    g_autoptr(LamTexels) field = constant_field(&grid, d_mm, jacobian);
    lam_scene_set_scans(&f->scene, fixed, moving, NULL);
    lam_scene_set_field(&f->scene, field);
    lam_scene_reset_view(&f->scene);
    f->scene.levels[0] = f->scene.levels[1] = (LamLevels){0, 1000};
}

/* The colour of the warped view at a point of the patient. */
static const uint8_t *warped_at(GlFixture *f, double r, double a)
{
    double x, y;
    const LamView *view = &f->views[LAM_PANE_WARPED];
    lam_scene_project(&f->scene, view, 1, (LamVec3){{r, a, 0}}, &x, &y);
    return gl_fixture_pixel(f, (int)x, (int)y);
}

static void assert_colour(const uint8_t *pixel, int r, int g, int b)
{
    g_assert_cmpint(abs(pixel[0] - r), <=, 2);
    g_assert_cmpint(abs(pixel[1] - g), <=, 2);
    g_assert_cmpint(abs(pixel[2] - b), <=, 2);
}

static void test_compare(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{0}}, 1);
    f.scene.compare = LAM_COMPARE_COMPOSITE;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 204, 102, 204);
    f.scene.compare = LAM_COMPARE_FADE;
    f.scene.share = 0.25;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 128, 128, 128);
    f.scene.compare = LAM_COMPARE_DIFFERENCE; /* warped below fixed: 0.4 of the magenta */
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 98, 31, 82);
    f.scene.compare = LAM_COMPARE_CHECKERBOARD;
    f.scene.checker_mm = 10;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 102, 102, 102); /* squares (-1,0) and (0,0) of (left, up) */
    assert_colour(warped_at(&f, -5, 5), 204, 204, 204);
    assert_colour(warped_at(&f, -5, -5), 102, 102, 102);
    f.scene.compare = LAM_COMPARE_CURTAIN;
    f.scene.share = 0.5;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 204, 204, 204); /* radiological: R is left */
    assert_colour(warped_at(&f, -5, 5), 102, 102, 102);
    f.scene.flicker = true;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, -5, 5), 204, 204, 204);
    gl_fixture_close(&f);
}

static double step_edge(LamVec3 x, const void *user)
{
    return x.v[0] < 0 ? 100 : 900;
}

/* Edges of the fixed scan are drawn where it has them, and nowhere else. */
static void test_edges(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{0}}, 1);
    const int size[3] = {60, 60, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) fixed = scan_from_world(&grid, step_edge, NULL);
    g_autoptr(LamTexels) moving = lam_texels_ref(f.scene.moving);
    lam_scene_set_scans(&f.scene, fixed, moving, NULL);
    f.scene.compare = LAM_COMPARE_EDGES;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 0, 5), 255, 194, 26); /* amber */
    assert_colour(warped_at(&f, 6, 5), 102, 102, 102);
    assert_colour(warped_at(&f, -6, 5), 102, 102, 102);
    gl_fixture_close(&f);
}

static void test_overlays(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{3, 4, 0}}, 2);
    f.scene.overlay = LAM_OVERLAY_DISPLACEMENT;
    f.scene.overlay_opacity = 1;
    f.scene.scale_mm = 4.7; /* not at an isoline */
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 253, 231, 37); /* |d| at the top of viridis */
    f.scene.morph = 0;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 68, 1, 84); /* and nothing at its foot */
    f.scene.overlay = LAM_OVERLAY_VOLUME_CHANGE;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 102, 102, 102); /* not known half way */
    f.scene.morph = 1;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 92, 219, 87); /* twice the volume */
    gl_fixture_close(&f);
}

/* A map is drawn by its length, on a quarter of the scale, however much of the displacement is shown; without it
 * there is nothing. */
static void test_map(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{3, 4, 0}}, 2);
    f.scene.overlay = LAM_OVERLAY_SENSITIVITY;
    f.scene.overlay_opacity = 1;
    f.scene.scale_mm = 4 * 4.7;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 102, 102, 102);
    g_autoptr(LamTexels) map = constant_field(&f.scene.field->grid, (LamVec3){{3, 0, 4}}, 1);
    lam_scene_set_map(&f.scene, map);
    f.scene.morph = 0.5;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 253, 231, 37);
    f.scene.overlay = LAM_OVERLAY_NONE;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 102, 102, 102);
    gl_fixture_close(&f);
}

/* The held field in place of the present one, on either side of a line, and how far the two are apart. */
static void test_held(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{3, 4, 0}}, 2);
    f.scene.overlay = LAM_OVERLAY_VOLUME_CHANGE;
    f.scene.overlay_opacity = 1;
    lam_scene_hold(&f.scene);
    g_autoptr(LamTexels) other = constant_field(&f.scene.field->grid, (LamVec3){{3, 4, 4.7}}, 0.5);
    lam_scene_set_field(&f.scene, other);
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, -5, 5), 245, 77, 204); /* B: half the volume */
    f.scene.held_view = LAM_HELD_INSTEAD;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, -5, 5), 92, 219, 87); /* A: twice */
    f.scene.held_view = LAM_HELD_SPLIT;
    f.scene.radiological = false; /* x grows to the right */
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, -5, 5), 92, 219, 87);
    assert_colour(warped_at(&f, 5, 5), 245, 77, 204);
    f.scene.overlay = LAM_OVERLAY_DIFFERENCE;
    f.scene.scale_mm = 4.4; /* not at an isoline */
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, -5, 5), 253, 231, 37); /* 4.7 mm, from either side */
    assert_colour(warped_at(&f, 5, 5), 253, 231, 37);
    lam_scene_release(&f.scene);
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 102, 102, 102); /* nothing to compare with */
    gl_fixture_close(&f);
}

/* Half of a displacement of n voxels is n / 2 of them. */
static void test_morph(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 605, 300))
        return;
    const int size[3] = {60, 60, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
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
        int near = warped_at(&f, i, 3)[0];
        g_assert_cmpint(abs(near - grey(value, f.scene.levels[1])), <=, 12); /* whole pixels */
    }
    gl_fixture_close(&f);
}

/* The fixed scan's grid over the moving one: lines where z + d(z) is, z on the grid. */
static void test_pull_back_grid(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    const int size[3] = {60, 60, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark, NULL);
    g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{3, 0, 0}}, 1);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_set_field(&f.scene, field);
    lam_scene_reset_view(&f.scene);
    f.scene.levels[1] = (LamLevels){1e6, 2e6};
    f.scene.grid = true;
    f.scene.grid_mm = 10;
    f.scene.direction = LAM_DIRECTION_PULL_BACK;
    gl_fixture_draw(&f);
    double x, y;
    const LamView *moving = &f.views[LAM_PANE_MOVING];
    lam_scene_project(&f.scene, moving, 1, (LamVec3){{3, 5, 0}}, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[1], >, 50);
    lam_scene_project(&f.scene, moving, 1, (LamVec3){{0, 5, 0}}, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[1], ==, 0);
    g_assert_cmpint(warped_at(&f, 0, 5)[1], ==, 0);
    g_assert_cmpint(warped_at(&f, 3, 5)[1], ==, 0);
    gl_fixture_close(&f);
}

/* Shafts along d, from the lattice's points; heads at the other end when seen the other way. */
static void test_arrows(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{8, 0, 0}}, 1);
    f.scene.levels[1] = (LamLevels){1e6, 2e6};
    f.scene.arrows = true;
    f.scene.arrows_mm = 20;
    for (int way = 0; way < LAM_DIRECTION_COUNT; way++) {
        f.scene.direction = (LamDirection)way;
        gl_fixture_draw(&f);
        g_assert_cmpint(warped_at(&f, 4, 0)[1], >, 100); /* the shaft */
        g_assert_cmpint(warped_at(&f, 14, 0)[1], ==, 0);
        double mm = lam_scene_mm_per_pixel(&f.scene, &f.views[LAM_PANE_WARPED], 1);
        bool at_origin = warped_at(&f, 3 * mm, 2 * mm)[1] > 60;
        bool at_end = warped_at(&f, 8 - 3 * mm, 2 * mm)[1] > 60;
        g_assert_true(at_origin == (way == LAM_DIRECTION_FORWARD));
        g_assert_true(at_end == (way == LAM_DIRECTION_PULL_BACK));
    }
    gl_fixture_close(&f);
}

/* Colours of intensities, and voxels as they are. */
static void test_colours(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    compare_fixture(&f, (LamVec3){{0}}, 1);
    f.scene.levels[1] = (LamLevels){0, 400};
    f.scene.colours = LAM_MAP_CIVIDIS;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 254, 232, 56);
    f.scene.colours = LAM_MAP_INFERNO;
    gl_fixture_draw(&f);
    assert_colour(warped_at(&f, 5, 5), 252, 255, 164);
    gl_fixture_close(&f);
}

static void test_voxels(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    const int size[3] = {21, 21, 21};
    LamGrid grid = make_grid(size, (LamVec3){{2, 2, 2}}, (LamVec3){{0}}, straight, positive);
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

/* Colours of intensities are explained where they are those of a scan: a bar beside which are black and white. */
static void test_legend_of_colours(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 900, 300))
        return;
    compare_fixture(&f, (LamVec3){{0, 0, 0}}, 1);
    f.scene.annotations = true;
    f.scene.colours = LAM_MAP_INFERNO;
    gl_fixture_draw(&f);
    const LamRect *fixed = &f.views[LAM_PANE_FIXED].rect;
    int coloured = 0;
    for (int x = (int)(fixed->x + fixed->width / 2); x < fixed->x + fixed->width; x++)
        for (int y = 8; y < 30; y++) {
            const uint8_t *p = gl_fixture_pixel(&f, x, y);
            coloured += p[0] > 200 && p[1] > 80 && p[1] < 200 && p[2] < 80; /* orange */
        }
    f.scene.colours = LAM_MAP_GREY;
    gl_fixture_draw(&f);
    for (int x = (int)(fixed->x + fixed->width / 2); x < fixed->x + fixed->width; x++)
        for (int y = 8; y < 30; y++) {
            const uint8_t *p = gl_fixture_pixel(&f, x, y);
            g_assert_false(p[0] > 200 && p[1] > 80 && p[1] < 200 && p[2] < 80);
        }
    g_assert_cmpint(coloured, >, 20);
    gl_fixture_close(&f);
}

/* A single slice has one plane: asked for all nine views it looks as with its three, legends and all. */
static void test_legends_of_slice(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    const int size[3] = {60, 1, 60};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark, NULL);
    g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{1, 0, 2}}, 1);
    lam_scene_set_scans(&f.scene, scan, scan, NULL);
    lam_scene_set_field(&f.scene, field);
    lam_scene_reset_view(&f.scene);
    f.scene.plane = LAM_PLANE_CORONAL;
    f.scene.annotations = true;
    f.scene.overlay = LAM_OVERLAY_DISPLACEMENT;
    gl_fixture_draw(&f);
    size_t bytes = (size_t)f.width * f.height * 4;
    g_autofree uint8_t *three = g_memdup2(f.pixels, bytes);
    f.scene.arrangement = LAM_ARRANGED_ALL;
    gl_fixture_draw(&f);
    g_assert_cmpmem(f.pixels, bytes, three, bytes);
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

/* In a narrow view the title is the view's name alone, beside the letter. */
static void test_narrow_title(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 3 * 170, 300))
        return;
    f.scene.annotations = true;
    gl_fixture_draw(&f);
    const LamRect *r = &f.views[LAM_PANE_MOVING].rect;
    int run = 0, longest = 0, middle = (int)(r->x + r->width / 2);
    for (int x = middle - 30; x < middle - 8; x++) {
        bool clear = true;
        for (int y = 6; y < 28; y++)
            clear = clear && gl_fixture_pixel(&f, x, y)[1] < 60;
        run = clear ? run + 1 : 0;
        longest = MAX(longest, run);
    }
    g_assert_cmpint(longest, >=, 6); /* wider than between letters */
    gl_fixture_close(&f);
}

/* ---- the strip below ---- */

/* Draws the strip; how many columns of its lower line are not plain, from one on. */
static int draw_strip(GlFixture *f, const char *readout, int from)
{
    int n = 0;
    g_free(f->scene.footer_readout);
    f->scene.footer_readout = g_strdup(readout);
    gl_fixture_draw(f);
    for (int x = from; x < f->width; x++) {
        bool plain = true;
        for (int y = f->height - 25; y < f->height - 4; y++)
            plain = plain && gl_fixture_pixel(f, x, y)[1] < 40;
        n += !plain;
    }
    return n;
}

/* Where there is no room for all that was measured, the last of it gives way to the notice. */
static void test_strip(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 640, 300))
        return;
    f.scene.footer_notice = g_strdup("Research and education; not a medical device");
    int notice = draw_strip(&f, NULL, 0);
    g_assert_cmpint(notice, >, 100);
    int before = f.width - 16 - notice - 90; /* and gaps between its letters */
    int words = draw_strip(&f, "one 1.0     two 2.0", 0);
    g_assert_cmpint(words, >, notice + 40);
    int at_notice = draw_strip(&f, NULL, before);
    int cut = draw_strip(
        &f, "one 1.0     two 2.0     three 3.0     four 4.0     five 5.0     six 6.0", 0);
    g_assert_cmpint(cut, >=, words);
    g_assert_cmpint(draw_strip(&f,
                               "seven 7.0                                                         "
                               "eight 8.0     nine 9.0",
                               before),
                    ==, at_notice);
    gl_fixture_close(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/slices/match-definition", test_panes_match_definition);
    g_test_add_func("/slices/known-voxel", test_known_voxel);
    g_test_add_func("/slices/compare", test_compare);
    g_test_add_func("/slices/edges", test_edges);
    g_test_add_func("/slices/overlays", test_overlays);
    g_test_add_func("/slices/map", test_map);
    g_test_add_func("/slices/morph", test_morph);
    g_test_add_func("/slices/pull-back-grid", test_pull_back_grid);
    g_test_add_func("/slices/arrows", test_arrows);
    g_test_add_func("/slices/held", test_held);
    g_test_add_func("/slices/colours", test_colours);
    g_test_add_func("/slices/voxels", test_voxels);
    g_test_add_func("/slices/legends-of-slice", test_legends_of_slice);
    g_test_add_func("/slices/legend-of-colours", test_legend_of_colours);
    g_test_add_func("/slices/sides", test_sides);
    g_test_add_func("/slices/orientations", test_orientations);
    g_test_add_func("/slices/constant-displacement", test_constant_displacement);
    g_test_add_func("/slices/grid", test_grid);
    g_test_add_func("/slices/volume-change-colours", test_volume_change_colours);
    g_test_add_func("/slices/flicker", test_flicker);
    g_test_add_func("/slices/upload-in-parts", test_upload_in_parts);
    g_test_add_func("/slices/narrow-title", test_narrow_title);
    g_test_add_func("/slices/strip", test_strip);
    g_test_add_func("/slices/bad-sizes", test_bad_sizes);
    return g_test_run();
}

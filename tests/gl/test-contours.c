/* Outlines of labels: where they run, how wide they are, what they cost. */
#include "gl-fixture.h"

#include <math.h>
#include <string.h>

#define RADIUS_MM 15.0
#define LABEL     3

static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};

typedef struct {
    LamVec3 centre;
} Ball;

static double ball(LamVec3 x, const void *user)
{
    const Ball *b = user;
    double r = 0;
    for (int i = 0; i < 3; i++)
        r = hypot(r, x.v[i] - b->centre.v[i]);
    return r < RADIUS_MM ? LABEL : 0;
}

/* Two balls of two labels that share the plane at right = 0. */
static double halves(LamVec3 x, const void *user)
{
    return ball(x, user) > 0 ? (x.v[0] < 0 ? 3 : 5) : 0;
}

/* A drum whose flat top lies at 10 mm. */
static double drum(LamVec3 x, const void *user)
{
    return hypot(x.v[0], x.v[1]) < RADIUS_MM && fabs(x.v[2]) < 10 ? LABEL : 0;
}

static double nothing(LamVec3 x, const void *user)
{
    return fabs(x.v[0]) < 25 && fabs(x.v[1]) < 25 && fabs(x.v[2]) < 25 ? 100 : 0;
}

static LamGrid cube(void)
{
    const int size[3] = {60, 60, 60};
    return make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, straight, positive);
}

static bool is_three(int label, gpointer user)
{
    return label == 3;
}

static void add_labels(GlFixture *f, int side, WorldFunction function, const Ball *at,
                       bool (*chosen)(int label, gpointer user))
{
    g_autoptr(GError) error = NULL;
    LamGrid grid = cube();
    g_autoptr(LamVolume) map = volume_from_world(&grid, function, at);
    g_autoptr(LamLabels) labels = lam_labels_new(map, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(LamTexels) texels = lam_texels_new_labels(labels, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) colours = lam_labels_palette(labels, chosen, NULL);
    lam_scene_set_labels(&f->scene, side, texels, colours);
}

/* Black scans, and a field. */
static bool open_fixture(GlFixture *f, LamVec3 d_mm)
{
    if (!gl_fixture_open(f, 905, 400))
        return false;
    LamGrid grid = cube();
    g_autoptr(LamTexels) scan = scan_from_world(&grid, nothing, NULL);
    g_autoptr(LamTexels) field = constant_field(&grid, d_mm, 1);
    lam_scene_set_scans(&f->scene, scan, scan, NULL);
    lam_scene_set_field(&f->scene, field);
    lam_scene_reset_view(&f->scene);
    f->scene.cursor_mm = (LamVec3){{0}};
    f->scene.levels[0] = f->scene.levels[1] = (LamLevels){1e6, 2e6};
    f->scene.contours = LAM_CONTOURS_ALL;
    f->scene.contour_opacity = 1;
    return true;
}

static int brightness(const GlFixture *f, int x, int y)
{
    const uint8_t *p = gl_fixture_pixel(f, x, y);
    return MAX(p[0], MAX(p[1], p[2]));
}

/* Every pixel of a view: bright within the line's width inside of the circle, black away from it. */
static void check_circle(const GlFixture *f, const LamView *view, double right, double front)
{
    double mm = lam_scene_mm_per_pixel(&f->scene, view, 1);
    int on = 0, off = 0;
    const LamRect *r = &view->rect;
    for (int y = (int)r->y; y < r->y + r->height; y++)
        for (int x = (int)r->x; x < r->x + r->width; x++) {
            LamVec3 at = lam_scene_unproject(&f->scene, view, 1, x + 0.5, y + 0.5);
            double depth_mm = RADIUS_MM - hypot(at.v[0] - right, at.v[1] - front);
            double depth_px = depth_mm / mm, voxels_px = 1 / mm; /* what voxels are off by */
            if (depth_px < -1.5 - voxels_px || depth_px > 3 + voxels_px) {
                g_assert_cmpint(brightness(f, x, y), <, 24); /* the surround is 18 */
                off++;
            } else if (brightness(f, x, y) > 120) {
                on++;
            }
        }
    double around_px = 2 * G_PI * RADIUS_MM / mm;
    g_assert_cmpint(off, >, 1000);
    g_assert_cmpfloat(on / around_px, >, 1.0); /* 1.8 px wide, at every zoom */
    g_assert_cmpfloat(on / around_px, <, 2.4);
}

static void test_circle(void)
{
    GlFixture f;
    if (!open_fixture(&f, (LamVec3){{0}}))
        return;
    const Ball ball_at = {{{2, -3, 0}}};
    add_labels(&f, 0, ball, &ball_at, NULL);
    for (int zoom = 1; zoom <= 4; zoom *= 2) {
        f.scene.zoom = zoom;
        f.scene.pan_mm = (LamVec3){{zoom > 2 ? 12 : 2, -3, 0}};
        gl_fixture_draw(&f);
        if (zoom <= 2)
            check_circle(&f, &f.views[LAM_PANE_FIXED], 2, -3);
    }
    gl_fixture_close(&f);
}

/* Labels of the moving scan are carried: warped(x) = moving(x + d). */
static void test_carried(void)
{
    GlFixture f;
    if (!open_fixture(&f, (LamVec3){{6, -4, 0}}))
        return;
    const Ball ball_at = {{{2, -3, 0}}};
    add_labels(&f, 1, ball, &ball_at, NULL);
    gl_fixture_draw(&f);
    check_circle(&f, &f.views[LAM_PANE_MOVING], 2, -3);
    check_circle(&f, &f.views[LAM_PANE_WARPED], -4, 1);
    gl_fixture_close(&f);
}

/* The brightest pixel within two of a point. */
static const uint8_t *brightest(const GlFixture *f, const LamView *view, double right, double front)
{
    double x, y;
    const uint8_t *best = NULL;
    lam_scene_project(&f->scene, view, 1, (LamVec3){{right, front, 0}}, &x, &y);
    for (int dy = -2; dy <= 2; dy++)
        for (int dx = -2; dx <= 2; dx++) {
            const uint8_t *p = gl_fixture_pixel(f, (int)x + dx, (int)y + dy);
            if (!best || p[0] + p[1] + p[2] > best[0] + best[1] + best[2])
                best = p;
        }
    return best;
}

static void assert_colour(const uint8_t *pixel, const guint8 rgb[3], double share)
{
    for (int c = 0; c < 3; c++)
        g_assert_cmpint(abs((int)lround(rgb[c] * share) - pixel[c]), <=, 30);
}

/* Each label in its colour, the fixed ones white over the warped view; the opacity counts. */
static void test_colours(void)
{
    GlFixture f;
    if (!open_fixture(&f, (LamVec3){{0, 6, 0}}))
        return;
    const Ball middle = {{{0}}};
    guint8 three[3], five[3], white[3] = {255, 255, 255};
    lam_label_colour(3, three);
    lam_label_colour(5, five);
    add_labels(&f, 0, halves, &middle, NULL);
    add_labels(&f, 1, halves, &middle, NULL);
    gl_fixture_draw(&f);
    assert_colour(brightest(&f, &f.views[0], -RADIUS_MM + 0.4, 0), three, 1);
    assert_colour(brightest(&f, &f.views[0], RADIUS_MM - 0.4, 0), five, 1);
    assert_colour(brightest(&f, &f.views[2], -RADIUS_MM + 0.4, -6), three, 1);
    assert_colour(brightest(&f, &f.views[2], 3, 0.98 * RADIUS_MM - 0.2), white, 1);
    f.scene.contour_opacity = 0.5;
    gl_fixture_draw(&f);
    assert_colour(brightest(&f, &f.views[0], RADIUS_MM - 0.4, 0), five, 0.5);
    gl_fixture_close(&f);
}

/* Only the label chosen has an outline, all around. */
static void test_selected(void)
{
    GlFixture f;
    if (!open_fixture(&f, (LamVec3){{0}}))
        return;
    const Ball middle = {{{0}}};
    guint8 three[3], black[3] = {0};
    lam_label_colour(3, three);
    add_labels(&f, 0, halves, &middle, is_three);
    f.scene.contours = LAM_CONTOURS_SELECTED;
    gl_fixture_draw(&f);
    assert_colour(brightest(&f, &f.views[0], -RADIUS_MM + 0.4, 0), three, 1);
    assert_colour(brightest(&f, &f.views[0], -0.2, 3), three, 1);
    assert_colour(brightest(&f, &f.views[0], RADIUS_MM - 0.4, 0), black, 1);
    f.scene.contours = LAM_CONTOURS_NONE;
    gl_fixture_draw(&f);
    assert_colour(brightest(&f, &f.views[0], -RADIUS_MM + 0.4, 0), black, 1);
    gl_fixture_close(&f);
}

/* Pixels of a bright scan that a line lies on, and those that its dark shade lies on. */
static void count_drawn(const GlFixture *f, const LamView *view, int *coloured, int *dark)
{
    const LamRect *r = &view->rect;
    *coloured = *dark = 0;
    for (int y = (int)r->y; y < r->y + r->height; y++)
        for (int x = (int)r->x; x < r->x + r->width; x++) {
            LamVec3 at = lam_scene_unproject(&f->scene, view, 1, x + 0.5, y + 0.5);
            if (fabs(at.v[0]) > 20 || fabs(at.v[1]) > 20)
                continue;
            const uint8_t *p = gl_fixture_pixel(f, x, y);
            int least = MIN(p[0], MIN(p[1], p[2])), most = MAX(p[0], MAX(p[1], p[2]));
            *coloured += most - least > 60;
            *dark += most < 230;
        }
}

/* Below the top there is its rim, above it nothing; the rim's shade is never there without the rim. */
static void test_flat_top(void)
{
    GlFixture f;
    if (!open_fixture(&f, (LamVec3){{0}}))
        return;
    f.scene.levels[0] = f.scene.levels[1] = (LamLevels){0, 50};
    add_labels(&f, 0, drum, NULL, NULL);
    for (int zoom = 1; zoom <= 2; zoom++)
        for (int step = -8; step <= 8; step++) {
            int coloured, dark;
            f.scene.zoom = zoom;
            f.scene.cursor_mm = f.scene.pan_mm = (LamVec3){{0, 0, 10 + 0.05 * step}};
            gl_fixture_draw(&f);
            count_drawn(&f, &f.views[0], &coloured, &dark);
            g_test_message("zoom %d, %g mm: %d coloured, %d dark", zoom, 0.05 * step, coloured,
                           dark);
            if (step < 0)
                g_assert_cmpint(dark, <=, 2 * coloured);
            else /* corners of the rim are left, where it only just reaches the slice */
                g_assert_cmpint(coloured + dark, <=, step == 0 ? 80 : 16);
            if (step <= -4)
                g_assert_cmpint(coloured, >, 400);
        }
    gl_fixture_close(&f);
}

/* Whatever is chosen in the view, volumes are not sent to the GPU again; another field is. */
static void test_uploads(void)
{
    GlFixture f;
    if (!open_fixture(&f, (LamVec3){{0}}))
        return;
    const Ball middle = {{{0}}};
    add_labels(&f, 0, halves, &middle, NULL);
    add_labels(&f, 1, halves, &middle, NULL);
    gl_fixture_draw(&f);
    guint64 before = lam_renderer_uploaded(f.renderer);
    size_t voxels = 60 * 60 * 60;
    g_assert_cmpuint(before, ==, voxels * (2 + 2 + 16 + 4 + 4));
    g_autoptr(GBytes) two = g_bytes_new("\0\0\0\0\377\0\0\0\0\377\0\377", 12);
    for (int step = 0; step < 9; step++) {
        LamScene *s = &f.scene;
        s->levels[step % 2].high += 7;
        s->contours = (LamContourChoice)(step % LAM_CONTOURS_COUNT);
        s->contour_opacity = s->overlay_opacity = step / 9.0;
        s->overlay = (LamOverlay)(step % LAM_OVERLAY_COUNT);
        s->colours = (LamColourMap)(step % LAM_MAP_COUNT);
        s->compare = (LamCompare)(step % LAM_COMPARE_COUNT);
        s->grid = step % 2;
        s->smooth = step % 3;
        s->arrows = step % 4 == 1;
        s->streamlines = step % 4 == 2;
        s->plane = (LamPlane)(step % 3);
        lam_scene_set_labels(s, step % 2, s->labels[step % 2], two);
        gl_fixture_draw(&f);
        g_assert_cmpuint(lam_renderer_uploaded(f.renderer), ==, before);
    }
    LamGrid grid = cube();
    g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{1, 0, 0}}, 1);
    lam_scene_set_field(&f.scene, field);
    gl_fixture_draw(&f);
    g_assert_cmpuint(lam_renderer_uploaded(f.renderer), ==, before + voxels * 16);
    gl_fixture_close(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/contours/circle", test_circle);
    g_test_add_func("/contours/carried", test_carried);
    g_test_add_func("/contours/colours", test_colours);
    g_test_add_func("/contours/selected", test_selected);
    g_test_add_func("/contours/flat-top", test_flat_top);
    g_test_add_func("/contours/uploads", test_uploads);
    return g_test_run();
}

/* Words and scales beside the pictures. */
#include "gl-fixture.h"

/* Colours of intensities are explained where they are those of a scan: a bar beside which are black and white. */
static void test_legend_of_colours(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 900, 300))
        return;
    gl_fixture_compare(&f, (LamVec3){{0, 0, 0}}, 1);
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
    const int order[3] = {0, 1, 2}, signs[3] = {1, 1, 1};
    LamGrid grid = make_grid(size, (LamVec3){{1, 1, 1}}, (LamVec3){{0}}, order, signs);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark_cube, NULL);
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
    g_test_add_func("/legends/legend-of-colours", test_legend_of_colours);
    g_test_add_func("/legends/legends-of-slice", test_legends_of_slice);
    g_test_add_func("/legends/narrow-title", test_narrow_title);
    g_test_add_func("/legends/strip", test_strip);
    return g_test_run();
}

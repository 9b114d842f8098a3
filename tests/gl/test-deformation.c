/* Grids and arrows of a known displacement are where they ought to be. */
#include "gl-fixture.h"

#include <math.h>
#include <string.h>

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

/* Black scans, so that the grid of 10 mm is all that is seen. */
static bool open_grid(GlFixture *f, LamGrid *grid)
{
    *grid = cube_grid(60, 1);
    if (!gl_fixture_open(f, 905, 400))
        return false;
    g_autoptr(LamTexels) scan = scan_from_world(grid, dark_cube, NULL);
    lam_scene_set_scans(&f->scene, scan, scan, NULL);
    lam_scene_reset_view(&f->scene);
    f->scene.levels[1] = (LamLevels){1e6, 2e6};
    f->scene.grid = true;
    f->scene.grid_mm = 10;
    return true;
}

static void test_grid(void)
{
    GlFixture f;
    LamGrid grid;
    if (!open_grid(&f, &grid))
        return;
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
    LamGrid grid;
    if (!open_grid(&f, &grid))
        return;
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

/* The fixed scan's grid over the moving one: lines where z + d(z) is, z on the grid. */
static void test_pull_back_grid(void)
{
    GlFixture f;
    LamGrid grid;
    if (!open_grid(&f, &grid))
        return;
    g_autoptr(LamTexels) field = constant_field(&grid, (LamVec3){{3, 0, 0}}, 1);
    lam_scene_set_field(&f.scene, field);
    f.scene.direction = LAM_DIRECTION_PULL_BACK;
    gl_fixture_draw(&f);
    double x, y;
    const LamView *moving = &f.views[LAM_PANE_MOVING];
    lam_scene_project(&f.scene, moving, 1, (LamVec3){{3, 5, 0}}, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[1], >, 50);
    lam_scene_project(&f.scene, moving, 1, (LamVec3){{0, 5, 0}}, &x, &y);
    g_assert_cmpint(gl_fixture_pixel(&f, (int)x, (int)y)[1], ==, 0);
    g_assert_cmpint(gl_fixture_warped_at(&f, 0, 5)[1], ==, 0);
    g_assert_cmpint(gl_fixture_warped_at(&f, 3, 5)[1], ==, 0);
    gl_fixture_close(&f);
}

/* Shafts along d, from the lattice's points; heads at the other end when seen the other way. */
static void test_arrows(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    gl_fixture_compare(&f, (LamVec3){{8, 0, 0}}, 1);
    f.scene.levels[1] = (LamLevels){1e6, 2e6};
    f.scene.arrows = true;
    f.scene.arrows_mm = 20;
    for (int way = 0; way < LAM_DIRECTION_COUNT; way++) {
        f.scene.direction = (LamDirection)way;
        gl_fixture_draw(&f);
        g_assert_cmpint(gl_fixture_warped_at(&f, 4, 0)[1], >, 100); /* the shaft */
        g_assert_cmpint(gl_fixture_warped_at(&f, 14, 0)[1], ==, 0);
        double mm = lam_scene_mm_per_pixel(&f.scene, &f.views[LAM_PANE_WARPED], 1);
        bool at_origin = gl_fixture_warped_at(&f, 3 * mm, 2 * mm)[1] > 60;
        bool at_end = gl_fixture_warped_at(&f, 8 - 3 * mm, 2 * mm)[1] > 60;
        g_assert_true(at_origin == (way == LAM_DIRECTION_FORWARD));
        g_assert_true(at_end == (way == LAM_DIRECTION_PULL_BACK));
    }
    gl_fixture_close(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/deformation/grid", test_grid);
    g_test_add_func("/deformation/volume-change-colours", test_volume_change_colours);
    g_test_add_func("/deformation/pull-back-grid", test_pull_back_grid);
    g_test_add_func("/deformation/arrows", test_arrows);
    return g_test_run();
}

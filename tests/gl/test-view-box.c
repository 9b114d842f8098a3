/* Only the part of a view is computed where something may be seen: nothing may be cut off by that. */
#include "gl-fixture.h"
#include "gl-private.h"

#include <math.h>
#include <string.h>

static const int size[3] = {30, 40, 26};
static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};
static const LamVec3 spacing = {{2, 1.5, 2.5}}, centre = {{4, -7, 11}};

static double stripes(LamVec3 x, const void *user)
{
    (void)user;
    return 100 + 40 * sin(x.v[0] / 3) + 40 * sin(x.v[1] / 4) + 15 * sin(x.v[2] / 5);
}

static void open_scene(GlFixture *f, LamVec3 d_mm)
{
    const int field_size[3] = {40, 40, 40};
    LamGrid grid = make_grid(size, spacing, centre, straight, positive);
    LamGrid wide =
        make_grid(field_size, (LamVec3){{8, 8, 8}}, (LamVec3){{0, 0, 0}}, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, stripes, NULL);
    g_autoptr(LamTexels) field = constant_field(&wide, d_mm, 1);
    lam_scene_set_scans(&f->scene, scan, scan, NULL);
    lam_scene_set_field(&f->scene, field);
    lam_scene_reset_view(&f->scene);
    f->scene.zoom = 0.4;
}

static const LamView *view_of(const GlFixture *f, LamPane pane)
{
    for (int i = 0; i < f->n_views; i++)
        if (f->views[i].pane == pane)
            return &f->views[i];
    g_assert_not_reached();
}

/* A scan carried by 20 pixels is the moving one 20 pixels further; 602: three views as wide. */
static void test_carried_far(void)
{
    const int across = 20, down = -12;
    GlFixture f;
    LamVec3 right, up, through;
    if (!gl_fixture_open(&f, 602, 200))
        return;
    open_scene(&f, (LamVec3){{0, 0, 0}});
    gl_fixture_draw(&f);
    lam_scene_axes(&f.scene, f.scene.plane, &right, &up, &through);
    double mm = lam_scene_mm_per_pixel(&f.scene, &f.views[0], 1);
    LamVec3 d;
    for (int i = 0; i < 3; i++)
        d.v[i] = mm * (across * right.v[i] - down * up.v[i]);
    open_scene(&f, d);
    gl_fixture_draw(&f);
    LamRect from = view_of(&f, LAM_PANE_MOVING)->rect, to = view_of(&f, LAM_PANE_WARPED)->rect;
    int bright = 0;
    for (int y = 20; y < to.height - 20; y++)
        for (int x = 0; x + across < to.width; x++) {
            int carried = gl_fixture_pixel(&f, (int)to.x + x, (int)to.y + y)[0];
            int own = gl_fixture_pixel(&f, (int)from.x + x + across, (int)from.y + y + down)[0];
            g_assert_cmpint(abs(carried - own), <=, 3);
            bright += carried > 60;
        }
    g_assert_cmpint(bright, >, 1000);
    gl_fixture_close(&f);
}

/* The picture is the same with lines that are there and cannot be seen, and with them the whole field. */
static void test_same_around(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 602, 200))
        return;
    open_scene(&f, (LamVec3){{3, -2, 0}});
    gl_fixture_draw(&f);
    size_t bytes = (size_t)f.width * (size_t)f.height * 4;
    g_autofree uint8_t *plain = g_memdup2(f.pixels, bytes);
    f.scene.overlay = LAM_OVERLAY_DISPLACEMENT;
    f.scene.overlay_opacity = 0;
    gl_fixture_draw(&f);
    g_assert_cmpmem(f.pixels, bytes, plain, bytes);
    gl_fixture_close(&f);
}

static void check_box(const LamScene *scene, const LamView *view, GRand *random)
{
    LamMat4 turn = lam_mat4_rotation(g_rand_double(random), g_rand_double(random), 0.3), back;
    LamMat4 scale = lam_mat4_scaling(0.02, 0.01, 0.015);
    LamMat4 from_world = lam_mat4_multiply(&scale, &turn);
    LamVec3 low = {{-0.3, -0.2, -0.4}}, high = {{0.1, 0.4, 0.2}};
    const double reach_mm = 5;
    LamRect box = lam_view_box(scene, view, 1, &from_world, low, high, reach_mm);
    g_assert_true(lam_mat4_invert(&from_world, &back));
    for (int i = 0; i < 200; i++) {
        LamVec3 at;
        double x, y;
        for (int a = 0; a < 3; a++)
            at.v[a] = g_rand_double_range(random, low.v[a], high.v[a]);
        at = lam_mat4_apply(&back, at);
        for (int a = 0; a < 3; a++)
            at.v[a] += g_rand_double_range(random, -reach_mm / 2, reach_mm / 2);
        lam_scene_project(scene, view, 1, at, &x, &y);
        bool seen = x >= view->rect.x && x < view->rect.x + view->rect.width && y >= view->rect.y &&
                    y < view->rect.y + view->rect.height;
        g_assert_true(
            !seen || (x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height));
    }
}

static void test_box_holds_all(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    LamGrid grid = make_grid(size, spacing, centre, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, stripes, NULL);
    lam_scene_init(&scene);
    lam_scene_set_scans(&scene, scan, scan, NULL);
    lam_scene_reset_view(&scene);
    scene.arrangement = LAM_ARRANGED_ALL;
    int n = lam_scene_layout(&scene, 700, 600, 1, views);
    for (int i = 0; i < n; i++) {
        scene.zoom = g_rand_double_range(random, 0.3, 4);
        check_box(&scene, &views[i], random);
    }
    lam_scene_clear(&scene);
}

static void test_singular_is_all(void)
{
    LamScene scene;
    LamMat4 singular = lam_mat4_scaling(1, 0, 1);
    LamView view = {.rect = {10, 20, 300, 200}};
    lam_scene_init(&scene);
    LamRect box = lam_view_box(&scene, &view, 1, &singular, centre, centre, 0);
    g_assert_cmpmem(&box, sizeof box, &view.rect, sizeof view.rect);
    lam_scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view-box/carried-far", test_carried_far);
    g_test_add_func("/view-box/same-around", test_same_around);
    g_test_add_func("/view-box/holds-all", test_box_holds_all);
    g_test_add_func("/view-box/singular", test_singular_is_all);
    return g_test_run();
}

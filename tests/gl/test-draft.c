/* An outline that is being drawn: over the fixed and the warped view of its slice, and nowhere else. */
#include "gl-fixture.h"

static const int size[3] = {33, 33, 33};
static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};
static const LamVec3 spacing = {{3, 3, 3}}, origin = {{0, 0, 0}};
static const LamVec3 corners[] = {{{-20, -20, 0}}, {{20, -20, 0}}, {{20, 20, 0}}};

static double dark(LamVec3 x, const void *user)
{
    (void)user;
    return x.v[0] > 0 ? 1 : 0;
}

static void open_scene(LamScene *scene)
{
    LamGrid grid = make_grid(size, spacing, origin, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark, NULL);
    lam_scene_set_scans(scene, scan, scan, NULL);
    lam_scene_reset_view(scene);
    scene->levels[0] = scene->levels[1] = (LamLevels){1e6, 2e6};
    scene->crosshair = scene->annotations = false;
    scene->cursor_mm = (LamVec3){{0, 0, 0.3}};
}

/* Pixels that are not black, of each of the three views. */
static void count(GlFixture *f, int bright[3])
{
    gl_fixture_draw(f);
    for (int i = 0; i < 3; i++) {
        const LamRect *r = &f->views[i].rect;
        bright[i] = 0;
        for (int y = 0; y < r->height; y++)
            for (int x = 0; x < r->width; x++)
                bright[i] += gl_fixture_pixel(f, (int)r->x + x, (int)r->y + y)[0] > 60;
    }
}

static void test_drawn(void)
{
    GlFixture f;
    int none[3], drawn[3], later[3];
    if (!gl_fixture_open(&f, 600, 250))
        return;
    open_scene(&f.scene);
    count(&f, none);
    lam_scene_set_draft(&f.scene, corners, 3, LAM_PLANE_AXIAL);
    count(&f, drawn);
    g_assert_cmpint(none[0], ==, 0);
    g_assert_cmpint(drawn[0], >, 100);
    g_assert_cmpint(drawn[1], ==, 0);
    g_assert_cmpint(drawn[2], ==, drawn[0]);
    lam_scene_set_draft(&f.scene, corners, 2, LAM_PLANE_AXIAL);
    count(&f, later);
    g_assert_cmpint(later[0], <, drawn[0]);
    f.scene.cursor_mm.v[2] = 3; /* another slice */
    count(&f, later);
    g_assert_cmpint(later[0], ==, 0);
    f.scene.cursor_mm.v[2] = 0;
    f.scene.plane = LAM_PLANE_CORONAL;
    count(&f, later);
    g_assert_cmpint(later[0], ==, 0);
    gl_fixture_close(&f);
}

/* A copy has corners of its own. */
static void test_copied(void)
{
    LamScene scene, copy;
    lam_scene_init(&scene);
    lam_scene_set_draft(&scene, corners, 3, LAM_PLANE_SAGITTAL);
    lam_scene_copy(&copy, &scene);
    lam_scene_set_draft(&scene, NULL, 0, LAM_PLANE_AXIAL);
    g_assert_null(scene.draft);
    g_assert_cmpint(copy.n_draft, ==, 3);
    g_assert_cmpint(copy.draft_plane, ==, LAM_PLANE_SAGITTAL);
    g_assert_cmpfloat(copy.draft[2].v[1], ==, 20);
    lam_scene_clear(&scene);
    lam_scene_clear(&copy);
}

static void test_depth(void)
{
    LamScene scene;
    const LamVec3 a = {{1, 2, 3}}, b = {{-4, 9, 3.5}};
    lam_scene_init(&scene);
    g_assert_cmpfloat_with_epsilon(lam_scene_depth_mm(&scene, LAM_PLANE_AXIAL, a, b), 0.5, 1e-12);
    g_assert_cmpfloat_with_epsilon(lam_scene_depth_mm(&scene, LAM_PLANE_CORONAL, a, b), 7, 1e-12);
    g_assert_cmpfloat_with_epsilon(lam_scene_depth_mm(&scene, LAM_PLANE_SAGITTAL, a, b), 5, 1e-12);
    lam_scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/draft/drawn", test_drawn);
    g_test_add_func("/draft/copied", test_copied);
    g_test_add_func("/draft/depth", test_depth);
    return g_test_run();
}

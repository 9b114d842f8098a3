/* How the warped view compares and what lies over it: colours known in closed form. */
#include "gl-fixture.h"

static void test_compare(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    gl_fixture_compare(&f, (LamVec3){{0}}, 1);
    f.scene.compare = LAM_COMPARE_COMPOSITE;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 204, 102, 204);
    f.scene.compare = LAM_COMPARE_FADE;
    f.scene.share = 0.25;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 128, 128, 128);
    f.scene.compare = LAM_COMPARE_DIFFERENCE; /* warped below fixed: 0.4 of the magenta */
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 98, 31, 82);
    f.scene.compare = LAM_COMPARE_CHECKERBOARD;
    f.scene.checker_mm = 10;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 102, 102,
                             102); /* squares (-1,0) and (0,0) of (left, up) */
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 204, 204, 204);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, -5), 102, 102, 102);
    f.scene.compare = LAM_COMPARE_CURTAIN;
    f.scene.share = 0.5;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 204, 204,
                             204); /* radiological: R is left */
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 102, 102, 102);
    f.scene.flicker = true;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 204, 204, 204);
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
    gl_fixture_compare(&f, (LamVec3){{0}}, 1);
    LamGrid grid = cube_grid(60, 1);
    g_autoptr(LamTexels) fixed = scan_from_world(&grid, step_edge, NULL);
    g_autoptr(LamTexels) moving = lam_texels_ref(f.scene.moving);
    lam_scene_set_scans(&f.scene, fixed, moving, NULL);
    f.scene.compare = LAM_COMPARE_EDGES;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 0, 5), 255, 194, 26); /* amber */
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 6, 5), 102, 102, 102);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -6, 5), 102, 102, 102);
    gl_fixture_close(&f);
}

static void test_overlays(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    gl_fixture_compare(&f, (LamVec3){{3, 4, 0}}, 2);
    f.scene.overlay = LAM_OVERLAY_DISPLACEMENT;
    f.scene.overlay_opacity = 1;
    f.scene.scale_mm = 4.7; /* not at an isoline */
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 253, 231,
                             37); /* |d| at the top of viridis */
    f.scene.morph = 0;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 68, 1,
                             84); /* and nothing at its foot */
    f.scene.overlay = LAM_OVERLAY_VOLUME_CHANGE;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 102, 102,
                             102); /* not known half way */
    f.scene.morph = 1;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 92, 219, 87); /* twice the volume */
    gl_fixture_close(&f);
}

/* A map is drawn by its length, on a quarter of the scale, however much of the displacement is shown; without it
 * there is nothing. */
static void test_map(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    gl_fixture_compare(&f, (LamVec3){{3, 4, 0}}, 2);
    f.scene.overlay = LAM_OVERLAY_SENSITIVITY;
    f.scene.overlay_opacity = 1;
    f.scene.scale_mm = 4 * 4.7;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 102, 102, 102);
    g_autoptr(LamTexels) map = constant_field(&f.scene.field->grid, (LamVec3){{3, 0, 4}}, 1);
    lam_scene_set_map(&f.scene, map);
    f.scene.morph = 0.5;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 253, 231, 37);
    f.scene.overlay = LAM_OVERLAY_NONE;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 102, 102, 102);
    gl_fixture_close(&f);
}

/* The held field in place of the present one, on either side of a line, and how far the two are apart. */
static void test_held(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    gl_fixture_compare(&f, (LamVec3){{3, 4, 0}}, 2);
    f.scene.overlay = LAM_OVERLAY_VOLUME_CHANGE;
    f.scene.overlay_opacity = 1;
    lam_scene_hold(&f.scene);
    g_autoptr(LamTexels) other = constant_field(&f.scene.field->grid, (LamVec3){{3, 4, 4.7}}, 0.5);
    lam_scene_set_field(&f.scene, other);
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 245, 77,
                             204); /* B: half the volume */
    f.scene.held_view = LAM_HELD_INSTEAD;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 92, 219, 87); /* A: twice */
    f.scene.held_view = LAM_HELD_SPLIT;
    f.scene.radiological = false; /* x grows to the right */
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 92, 219, 87);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 245, 77, 204);
    f.scene.overlay = LAM_OVERLAY_DIFFERENCE;
    f.scene.scale_mm = 4.4; /* not at an isoline */
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, -5, 5), 253, 231,
                             37); /* 4.7 mm, from either side */
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 253, 231, 37);
    lam_scene_release(&f.scene);
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 102, 102,
                             102); /* nothing to compare with */
    gl_fixture_close(&f);
}

/* Colours of intensities, and voxels as they are. */
static void test_colours(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 905, 400))
        return;
    gl_fixture_compare(&f, (LamVec3){{0}}, 1);
    f.scene.levels[1] = (LamLevels){0, 400};
    f.scene.colours = LAM_MAP_CIVIDIS;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 254, 232, 56);
    f.scene.colours = LAM_MAP_INFERNO;
    gl_fixture_draw(&f);
    gl_fixture_assert_colour(gl_fixture_warped_at(&f, 5, 5), 252, 255, 164);
    gl_fixture_close(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/overlays/compare", test_compare);
    g_test_add_func("/overlays/edges", test_edges);
    g_test_add_func("/overlays/overlays", test_overlays);
    g_test_add_func("/overlays/map", test_map);
    g_test_add_func("/overlays/held", test_held);
    g_test_add_func("/overlays/colours", test_colours);
    return g_test_run();
}

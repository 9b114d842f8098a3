/* Positions in time, and what they make of a scene. */
#include "scene-fixture.h"

#include <lambdascope/play.h>

static const LamPlayCourse there = {.way_s = 4, .rest_s = 0.5, .back = false};
static const LamPlayCourse back = {.way_s = 4, .rest_s = 0.5, .back = true};

static void assert_near(double value, double wanted)
{
    g_assert_cmpfloat_with_epsilon(value, wanted, 1e-9);
}

static void test_names(void)
{
    for (int i = 0; i < LAM_PLAY_COUNT; i++) {
        LamPlayKind kind;
        g_assert_true(lam_play_kind_parse(lam_play_kind_name((LamPlayKind)i), &kind));
        g_assert_cmpint(kind, ==, i);
        g_assert_false(lam_play_kind_parse("waltz", &kind));
    }
}

static void test_course(void)
{
    assert_near(lam_play_period_s(&there), 5);
    assert_near(lam_play_period_s(&back), 9);
    const struct {
        double at_s, there, back;
    } known[] = {{0, 0, 0},         {0.5, 0, 0},     {1.5, 0.25, 0.25}, {4.5, 1, 1},
                 {4.9, 1, 1},       {5, 0, 1},       {6, 0.125, 0.75},  {8.9, 0.85, 0.025},
                 {9.01, 0.8775, 0}, {18.5, 0.75, 0}, {47.5, 0.5, 0.5}};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        assert_near(lam_play_position(&there, known[i].at_s), known[i].there);
        assert_near(lam_play_position(&back, known[i].at_s), known[i].back);
    }
}

/* From wherever it is started it goes on from there, without a rest first and without a jump; only what
 * does not come back jumps from the far end to the start. */
static void test_setting_off(void)
{
    for (double position = 0; position < 1; position += 0.1) {
        double at_s = lam_play_elapsed_s(&back, position);
        assert_near(lam_play_position(&back, at_s), position);
        g_assert_cmpfloat(lam_play_position(&back, at_s + 0.01), >, position);
    }
    assert_near(lam_play_position(&back, lam_play_elapsed_s(&back, 1)), 1);
    assert_near(lam_play_position(&back, lam_play_elapsed_s(&back, 1) + 1), 0.75);
    assert_near(lam_play_position(&there, lam_play_elapsed_s(&there, 1)), 0);
}

static void test_lambda(void)
{
    assert_near(lam_play_to_lambda(0), 0);
    assert_near(lam_play_to_lambda(0.5), 0.5);
    assert_near(lam_play_to_lambda(1), 1);
    for (double position = 0.03; position < 0.98; position += 0.05)
        assert_near(lam_play_from_lambda(lam_play_to_lambda(position)), position);
}

static void test_scene(void)
{
    LamScene scene;
    scene_fixture_open(&scene, (const int[3]){20, 24, 16});
    LamVec3 before = scene.cursor_mm;
    lam_play_show(LAM_PLAY_MORPH, 0.25, &scene);
    assert_near(scene.morph, 0.25);
    assert_near(lam_play_shown(LAM_PLAY_MORPH, &scene), 0.25);
    scene.plane = LAM_PLANE_CORONAL;
    lam_play_show(LAM_PLAY_SLICES, 0, &scene);
    assert_near(scene.cursor_mm.v[1], scene.fixed->box_min.v[1]);
    lam_play_show(LAM_PLAY_SLICES, 1, &scene);
    assert_near(scene.cursor_mm.v[1], scene.fixed->box_max.v[1]);
    assert_near(lam_play_shown(LAM_PLAY_SLICES, &scene), 1);
    assert_near(scene.cursor_mm.v[0], before.v[0]);
    assert_near(scene.cursor_mm.v[2], before.v[2]);
    lam_play_show(LAM_PLAY_LAMBDA, 0.1, &scene);
    assert_near(scene.morph, 0.25);
    lam_scene_clear(&scene);
}

static void test_single_slice(void)
{
    LamScene scene;
    scene_fixture_open(&scene, (const int[3]){20, 24, 1});
    LamVec3 before = scene.cursor_mm;
    g_assert_false(lam_play_kind_possible(LAM_PLAY_SLICES, &scene));
    g_assert_true(lam_play_kind_possible(LAM_PLAY_MORPH, &scene));
    lam_play_show(LAM_PLAY_SLICES, 0.9, &scene);
    assert_near(scene.cursor_mm.v[2], before.v[2]);
    lam_scene_clear(&scene);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/play/names", test_names);
    g_test_add_func("/play/course", test_course);
    g_test_add_func("/play/setting-off", test_setting_off);
    g_test_add_func("/play/lambda", test_lambda);
    g_test_add_func("/play/scene", test_scene);
    g_test_add_func("/play/single-slice", test_single_slice);
    return g_test_run();
}

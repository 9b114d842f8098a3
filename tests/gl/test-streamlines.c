/* Curves along the displacement: where they run, which way, and that they are drawn. */
#include "gl-fixture.h"
#include "streamline-trace.h"

#include <lambdascope/field.h>

#include <math.h>

static const int size[3] = {33, 33, 33};
static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};
static const LamVec3 spacing = {{3, 3, 3}}, origin = {{0, 0, 0}};

static double dark(LamVec3 x, const void *user)
{
    (void)user;
    return x.v[0] > 0 ? 1 : 0;
}

/* d = omega z × x, about the axis through the origin. */
static LamTexels *turning_field(double omega)
{
    LamGrid grid = make_grid(size, spacing, origin, straight, positive);
    g_autoptr(LamVolume) field = lam_volume_new(&grid, 3, NULL);
    size_t n = lam_grid_voxels(&grid);
    for (size_t i = 0; i < n; i++) {
        LamVec3 at = {{(double)(i % 33), (double)(i / 33 % 33), (double)(i / 1089)}};
        LamVec3 x = lam_mat4_apply(&grid.to_world, at);
        field->data[i] = (float)(-omega * x.v[1]);
        field->data[n + i] = (float)(omega * x.v[0]);
    }
    return lam_texels_new_field(field, NULL, NULL);
}

static void open_scene(LamScene *scene, LamTexels *field)
{
    LamGrid grid = make_grid(size, spacing, origin, straight, positive);
    g_autoptr(LamTexels) scan = scan_from_world(&grid, dark, NULL);
    lam_scene_set_scans(scene, scan, scan, NULL);
    lam_scene_set_field(scene, field);
    lam_scene_reset_view(scene);
    scene->levels[0] = scene->levels[1] = (LamLevels){1e6, 2e6};
    scene->streamlines = true;
}

static GArray *trace(const LamScene *scene, const LamView *view)
{
    const LamStreamlines how = {.scene = scene,
                                .view = view,
                                .scale = 1,
                                .field = scene->field,
                                .spacing_mm = 9,
                                .half_px = 0};
    return lam_streamlines_trace(&how);
}

/* Without a context. */
static void lay_out(LamScene *scene, LamTexels *field, LamView views[LAM_VIEWS_MAX])
{
    lam_scene_init(scene);
    open_scene(scene, field);
    lam_scene_layout(scene, 600, 250, 1, views);
}

static LamTexels *constant(LamVec3 d_mm)
{
    LamGrid grid = make_grid(size, spacing, origin, straight, positive);
    return constant_field(&grid, d_mm, 1);
}

/* Along d = (3, 0, 0): the tissue moves the other way, towards -x; each line is straight and 2 * 7 steps of
 * 2 mm long, unless it leaves the field. */
static void test_constant(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    g_autoptr(LamTexels) field = constant((LamVec3){{3, 0, 0}});
    lay_out(&scene, field, views);
    for (int way = 0; way < LAM_DIRECTION_COUNT; way++) {
        scene.direction = (LamDirection)way;
        g_autoptr(GArray) strip = trace(&scene, &views[2]);
        double sign = way == LAM_DIRECTION_PULL_BACK ? 1 : -1, longest = 0;
        LamVec3 tail = origin;
        g_assert_cmpuint(strip->len, >, 1000);
        for (guint i = 0; i < strip->len; i++) {
            const LamStreamVertex *v = &g_array_index(strip, LamStreamVertex, i);
            LamVec3 at = lam_scene_unproject(&scene, &views[2], 1, (double)v->x, (double)v->y);
            g_assert_cmpfloat_with_epsilon((double)v->length_mm, 3, 1e-4);
            if (v->along == 0)
                tail = at;
            g_assert_cmpfloat_with_epsilon(at.v[1], tail.v[1], 1e-3);
            if (v->along == 1)
                longest = fmax(longest, sign * (at.v[0] - tail.v[0]));
        }
        g_assert_cmpfloat_with_epsilon(longest, 28, 1e-2);
    }
    lam_scene_clear(&scene);
}

/* Of a turn they are circles. */
static void test_turn(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    g_autoptr(LamTexels) field = turning_field(0.1);
    lay_out(&scene, field, views);
    scene.direction = LAM_DIRECTION_PULL_BACK;
    g_autoptr(GArray) strip = trace(&scene, &views[2]);
    double radius = 0, turned = 0, before = 0;
    for (guint i = 0; i < strip->len; i++) {
        const LamStreamVertex *v = &g_array_index(strip, LamStreamVertex, i);
        LamVec3 at = lam_scene_unproject(&scene, &views[2], 1, (double)v->x, (double)v->y);
        double r = hypot(at.v[0], at.v[1]), angle = atan2(at.v[1], at.v[0]);
        if (v->along == 0)
            radius = r;
        else if (radius > 6)
            g_assert_cmpfloat_with_epsilon(r, radius, 0.02 * radius);
        if (v->along > 0 && fabs(angle - before) < 1)
            turned += angle - before;
        before = angle;
        g_assert_cmpfloat_with_epsilon((double)v->length_mm, 0.1 * r, 0.3);
    }
    g_assert_cmpfloat(turned, >, 10); /* anticlockwise, as the field */
    lam_scene_clear(&scene);
}

static void test_nothing_moves(void)
{
    LamScene scene;
    LamView views[LAM_VIEWS_MAX];
    g_autoptr(LamTexels) field = constant((LamVec3){{0.1, 0, 5}});
    lay_out(&scene, field, views);
    g_autoptr(GArray) strip = trace(&scene, &views[2]); /* through the plane alone */
    g_assert_cmpuint(strip->len, ==, 0);
    lam_scene_clear(&scene);
}

static int bright_in(const GlFixture *f, const LamView *view)
{
    int bright = 0;
    for (int y = 0; y < view->rect.height; y++)
        for (int x = 0; x < view->rect.width; x++)
            bright += gl_fixture_pixel(f, (int)view->rect.x + x, (int)view->rect.y + y)[1] > 60;
    return bright;
}

static void test_drawn(void)
{
    GlFixture f;
    if (!gl_fixture_open(&f, 600, 250))
        return;
    g_autoptr(LamTexels) field = turning_field(0.1);
    open_scene(&f.scene, field);
    gl_fixture_draw(&f);
    g_assert_cmpint(bright_in(&f, &f.views[0]), ==, 0);
    g_assert_cmpint(bright_in(&f, &f.views[1]), ==, 0);
    g_assert_cmpint(bright_in(&f, &f.views[2]), >, 500);
    f.scene.streamlines = false;
    gl_fixture_draw(&f);
    g_assert_cmpint(bright_in(&f, &f.views[2]), ==, 0);
    gl_fixture_close(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/streamlines/constant", test_constant);
    g_test_add_func("/streamlines/turn", test_turn);
    g_test_add_func("/streamlines/nothing-moves", test_nothing_moves);
    g_test_add_func("/streamlines/drawn", test_drawn);
    return g_test_run();
}

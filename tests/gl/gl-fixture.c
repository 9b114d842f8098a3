#include "gl-fixture.h"

#include <lambdascope/error.h>
#include <math.h>
#include <stdlib.h>

bool gl_fixture_open(GlFixture *fixture, int width, int height)
{
    g_autoptr(GError) error = NULL;
    *fixture = (GlFixture){.width = width, .height = height};
    fixture->offscreen = lam_offscreen_new(width, height, &error);
    if (!fixture->offscreen) {
        g_assert_error(error, LAM_ERROR, LAM_ERROR_GL);
        g_test_skip(error->message);
        return false;
    }
    fixture->renderer = lam_renderer_new(&error);
    g_assert_no_error(error);
    lam_scene_init(&fixture->scene);
    fixture->scene.annotations = fixture->scene.crosshair = false;
    return true;
}

void gl_fixture_close(GlFixture *fixture)
{
    lam_renderer_free(fixture->renderer);
    lam_offscreen_free(fixture->offscreen);
    lam_scene_clear(&fixture->scene);
    g_free(fixture->pixels);
}

void gl_fixture_draw(GlFixture *fixture)
{
    g_autoptr(GError) error = NULL;
    bool pending = true;
    fixture->n_views =
        lam_scene_layout(&fixture->scene, fixture->width, fixture->height, 1, fixture->views);
    lam_renderer_draw(fixture->renderer, &fixture->scene, fixture->width, fixture->height, 1, 0,
                      &pending, &error);
    g_assert_no_error(error);
    g_assert_false(pending);
    g_free(fixture->pixels);
    fixture->pixels = lam_offscreen_read(fixture->offscreen);
}

const uint8_t *gl_fixture_pixel(const GlFixture *fixture, int x, int y)
{
    g_assert_true(x >= 0 && y >= 0 && x < fixture->width && y < fixture->height);
    return fixture->pixels + ((size_t)y * fixture->width + x) * 4;
}

LamVolume *volume_from_world(const LamGrid *grid, WorldFunction function, const void *user)
{
    g_autoptr(GError) error = NULL;
    LamVolume *volume = lam_volume_new(grid, 1, &error);
    g_assert_no_error(error);
    float *out = volume->data;
    for (int k = 0; k < grid->size[2]; k++) {
        for (int j = 0; j < grid->size[1]; j++) {
            for (int i = 0; i < grid->size[0]; i++) {
                LamVec3 world = lam_mat4_apply(&grid->to_world, (LamVec3){{i, j, k}});
                *out++ = (float)function(world, user);
            }
        }
    }
    return volume;
}

LamTexels *scan_from_world(const LamGrid *grid, WorldFunction function, const void *user)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamVolume) volume = volume_from_world(grid, function, user);
    LamTexels *texels = lam_texels_new_scan(volume, &error);
    g_assert_no_error(error);
    return texels;
}

LamTexels *constant_field(const LamGrid *grid, LamVec3 d_mm, double jacobian)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LamVolume) field = lam_volume_new(grid, 3, &error);
    g_autoptr(LamVolume) change = lam_volume_new(grid, 1, &error);
    g_assert_no_error(error);
    size_t voxels = lam_grid_voxels(grid);
    for (size_t i = 0; i < voxels; i++) {
        for (int c = 0; c < 3; c++)
            field->data[(size_t)c * voxels + i] = (float)d_mm.v[c];
        change->data[i] = (float)jacobian;
    }
    LamTexels *texels = lam_texels_new_field(field, change, &error);
    g_assert_no_error(error);
    return texels;
}

LamGrid make_grid(const int world_size[3], LamVec3 spacing_mm, LamVec3 centre_mm, const int axes[3],
                  const int signs[3])
{
    LamGrid grid = {.to_world = lam_mat4_identity()};
    for (int row = 0; row < 3; row++)
        grid.to_world.m[row][row] = 0;
    for (int i = 0; i < 3; i++) {
        int axis = axes[i];
        double step = signs[i] * spacing_mm.v[axis];
        grid.size[i] = world_size[axis];
        grid.to_world.m[axis][i] = step;
        grid.to_world.m[axis][3] = centre_mm.v[axis] - step * (world_size[axis] - 1) / 2;
    }
    return grid;
}

LamGrid cube_grid(int size, double spacing_mm)
{
    static const int straight[3] = {0, 1, 2}, positive[3] = {1, 1, 1};
    const int sizes[3] = {size, size, size};
    LamVec3 spacing = {{spacing_mm, spacing_mm, spacing_mm}};
    return make_grid(sizes, spacing, (LamVec3){{0}}, straight, positive);
}

double dark_cube(LamVec3 x, const void *user)
{
    return fabs(x.v[0]) < 25 && fabs(x.v[1]) < 25 && fabs(x.v[2]) < 25 ? 100 : 0;
}

static double constant(LamVec3 x, const void *user)
{
    return *(const double *)user;
}

void gl_fixture_compare(GlFixture *fixture, LamVec3 d_mm, double jacobian)
{
    const double fixed_value = 800, moving_value = 400;
    LamGrid grid = cube_grid(60, 1);
    g_autoptr(LamTexels) fixed = scan_from_world(&grid, constant, &fixed_value);
    g_autoptr(LamTexels) moving = scan_from_world(&grid, constant, &moving_value);
    g_autoptr(LamTexels) field = constant_field(&grid, d_mm, jacobian);
    lam_scene_set_scans(&fixture->scene, fixed, moving, NULL);
    lam_scene_set_field(&fixture->scene, field);
    lam_scene_reset_view(&fixture->scene);
    fixture->scene.levels[0] = fixture->scene.levels[1] = (LamLevels){0, 1000};
}

const uint8_t *gl_fixture_warped_at(const GlFixture *fixture, double r, double a)
{
    double x, y;
    const LamView *view = &fixture->views[LAM_PANE_WARPED];
    lam_scene_project(&fixture->scene, view, 1, (LamVec3){{r, a, 0}}, &x, &y);
    return gl_fixture_pixel(fixture, (int)x, (int)y);
}

void gl_fixture_assert_colour(const uint8_t *pixel, int r, int g, int b)
{
    g_assert_cmpint(abs(pixel[0] - r), <=, 2);
    g_assert_cmpint(abs(pixel[1] - g), <=, 2);
    g_assert_cmpint(abs(pixel[2] - b), <=, 2);
}

/* A scene, a context and the pixels that come out. */
#pragma once

#include <lambdascope/offscreen.h>
#include <lambdascope/renderer.h>

typedef struct {
    LamScene scene;
    int width, height;
    LamOffscreen *offscreen;
    LamRenderer *renderer;
    LamView views[LAM_VIEWS_MAX];
    int n_views;
    uint8_t *pixels;
} GlFixture;

/* False (and the test marked as skipped) where there is no GL. Annotations and crosshair are off. */
bool gl_fixture_open(GlFixture *fixture, int width, int height);
void gl_fixture_close(GlFixture *fixture);
/* Draws; pixels and views are then up to date. */
void gl_fixture_draw(GlFixture *fixture);
const uint8_t *gl_fixture_pixel(const GlFixture *fixture, int x, int y);

/* Values from a function of the world position. */
typedef double (*WorldFunction)(LamVec3 world_mm, const void *user);
LamVolume *volume_from_world(const LamGrid *grid, WorldFunction function, const void *user);
LamTexels *scan_from_world(const LamGrid *grid, WorldFunction function, const void *user);
/* A constant displacement with a constant |J|. */
LamTexels *constant_field(const LamGrid *grid, LamVec3 d_mm, double jacobian);

/* An anisotropic grid around a point; with axes[i] = world axis of voxel axis i and its sign. */
LamGrid make_grid(const int world_size[3], LamVec3 spacing_mm, LamVec3 centre_mm, const int axes[3],
                  const int signs[3]);
/* A cube of voxels around 0, straight. */
LamGrid cube_grid(int size, double spacing_mm);
/* 100 within 25 mm of 0 along each axis, 0 elsewhere. */
double dark_cube(LamVec3 world_mm, const void *user);

/* Sets a fixed scan of 800 and a moving one of 400 everywhere, on levels from 0 to 1000, and a constant field. */
void gl_fixture_compare(GlFixture *fixture, LamVec3 d_mm, double jacobian);
/* The colour of the warped view at a point of the patient, mm to the right and to the front, once drawn. */
const uint8_t *gl_fixture_warped_at(const GlFixture *fixture, double r, double a);
void gl_fixture_assert_colour(const uint8_t *pixel, int r, int g, int b);

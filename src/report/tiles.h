/* Pieces of pictures that are made of many slices: each drawn by the renderer at one scale, and what is written on
 * them. */
#pragma once

#include <cairo.h>
#include <lambdascope/scene.h>
#include <pango/pango.h>

typedef struct LamTiles LamTiles;

/* Takes over the current thread's GL context until they are freed. No tile may be higher than `tallest`.
 * LAM_ERROR_GL. */
LamTiles *lam_tiles_new(int width, int tallest, GError **error);
void lam_tiles_free(LamTiles *tiles);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTiles, lam_tiles_free)

/* Axes of the world across, up and through a plane. */
void lam_tiles_axes(const LamScene *scene, LamPlane plane, int axes[3]);
double lam_tiles_extent_mm(const LamScene *scene, int axis);

/* The slice through the scene's cursor, around its content; changes how the scene is looked at. Free with
 * cairo_surface_destroy. */
cairo_surface_t *lam_tiles_draw(LamTiles *tiles, LamScene *scene, LamPane pane, LamPlane plane,
                                int height, double mm_per_pixel, GError **error);

/* Free with g_object_unref. */
PangoLayout *lam_tiles_layout(cairo_t *cr, double pixels);
/* Bright on a dark rim. share: 0 puts the text's left or top at x or y, 1 its right or bottom. */
void lam_tiles_write(cairo_t *cr, PangoLayout *layout, const char *text, double x, double y,
                     double share_x, double share_y);

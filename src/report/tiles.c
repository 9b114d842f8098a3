#include "tiles.h"

#include <lambdascope/offscreen.h>
#include <lambdascope/png.h>
#include <lambdascope/renderer.h>
#include <math.h>
#include <pango/pangocairo.h>

struct LamTiles {
    LamOffscreen *offscreen;
    LamRenderer *renderer;
    int width, target; /* columns and rows of the framebuffer */
};

LamTiles *lam_tiles_new(int width, int tallest, GError **error)
{
    g_autoptr(LamTiles) tiles = g_new0(LamTiles, 1);
    tiles->width = width;
    tiles->target = tallest;
    tiles->offscreen = lam_offscreen_new(width, tallest, error);
    tiles->renderer = tiles->offscreen ? lam_renderer_new(error) : NULL;
    return tiles->renderer ? g_steal_pointer(&tiles) : NULL;
}

void lam_tiles_free(LamTiles *tiles)
{
    if (!tiles)
        return;
    lam_renderer_free(tiles->renderer);
    lam_offscreen_free(tiles->offscreen);
    g_free(tiles);
}

/* ---- geometry ---- */

static int axis_of(LamVec3 direction)
{
    int axis = 0;
    for (int i = 1; i < 3; i++)
        if (fabs(direction.v[i]) > fabs(direction.v[axis]))
            axis = i;
    return axis;
}

void lam_tiles_axes(const LamScene *scene, LamPlane plane, int axes[3])
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, plane, &right, &up, &through);
    axes[0] = axis_of(right);
    axes[1] = axis_of(up);
    axes[2] = axis_of(through);
}

double lam_tiles_extent_mm(const LamScene *scene, int axis)
{
    return MAX(scene->fixed->box_max.v[axis] - scene->fixed->box_min.v[axis], 1);
}

/* ---- a tile ---- */

static void aim(const LamTiles *tiles, LamScene *scene, LamPane pane, LamPlane plane, int height,
                double mm_per_pixel)
{
    scene->plane = plane;
    scene->maximised = pane;
    scene->annotations = scene->crosshair = false;
    LamView view = {pane, plane, {0, 0, tiles->width, height}};
    scene->zoom = 1;
    scene->zoom = lam_scene_mm_per_pixel(scene, &view, 1) / mm_per_pixel;
}

cairo_surface_t *lam_tiles_draw(LamTiles *tiles, LamScene *scene, LamPane pane, LamPlane plane,
                                int height, double mm_per_pixel, GError **error)
{
    bool pending;
    aim(tiles, scene, pane, plane, height, mm_per_pixel);
    if (!lam_renderer_draw(tiles->renderer, scene, tiles->width, height, 1, 0, &pending, error))
        return NULL;
    g_autofree uint8_t *pixels = lam_offscreen_read(tiles->offscreen);
    size_t above = (size_t)(tiles->target - height); /* what was drawn lies at the foot */
    return lam_png_surface(tiles->width, height, pixels + above * 4 * (size_t)tiles->width);
}

/* ---- what is written ---- */

PangoLayout *lam_tiles_layout(cairo_t *cr, double pixels)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, "Sans");
    pango_font_description_set_absolute_size(font, pixels * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    return layout;
}

void lam_tiles_write(cairo_t *cr, PangoLayout *layout, const char *text, double x, double y,
                     double share_x, double share_y)
{
    int width, height;
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_pixel_size(layout, &width, &height);
    cairo_move_to(cr, round(x - share_x * width), round(y - share_y * height));
    pango_cairo_layout_path(cr, layout);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.8);
    cairo_set_line_width(cr, 3);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke_preserve(cr);
    cairo_set_source_rgb(cr, 0.93, 0.945, 0.96);
    cairo_fill(cr);
}

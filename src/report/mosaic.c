#include "mosaic.h"

#include "legend.h"

#include <lambdascope/offscreen.h>
#include <lambdascope/png.h>
#include <lambdascope/renderer.h>

#include <math.h>
#include <pango/pangocairo.h>

#define WIDTH   1260
#define SLICES  7
#define TALLEST 460 /* pixels of a tile */
#define GAP     2
#define PAD     6    /* around what stands out of the background, within a tile */
#define REACH   0.78 /* of the extent, from the first slice to the last */

typedef struct {
    LamPlane plane;
    int height, y; /* of its row */
} Row;

struct LamMosaic {
    LamScene *scene; /* borrowed */
    LamOffscreen *offscreen;
    LamRenderer *renderer;
    int target; /* rows of the framebuffer */
    int slices, rows, tile_width, height;
    double mm_per_pixel;
    Row row[3];
};

/* ---- geometry ---- */

static int axis_of(LamVec3 direction)
{
    int axis = 0;
    for (int i = 1; i < 3; i++)
        if (fabs(direction.v[i]) > fabs(direction.v[axis]))
            axis = i;
    return axis;
}

/* Axes of the world across, up and through a plane. */
static void plane_axes(const LamScene *scene, LamPlane plane, int axes[3])
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, plane, &right, &up, &through);
    axes[0] = axis_of(right);
    axes[1] = axis_of(up);
    axes[2] = axis_of(through);
}

static double extent_mm(const LamScene *scene, int axis)
{
    return MAX(scene->fixed->box_max.v[axis] - scene->fixed->box_min.v[axis], 1);
}

static void choose_rows(LamMosaic *mosaic)
{
    LamPlane plane;
    bool flat = lam_scene_slice_plane(mosaic->scene, &plane);
    mosaic->rows = flat ? 1 : 3;
    mosaic->slices = flat ? 1 : SLICES;
    for (int i = 0; i < mosaic->rows; i++)
        mosaic->row[i].plane = flat ? plane : (LamPlane)i;
    int tile = (WIDTH + GAP) / mosaic->slices - GAP;
    mosaic->tile_width = MIN(tile, TALLEST);
}

static void choose_scale(LamMosaic *mosaic)
{
    double room_x = mosaic->tile_width - 2 * PAD, room_y = TALLEST - 2 * PAD;
    int axes[3];
    mosaic->mm_per_pixel = 0;
    for (int i = 0; i < mosaic->rows; i++) {
        plane_axes(mosaic->scene, mosaic->row[i].plane, axes);
        double x = extent_mm(mosaic->scene, axes[0]) / room_x;
        double y = extent_mm(mosaic->scene, axes[1]) / room_y;
        mosaic->mm_per_pixel = MAX(mosaic->mm_per_pixel, MAX(x, y));
    }
    for (int i = 0; i < mosaic->rows; i++) {
        Row *row = &mosaic->row[i];
        plane_axes(mosaic->scene, row->plane, axes);
        double height = extent_mm(mosaic->scene, axes[1]) / mosaic->mm_per_pixel;
        row->y = mosaic->height;
        row->height = (int)ceil(height) + 2 * PAD;
        mosaic->height += row->height + (i + 1 < mosaic->rows ? GAP : 0);
        mosaic->target = MAX(mosaic->target, row->height);
    }
}

void lam_mosaic_size(const LamMosaic *mosaic, bool legend, int *width, int *height)
{
    *width = mosaic->slices * (mosaic->tile_width + GAP) - GAP;
    *height = mosaic->height + (legend ? LAM_LEGEND_HEIGHT : 0);
}

LamMosaic *lam_mosaic_new(LamScene *scene, GError **error)
{
    g_autoptr(LamMosaic) mosaic = g_new0(LamMosaic, 1);
    mosaic->scene = scene;
    choose_rows(mosaic);
    choose_scale(mosaic);
    mosaic->offscreen = lam_offscreen_new(mosaic->tile_width, mosaic->target, error);
    mosaic->renderer = mosaic->offscreen ? lam_renderer_new(error) : NULL;
    return mosaic->renderer ? g_steal_pointer(&mosaic) : NULL;
}

void lam_mosaic_free(LamMosaic *mosaic)
{
    lam_renderer_free(mosaic->renderer);
    lam_offscreen_free(mosaic->offscreen);
    g_free(mosaic);
}

/* ---- one tile ---- */

static double position_mm(const LamMosaic *mosaic, LamPlane plane, int slice)
{
    int axes[3];
    plane_axes(mosaic->scene, plane, axes);
    double lowest = mosaic->scene->fixed->box_min.v[axes[2]];
    double highest = mosaic->scene->fixed->box_max.v[axes[2]];
    double share =
        mosaic->slices > 1 ? (1 - REACH) / 2 + REACH * slice / (mosaic->slices - 1) : 0.5;
    return lowest + share * (highest - lowest);
}

static void aim(LamMosaic *mosaic, LamPane pane, const Row *row, int slice)
{
    LamScene *scene = mosaic->scene;
    int axes[3];
    plane_axes(scene, row->plane, axes);
    scene->plane = row->plane;
    scene->maximised = pane;
    scene->annotations = scene->crosshair = false;
    scene->cursor_mm.v[axes[2]] = position_mm(mosaic, row->plane, slice);
    LamView view = {pane, row->plane, {0, 0, mosaic->tile_width, row->height}};
    scene->zoom = 1;
    scene->zoom = lam_scene_mm_per_pixel(scene, &view, 1) / mosaic->mm_per_pixel;
}

static bool draw_tile(LamMosaic *mosaic, cairo_t *cr, const Row *row, int slice, GError **error)
{
    bool pending;
    if (!lam_renderer_draw(mosaic->renderer, mosaic->scene, mosaic->tile_width, row->height, 1, 0,
                           &pending, error))
        return false;
    g_autofree uint8_t *pixels = lam_offscreen_read(mosaic->offscreen);
    int above = mosaic->target - row->height; /* what was drawn lies at the foot */
    cairo_surface_t *tile = lam_png_surface(
        mosaic->tile_width, row->height, pixels + (size_t)above * 4 * (size_t)mosaic->tile_width);
    cairo_set_source_surface(cr, tile, slice * (mosaic->tile_width + GAP), row->y);
    cairo_paint(cr);
    cairo_surface_destroy(tile);
    return true;
}

/* ---- what is written on it ---- */

static PangoLayout *make_layout(cairo_t *cr)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, "Sans");
    pango_font_description_set_absolute_size(font, 13.0 * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    return layout;
}

/* share: 0 puts the text's left or top at x or y, 1 its right or bottom. */
static void write_at(cairo_t *cr, PangoLayout *layout, const char *text, double x, double y,
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

/* "S 12": millimetres along the axis, named by the letter of the end that they count towards. */
static char *position_text(const LamMosaic *mosaic, LamPlane plane, int slice)
{
    static const char positive[] = "RAS", negative[] = "LPI";
    int axes[3];
    plane_axes(mosaic->scene, plane, axes);
    double at = round(position_mm(mosaic, plane, slice));
    return g_strdup_printf("%c %.0f", (at < 0 ? negative : positive)[axes[2]], fabs(at));
}

static void annotate(const LamMosaic *mosaic, cairo_t *cr, PangoLayout *layout, const Row *row)
{
    char letters[4];
    double tile = mosaic->tile_width, bottom = row->y + row->height;
    lam_scene_letters(mosaic->scene, row->plane, letters);
    for (int i = 0; i < mosaic->slices; i++) {
        g_autofree char *at = position_text(mosaic, row->plane, i);
        write_at(cr, layout, at, i * (tile + GAP) + tile - 4, bottom - 3, 1, 1);
    }
    const struct {
        double x, y, share_x, share_y;
    } edges[4] = {{4, row->y + row->height / 2.0, 0, 0.5},
                  {tile - 4, row->y + row->height / 2.0, 1, 0.5},
                  {tile / 2, row->y + 2, 0.5, 0},
                  {tile / 2, bottom - 3, 0.5, 1}};
    for (int i = 0; i < 4; i++) {
        char text[2] = {letters[i], 0};
        write_at(cr, layout, text, edges[i].x, edges[i].y, edges[i].share_x, edges[i].share_y);
    }
}

/* ---- the picture ---- */

static bool draw_row(LamMosaic *mosaic, cairo_t *cr, LamPane pane, const Row *row,
                     const LamProgress *progress, GError **error)
{
    for (int slice = 0; slice < mosaic->slices; slice++) {
        aim(mosaic, pane, row, slice);
        if (lam_progress_cancelled(progress, error) || !draw_tile(mosaic, cr, row, slice, error))
            return false;
    }
    return true;
}

GBytes *lam_mosaic_draw(LamMosaic *mosaic, LamPane pane, bool legend, const LamProgress *progress,
                        GError **error)
{
    int width, height;
    bool ok = true;
    lam_mosaic_size(mosaic, legend, &width, &height);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cr = cairo_create(surface);
    PangoLayout *layout = make_layout(cr);
    for (int i = 0; i < mosaic->rows && ok; i++) {
        ok = draw_row(mosaic, cr, pane, &mosaic->row[i], progress, error);
        annotate(mosaic, cr, layout, &mosaic->row[i]);
    }
    if (legend)
        lam_legend_draw(cr, layout, mosaic->height);
    g_object_unref(layout);
    cairo_destroy(cr);
    GBytes *png = ok ? lam_png_encode(surface, error) : NULL;
    cairo_surface_destroy(surface);
    return png;
}

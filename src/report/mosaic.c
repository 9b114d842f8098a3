#include "mosaic.h"

#include "legend.h"
#include "tiles.h"

#include <lambdascope/png.h>
#include <math.h>

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
    LamTiles *tiles;
    int tallest; /* of the rows */
    int slices, rows, tile_width, height;
    double mm_per_pixel;
    Row row[3];
};

/* ---- geometry ---- */

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
        lam_tiles_axes(mosaic->scene, mosaic->row[i].plane, axes);
        double x = lam_tiles_extent_mm(mosaic->scene, axes[0]) / room_x;
        double y = lam_tiles_extent_mm(mosaic->scene, axes[1]) / room_y;
        mosaic->mm_per_pixel = MAX(mosaic->mm_per_pixel, MAX(x, y));
    }
    for (int i = 0; i < mosaic->rows; i++) {
        Row *row = &mosaic->row[i];
        lam_tiles_axes(mosaic->scene, row->plane, axes);
        double height = lam_tiles_extent_mm(mosaic->scene, axes[1]) / mosaic->mm_per_pixel;
        row->y = mosaic->height;
        row->height = (int)ceil(height) + 2 * PAD;
        mosaic->height += row->height + (i + 1 < mosaic->rows ? GAP : 0);
        mosaic->tallest = MAX(mosaic->tallest, row->height);
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
    mosaic->tiles = lam_tiles_new(mosaic->tile_width, mosaic->tallest, error);
    return mosaic->tiles ? g_steal_pointer(&mosaic) : NULL;
}

void lam_mosaic_free(LamMosaic *mosaic)
{
    lam_tiles_free(mosaic->tiles);
    g_free(mosaic);
}

/* ---- one tile ---- */

static double position_mm(const LamMosaic *mosaic, LamPlane plane, int slice)
{
    int axes[3];
    lam_tiles_axes(mosaic->scene, plane, axes);
    double lowest = mosaic->scene->fixed->box_min.v[axes[2]];
    double highest = mosaic->scene->fixed->box_max.v[axes[2]];
    double share =
        mosaic->slices > 1 ? (1 - REACH) / 2 + REACH * slice / (mosaic->slices - 1) : 0.5;
    return lowest + share * (highest - lowest);
}

static bool draw_tile(LamMosaic *mosaic, cairo_t *cr, LamPane pane, const Row *row, int slice,
                      GError **error)
{
    int axes[3];
    lam_tiles_axes(mosaic->scene, row->plane, axes);
    mosaic->scene->cursor_mm.v[axes[2]] = position_mm(mosaic, row->plane, slice);
    cairo_surface_t *tile = lam_tiles_draw(mosaic->tiles, mosaic->scene, pane, row->plane,
                                           row->height, mosaic->mm_per_pixel, error);
    if (!tile)
        return false;
    cairo_set_source_surface(cr, tile, slice * (mosaic->tile_width + GAP), row->y);
    cairo_paint(cr);
    cairo_surface_destroy(tile);
    return true;
}

/* ---- what is written on it ---- */

/* "S 12": millimetres along the axis, named by the letter of the end that they count towards. */
static char *position_text(const LamMosaic *mosaic, LamPlane plane, int slice)
{
    static const char positive[] = "RAS", negative[] = "LPI";
    int axes[3];
    lam_tiles_axes(mosaic->scene, plane, axes);
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
        lam_tiles_write(cr, layout, at, i * (tile + GAP) + tile - 4, bottom - 3, 1, 1);
    }
    const struct {
        double x, y, share_x, share_y;
    } edges[4] = {{4, row->y + row->height / 2.0, 0, 0.5},
                  {tile - 4, row->y + row->height / 2.0, 1, 0.5},
                  {tile / 2, row->y + 2, 0.5, 0},
                  {tile / 2, bottom - 3, 0.5, 1}};
    for (int i = 0; i < 4; i++) {
        char text[2] = {letters[i], 0};
        lam_tiles_write(cr, layout, text, edges[i].x, edges[i].y, edges[i].share_x,
                        edges[i].share_y);
    }
}

/* ---- the picture ---- */

static bool draw_row(LamMosaic *mosaic, cairo_t *cr, LamPane pane, const Row *row,
                     const LamProgress *progress, GError **error)
{
    for (int slice = 0; slice < mosaic->slices; slice++) {
        if (lam_progress_cancelled(progress, error) ||
            !draw_tile(mosaic, cr, pane, row, slice, error))
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
    PangoLayout *layout = lam_tiles_layout(cr, 13);
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

/* Pairs of landmarks over a view: a ring with its number where a point was placed, a cross where the other scan's
 * one is carried, and a line between the two, which is the error. */
#include "gl-private.h"

#include <math.h>

#define RADIUS 6.0 /* logical pixels, in the plane of the point itself */
#define CROSS  4.0

static const LamColour ring = {1.0f, 0.76f, 0.1f, 1}; /* amber */
static const LamColour chosen = {1, 1, 1, 1};
static const LamColour error_line = {0.96f, 0.3f, 0.8f, 1};
static const LamColour shade = {0, 0, 0, 0.6f};

static bool within(const LamRect *rect, double x, double y)
{
    return x >= rect->x && y >= rect->y && x < rect->x + rect->width && y < rect->y + rect->height;
}

static void draw_cross(LamPainter *painter, double x, double y, LamColour colour)
{
    double scale = lam_painter_scale(painter), reach = CROSS * scale;
    for (int pass = 0; pass < 2; pass++) {
        double width = (pass == 0 ? 3 : 1.5) * scale;
        LamColour paint = pass == 0 ? shade : colour;
        lam_painter_line(painter, x - reach, y - reach, x + reach, y + reach, width, paint);
        lam_painter_line(painter, x - reach, y + reach, x + reach, y - reach, width, paint);
    }
}

static void draw_ring(LamPainter *painter, double x, double y, double share,
                      const LamSceneMark *mark)
{
    double scale = lam_painter_scale(painter), radius = MAX(RADIUS * share, 1.5) * scale;
    LamColour colour = mark->chosen ? chosen : ring;
    char number[16];
    g_snprintf(number, sizeof number, "%d", mark->number);
    lam_painter_ring(painter, x, y, radius, 3.5 * scale, shade);
    lam_painter_ring(painter, x, y, radius, 1.75 * scale, colour);
    lam_painter_text(painter, number, LAM_TEXT_FIGURES, x + radius + 4 * scale, y - radius,
                     (LamAnchor){0, 1}, colour);
}

static void draw_mark(LamPainter *painter, const LamScene *scene, const LamView *view,
                      const LamSceneMark *mark)
{
    double scale = lam_painter_scale(painter), x0, y0, x1, y1;
    LamMarkPlaces places = lam_scene_mark_places(scene, view->pane, mark);
    double own = lam_scene_mark_radius_mm(scene, view->plane, places.own);
    double carried = lam_scene_mark_radius_mm(scene, view->plane, places.carried);
    bool shows_own = places.has_own && own > 0, shows_carried = places.has_carried && carried > 0;
    lam_scene_project(scene, view, scale, places.own, &x0, &y0);
    lam_scene_project(scene, view, scale, places.carried, &x1, &y1);
    shows_own = shows_own && within(&view->rect, x0, y0);
    shows_carried = shows_carried && within(&view->rect, x1, y1);
    if (shows_own && shows_carried)
        lam_painter_line(painter, x0, y0, x1, y1, 1.5 * scale, error_line);
    if (shows_carried)
        draw_cross(painter, x1, y1, error_line);
    if (shows_own)
        draw_ring(painter, x0, y0, own / LAM_MARK_MM, mark);
}

void lam_marks_draw(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    for (int i = 0; i < scene->n_marks; i++)
        draw_mark(painter, scene, view, &scene->marks[i]);
}

/* An outline while it is drawn, over the slice where it lies: its corners, and what would close it. */
#include "gl-private.h"

#include <math.h>

#define SLICE_MM 0.5
#define CORNER   2.5 /* logical pixels */
#define FIRST    5.0

static const LamColour line = {1.0f, 0.76f, 0.1f, 1}; /* amber */
static const LamColour closing = {1.0f, 0.76f, 0.1f, 0.45f};
static const LamColour shade = {0, 0, 0, 0.6f};

static bool is_seen(const LamScene *scene, const LamView *view)
{
    return scene->n_draft > 0 && view->pane != LAM_PANE_MOVING &&
           view->plane == scene->draft_plane &&
           lam_scene_depth_mm(scene, view->plane, scene->draft[0], scene->cursor_mm) <= SLICE_MM;
}

static void draw_edge(LamPainter *painter, const LamScene *scene, const LamView *view, int from,
                      int to, LamColour colour)
{
    double scale = lam_painter_scale(painter), x0, y0, x1, y1;
    lam_scene_project(scene, view, scale, scene->draft[from], &x0, &y0);
    lam_scene_project(scene, view, scale, scene->draft[to], &x1, &y1);
    lam_painter_line(painter, x0, y0, x1, y1, 3.5 * scale, shade);
    lam_painter_line(painter, x0, y0, x1, y1, 1.75 * scale, colour);
}

void lam_draft_draw(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    double scale = lam_painter_scale(painter);
    if (!is_seen(scene, view))
        return;
    if (scene->n_draft > 2)
        draw_edge(painter, scene, view, scene->n_draft - 1, 0, closing);
    for (int i = 0; i + 1 < scene->n_draft; i++)
        draw_edge(painter, scene, view, i, i + 1, line);
    for (int i = 0; i < scene->n_draft; i++) {
        double x, y, radius = (i == 0 ? FIRST : CORNER) * scale;
        lam_scene_project(scene, view, scale, scene->draft[i], &x, &y);
        lam_painter_ring(painter, x, y, radius, 1.75 * scale, line);
    }
}

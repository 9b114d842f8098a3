/* Where pairs of landmarks lie in the views. */
#include <lambdascope/scene.h>

#include <math.h>
#include <string.h>

#define REACH   9.0 /* logical pixels around a mark that are still on it */
#define ROUNDS  24  /* of the search for what is carried to a point, as in slice.frag */
#define CAUTION 0.6

void lam_scene_set_marks(LamScene *scene, const LamSceneMark *marks, int n)
{
    g_free(scene->marks);
    scene->marks = n > 0 ? g_memdup2(marks, (gsize)n * sizeof *marks) : NULL;
    scene->n_marks = n;
}

/* x + d(x); x without a field. */
static LamVec3 displaced(const LamTexels *field, LamVec3 x)
{
    double d[4];
    if (!field)
        return x;
    lam_texels_sample(field, x, d);
    for (int i = 0; i < 3; i++)
        x.v[i] += d[i];
    return x;
}

/* z with z + d(z) = x. */
static LamVec3 carried_to(const LamTexels *field, LamVec3 x)
{
    LamVec3 z = x;
    for (int round = 0; field && round < ROUNDS; round++) {
        LamVec3 y = displaced(field, z);
        for (int i = 0; i < 3; i++)
            z.v[i] += CAUTION * (x.v[i] - y.v[i]);
    }
    return z;
}

LamMarkPlaces lam_scene_mark_places(const LamScene *scene, LamPane pane, const LamSceneMark *mark)
{
    const LamTexels *field = lam_scene_shown_field(scene);
    LamMarkPlaces places = {mark->fixed, mark->fixed, mark->in_fixed, false};
    if (pane == LAM_PANE_MOVING) {
        places = (LamMarkPlaces){mark->moving, mark->fixed, mark->in_moving, mark->in_fixed};
        if (mark->in_fixed)
            places.carried = displaced(field, mark->fixed);
    } else if (pane == LAM_PANE_WARPED && mark->in_moving && !scene->flicker) {
        places.carried = carried_to(field, mark->moving);
        places.has_carried = true;
    }
    return places;
}

double lam_scene_mark_radius_mm(const LamScene *scene, LamPlane plane, LamVec3 place)
{
    double away = lam_scene_depth_mm(scene, plane, place, scene->cursor_mm);
    double square = LAM_MARK_MM * LAM_MARK_MM - away * away;
    return square > 0 ? sqrt(square) : 0;
}

int lam_scene_mark_at(const LamScene *scene, const LamView *view, double scale, double x, double y)
{
    double nearest = REACH * scale;
    int found = -1;
    for (int i = 0; i < scene->n_marks; i++) {
        double px, py;
        LamMarkPlaces places = lam_scene_mark_places(scene, view->pane, &scene->marks[i]);
        if (!places.has_own || lam_scene_mark_radius_mm(scene, view->plane, places.own) <= 0)
            continue;
        lam_scene_project(scene, view, scale, places.own, &px, &py);
        double away = hypot(px - x, py - y);
        if (away <= nearest) {
            nearest = away;
            found = i;
        }
    }
    return found;
}

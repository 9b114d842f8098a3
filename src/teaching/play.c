#include <lambdascope/play.h>

#include <lambdascope/lambda_scale.h>

#include <math.h>
#include <string.h>

static const char *const names[LAM_PLAY_COUNT] = {"morph", "lambda", "slices", "attribute"};

const char *lam_play_kind_name(LamPlayKind kind)
{
    return names[kind];
}

bool lam_play_kind_parse(const char *name, LamPlayKind *out)
{
    for (int i = 0; i < LAM_PLAY_COUNT; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (LamPlayKind)i;
            return true;
        }
    return false;
}

bool lam_play_kind_possible(LamPlayKind kind, const LamScene *scene)
{
    LamPlane plane;
    return kind != LAM_PLAY_SLICES || !lam_scene_slice_plane(scene, &plane);
}

double lam_play_period_s(const LamPlayCourse *course)
{
    return (course->back ? 2 * course->way_s : course->way_s) + 2 * course->rest_s;
}

double lam_play_position(const LamPlayCourse *course, double elapsed_s)
{
    double at = fmod(elapsed_s, lam_play_period_s(course));
    double back_from = course->way_s + 2 * course->rest_s;
    double there = (at - course->rest_s) / course->way_s;
    double back = 1 - (at - back_from) / course->way_s;
    return CLAMP(at > back_from ? back : there, 0, 1);
}

double lam_play_elapsed_s(const LamPlayCourse *course, double position)
{
    if (position < 1)
        return course->rest_s + MAX(position, 0) * course->way_s;
    return course->back ? course->way_s + 2 * course->rest_s : course->rest_s;
}

double lam_play_to_lambda(double position)
{
    return lam_lambda_from_position((2 * position - 1) * LAM_POSITION_END);
}

double lam_play_from_lambda(double lambda)
{
    return 0.5 + lam_lambda_to_position(lambda) / (2 * LAM_POSITION_END);
}

/* The world axis across the scene's plane, and the content's extent along it. */
static int across(const LamScene *scene, double *first, double *last)
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, scene->plane, &right, &up, &through);
    int axis = through.v[0] != 0 ? 0 : through.v[1] != 0 ? 1 : 2;
    *first = scene->fixed ? scene->fixed->box_min.v[axis] : 0;
    *last = scene->fixed ? scene->fixed->box_max.v[axis] : 0;
    return axis;
}

void lam_play_show(LamPlayKind kind, double position, LamScene *scene)
{
    double first, last;
    if (kind == LAM_PLAY_MORPH)
        scene->morph = position;
    if (kind != LAM_PLAY_SLICES || !lam_play_kind_possible(kind, scene))
        return;
    int axis = across(scene, &first, &last);
    scene->cursor_mm.v[axis] = first + position * (last - first);
}

double lam_play_shown(LamPlayKind kind, const LamScene *scene)
{
    double first, last;
    if (kind == LAM_PLAY_MORPH)
        return scene->morph;
    int axis = across(scene, &first, &last);
    double share = (scene->cursor_mm.v[axis] - first) / MAX(last - first, 1e-9);
    return CLAMP(share, 0, 1);
}

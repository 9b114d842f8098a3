/* Where in a view a box may be seen. */
#include "gl-private.h"

#include <math.h>

LamRect lam_rect_common(const LamRect *a, const LamRect *b)
{
    double left = fmax(a->x, b->x), right = fmin(a->x + a->width, b->x + b->width);
    double top = fmax(a->y, b->y), bottom = fmin(a->y + a->height, b->y + b->height);
    return (LamRect){left, top, fmax(right - left, 0), fmax(bottom - top, 0)};
}

LamRect lam_rect_around(const LamRect *a, const LamRect *b)
{
    double left = fmin(a->x, b->x), right = fmax(a->x + a->width, b->x + b->width);
    double top = fmin(a->y, b->y), bottom = fmax(a->y + a->height, b->y + b->height);
    return (LamRect){left, top, right - left, bottom - top};
}

LamRect lam_view_box(const LamScene *scene, const LamView *view, double scale,
                     const LamMat4 *from_world, LamVec3 low, LamVec3 high, double reach_mm)
{
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    double margin = LAM_BOX_MARGIN_PX + reach_mm / lam_scene_mm_per_pixel(scene, view, scale);
    LamMat4 back;
    if (!lam_mat4_invert(from_world, &back))
        return view->rect;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 at;
        double x, y;
        for (int a = 0; a < 3; a++)
            at.v[a] = corner >> a & 1 ? high.v[a] : low.v[a];
        lam_scene_project(scene, view, scale, lam_mat4_apply(&back, at), &x, &y);
        left = fmin(left, x - margin), right = fmax(right, x + margin);
        top = fmin(top, y - margin), bottom = fmax(bottom, y + margin);
    }
    left = floor(left), top = floor(top);
    LamRect box = {left, top, ceil(right) - left, ceil(bottom) - top};
    return lam_rect_common(&box, &view->rect);
}

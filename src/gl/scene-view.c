/* The geometry of a scene: planes, panes, and the way between pixels and millimetres. */
#include <lambdascope/scene.h>

#include <math.h>
#include <string.h>

#define GAP           1.0  /* logical pixels between panes */
#define MARGIN_SIDE   14.0 /* kept free around the content at zoom 1 */
#define MARGIN_TOP    30.0
#define MARGIN_BOTTOM 30.0
#define FOOTER        74.0
#define ZOOM_MIN      0.25
#define ZOOM_MAX      40.0

static LamVec3 unit_vector(int axis, double sign)
{
    LamVec3 v = {{0}};
    v.v[axis] = sign;
    return v;
}

void lam_scene_axes(const LamScene *scene, LamPlane plane, LamVec3 *right, LamVec3 *up,
                    LamVec3 *through)
{
    double side = scene->radiological ? -1 : 1; /* of +R, and of +A on sagittal planes */
    switch (plane) {
    case LAM_PLANE_AXIAL:
        *right = unit_vector(0, side), *up = unit_vector(1, 1), *through = unit_vector(2, 1);
        break;
    case LAM_PLANE_CORONAL:
        *right = unit_vector(0, side), *up = unit_vector(2, 1), *through = unit_vector(1, 1);
        break;
    case LAM_PLANE_SAGITTAL:
        *right = unit_vector(1, side), *up = unit_vector(2, 1), *through = unit_vector(0, 1);
        break;
    }
}

double lam_scene_depth_mm(const LamScene *scene, LamPlane plane, LamVec3 a, LamVec3 b)
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, plane, &right, &up, &through);
    return fabs(lam_vec3_dot(through, a) - lam_vec3_dot(through, b));
}

static int main_axis(LamVec3 v)
{
    return fabs(v.v[0]) > 0.5 ? 0 : fabs(v.v[1]) > 0.5 ? 1 : 2;
}

void lam_scene_letters(const LamScene *scene, LamPlane plane, char out[4])
{
    static const char positive[] = "RAS", negative[] = "LPI";
    LamVec3 right, up, through;
    lam_scene_axes(scene, plane, &right, &up, &through);
    int h = main_axis(right), v = main_axis(up);
    bool rightwards = right.v[h] > 0;
    out[0] = rightwards ? negative[h] : positive[h];
    out[1] = rightwards ? positive[h] : negative[h];
    out[2] = positive[v];
    out[3] = negative[v];
}

double lam_scene_footer_height(const LamScene *scene, double scale)
{
    return scene->footer_notice ? round(FOOTER * scale) : 0;
}

/* Splits a length into three with gaps between, on whole pixels. */
static void split(double length, double gap, double start[3], double extent[3])
{
    for (int i = 0; i < 3; i++) {
        start[i] = round((length + gap) * i / 3);
        extent[i] = round((length + gap) * (i + 1) / 3) - gap - start[i];
    }
}

/* What is beside each other: views[i] differ in pane or in plane. */
static int layout_three(LamView views[3], double width, double height, double gap)
{
    bool row = width >= height;
    double start[3], extent[3];
    split(row ? width : height, gap, start, extent);
    for (int i = 0; i < 3; i++)
        views[i].rect = row ? (LamRect){start[i], 0, extent[i], height}
                            : (LamRect){0, start[i], width, extent[i]};
    return 3;
}

static int layout_all(LamView views[LAM_VIEWS_MAX], double width, double height, double gap)
{
    double x[3], y[3], w[3], h[3];
    split(width, gap, x, w);
    split(height, gap, y, h);
    for (int i = 0; i < LAM_VIEWS_MAX; i++)
        views[i] = (LamView){
            (LamPane)(i % 3), (LamPlane)(i / 3), {x[i % 3], y[i / 3], w[i % 3], h[i / 3]}};
    return LAM_VIEWS_MAX;
}

static int layout_one(const LamScene *scene, LamView *view, int pane, double width, double height)
{
    *view = (LamView){(LamPane)pane, scene->plane, {0, 0, width, height}};
    return 1;
}

/* The one in effect. */
static LamArrangement arrangement_of(const LamScene *scene)
{
    LamPlane plane;
    bool slice = lam_scene_slice_plane(scene, &plane);
    return slice && scene->arrangement == LAM_ARRANGED_ALL ? LAM_ARRANGED_PANES
                                                           : scene->arrangement;
}

int lam_scene_layout(const LamScene *scene, int width, int height, double scale,
                     LamView views[LAM_VIEWS_MAX])
{
    LamPlane plane;
    LamArrangement arrangement = arrangement_of(scene);
    double usable = MAX(height - lam_scene_footer_height(scene, scale), 1);
    double gap = MAX(1, round(GAP * scale));
    if (scene->maximised >= 0 && scene->maximised < LAM_PANE_COUNT)
        return layout_one(scene, views, scene->maximised, width, usable);
    if (arrangement == LAM_ARRANGED_PLANES && lam_scene_slice_plane(scene, &plane))
        return layout_one(scene, views, scene->pane, width, usable);
    if (arrangement == LAM_ARRANGED_ALL)
        return layout_all(views, width, usable, gap);
    bool planes = arrangement == LAM_ARRANGED_PLANES;
    for (int i = 0; i < 3; i++)
        views[i] = (LamView){.pane = planes ? scene->pane : (LamPane)i,
                             .plane = planes ? (LamPlane)i : scene->plane};
    return layout_three(views, width, usable, gap);
}

const LamView *lam_scene_view_at(const LamView *views, int n, double x, double y)
{
    for (int i = 0; i < n; i++) {
        const LamRect *r = &views[i].rect;
        if (x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height)
            return &views[i];
    }
    return NULL;
}

/* The world box that the view is centred on and fits at zoom 1. */
static void home_box(const LamScene *scene, LamVec3 *lowest, LamVec3 *highest)
{
    if (scene->fixed) {
        *lowest = scene->fixed->box_min;
        *highest = scene->fixed->box_max;
    } else {
        *lowest = (LamVec3){{-100, -100, -100}};
        *highest = (LamVec3){{100, 100, 100}};
    }
}

/* At zoom 1 a plane fits the rectangle. */
static double fitting_mm_per_pixel(const LamScene *scene, LamPlane plane, const LamRect *rect,
                                   double scale)
{
    LamVec3 right, up, through, lowest, highest;
    lam_scene_axes(scene, plane, &right, &up, &through);
    home_box(scene, &lowest, &highest);
    int h = main_axis(right), v = main_axis(up);
    double width_mm = MAX(highest.v[h] - lowest.v[h], 1);
    double height_mm = MAX(highest.v[v] - lowest.v[v], 1);
    double width = MAX(rect->width - 2 * MARGIN_SIDE * scale, 16);
    double height = MAX(rect->height - (MARGIN_TOP + MARGIN_BOTTOM) * scale, 16);
    return MAX(width_mm / width, height_mm / height);
}

double lam_scene_mm_per_pixel(const LamScene *scene, const LamView *view, double scale)
{
    double mm = fitting_mm_per_pixel(scene, view->plane, &view->rect, scale);
    bool together = scene->maximised < 0 && arrangement_of(scene) != LAM_ARRANGED_PANES;
    for (int plane = 0; plane < 3 && together; plane++)
        mm = MAX(mm, fitting_mm_per_pixel(scene, (LamPlane)plane, &view->rect, scale));
    return mm / scene->zoom;
}

/* Coordinates, along right and up, of a view's centre. */
static void view_centre(const LamScene *scene, LamVec3 right, LamVec3 up, double *h, double *v)
{
    LamVec3 lowest, highest, centre = scene->pan_mm;
    home_box(scene, &lowest, &highest);
    for (int i = 0; i < 3; i++)
        centre.v[i] += (lowest.v[i] + highest.v[i]) / 2;
    *h = lam_vec3_dot(right, centre);
    *v = lam_vec3_dot(up, centre);
}

LamVec3 lam_scene_unproject(const LamScene *scene, const LamView *view, double scale, double x,
                            double y)
{
    LamVec3 right, up, through, world;
    double h, v, mm = lam_scene_mm_per_pixel(scene, view, scale);
    lam_scene_axes(scene, view->plane, &right, &up, &through);
    view_centre(scene, right, up, &h, &v);
    h += (x - view->rect.x - view->rect.width / 2) * mm;
    v -= (y - view->rect.y - view->rect.height / 2) * mm;
    for (int i = 0; i < 3; i++)
        world.v[i] = right.v[i] * h + up.v[i] * v + fabs(through.v[i]) * scene->cursor_mm.v[i];
    return world;
}

void lam_scene_project(const LamScene *scene, const LamView *view, double scale, LamVec3 world_mm,
                       double *x, double *y)
{
    LamVec3 right, up, through;
    double h, v, mm = lam_scene_mm_per_pixel(scene, view, scale);
    lam_scene_axes(scene, view->plane, &right, &up, &through);
    view_centre(scene, right, up, &h, &v);
    *x = view->rect.x + view->rect.width / 2 + (lam_vec3_dot(right, world_mm) - h) / mm;
    *y = view->rect.y + view->rect.height / 2 - (lam_vec3_dot(up, world_mm) - v) / mm;
}

/* Distance of the fixed scan's slices along a world axis: the voxel step that points most along it. */
static double slice_distance_mm(const LamScene *scene, int axis)
{
    if (!scene->fixed)
        return 1;
    LamVec3 spacing = lam_grid_spacing_mm(&scene->fixed->grid);
    const LamMat4 *m = &scene->fixed->grid.to_world;
    int best = 0;
    for (int i = 1; i < 3; i++) {
        if (fabs(m->m[axis][i]) * spacing.v[best] > fabs(m->m[axis][best]) * spacing.v[i])
            best = i;
    }
    return spacing.v[best];
}

/* Extent of the fixed scan's voxel centres along a world axis. */
static void scan_range_mm(const LamScene *scene, int axis, double *lowest, double *highest)
{
    *lowest = -100;
    *highest = 100;
    for (int corner = 0; corner < 8 && scene->fixed; corner++) {
        double at = lam_grid_corner_mm(&scene->fixed->grid, corner).v[axis];
        *lowest = corner ? MIN(*lowest, at) : at;
        *highest = corner ? MAX(*highest, at) : at;
    }
}

/* The cursor by so many voxels, within the scan. */
static void move_along(LamScene *scene, LamVec3 direction, double voxels)
{
    int axis = main_axis(direction);
    double lowest, highest, step = direction.v[axis] * slice_distance_mm(scene, axis);
    scan_range_mm(scene, axis, &lowest, &highest);
    double moved = scene->cursor_mm.v[axis] + voxels * step;
    scene->cursor_mm.v[axis] = CLAMP(moved, lowest, highest);
}

void lam_scene_step(LamScene *scene, LamPlane plane, double slices)
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, plane, &right, &up, &through);
    move_along(scene, through, slices);
}

void lam_scene_nudge(LamScene *scene, LamPlane plane, double right_vox, double up_vox)
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, plane, &right, &up, &through);
    if (right_vox != 0)
        move_along(scene, right, right_vox);
    if (up_vox != 0)
        move_along(scene, up, up_vox);
}

bool lam_scene_slice_plane(const LamScene *scene, LamPlane *plane)
{
    static const LamPlane across[3] = {LAM_PLANE_SAGITTAL, LAM_PLANE_CORONAL, LAM_PLANE_AXIAL};
    if (!scene->fixed || !lam_grid_is_slice(&scene->fixed->grid))
        return false;
    const LamGrid *grid = &scene->fixed->grid;
    int flat = grid->size[0] == 1 ? 0 : grid->size[1] == 1 ? 1 : 2, main = 0;
    int u = (flat + 1) % 3, v = (flat + 2) % 3;
    double normal[3];
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        normal[i] = fabs(grid->to_world.m[j][u] * grid->to_world.m[k][v] -
                         grid->to_world.m[k][u] * grid->to_world.m[j][v]);
        if (normal[i] > normal[main])
            main = i;
    }
    *plane = across[main];
    return true;
}

void lam_scene_zoom_at(LamScene *scene, const LamView *view, double scale, double x, double y,
                       double factor)
{
    LamVec3 before = lam_scene_unproject(scene, view, scale, x, y);
    scene->zoom = CLAMP(scene->zoom * factor, ZOOM_MIN, ZOOM_MAX);
    LamVec3 after = lam_scene_unproject(scene, view, scale, x, y);
    for (int i = 0; i < 3; i++)
        scene->pan_mm.v[i] += before.v[i] - after.v[i];
}

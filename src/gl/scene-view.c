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

void lam_scene_axes(const LamScene *scene, LamVec3 *right, LamVec3 *up, LamVec3 *through)
{
    double side = scene->radiological ? -1 : 1; /* of +R, and of +A on sagittal planes */
    switch (scene->plane) {
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

static int main_axis(LamVec3 v)
{
    return fabs(v.v[0]) > 0.5 ? 0 : fabs(v.v[1]) > 0.5 ? 1 : 2;
}

void lam_scene_letters(const LamScene *scene, char out[4])
{
    static const char positive[] = "RAS", negative[] = "LPI";
    LamVec3 right, up, through;
    lam_scene_axes(scene, &right, &up, &through);
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

void lam_scene_layout(const LamScene *scene, int width, int height, double scale,
                      LamRect panes[LAM_PANE_COUNT])
{
    double usable = MAX(height - lam_scene_footer_height(scene, scale), 1);
    memset(panes, 0, LAM_PANE_COUNT * sizeof *panes);
    if (scene->maximised >= 0 && scene->maximised < LAM_PANE_COUNT) {
        panes[scene->maximised] = (LamRect){0, 0, width, usable};
        return;
    }
    bool row = width >= usable;
    double start[3], extent[3];
    split(row ? width : usable, MAX(1, round(GAP * scale)), start, extent);
    for (int i = 0; i < LAM_PANE_COUNT; i++)
        panes[i] = row ? (LamRect){start[i], 0, extent[i], usable}
                       : (LamRect){0, start[i], width, extent[i]};
}

int lam_scene_pane_at(const LamRect panes[LAM_PANE_COUNT], double x, double y)
{
    for (int i = 0; i < LAM_PANE_COUNT; i++) {
        const LamRect *r = &panes[i];
        if (x >= r->x && x < r->x + r->width && y >= r->y && y < r->y + r->height)
            return i;
    }
    return -1;
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

double lam_scene_mm_per_pixel(const LamScene *scene, const LamRect *pane, double scale)
{
    LamVec3 right, up, through, lowest, highest;
    lam_scene_axes(scene, &right, &up, &through);
    home_box(scene, &lowest, &highest);
    int h = main_axis(right), v = main_axis(up);
    double width_mm = MAX(highest.v[h] - lowest.v[h], 1);
    double height_mm = MAX(highest.v[v] - lowest.v[v], 1);
    double width = MAX(pane->width - 2 * MARGIN_SIDE * scale, 16);
    double height = MAX(pane->height - (MARGIN_TOP + MARGIN_BOTTOM) * scale, 16);
    return MAX(width_mm / width, height_mm / height) / scene->zoom;
}

/* World coordinates, along right and up, of the pane's centre. */
static void view_centre(const LamScene *scene, LamVec3 right, LamVec3 up, double *h, double *v)
{
    LamVec3 lowest, highest;
    home_box(scene, &lowest, &highest);
    *h = scene->pan_mm[0];
    *v = scene->pan_mm[1];
    for (int i = 0; i < 3; i++) {
        double middle = (lowest.v[i] + highest.v[i]) / 2;
        *h += right.v[i] * middle;
        *v += up.v[i] * middle;
    }
}

LamVec3 lam_scene_unproject(const LamScene *scene, const LamRect *pane, double scale, double x,
                            double y)
{
    LamVec3 right, up, through, world;
    double h, v, mm = lam_scene_mm_per_pixel(scene, pane, scale);
    lam_scene_axes(scene, &right, &up, &through);
    view_centre(scene, right, up, &h, &v);
    h += (x - pane->x - pane->width / 2) * mm;
    v -= (y - pane->y - pane->height / 2) * mm;
    for (int i = 0; i < 3; i++)
        world.v[i] = right.v[i] * h + up.v[i] * v + fabs(through.v[i]) * scene->cursor_mm.v[i];
    return world;
}

void lam_scene_project(const LamScene *scene, const LamRect *pane, double scale, LamVec3 world_mm,
                       double *x, double *y)
{
    LamVec3 right, up, through;
    double h, v, mm = lam_scene_mm_per_pixel(scene, pane, scale);
    lam_scene_axes(scene, &right, &up, &through);
    view_centre(scene, right, up, &h, &v);
    double world_h = 0, world_v = 0;
    for (int i = 0; i < 3; i++) {
        world_h += right.v[i] * world_mm.v[i];
        world_v += up.v[i] * world_mm.v[i];
    }
    *x = pane->x + pane->width / 2 + (world_h - h) / mm;
    *y = pane->y + pane->height / 2 - (world_v - v) / mm;
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
        LamVec3 voxel;
        for (int i = 0; i < 3; i++)
            voxel.v[i] = corner >> i & 1 ? scene->fixed->grid.size[i] - 1 : 0;
        double at = lam_mat4_apply(&scene->fixed->grid.to_world, voxel).v[axis];
        *lowest = corner ? MIN(*lowest, at) : at;
        *highest = corner ? MAX(*highest, at) : at;
    }
}

void lam_scene_step(LamScene *scene, double slices)
{
    LamVec3 right, up, through;
    double lowest, highest;
    lam_scene_axes(scene, &right, &up, &through);
    int axis = main_axis(through);
    scan_range_mm(scene, axis, &lowest, &highest);
    double moved = scene->cursor_mm.v[axis] + slices * slice_distance_mm(scene, axis);
    scene->cursor_mm.v[axis] = CLAMP(moved, lowest, highest);
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

void lam_scene_zoom_at(LamScene *scene, const LamRect *pane, double scale, double x, double y,
                       double factor)
{
    LamVec3 right, up, through;
    lam_scene_axes(scene, &right, &up, &through);
    LamVec3 before = lam_scene_unproject(scene, pane, scale, x, y);
    scene->zoom = CLAMP(scene->zoom * factor, ZOOM_MIN, ZOOM_MAX);
    LamVec3 after = lam_scene_unproject(scene, pane, scale, x, y);
    for (int i = 0; i < 3; i++) {
        scene->pan_mm[0] += right.v[i] * (before.v[i] - after.v[i]);
        scene->pan_mm[1] += up.v[i] * (before.v[i] - after.v[i]);
    }
}

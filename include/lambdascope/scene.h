/* What is to be seen, without how it is drawn: scans and field as texels, and the view on them. The
 * viewer changes a scene on its main thread and lets a LamRenderer draw it; `lam render` fills one in
 * and draws it once. Pure data and geometry: nothing here needs a GL context.
 *
 * Spaces: every pane shows the same plane through *fixed world* (RAS+ mm), so the panes are linked by
 * construction: Fixed shows fixed(x), Moving shows moving(A x), Warped shows moving(A (x + d(x))). */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Voxels in the form in which they go to the GPU. Made on a worker thread, since converting a scan
 * takes tens of milliseconds; immutable and reference counted, safe to share between threads. */
typedef struct {
    LamGrid grid;
    LamMat4 to_texture; /* world mm -> texture coordinates, [0,1] from outer face to outer face */
    int components; /* 1: scan, half floats [D,H,W]; 4: field, floats [D,H,W,4] = dx,dy,dz,|J| */
    void *data;
    double unit;      /* scan value = stored value * unit; 1 for a field */
    double low, high; /* scan values that a sensible first window shows as black and white */
    LamVec3 box_min, box_max; /* world box around what stands out of the background */
    gatomicrefcount refs;
} LamTexels;

/* A scan (first channel). LAM_ERROR_GL if a side is longer than the 2048 that GL 3.3 drivers offer at
 * least in practice; LAM_ERROR_MEMORY. */
LamTexels *lam_texels_new_scan(const LamVolume *scan, GError **error);
/* A displacement field (3 channels, mm) and its |J| on the same grid (1 channel; NULL = 1 everywhere). */
LamTexels *lam_texels_new_field(const LamVolume *field, const LamVolume *jacobian, GError **error);
LamTexels *lam_texels_ref(LamTexels *texels);
void lam_texels_unref(LamTexels *texels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTexels, lam_texels_unref)

/* Linear sample at a world point, clamped at the edge, component by component (1 or 4 values; scan
 * values in the scan's own unit): what the shader would read. False if the point is outside. */
bool lam_texels_sample(const LamTexels *texels, LamVec3 world_mm, double *values);

typedef enum { LAM_PLANE_AXIAL, LAM_PLANE_CORONAL, LAM_PLANE_SAGITTAL } LamPlane;
typedef enum { LAM_PANE_FIXED, LAM_PANE_MOVING, LAM_PANE_WARPED, LAM_PANE_COUNT } LamPane;

typedef struct {
    double low, high; /* scan values shown as black and white */
} LamLevels;

/* Device pixels, y down, origin at the top left of the target. */
typedef struct {
    double x, y, width, height;
} LamRect;

typedef struct {
    LamTexels *fixed, *moving, *field; /* owned; any may be NULL */
    LamMat4 affine;                    /* A: fixed world -> moving world */
    char *fixed_name, *moving_name;    /* shown beside the pane titles; owned, may be NULL */

    LamPlane plane;
    LamVec3 cursor_mm;   /* fixed world */
    double zoom;         /* 1 = the fixed scan's content fits the pane */
    double pan_mm[2];    /* how far the view's centre lies to the right of and above home */
    bool radiological;   /* patient's left on the right of the screen */
    LamLevels levels[2]; /* [0] fixed, [1] moving and warped */
    bool grid;
    double grid_mm; /* distance of the grid's lines */
    bool crosshair;
    bool annotations; /* titles, letters, figures, scale bar */
    bool flicker;     /* the warped pane shows the fixed scan */
    int maximised;    /* the only LamPane shown, or -1 for all three */

    /* Strip at the foot, for pictures that stand alone; not drawn while footer_notice is NULL. */
    double footer_lambda;
    char *footer_readout, *footer_files, *footer_notice; /* owned */
} LamScene;

/* Radiological, axial, zoom 1, all panes, annotations on, no scans. */
void lam_scene_init(LamScene *scene);
void lam_scene_clear(LamScene *scene);

/* Take references; NULL removes. Setting the scans does not move the view: see lam_scene_reset_view. */
void lam_scene_set_scans(LamScene *scene, LamTexels *fixed, LamTexels *moving,
                         const LamMat4 *affine);
void lam_scene_set_field(LamScene *scene, LamTexels *field);

/* Cursor to the middle of the fixed scan's content, zoom 1, no pan, levels of the scans. */
void lam_scene_reset_view(LamScene *scene);

/* Unit vectors of the screen in world space: right, up, and away along which slices are stepped (always
 * towards +R, +A or +S). */
void lam_scene_axes(const LamScene *scene, LamVec3 *right, LamVec3 *up, LamVec3 *through);

/* Anatomical letters at the left, right, top and bottom edge of each pane; out has room for 4. */
void lam_scene_letters(const LamScene *scene, char out[4]);

/* Pane rectangles on a target of width x height device pixels; panes not shown get zero width. `scale`
 * is device pixels per logical pixel. */
void lam_scene_layout(const LamScene *scene, int width, int height, double scale,
                      LamRect panes[LAM_PANE_COUNT]);
/* The pane at a pixel, or -1. */
int lam_scene_pane_at(const LamRect panes[LAM_PANE_COUNT], double x, double y);
/* Height of the strip at the foot in device pixels, 0 if there is none. */
double lam_scene_footer_height(const LamScene *scene, double scale);

/* Millimetres per device pixel in a pane. */
double lam_scene_mm_per_pixel(const LamScene *scene, const LamRect *pane, double scale);
/* Fixed world point under a pixel position (pixel centres at .5), on the plane of the cursor. */
LamVec3 lam_scene_unproject(const LamScene *scene, const LamRect *pane, double scale, double x,
                            double y);
/* Pixel position of a fixed world point (its depth is ignored). */
void lam_scene_project(const LamScene *scene, const LamRect *pane, double scale, LamVec3 world_mm,
                       double *x, double *y);

/* Moves the cursor through the slices by so many slices of the fixed scan's own spacing along the
 * plane's normal, within its box. */
void lam_scene_step(LamScene *scene, double slices);

/* Whether the fixed scan is a single slice; then *plane is the one that shows it (the nearest, if it is
 * oblique). */
bool lam_scene_slice_plane(const LamScene *scene, LamPlane *plane);
/* Zooms by a factor (limits 0.25 .. 40), keeping the world point under the given pixel where it is. */
void lam_scene_zoom_at(LamScene *scene, const LamRect *pane, double scale, double x, double y,
                       double factor);

G_END_DECLS

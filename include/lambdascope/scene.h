/* What is to be seen, without how it is drawn: scans and field as texels, and the view on them. The
 * viewer changes a scene on its main thread and lets a LamRenderer draw it; `lam render` fills one in
 * and draws it once. Pure data and geometry: nothing here needs a GL context.
 *
 * Spaces: every view shows a plane through the same point of *fixed world* (RAS+ mm), so they are linked
 * by construction: Fixed shows fixed(x), Moving shows moving(A x), Warped shows moving(A (x + d(x))). */
#pragma once

#include <lambdascope/labels.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

#define LAM_TEXELS_LABELS 0       /* components of a label map */
#define LAM_TEXELS_NUMBER 0xffffu /* of its voxel; above it stands that of the next one along W */

/* Voxels in the form in which they go to the GPU. Made on a worker thread, since converting a scan
 * takes tens of milliseconds; immutable and reference counted, safe to share between threads. */
typedef struct {
    LamGrid grid;
    LamMat4 to_texture; /* world mm -> texture coordinates, [0,1] from outer face to outer face */
    int components;     /* 1: scan, half floats [D,H,W]; 4: field, floats [D,H,W,4] = dx,dy,dz,|J|;
                     * LAM_TEXELS_LABELS: pairs of 16-bit numbers [D,H,W] */
    void *data;
    double unit;      /* scan value = stored value * unit; 1 for a field */
    double low, high; /* scan values that a sensible first window shows as black and white */
    LamVec3 box_min,
        box_max;     /* world box around what stands out of the background, or has a label */
    double reach_mm; /* of a field: its longest displacement */
    guint64
        *borders; /* of a label map: where labels meet, as lam_borders_new gives it; else NULL */
    gatomicrefcount refs;
} LamTexels;

/* A scan (first channel). LAM_ERROR_GL if a side is longer than the 2048 that GL 3.3 drivers offer at
 * least in practice; LAM_ERROR_MEMORY. */
LamTexels *lam_texels_new_scan(const LamVolume *scan, GError **error);
/* A displacement field (3 channels, mm) and its |J| on the same grid (1 channel; NULL = 1 everywhere). */
LamTexels *lam_texels_new_field(const LamVolume *field, const LamVolume *jacobian, GError **error);
/* What an overlay draws beside the field: 1 channel or 3, mm, of which the length is shown. Errors as above. */
LamTexels *lam_texels_new_map(const LamVolume *map, GError **error);
/* A label map: 0 where there is none, else one more than the label's place in labels->label. LAM_ERROR_GL and
 * LAM_ERROR_MEMORY as above. */
LamTexels *lam_texels_new_labels(const LamLabels *labels, GError **error);
LamTexels *lam_texels_ref(LamTexels *texels);
void lam_texels_unref(LamTexels *texels);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTexels, lam_texels_unref)

/* Linear sample at a world point, clamped at the edge, component by component (1 or 4 values; scan
 * values in the scan's own unit): what the shader would read. False if the point is outside. */
bool lam_texels_sample(const LamTexels *texels, LamVec3 world_mm, double *values);

typedef enum { LAM_PLANE_AXIAL, LAM_PLANE_CORONAL, LAM_PLANE_SAGITTAL } LamPlane;
typedef enum { LAM_PANE_FIXED, LAM_PANE_MOVING, LAM_PANE_WARPED, LAM_PANE_COUNT } LamPane;
typedef enum {
    LAM_ARRANGED_PANES,  /* fixed, moving and warped in one plane */
    LAM_ARRANGED_PLANES, /* three planes of one pane */
    LAM_ARRANGED_ALL,    /* three by three: planes below each other, panes beside each other */
} LamArrangement;

typedef struct {
    double low, high; /* scan values shown as black and white */
} LamLevels;

/* What the warped view shows of the fixed scan, too. Intensities are those of the views: 0 = black,
 * 1 = white of each scan's window. */
typedef enum {
    LAM_COMPARE_NONE,
    LAM_COMPARE_CHECKERBOARD, /* squares of the one and of the other by turns */
    LAM_COMPARE_CURTAIN,      /* fixed to the left of a line, warped to the right */
    LAM_COMPARE_COMPOSITE,    /* fixed in magenta, warped in green: grey where they agree */
    LAM_COMPARE_DIFFERENCE, /* warped - fixed: green above, magenta below, black where they agree */
    LAM_COMPARE_EDGES,      /* edges of the fixed scan over the warped one */
    LAM_COMPARE_FADE,       /* from warped to fixed by their share */
    LAM_COMPARE_COUNT
} LamCompare;

/* What is laid over the warped view. */
typedef enum {
    LAM_OVERLAY_NONE,
    LAM_OVERLAY_DISPLACEMENT,  /* |d| in mm, with isolines */
    LAM_OVERLAY_VOLUME_CHANGE, /* log2 |J|, from a half to twice */
    LAM_OVERLAY_DIFFERENCE,    /* |d - d held| in mm, with isolines; nothing without a held field */
    LAM_OVERLAY_SENSITIVITY,   /* how much d changes with log γ, mm; the scene's map */
    LAM_OVERLAY_UNCERTAINTY,   /* what a probabilistic network does not know of d, mm; likewise */
    LAM_OVERLAY_COUNT
} LamOverlay;
#define LAM_MAP_SCALE 0.25 /* of the scale of displacements: on it maps are shown */

/* Of intensities. */
typedef enum {
    LAM_MAP_GREY,
    LAM_MAP_CIVIDIS,
    LAM_MAP_INFERNO,
    LAM_MAP_VIRIDIS,
    LAM_MAP_COUNT
} LamColourMap;

/* A field says for each point of the fixed scan where its tissue comes from. */
typedef enum {
    LAM_DIRECTION_FORWARD, /* how the tissue moves: a grid drawn on the moving scan, carried onto the
                              * fixed one, over the warped view; arrows end where the tissue arrives */
    LAM_DIRECTION_PULL_BACK, /* where it is fetched: the fixed scan's grid over the moving view; arrows end
                              * where the tissue comes from */
    LAM_DIRECTION_COUNT
} LamDirection;

/* What the grid's colour tells. */
typedef enum {
    LAM_GRID_BY_VOLUME, /* |J| */
    LAM_GRID_BY_LENGTH, /* |d| */
    LAM_GRID_BY_THROUGH, /* the part of d that leaves the plane: green towards the viewer's far side (+R, +A
                          * or +S), magenta away from it */
    LAM_GRID_BY_COUNT
} LamGridColour;

/* Whose outlines are drawn. */
typedef enum {
    LAM_CONTOURS_NONE,
    LAM_CONTOURS_ALL,
    LAM_CONTOURS_SELECTED,
    LAM_CONTOURS_COUNT
} LamContourChoice;

/* Which of two fields the warped view shows: A, which is held, or B, the one that follows λ. */
typedef enum {
    LAM_HELD_ASIDE,   /* B */
    LAM_HELD_INSTEAD, /* A */
    LAM_HELD_SPLIT,   /* A to the left of a line, B to the right */
    LAM_HELD_COUNT
} LamHeldView;

/* The names on command lines and of the viewer's actions; the parsers give false for others. */
const char *lam_arrangement_name(LamArrangement arrangement);
const char *lam_pane_name(LamPane pane);
const char *lam_plane_name(LamPlane plane);
const char *lam_compare_name(LamCompare compare);
const char *lam_overlay_name(LamOverlay overlay);
const char *lam_colour_map_name(LamColourMap map);
const char *lam_direction_name(LamDirection direction);
const char *lam_grid_colour_name(LamGridColour colour);
const char *lam_contour_choice_name(LamContourChoice choice);
const char *lam_held_view_name(LamHeldView view);
bool lam_arrangement_parse(const char *name, LamArrangement *out);
bool lam_pane_parse(const char *name, LamPane *out);
bool lam_plane_parse(const char *name, LamPlane *out);
bool lam_compare_parse(const char *name, LamCompare *out);
bool lam_overlay_parse(const char *name, LamOverlay *out);
bool lam_colour_map_parse(const char *name, LamColourMap *out);
bool lam_direction_parse(const char *name, LamDirection *out);
bool lam_grid_colour_parse(const char *name, LamGridColour *out);
bool lam_contour_choice_parse(const char *name, LamContourChoice *out);
bool lam_held_view_parse(const char *name, LamHeldView *out);

/* Device pixels, y down, origin at the top left of the target. */
typedef struct {
    double x, y, width, height;
} LamRect;

/* A pair of landmarks as the scene sees it: all in fixed world. */
typedef struct {
    LamVec3 fixed;  /* x */
    LamVec3 moving; /* A^-1 y */
    bool in_fixed, in_moving;
    bool chosen;
    int number; /* that stands beside it */
} LamSceneMark;

#define LAM_VIEWS_MAX 9

/* One picture of the layout. */
typedef struct {
    LamPane pane;
    LamPlane plane;
    LamRect rect;
} LamView;

typedef struct {
    LamTexels *fixed, *moving, *field; /* owned; any may be NULL */
    LamTexels
        *map; /* of the overlays that need one, which draw nothing without; owned, may be NULL */
    LamTexels *held;                  /* another field to compare with; owned, may be NULL */
    double field_lambda, held_lambda; /* for the titles of A and B */
    LamHeldView held_view;            /* without a held field: as LAM_HELD_ASIDE */
    double split;                     /* [0,1]: where the line between A and B stands */
    LamMat4 affine;                   /* A: fixed world -> moving world */
    LamTexels *labels[3];     /* of the fixed scan, of the moving one, and regions of the fixed
                                        * one; owned, may be NULL */
    GBytes *label_colours[3]; /* of their numbers: R, G, B and whether selected, 4 bytes; owned */
    char *fixed_name, *moving_name; /* shown beside the pane titles; owned, may be NULL */

    LamArrangement arrangement;
    LamPane pane;         /* of LAM_ARRANGED_PLANES */
    LamPlane plane;       /* of LAM_ARRANGED_PANES and of a maximised view */
    LamVec3 cursor_mm;    /* fixed world */
    double zoom;          /* 1 = the fixed scan's content fits the view */
    LamVec3 pan_mm;       /* how far the views' centre lies from home, in fixed world */
    bool radiological;    /* patient's left on the right of the screen */
    LamLevels levels[2];  /* [0] fixed, [1] moving and warped */
    LamColourMap colours; /* of intensities */
    bool smooth;          /* linear between voxels; else each voxel is seen */
    bool grid;
    double grid_mm; /* distance of the grid's lines */
    LamGridColour grid_colour;
    LamDirection direction; /* of grid, arrows and streamlines */
    bool arrows;            /* over the warped view: d within the plane, in true length */
    double arrows_mm;       /* their distance */
    bool streamlines;       /* over the warped view: curves within the plane that d is tangent to */
    double streamlines_mm;  /* their distance */
    LamCompare compare;
    double share;      /* [0,1]: where the curtain hangs; how much of the fixed scan a fade shows */
    double checker_mm; /* side of the squares */
    LamOverlay overlay;
    double overlay_opacity; /* [0,1] */
    LamContourChoice
        contours; /* in all views; over the warped one both the fixed and the carried labels */
    double contour_opacity; /* [0,1] */
    bool region_outlines;   /* over the fixed and the warped view, where a region is coloured */
    double scale_mm;        /* top of the scale of displacements */
    double
        morph; /* [0,1]: the warped view shows moving(A (x + morph d(x))): straight ways, of which only
                   * the ends are the field's; below 1 volume change has no colour */
    LamSceneMark *marks; /* owned */
    int n_marks;
    LamVec3 *draft; /* corners of an outline that is being drawn on a slice; owned */
    int n_draft;
    LamPlane draft_plane;
    bool crosshair;
    bool annotations; /* titles, letters, figures, scale bar */
    bool refined;     /* the field was refined for this pair: the title says so */
    bool flicker;     /* the warped pane shows the fixed scan */
    int maximised;    /* the LamPane that is shown alone, in `plane`; or -1: the layout */

    /* Strip at the foot, for pictures that stand alone; not drawn while footer_notice is NULL. */
    double footer_lambda;
    bool footer_morphs; /* its track is that of the morph, not of λ */
    /* NULL, or its track is that of a number: "age 67", where that is from 0 to 1, and its ends; owned */
    char *footer_value, *footer_first, *footer_last;
    double footer_share;
    char *footer_readout, *footer_files, *footer_notice; /* owned */
} LamScene;

/* Radiological, axial, zoom 1, all panes, annotations on, no scans. */
void lam_scene_init(LamScene *scene);
void lam_scene_clear(LamScene *scene);
/* Shares the texels. What `to` holds is not looked at. */
void lam_scene_copy(LamScene *to, const LamScene *from);

/* Take references; NULL removes. Setting the scans does not move the view: see lam_scene_reset_view. */
void lam_scene_set_scans(LamScene *scene, LamTexels *fixed, LamTexels *moving,
                         const LamMat4 *affine);
void lam_scene_set_field(LamScene *scene, LamTexels *field);
void lam_scene_set_map(LamScene *scene, LamTexels *map);
/* Whether the overlay draws the map. */
bool lam_scene_wants_map(const LamScene *scene);
/* The present field becomes the held one, or, where there is none, none is held. */
void lam_scene_hold(LamScene *scene);
void lam_scene_release(LamScene *scene);
/* The one whose figures are shown: of A where it is seen alone, else of B. Borrowed; may be NULL. */
LamTexels *lam_scene_shown_field(const LamScene *scene);
/* Copies; n = 0 removes all. */
void lam_scene_set_marks(LamScene *scene, const LamSceneMark *marks, int n);
/* Copies; n = 0: none is drawn. Fixed world; seen in the fixed and the warped view, on the corners' slice. */
void lam_scene_set_draft(LamScene *scene, const LamVec3 *corners, int n, LamPlane plane);
/* Where a pair is drawn in a view: its own place, and where the shown field carries its other one; whether
 * there are such. In the moving view its own place is the moving one, else the fixed one. */
typedef struct {
    LamVec3 own, carried;
    bool has_own, has_carried;
} LamMarkPlaces;
LamMarkPlaces lam_scene_mark_places(const LamScene *scene, LamPane pane, const LamSceneMark *mark);
/* Radius in mm of a mark in a view's plane, which cuts a ball of LAM_MARK_MM around its place: 0 if it misses
 * it. */
#define LAM_MARK_MM 4.0
double lam_scene_mark_radius_mm(const LamScene *scene, LamPlane plane, LamVec3 place);
/* The mark whose own place is nearest to a pixel and within reach; -1: none. */
int lam_scene_mark_at(const LamScene *scene, const LamView *view, double scale, double x, double y);

/* What is in effect: without a held field, B alone. */
LamHeldView lam_scene_held_view(const LamScene *scene);

#define LAM_LABELS_OF_REGIONS 2

/* Of the fixed (0) or the moving (1) scan, or of LAM_LABELS_OF_REGIONS: takes references; NULL removes. Colours: as of lam_labels_palette. */
void lam_scene_set_labels(LamScene *scene, int side, LamTexels *labels, GBytes *colours);

/* Cursor to the middle of the fixed scan's content, zoom 1, no pan, levels of the scans. */
void lam_scene_reset_view(LamScene *scene);

/* Unit vectors of the screen in world space: right, up, and away along which slices are stepped (always
 * towards +R, +A or +S). */
void lam_scene_axes(const LamScene *scene, LamPlane plane, LamVec3 *right, LamVec3 *up,
                    LamVec3 *through);

/* How far two points lie from each other through the slices of a plane. */
double lam_scene_depth_mm(const LamScene *scene, LamPlane plane, LamVec3 a, LamVec3 b);

/* Anatomical letters at the left, right, top and bottom edge of a view; out has room for 4. */
void lam_scene_letters(const LamScene *scene, LamPlane plane, char out[4]);

/* The views on a target of width x height device pixels, and how many there are. `scale` is device pixels
 * per logical pixel. A scan of a single slice has only the views of its own plane. */
int lam_scene_layout(const LamScene *scene, int width, int height, double scale,
                     LamView views[LAM_VIEWS_MAX]);
/* The view at a pixel, or NULL. */
const LamView *lam_scene_view_at(const LamView *views, int n, double x, double y);
/* Height of the strip at the foot in device pixels, 0 if there is none. */
double lam_scene_footer_height(const LamScene *scene, double scale);

/* Millimetres per device pixel in a view; where planes are beside each other, the same in all. */
double lam_scene_mm_per_pixel(const LamScene *scene, const LamView *view, double scale);
/* Fixed world point under a pixel position (pixel centres at .5), on the plane of the cursor. */
LamVec3 lam_scene_unproject(const LamScene *scene, const LamView *view, double scale, double x,
                            double y);
/* Pixel position of a fixed world point (its depth is ignored). */
void lam_scene_project(const LamScene *scene, const LamView *view, double scale, LamVec3 world_mm,
                       double *x, double *y);

/* Moves the cursor through the slices of a plane by so many slices of the fixed scan's own spacing along
 * the plane's normal, within its box. */
void lam_scene_step(LamScene *scene, LamPlane plane, double slices);

/* The same within a plane: so many voxels rightwards and upwards on the screen. */
void lam_scene_nudge(LamScene *scene, LamPlane plane, double right_vox, double up_vox);

/* Whether the fixed scan is a single slice; then *plane is the one that shows it (the nearest, if it is
 * oblique). */
bool lam_scene_slice_plane(const LamScene *scene, LamPlane *plane);
/* Zooms by a factor (limits 0.25 .. 40), keeping the world point under the given pixel where it is. */
void lam_scene_zoom_at(LamScene *scene, const LamView *view, double scale, double x, double y,
                       double factor);

G_END_DECLS

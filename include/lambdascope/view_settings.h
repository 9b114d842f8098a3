/* How a scene is shown: what a person chooses, undoes and saves. Not the scans, nor where one is looking
 * (crosshair, zoom, pan), which moves all the time. */
#pragma once

#include <lambdascope/scene.h>

G_BEGIN_DECLS

/* As in LamScene. */
typedef struct {
    LamArrangement arrangement;
    LamPane pane;
    LamPlane plane;
    int maximised;
    bool radiological, crosshair;
    LamLevels levels[2];
    LamColourMap colours;
    bool smooth;
    LamCompare compare;
    LamOverlay overlay;
    LamContourChoice contours;
    double contour_opacity;
    bool grid;
    double grid_mm;
    LamGridColour grid_colour;
    LamDirection direction;
    bool arrows, streamlines;
} LamViewSettings;

/* Kinds of settings, in the order in which a difference is looked for. */
typedef enum {
    LAM_SETTINGS_SAME,
    LAM_SETTINGS_LAYOUT, /* arrangement, pane, plane, maximised, radiological, crosshair */
    LAM_SETTINGS_WINDOW, /* levels */
    LAM_SETTINGS_COLOURS,
    LAM_SETTINGS_COMPARISON,
    LAM_SETTINGS_OVERLAY, /* and contours */
    LAM_SETTINGS_GRID,    /* arrows and streamlines, too */
} LamSettingsKind;

LamViewSettings lam_view_settings_of(const LamScene *scene);
void lam_view_settings_apply(const LamViewSettings *settings, LamScene *scene);
/* The first kind in which they differ. */
LamSettingsKind lam_view_settings_compare(const LamViewSettings *a, const LamViewSettings *b);

G_END_DECLS

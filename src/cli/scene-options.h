/* What `lam render` and `lam movie` have in common: a pair, and how it is shown. */
#pragma once

#include "render-labels.h"

#include <lambdascope/demos.h>
#include <lambdascope/scene.h>
#include <lambdascope/session.h>

typedef struct {
    char *demo, *fixed, *moving, *model, *plane, *at, *size;
    char *arrangement, *compare, *overlay, *colours, *direction, *grid_colour;
    double grid_mm, arrows_mm, streamlines_mm, scale, zoom, share, scale_mm;
    gboolean neurological, voxels;
    LamRenderLabels labels;

    /* from the above */
    const LamDemo *chosen_demo; /* NULL: scans */
    LamPlane plane_value;
    bool has_cursor;
    LamVec3 cursor_mm;
    int width, height;
    char *model_title; /* once it is loaded */
} LamSceneOptions;

/* The values of what is not given. */
LamSceneOptions lam_scene_options_defaults(int width, int height);
void lam_scene_options_clear(LamSceneOptions *o);

/* The options, followed by the subcommand's own (NULL-terminated). Free with g_free. */
GOptionEntry *lam_scene_options_entries(LamSceneOptions *o, const GOptionEntry *own);

bool lam_scene_options_bad_value(GError **error, const char *option, const char *wanted);
/* Everything that can be checked before anything is opened. */
bool lam_scene_options_check(LamSceneOptions *o, GError **error);

/* Loads the scans, or makes the demo, and loads the model. */
LamSession *lam_scene_options_open(LamSceneOptions *o, GError **error);
/* The session's pair into a scene that has been initialised. */
bool lam_scene_options_fill(const LamSceneOptions *o, const LamSession *session, LamScene *scene,
                            GError **error);

/* Outlines of labels in lam render. */
#pragma once

#include <lambdascope/scene.h>
#include <lambdascope/session.h>

typedef struct {
    char *fixed, *moving; /* files; NULL: none */
    char *shown;          /* "all", or numbers with commas between; NULL: all */
    double opacity;
    GHashTable *chosen; /* of the numbers; NULL: all */
} LamRenderLabels;

void lam_render_labels_clear(LamRenderLabels *labels);
/* Takes apart what was asked for. */
bool lam_render_labels_check(LamRenderLabels *labels, GError **error);
/* Reads the maps of the session's scans into the scene. */
bool lam_render_labels_add(const LamRenderLabels *labels, const LamSession *session,
                           LamScene *scene, GError **error);

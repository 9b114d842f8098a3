/* A session on disk: which files were compared, with which model and λ, and how they were looked at. JSON
 * (*.lamsession); the scans themselves stay where they are, and are told again by their checksums.
 *
 * A path is written relative to the session's file where both lie in one part of the file system, so that a
 * folder of scans and sessions can be moved or handed on.
 *
 * Thread-safety: one thread at a time per workspace. Reading, writing, stamping and checking read whole
 * files: not for a UI thread. */
#pragma once

#include <lambdascope/view_settings.h>

G_BEGIN_DECLS

#define LAM_WORKSPACE_VERSION 1
#define LAM_WORKSPACE_ENDING  ".lamsession"

typedef enum {
    LAM_WORKSPACE_FIXED,
    LAM_WORKSPACE_MOVING,
    LAM_WORKSPACE_FIXED_LABELS,
    LAM_WORKSPACE_MOVING_LABELS,
    LAM_WORKSPACE_LABEL_NAMES,
    LAM_WORKSPACE_FILES
} LamWorkspaceRole;

typedef struct {
    char *path;     /* absolute; "PATH#N" as lam_scan_load_with takes it; NULL: there is none */
    char *checksum; /* SHA-256 in hexadecimal; NULL: not known, or a folder */
} LamWorkspaceFile;

/* All strings are owned. */
typedef struct {
    LamWorkspaceFile files[LAM_WORKSPACE_FILES]; /* neither fixed nor moving: a demo pair */
    char *demo;                                  /* which; NULL: the phantom */
    char *model_name;                            /* as lam_model_find takes it; NULL: the default */
    char *model_hash;                            /* as lam_model_hash; NULL: not known */
    double lambda;                               /* in [0,1] */
    char *lambda_chosen; /* how, as lam_lambda_chosen_name; NULL: not known */
    double held_lambda;  /* the one held to compare with; NaN: none */
    LamViewSettings view;
    LamVec3 cursor_mm, pan_mm; /* fixed world, as in LamScene */
    double zoom;
    char *landmarks; /* as lam_landmarks_text writes them; NULL: none */
    char *regions;   /* as lam_region_specs_text writes them, paths whole; NULL: none */
    char *attributes
        [2];     /* of the fixed and the moving template, as lam_template_text; NULL: a scan */
    char *panel; /* the page that is shown; NULL: the panel is folded */
} LamWorkspace;

/* λ = 0.3, the view of lam_scene_init, no files. */
LamWorkspace *lam_workspace_new(void);
void lam_workspace_free(LamWorkspace *workspace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamWorkspace, lam_workspace_free)

/* Copies; path NULL: none. Relative paths are taken from the current folder. Forgets the checksum. */
void lam_workspace_set_file(LamWorkspace *workspace, LamWorkspaceRole role, const char *path);
/* What was missing is there now: takes the path and keeps the checksum. What else is missing and lies in the
 * same folder under its own name, is found with it. */
void lam_workspace_find_again(LamWorkspace *workspace, LamWorkspaceRole role, const char *path);
/* The checksums of all its files, for saving. LAM_ERROR_IO if one cannot be read. */
bool lam_workspace_stamp(LamWorkspace *workspace, GError **error);

typedef enum { LAM_FILE_SAME, LAM_FILE_CHANGED, LAM_FILE_MISSING } LamFileState;
/* Whether a file is there and still what it was. SAME if there is none of that role. */
LamFileState lam_workspace_check(const LamWorkspace *workspace, LamWorkspaceRole role);

/* LAM_ERROR_IO; LAM_ERROR_FORMAT if it is no session or a damaged one, saying where; LAM_ERROR_UNSUPPORTED if
 * a newer version wrote it. What an older version did not write is as lam_workspace_new leaves it. */
LamWorkspace *lam_workspace_load(const char *path, GError **error);
/* Replaces the file whole or not at all. LAM_ERROR_ARGUMENT if that is one of the session's own files. */
bool lam_workspace_save(const LamWorkspace *workspace, const char *path, GError **error);

/* The name in the file and in messages: "fixed", "moving_labels" ... */
const char *lam_workspace_role_name(LamWorkspaceRole role);

G_END_DECLS

/* Sessions read and written on a thread of their own. */
#pragma once

#include <gio/gio.h>
#include <lambdascope/workspace.h>

G_BEGIN_DECLS

/* A session and what has become of what it names. */
typedef struct {
    char *path; /* of the session */
    LamWorkspace *workspace;
    LamFileState states[LAM_WORKSPACE_FILES];
    bool model_missing;
} LamSessionFile;

void lam_session_file_free(LamSessionFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamSessionFile, lam_session_file_free)

void lam_session_file_open_async(const char *path, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user);
/* Looks at the files again, after one was found elsewhere. Takes the session. */
void lam_session_file_check_async(LamSessionFile *file, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user);
/* Of both. */
LamSessionFile *lam_session_file_finish(GAsyncResult *result, GError **error);

/* With the checksums of its files. Takes the workspace. */
void lam_session_file_save_async(LamWorkspace *workspace, const char *path,
                                 GAsyncReadyCallback callback, gpointer user);
bool lam_session_file_save_finish(GAsyncResult *result, GError **error);
/* What was saved, and where; borrowed. */
const LamWorkspace *lam_session_file_saved(GAsyncResult *result);
const char *lam_session_file_saved_path(GAsyncResult *result);

G_END_DECLS

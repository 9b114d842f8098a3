/* Writing what is shown, at full resolution on the fixed scan's grid, on a thread of its own. */
#pragma once

#include "task-progress.h"

#include <gio/gio.h>
#include <lambdascope/session.h>

G_BEGIN_DECLS

typedef enum { LAM_EXPORT_WARPED, LAM_EXPORT_FIELD } LamExportKind;

typedef struct {
    LamExportKind kind;
    LamVolume *fixed, *moving; /* as loaded */
    LamSnapshot *snapshot;
    const char *inputs[2]; /* files that must not be written over; may be NULL */
    const char *path;      /* .nii or .nii.gz */
} LamExport;

/* Takes references and copies. The file is written beside the target and renamed. */
void lam_export_async(const LamExport *export, GCancellable *cancellable,
                      LamTaskProgressFunc progress, gpointer progress_user,
                      GAsyncReadyCallback callback, gpointer user);
bool lam_export_finish(GAsyncResult *result, GError **error);
/* The path it was about; borrowed. */
const char *lam_export_path(GAsyncResult *result);

/* A scan's name as part of a file's: without its ending, nor what has a meaning in paths. Free with g_free. */
char *lam_export_part(const char *name);
/* "moving_to_fixed" for file names, from the names of the scans. Free with g_free. */
char *lam_export_stem(const char *fixed_name, const char *moving_name);
/* A file name to propose, from the names of the scans (which may have an ending). Free with g_free. */
char *lam_export_name(LamExportKind kind, const char *fixed_name, const char *moving_name,
                      double lambda);

G_END_DECLS

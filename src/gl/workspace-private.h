#pragma once

#include <lambdascope/workspace.h>

/* folder: of the session's file, absolute: what relative paths start from. */
char *lam_workspace_to_text(const LamWorkspace *workspace, const char *folder);
/* Message without a subject: "it is damaged: lambda must be a number from 0 to 1". */
LamWorkspace *lam_workspace_from_text(const char *text, size_t length, const char *folder,
                                      GError **error);

/* An absolute path as seen from an absolute folder, with ".." where need be; as it is where they have nothing
 * but the root in common. Free with g_free. */
char *lam_path_from_folder(const char *path, const char *folder);

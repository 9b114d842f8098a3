/* A session's file. */
#include "fuzz.h"

#include <lambdascope/workspace.h>

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(LamWorkspace) workspace = lam_workspace_load(path, error);
    return workspace != NULL;
}

#include "cli.h"

#include <lambdascope/model_choice.h>

LamModel *lam_cli_load_model(const char *name, const LamVolume *scan, GError **error)
{
    g_autofree char *path = lam_model_find_for(name, scan, error);
    return path != NULL ? lam_model_load(path, error) : NULL;
}

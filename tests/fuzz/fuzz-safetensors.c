/* Containers, and models in them. */
#include "fuzz.h"

#include <lambdascope/model.h>
#include <lambdascope/safetensors.h>

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(LamModel) model G_GNUC_UNUSED = lam_model_load(path, NULL);
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    return file != NULL;
}

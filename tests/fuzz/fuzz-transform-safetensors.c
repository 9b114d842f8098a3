/* Chains of transforms in safetensors. */
#include "fuzz.h"

#include "transform-formats.h"

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_load(path, error);
    g_autoptr(LamTransform) transform = file != NULL ? lam_native_read(file, error) : NULL;
    return transform != NULL;
}

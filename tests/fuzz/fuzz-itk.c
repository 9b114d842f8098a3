/* ITK's text transforms. */
#include "fuzz.h"

#include "transform-formats.h"

bool fuzz_file(const char *path, GError **error)
{
    LamTransformFileOptions options = {.convention = LAM_CONVENTION_ITK};
    g_autoptr(LamTransform) transform = lam_transform_load(path, &options, error);
    return transform != NULL;
}

/* Whatever comes as a small file: the choice of a format, and plain matrices. */
#include "fuzz.h"

#include "transform-formats.h"

bool fuzz_file(const char *path, GError **error)
{
    LamGrid grid = lam_grid_centred((int[3]){4, 5, 6}, 2, (LamVec3){{1, 2, 3}});
    LamTransformFileOptions options = {
        .convention = LAM_CONVENTION_FSL, .fixed = &grid, .moving = &grid};
    lam_transform_unref(lam_transform_load(path, NULL, NULL));
    g_autoptr(LamTransform) transform = lam_transform_load(path, &options, error);
    return transform != NULL;
}

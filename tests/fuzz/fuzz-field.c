/* Fields in NIfTI and MGH, of every convention. */
#include "fuzz.h"

#include "transform-formats.h"

bool fuzz_file(const char *path, GError **error)
{
    LamGrid grid = lam_grid_centred((int[3]){4, 5, 6}, 2, (LamVec3){{1, 2, 3}});
    LamTransformFileOptions options = {.fixed = &grid, .moving = &grid};
    for (int c = LAM_CONVENTION_AUTO; c <= LAM_CONVENTION_VOXEL; c++) {
        options.convention = (LamConvention)c;
        lam_transform_unref(lam_field_file_load(path, c % 2, &options, NULL));
    }
    options.convention = LAM_CONVENTION_FSL;
    g_autoptr(LamTransform) transform = lam_field_file_load(path, false, &options, error);
    return transform != NULL;
}

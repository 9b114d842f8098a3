/* FreeSurfer's LTA, with and without the scans known. */
#include "fuzz.h"

#include "transform-formats.h"

bool fuzz_file(const char *path, GError **error)
{
    LamGrid grid = lam_grid_centred((int[3]){4, 5, 6}, 2, (LamVec3){{1, 2, 3}});
    LamTransformFileOptions bare = {.convention = LAM_CONVENTION_FREESURFER},
                            known = {.fixed = &grid, .moving = &grid};
    g_autofree char *bytes = NULL;
    gsize length = 0;
    LamMat4 matrix;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    lam_lta_parse(bytes, length, &known, &matrix, NULL);
    return lam_lta_parse(bytes, length, &bare, &matrix, error);
}

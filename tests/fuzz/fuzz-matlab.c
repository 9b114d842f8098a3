/* ITK's transforms in Matlab's format, as ANTs writes them. */
#include "fuzz.h"

#include "transform-formats.h"

bool fuzz_file(const char *path, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    LamMat4 matrix;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    lam_itk_matlab_recognise(bytes, length);
    return lam_itk_matlab_parse(bytes, length, &matrix, error);
}

#include "fuzz.h"

#include <lambdascope/nifti.h>

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(LamVolume) volume = lam_nifti_load(path, 0, error);
    return volume != NULL;
}

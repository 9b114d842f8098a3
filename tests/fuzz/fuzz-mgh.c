#include "fuzz.h"

#include <lambdascope/mgh.h>

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(LamVolume) vectors G_GNUC_UNUSED = lam_mgh_load_vectors(path, NULL);
    g_autoptr(LamVolume) volume = lam_mgh_load(path, 0, error);
    return volume != NULL;
}

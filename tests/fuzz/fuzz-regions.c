/* A regions file. */
#include "fuzz.h"

#include <lambdascope/region_spec.h>

bool fuzz_file(const char *path, GError **error)
{
    g_autoptr(GPtrArray) specs = lam_region_specs_load(path, error);
    if (specs == NULL)
        return false;
    g_autofree char *text = lam_region_specs_text(specs, "/tmp");
    return true;
}

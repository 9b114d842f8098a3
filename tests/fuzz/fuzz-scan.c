/* The choice of a reader, and the wrapper around GdkPixbuf. Files that would start dcm2niix are left out. */
#include "fuzz.h"

#include <lambdascope/error.h>
#include <lambdascope/scan.h>

#include <string.h>

static bool is_dicom(const char *path)
{
    g_autofree char *data = NULL;
    gsize size = 0;
    return g_file_get_contents(path, &data, &size, NULL) && size >= 132 &&
           memcmp(data + 128, "DICM", 4) == 0;
}

bool fuzz_file(const char *path, GError **error)
{
    if (is_dicom(path))
        return true;
    g_autoptr(LamVolume) volume = lam_scan_load(path, 0, error);
    return volume != NULL;
}

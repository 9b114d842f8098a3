#include <lambdascope/scan.h>

#include <lambdascope/nifti.h>

LamVolume *lam_scan_load(const char *path, int frame, GError **error)
{
    return lam_nifti_load(path, frame, error);
}

#include <lambdascope/remap.h>

#include <lambdascope/error.h>
#include <lambdascope/resample.h>
#include <math.h>

#define CEILING 1.2 /* as lam_volume_prepare cuts off */

double lam_remap_intensity(double z, double t)
{
    return 0.5 + cos(G_PI * t) * (z - 0.5) + sin(G_PI * t) * 2 * z * (1 - z);
}

static LamVolume *fail(GError **error, const LamVolume *scan, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot change the contrast: %s: %s",
                scan->path != NULL ? scan->path : "the scan", why);
    return NULL;
}

LamVolume *lam_remap_contrast(const LamVolume *scan, double t, GError **error)
{
    double top = CEILING * lam_volume_percentile_positive(scan, 0.995);
    if (!(t >= 0 && t <= 1))
        return fail(error, scan, "the share of the way must be from 0 to 1");
    if (!(top > 0))
        return fail(error, scan, "nothing of it is above zero");
    LamVolume *out = lam_volume_new(&scan->grid, scan->channels, error);
    if (out == NULL)
        return NULL;
    size_t n = lam_grid_voxels(&scan->grid) * (size_t)scan->channels;
#pragma omp parallel for
    for (size_t i = 0; i < n; i++)
        if (scan->data[i] > 0)
            out->data[i] =
                (float)(top * lam_remap_intensity(fmin((double)scan->data[i] / top, 1), t));
    return out;
}

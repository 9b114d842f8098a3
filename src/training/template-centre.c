#include "template-centre.h"

#include <lambdascope/resample.h>
#include <math.h>

static double length_at(const LamVolume *d, size_t i)
{
    size_t n = lam_grid_voxels(&d->grid);
    return sqrt(pow((double)d->data[i], 2) + pow((double)d->data[n + i], 2) +
                pow((double)d->data[2 * n + i], 2));
}

double lam_template_mean_length_mm(const LamVolume *d, const LamVolume *picture)
{
    double threshold = lam_volume_foreground_level(picture), sum = 0, count = 0;
    for (size_t i = 0; i < lam_grid_voxels(&d->grid); i++)
        if ((double)picture->data[i] > threshold) {
            sum += length_at(d, i);
            count++;
        }
    return count > 0 ? sum / count : 0;
}

bool lam_template_centre(const LamVolume *d, const LamVolume *picture, LamPeopleCentre *centre,
                         GError **error)
{
    double threshold = lam_volume_foreground_level(picture);
    g_autoptr(LamVolume) length = lam_volume_new(&d->grid, 1, error);
    if (length == NULL)
        return false;
    for (size_t i = 0; i < lam_grid_voxels(&d->grid); i++)
        if ((double)picture->data[i] > threshold)
            length->data[i] = (float)(length_at(d, i) + 1e-9); /* 0 is what is not asked for */
    centre->median_mm = lam_volume_percentile_positive(length, 0.5);
    centre->ninetieth_mm = lam_volume_percentile_positive(length, 0.9);
    return true;
}

/* What lam_volume_prepare does, for the record of it. */
#pragma once

#include <lambdascope/volume.h>

#define LAM_PREPARED_PERCENTILE 0.995
#define LAM_PREPARED_CEILING    1.2

/* LAM_ERROR_ARGUMENT if every voxel has one value or none is above zero. top: the percentile. */
bool lam_volume_check_content(const LamVolume *scan, double top, GError **error);

/* Of the Gaussian that turns voxels of one size into those of another; 0 if none is needed. */
double lam_antialias_sigma_vox(double spacing_mm, double wanted_mm);

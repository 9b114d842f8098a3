#include "anatomy.h"

#include <lambdascope/resample.h>
#include <string.h>

#define SMOOTHING_VOX 0.8

static bool picture(const LamSample *sample, const float *labels, const float *greys, float *out,
                    GError **error)
{
    LamGrid grid = lam_grid_centred(sample->grid.size, 1, (LamVec3){{0, 0, 0}});
    g_autoptr(LamVolume) hard = lam_volume_new(&grid, 1, error);
    if (hard == NULL)
        return false;
    size_t n = lam_sample_voxels(sample);
    for (size_t i = 0; i < n; i++)
        hard->data[i] = greys[(int)labels[i]];
    g_autoptr(LamVolume) soft = lam_volume_smooth(hard, SMOOTHING_VOX, error);
    if (soft != NULL)
        memcpy(out, soft->data, n * sizeof(float));
    return soft != NULL;
}

bool lam_sample_draw_anatomy(LamSample *sample, int n, GRand *rand, GError **error)
{
    if (sample->fixed_anatomy == NULL)
        return true;
    g_autofree float *greys = g_new(float, n + 1);
    for (int i = 0; i <= n; i++)
        greys[i] = i > 0 ? (float)g_rand_double(rand) : 0;
    return picture(sample, sample->fixed_labels, greys, sample->fixed_anatomy, error) &&
           picture(sample, sample->moving_labels, greys, sample->moving_anatomy, error);
}

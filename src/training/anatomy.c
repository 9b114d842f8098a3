#include "anatomy.h"

#include <lambdascope/resample.h>

#define SMOOTHING_VOX 0.8

static void picture(const LamSample *sample, const float *labels, const float *greys, float *out)
{
    static const double sigma[3] = {SMOOTHING_VOX, SMOOTHING_VOX, SMOOTHING_VOX};
    size_t n = lam_sample_voxels(sample);
    for (size_t i = 0; i < n; i++)
        out[i] = greys[(int)labels[i]];
    lam_smooth(out, sample->grid.size, sigma);
}

void lam_sample_draw_anatomy(LamSample *sample, int n, GRand *rand)
{
    if (sample->fixed_anatomy == NULL)
        return;
    g_autofree float *greys = g_new(float, n + 1);
    for (int i = 0; i <= n; i++)
        greys[i] = i > 0 ? (float)g_rand_double(rand) : 0;
    picture(sample, sample->fixed_labels, greys, sample->fixed_anatomy);
    picture(sample, sample->moving_labels, greys, sample->moving_anatomy);
}

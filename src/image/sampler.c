#include <lambdascope/sampler.h>

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>

bool lam_sampler_init(LamSampler *sampler, const LamVolume *source, LamInterpolation interpolation,
                      float outside, GError **error)
{
    *sampler = (LamSampler){.source = source, .interpolation = interpolation, .outside = outside};
    if (lam_mat4_invert(&source->grid.to_world, &sampler->to_voxel))
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot resample: %s: the matrix of its grid is singular",
                source->path != NULL ? source->path : "the source volume");
    return false;
}

void lam_sampler_at(const LamSampler *sampler, LamVec3 p, float *out, size_t step)
{
    const int *n = sampler->source->grid.size;
    size_t w = (size_t)n[0], wh = w * (size_t)n[1], whd = wh * (size_t)n[2];
    int channels = sampler->source->channels;
    if (!lam_is_inside(p.v[0], n[0]) || !lam_is_inside(p.v[1], n[1]) ||
        !lam_is_inside(p.v[2], n[2])) {
        for (int c = 0; c < channels; c++)
            out[(size_t)c * step] = sampler->outside;
        return;
    }
    if (sampler->interpolation == LAM_NEAREST)
        for (int a = 0; a < 3; a++)
            p.v[a] = floor(p.v[a] + 0.5);
    LamTap x = lam_tap(p.v[0], n[0], 1), y = lam_tap(p.v[1], n[1], w),
           z = lam_tap(p.v[2], n[2], wh);
    for (int c = 0; c < channels; c++)
        out[(size_t)c * step] = lam_trilinear(sampler->source->data + (size_t)c * whd, x, y, z);
}

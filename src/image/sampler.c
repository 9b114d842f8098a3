#include <lambdascope/sampler.h>

#include "spline.h"

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>

#define TIE 1e-6 /* sums of weights this near are equal */

bool lam_sampler_init(LamSampler *sampler, const LamVolume *source, LamInterpolation interpolation,
                      float outside, GError **error)
{
    *sampler = (LamSampler){.source = source, .interpolation = interpolation, .outside = outside};
    if (!lam_mat4_invert(&source->grid.to_world, &sampler->to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot resample: %s: the matrix of its grid is singular",
                    source->path != NULL ? source->path : "the source volume");
        return false;
    }
    if (interpolation == LAM_CUBIC)
        sampler->coefficients = lam_spline_coefficients(source, error);
    return interpolation != LAM_CUBIC || sampler->coefficients != NULL;
}

void lam_sampler_clear(LamSampler *sampler)
{
    g_clear_pointer(&sampler->coefficients, lam_volume_unref);
}

/* The label with the largest sum of trilinear weights among the eight voxels around; of equal ones the
 * least. */
static float label_at(const float *v, LamTap x, LamTap y, LamTap z)
{
    float label[8], best = 0;
    double weight[8], most = 0;
    bool uniform = true;
    for (int k = 0; k < 8; k++) {
        label[k] = v[x.at + (k & 1 ? x.next : 0) + y.at + (k & 2 ? y.next : 0) + z.at +
                     (k & 4 ? z.next : 0)];
        weight[k] = (double)(k & 1 ? x.share : 1 - x.share) *
                    (double)(k & 2 ? y.share : 1 - y.share) *
                    (double)(k & 4 ? z.share : 1 - z.share);
        uniform &= label[k] == label[0];
    }
    if (uniform)
        return label[0];
    for (int k = 0; k < 8; k++) {
        double sum = 0;
        for (int other = 0; other < 8; other++)
            sum += label[other] == label[k] ? weight[other] : 0;
        if (sum > most + TIE || (sum > most - TIE && label[k] < best)) {
            best = label[k];
            most = fmax(sum, most);
        }
    }
    return best;
}

/* Kept out of lam_sampler_at, which must stay small to be fast. */
G_GNUC_NO_INLINE static void cubic_at(const LamSampler *sampler, LamVec3 p, float *out, size_t step)
{
    const LamVolume *coefficients = sampler->coefficients;
    for (int c = 0; c < coefficients->channels; c++)
        out[(size_t)c * step] =
            lam_spline_at(lam_volume_channel(coefficients, c), coefficients->grid.size, p);
}

G_GNUC_NO_INLINE static void labels_at(const LamSampler *sampler, LamVec3 p, float *out,
                                       size_t step)
{
    const LamVolume *source = sampler->source;
    const int *n = source->grid.size;
    size_t w = (size_t)n[0];
    LamTap x = lam_tap(p.v[0], n[0], 1), y = lam_tap(p.v[1], n[1], w),
           z = lam_tap(p.v[2], n[2], w * (size_t)n[1]);
    for (int c = 0; c < source->channels; c++)
        out[(size_t)c * step] = label_at(lam_volume_channel(source, c), x, y, z);
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
    if (sampler->interpolation == LAM_CUBIC) {
        cubic_at(sampler, p, out, step);
        return;
    }
    if (sampler->interpolation == LAM_LABELS) {
        labels_at(sampler, p, out, step);
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

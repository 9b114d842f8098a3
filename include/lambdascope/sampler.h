/* A volume read at single points; what the resamplers are made of. */
#pragma once

#include <lambdascope/resample.h>

G_BEGIN_DECLS

/* Borrows its source; lam_sampler_clear frees what it made itself. Once made, safe to share between
 * threads. */
typedef struct {
    const LamVolume *source;
    LamMat4 to_voxel; /* world -> voxel of the source */
    LamInterpolation interpolation;
    float outside;           /* the value more than half a voxel beyond the outer voxel centres */
    LamVolume *coefficients; /* of the spline, for LAM_CUBIC; owned */
} LamSampler;

/* LAM_ERROR_ARGUMENT if the matrix of the source is singular. */
bool lam_sampler_init(LamSampler *sampler, const LamVolume *source, LamInterpolation interpolation,
                      float outside, GError **error);

void lam_sampler_clear(LamSampler *sampler);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LamSampler, lam_sampler_clear)

/* The value of every channel at a voxel coordinate of the source; channel c goes to out[c * step]. */
void lam_sampler_at(const LamSampler *sampler, LamVec3 voxel, float *out, size_t step);

G_END_DECLS

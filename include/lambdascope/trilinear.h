/* Linear interpolation at a voxel coordinate, shared by the samplers. */
#pragma once

#include <lambdascope/volume.h>
#include <math.h>

/* A point may lie this far (in voxels) beyond the half-voxel rim and still count as inside, so that
 * rounding does not decide about points exactly on it. */
#define LAM_RIM_SLACK 1e-4

/* Lower corner, distance to the next corner (0 at the last plane) and share of the next corner. */
typedef struct {
    size_t at;
    size_t next;
    float share;
} LamTap;

static inline bool lam_is_inside(double p, int n)
{
    return p >= -0.5 - LAM_RIM_SLACK && p <= n - 0.5 + LAM_RIM_SLACK;
}

/* p is clamped to [0, n-1]. */
static inline LamTap lam_tap(double p, int n, size_t stride)
{
    double clamped = p < 0 ? 0 : p > n - 1 ? n - 1 : p;
    int i = (int)clamped;
    return (LamTap){(size_t)i * stride, i + 1 < n ? stride : 0, (float)(clamped - i)};
}

static inline float lam_trilinear(const float *v, LamTap x, LamTap y, LamTap z)
{
    const float *a = v + x.at + y.at + z.at, *b = a + z.next;
    float a0 = a[0] + x.share * (a[x.next] - a[0]);
    float a1 = a[y.next] + x.share * (a[y.next + x.next] - a[y.next]);
    float b0 = b[0] + x.share * (b[x.next] - b[0]);
    float b1 = b[y.next] + x.share * (b[y.next + x.next] - b[y.next]);
    float p = a0 + y.share * (a1 - a0), q = b0 + y.share * (b1 - b0);
    return p + z.share * (q - p);
}

/* Trilinear sampling of one position, shared by the spatial transformer and the integration.
 * Internal to src/nn. */
#pragma once

#include "kernel.h"

#include <math.h>
#include <stdbool.h>

/* The eight corners of a position: offsets in a [D,H,W] plane and fractions along w, h, d. */
typedef struct {
    size_t base;       /* corner (low, low, low) */
    size_t dx, dy, dz; /* step to the high corner; 0 at a clamped edge */
    float fx, fy, fz;
    float inside[3]; /* 0 where the axis was clamped: no derivative along it */
} LamCorners;

LAM_INLINE int lam_axis_clamped(float at, int n, float *fraction, size_t *step, size_t stride,
                                float *inside)
{
    *inside = at >= 0 && at <= (float)(n - 1);
    at = at > 0 ? (at < (float)(n - 1) ? at : (float)(n - 1)) : 0; /* NaN becomes 0 */
    int low = (int)at;
    *fraction = at - (float)low;
    *step = low + 1 < n ? stride : 0;
    return low;
}

/* Position (x,y,z) in voxels of a [d,h,w] plane, clamped at the edges. */
LAM_INLINE LamCorners lam_corners_clamped(float x, float y, float z, int d, int h, int w)
{
    LamCorners c;
    int ix = lam_axis_clamped(x, w, &c.fx, &c.dx, 1, &c.inside[0]);
    int iy = lam_axis_clamped(y, h, &c.fy, &c.dy, (size_t)w, &c.inside[1]);
    int iz = lam_axis_clamped(z, d, &c.fz, &c.dz, (size_t)w * h, &c.inside[2]);
    c.base = ((size_t)iz * h + iy) * w + ix;
    return c;
}

LAM_INLINE float lam_mix(float a, float b, float t)
{
    return a + (b - a) * t;
}

/* Value, and with `gradient` the derivative along x, y, z. */
LAM_INLINE float lam_corners_sample(const LamCorners *c, const float *p, float gradient[3])
{
    const float *q = p + c->base;
    float a = q[0], b = q[c->dx], e = q[c->dy], f = q[c->dy + c->dx];
    float g = q[c->dz], h = q[c->dz + c->dx], i = q[c->dz + c->dy], j = q[c->dz + c->dy + c->dx];
    float ab = lam_mix(a, b, c->fx), ef = lam_mix(e, f, c->fx);
    float gh = lam_mix(g, h, c->fx), ij = lam_mix(i, j, c->fx);
    float low = lam_mix(ab, ef, c->fy), high = lam_mix(gh, ij, c->fy);
    if (gradient) {
        gradient[0] = c->inside[0] *
                      lam_mix(lam_mix(b - a, f - e, c->fy), lam_mix(h - g, j - i, c->fy), c->fz);
        gradient[1] = c->inside[1] * lam_mix(ef - ab, ij - gh, c->fz);
        gradient[2] = c->inside[2] * (high - low);
    }
    return lam_mix(low, high, c->fz);
}

/* The adjoint: adds g to the corners by their weights. */
LAM_INLINE void lam_corners_scatter(const LamCorners *c, float *p, float g)
{
    float *q = p + c->base;
    float x1 = c->fx, x0 = 1 - x1, y1 = c->fy * g, y0 = g - y1;
    float z1 = c->fz, z0 = 1 - z1;
    q[0] += x0 * y0 * z0;
    q[c->dx] += x1 * y0 * z0;
    q[c->dy] += x0 * y1 * z0;
    q[c->dy + c->dx] += x1 * y1 * z0;
    q[c->dz] += x0 * y0 * z1;
    q[c->dz + c->dx] += x1 * y0 * z1;
    q[c->dz + c->dy] += x0 * y1 * z1;
    q[c->dz + c->dy + c->dx] += x1 * y1 * z1;
}

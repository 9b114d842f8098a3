/* Signed distances (mm, negative inside, near enough to exact close to the surface) of the simple
 * bodies that the phantom is put together from. */
#pragma once

#include "phantom-noise.h"

#include <math.h>

static inline float lam_point_length(LamPoint p)
{
    return sqrtf(p.x * p.x + p.y * p.y + p.z * p.z);
}

static inline float lam_unit_clamp(float t)
{
    return t < 0 ? 0 : t > 1 ? 1 : t;
}

/* 0 below `from`, 1 above `to`, smooth between. */
static inline float lam_smooth_step(float from, float to, float t)
{
    t = lam_unit_clamp((t - from) / (to - from));
    return t * t * (3 - 2 * t);
}

static inline float lam_sd_ellipsoid(LamPoint p, LamPoint centre, LamPoint radii)
{
    LamPoint a = {(p.x - centre.x) / radii.x, (p.y - centre.y) / radii.y,
                  (p.z - centre.z) / radii.z};
    LamPoint b = {a.x / radii.x, a.y / radii.y, a.z / radii.z};
    float k0 = lam_point_length(a), k1 = lam_point_length(b);
    return k0 * (k0 - 1) / (k1 + 1e-9f);
}

/* A ball of radius ra swept from a to b while its radius becomes rb. */
static inline float lam_sd_capsule(LamPoint p, LamPoint a, LamPoint b, float ra, float rb)
{
    LamPoint ab = {b.x - a.x, b.y - a.y, b.z - a.z}, ap = {p.x - a.x, p.y - a.y, p.z - a.z};
    float squared = ab.x * ab.x + ab.y * ab.y + ab.z * ab.z;
    float t = lam_unit_clamp((ap.x * ab.x + ap.y * ab.y + ap.z * ab.z) / squared);
    LamPoint d = {ap.x - t * ab.x, ap.y - t * ab.y, ap.z - t * ab.z};
    return lam_point_length(d) - (ra + t * (rb - ra));
}

/* Union with a fillet of size k. */
static inline float lam_sd_join(float a, float b, float k)
{
    float h = fmaxf(k - fabsf(a - b), 0) / k;
    return fminf(a, b) - h * h * k * 0.25f;
}

/* Intersection with an edge rounded by k. */
static inline float lam_sd_meet(float a, float b, float k)
{
    return -lam_sd_join(-a, -b, k);
}

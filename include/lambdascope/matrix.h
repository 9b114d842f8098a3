/* 4x4 affine matrices and 3-vectors, double precision. Row-major, acting on column vectors:
 * y = M x, translation in the last column. World space is RAS+ in mm throughout. */
#pragma once

#include <glib.h>
#include <math.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    double v[3];
} LamVec3;

typedef struct {
    double m[4][4];
} LamMat4;

static inline LamVec3 lam_vec3_minus(LamVec3 a, LamVec3 b)
{
    return (LamVec3){{a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2]}};
}

static inline LamVec3 lam_vec3_scaled(LamVec3 a, double factor)
{
    return (LamVec3){{factor * a.v[0], factor * a.v[1], factor * a.v[2]}};
}

static inline LamVec3 lam_vec3_cross(LamVec3 a, LamVec3 b)
{
    return (LamVec3){{a.v[1] * b.v[2] - a.v[2] * b.v[1], a.v[2] * b.v[0] - a.v[0] * b.v[2],
                      a.v[0] * b.v[1] - a.v[1] * b.v[0]}};
}

static inline double lam_vec3_dot(LamVec3 a, LamVec3 b)
{
    return a.v[0] * b.v[0] + a.v[1] * b.v[1] + a.v[2] * b.v[2];
}

static inline double lam_vec3_length(LamVec3 a)
{
    return sqrt(lam_vec3_dot(a, a));
}

LamMat4 lam_mat4_identity(void);
LamMat4 lam_mat4_multiply(const LamMat4 *a, const LamMat4 *b); /* a*b: b acts first */
bool lam_mat4_invert(const LamMat4 *a, LamMat4 *inverse);      /* false if singular */
/* The principal square root (root * root = a) of an affine map whose last row is 0 0 0 1: the way half
 * through. Denman and Beavers, Applied Mathematics and Computation 1976. False if there is none (a
 * reflection, a turn by 180 degrees). */
bool lam_mat4_sqrt(const LamMat4 *a, LamMat4 *root);
/* The principal logarithm: exp(log) = a, by roots until a is near 1 and the series of log there (inverse
 * scaling and squaring, Kenney and Laub 1989). Its last row is 0; as a velocity x -> log x, its flow for
 * the time 1 is a. False where there is no root. */
bool lam_mat4_log(const LamMat4 *a, LamMat4 *log);
LamMat4 lam_mat4_translation(double x, double y, double z);
LamMat4 lam_mat4_scaling(double x, double y, double z);
/* Rotation about x, then y, then z (radians), about the origin. */
LamMat4 lam_mat4_rotation(double rx, double ry, double rz);
double lam_mat4_det3(const LamMat4 *a);                     /* determinant of the 3x3 part */
LamVec3 lam_mat4_apply(const LamMat4 *a, LamVec3 x);        /* point: translation included */
LamVec3 lam_mat4_apply_vector(const LamMat4 *a, LamVec3 x); /* vector: 3x3 part only */
bool lam_mat4_is_finite(const LamMat4 *a);
/* Largest absolute difference of entries. */
double lam_mat4_distance(const LamMat4 *a, const LamMat4 *b);

G_END_DECLS

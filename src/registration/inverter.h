/* Where a field takes a point from: T(x) = y solved for x by a damped fixed point. */
#pragma once

#include <lambdascope/volume.h>

/* Borrows its field. Safe to share between threads. */
typedef struct {
    const LamVolume *field;
    LamMat4 to_voxel;        /* world -> voxel of the field */
    LamMat4 fit, from_world; /* voxel -> T, by least squares, and back */
    double tolerance_mm;
} LamInverter;

/* LAM_ERROR_ARGUMENT if the grid of the field is singular. */
bool lam_inverter_init(LamInverter *inverter, const LamVolume *field, GError **error);

/* The voxel coordinate of the field that T takes to y, from a first guess; where none is found, the one
 * that came nearest. *left_mm (may be NULL): |T(x) - y|. */
LamVec3 lam_inverter_solve(const LamInverter *inverter, LamVec3 y, LamVec3 guess, double *left_mm);

/* T at a voxel coordinate of the field; its edge goes on beyond. */
LamVec3 lam_inverter_map(const LamVolume *field, LamVec3 voxel);

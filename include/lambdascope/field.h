/* Displacement fields: LamVolume with 3 channels, pull-back, mm, RAS components. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    double fold_percent;            /* share of voxels with |J| <= 0 by central differences, in % */
    double sd_log_jacobian;         /* standard deviation of log |J| over voxels with |J| > 0 */
    double mean_mm, p95_mm, max_mm; /* displacement magnitude */
    double min_jacobian, max_jacobian;
} LamFieldStatistics;

/* |J| = det(d(x+u)/dx) per voxel by central differences (one-sided at faces), via the grid's own
 * affine, so independent of orientation and spacing. Returns a 1-channel volume. */
LamVolume *lam_field_jacobian(const LamVolume *field, GError **error);

/* If `jacobian` is not NULL it receives |J|, made for the statistics anyway; owned by the caller. */
bool lam_field_statistics(const LamVolume *field, LamFieldStatistics *out, LamVolume **jacobian,
                          GError **error);

/* The whole displacement on `grid`: U(x) = A(x + d(x)) - x, where d (mm) lives on its own, usually
 * coarser grid (linear, clamped at its edges) and A takes fixed world to moving world. d may be NULL
 * (pure affine). This is what is exported, and all that lam apply needs. */
LamVolume *lam_field_compose_affine(const LamVolume *d, const LamMat4 *affine, const LamGrid *grid,
                                    GError **error);

/* The flow of a stationary velocity field (3 channels, mm per unit of time, RAS) for a time t:
 * exp(t v) - id as a displacement in mm on the same grid, by scaling and squaring (Arsigny et al. 2006,
 * algorithm 1), edges repeated. */
LamVolume *lam_field_exponential(const LamVolume *velocity, double time, GError **error);

G_END_DECLS

/* Displacement fields: LamVolume with 3 channels, pull-back, mm, RAS components. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    double fold_percent; /* share of voxels with |J| <= 0 by central differences, in % */
    double digital_fold_percent, ndv_percent; /* see lam_field_digital_folds */
    double sd_log_jacobian;         /* standard deviation of log |J| over voxels with |J| > 0 */
    double mean_mm, p95_mm, max_mm; /* displacement magnitude */
    double min_jacobian, max_jacobian;
} LamFieldStatistics;

/* |J| = det(d(x+u)/dx) per voxel by central differences (one-sided at faces), via the grid's own
 * affine, so independent of orientation and spacing. Returns a 1-channel volume. */
LamVolume *lam_field_jacobian(const LamVolume *field, GError **error);

/* Folds that central differences may miss, after Liu et al., "On finite difference Jacobian computation
 * in deformable image registration" (IJCV 2024). *percent: share of voxels at which the map is not
 * digitally diffeomorphic: one of the eight determinants by forward and backward differences, or one
 * of the middle tetrahedra J*1 and J*2, is <= 0. A voxel that central differences call folded is always
 * among them. *volume_percent: the non-diffeomorphic volume (NDV), the volume of the tetrahedra turned
 * inside out, mean of the two ways to cut a cell into five, in % of all cells between voxels. With one
 * voxel along an axis: the four triangles (the area); faces use what differences there are. */
bool lam_field_digital_folds(const LamVolume *field, double *percent, double *volume_percent,
                             GError **error);

/* If `jacobian` is not NULL it receives |J|, made for the statistics anyway; owned by the caller. */
bool lam_field_statistics(const LamVolume *field, LamFieldStatistics *out, LamVolume **jacobian,
                          GError **error);

/* Mean squared forward difference of a field over its axes, components and positions, in voxels squared, as
 * the training loss measures it. */
double lam_field_roughness(const LamVolume *field);

/* How far apart two displacements (3 channels, mm) are: mean and largest |a - b| over the points of a's grid,
 * where b is interpolated if its own grid is another. False if there is no memory for that. */
bool lam_field_distance(const LamVolume *a, const LamVolume *b, double *mean_mm,
                        double *largest_mm);

/* The whole displacement on `grid`: U(x) = A(x + d(x)) - x, where d (mm) lives on its own, usually
 * coarser grid (linear, clamped at its edges) and A takes fixed world to moving world. d may be NULL
 * (pure affine). This is what is exported, and all that lam apply needs. */
LamVolume *lam_field_compose_affine(const LamVolume *d, const LamMat4 *affine, const LamGrid *grid,
                                    GError **error);

/* The flow of a stationary velocity field (3 channels, mm per unit of time, RAS) for a time t:
 * exp(t v) - id as a displacement in mm on the same grid, by scaling and squaring (Arsigny et al. 2006,
 * algorithm 1), edges repeated. */
LamVolume *lam_field_exponential(const LamVolume *velocity, double time, GError **error);

/* The velocity whose flow for the time 1 is about this displacement (3 channels, mm, RAS), on its grid:
 * v <- v + (u - (exp(v) - id)) from v = u, as long as that brings exp(v) nearer. A displacement that
 * folds is no flow: what comes nearest is returned. */
LamVolume *lam_field_logarithm(const LamVolume *displacement, GError **error);

/* How well a field was inverted. */
typedef struct {
    size_t points; /* of the inverse's grid that come from within the field */
    size_t open;   /* of them, those whose origin was not found: the nearest is used (folds) */
    double mean_mm, largest_mm; /* |T(T^-1(y)) - y| */
} LamInverseReport;

/* The displacement e with T(y + e(y)) = y for T(x) = x + field(x), on `grid`: the moving space. NULL:
 * the field's own voxels, as many as hold all that T reaches. A damped fixed point (Chen et al. 2008,
 * state: the residual of each point, so that folds end in the nearest point and never diverge) around
 * the affine that fits the field best, so that large rotations are no obstacle. Beyond its box the
 * field's edge is repeated. report (may be NULL) measures midway between the points of e, where linear
 * interpolation is worst. LAM_ERROR_ARGUMENT if no sensible grid would do. */
LamVolume *lam_field_inverse(const LamVolume *field, const LamGrid *grid, LamInverseReport *report,
                             GError **error);

/* The grid that lam_field_inverse takes when it is given none. */
bool lam_field_inverse_grid(const LamVolume *field, LamGrid *grid, GError **error);

/* Starts from what `inverse` holds, on whatever grid, and improves it in place. The report is of its
 * points. */
bool lam_field_inverse_refine(const LamVolume *field, LamVolume *inverse, LamInverseReport *report,
                              GError **error);

G_END_DECLS

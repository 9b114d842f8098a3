/* Sampling one volume on the grid of another, and the preparation of scans for a network. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef enum {
    LAM_LINEAR,
    LAM_NEAREST, /* the value of the nearest voxel */
    LAM_CUBIC,   /* cubic B-spline through the voxels, mirrored at the edge; may overshoot */
    LAM_LABELS,  /* the label of most trilinear weight, background included; of equals the least */
} LamInterpolation;

/* Samples every channel of `source` at world_map * (grid point): world_map takes world points of
 * `grid` to world points of `source` (NULL = identity). Outside the source (more than half a voxel
 * beyond its outer voxel centres) the value is `outside`. Multi-threaded. */
LamVolume *lam_resample(const LamVolume *source, const LamGrid *grid, const LamMat4 *world_map,
                        LamInterpolation interpolation, float outside, GError **error);

/* As above through a field: samples source at x + displacement(x); displacement (3 channels, mm, RAS,
 * pull-back, affine included) lies on its own grid and is linearly interpolated (clamped at its edge). */
LamVolume *lam_resample_field(const LamVolume *source, const LamGrid *grid,
                              const LamVolume *displacement, LamInterpolation interpolation,
                              float outside, GError **error);

/* Samples every channel of `source` on `grid` linearly; beyond the source its edge is repeated: what a
 * field of displacements or velocities needs. Multi-threaded. */
LamVolume *lam_resample_clamped(const LamVolume *source, const LamGrid *grid, GError **error);

/* Separable Gaussian in place, of [D,H,W] values; size: W, H, D. sigma in voxels along each axis (0 = none);
 * the outer voxels are repeated beyond the edge. Multi-threaded. */
void lam_smooth(float *data, const int size[3], const double sigma_vox[3]);

/* Separable Gaussian, sigma in mm along each voxel axis (0 = none). Returns a new volume. */
LamVolume *lam_volume_smooth(const LamVolume *volume, double sigma_mm, GError **error);

/* p in [0,1]: the value below which a share p of the voxels above zero lie (NaN-free input).
 * Returns 0 if no voxel is above zero. */
double lam_volume_percentile_positive(const LamVolume *volume, double p);

/* What is above this is foreground: a fifth of the 98th percentile, half of the way that separates air from tissue in
 * most scans. */
double lam_volume_foreground_level(const LamVolume *volume);

/* The scan as every network of ours sees it: negatives clipped to 0, divided by the 99.5th percentile of
 * its positive voxels, clipped to [0, 1.2], then smoothed so that sampling at spacing_mm does not alias (only along axes
 * finer than spacing_mm). LAM_ERROR_ARGUMENT if the scan is constant or empty. */
LamVolume *lam_volume_prepare(const LamVolume *scan, double spacing_mm, GError **error);

/* Centre of mass in mm of voxels above a robust threshold; the box centre if there is none. Of a scan
 * that shows neck or jaw (tissue over more than 170 mm of height) only the top of the head counts. */
LamVec3 lam_volume_brain_centre_mm(const LamVolume *scan);

G_END_DECLS

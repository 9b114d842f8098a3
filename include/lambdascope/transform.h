/* Spatial transforms: a chain of steps, each an affine or a displacement field. A transform takes points
 * of the fixed scan's world to points of the moving scan's (pull-back; RAS, mm), so that
 * warped(x) = moving(T(x)). Immutable and reference counted; safe to share between threads. */
#pragma once

#include <lambdascope/field.h>
#include <lambdascope/progress.h>
#include <lambdascope/resample.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* One step. An affine (displacement NULL): x -> matrix x. A field: x -> x + d(x), d linear between the
 * voxels of its grid, its edge repeated beyond. A field that is the flow of a stationary velocity v for
 * a time t, d = exp(t v) - id, keeps v and t: its inverse and its course are then known exactly. */
typedef struct {
    LamMat4 matrix;
    LamVolume *displacement; /* [3,D,H,W], mm, RAS; owned */
    LamVolume
        *velocity; /* [3,D,H,W], mm per unit of time, RAS, same grid; NULL if unknown; owned */
    double time;   /* 1: the whole way; -1: its inverse */
    /* Not NULL: the step is the exact inverse of x -> x + undoes(x), found anew for each point from
     * `displacement` as a first guess; owned */
    LamVolume *undoes;
} LamTransformStep;

typedef struct {
    int count;
    LamTransformStep *step; /* the first acts first */
    gatomicrefcount refs;
} LamTransform;

LamTransform *lam_transform_new_identity(void);
LamTransform *lam_transform_new_affine(const LamMat4 *matrix);
/* Holds a reference to the field (3 channels). */
LamTransform *lam_transform_new_displacement(LamVolume *displacement);
/* Holds a reference to the velocity; computes its exponential. */
LamTransform *lam_transform_new_flow(LamVolume *velocity, double time, GError **error);
/* The same where exp(time v) - id is known already. Holds references to both. */
LamTransform *lam_transform_new_flow_of(LamVolume *velocity, LamVolume *displacement, double time);
LamTransform *lam_transform_ref(LamTransform *transform);
void lam_transform_unref(LamTransform *transform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTransform, lam_transform_unref)

/* x -> then(first(x)). Neighbouring affines become one. No field is sampled anew. */
LamTransform *lam_transform_compose(const LamTransform *first, const LamTransform *then);

/* The map back, moving world -> fixed world: steps in reverse order, affines inverted. A field's
 * inverse is solved at each point where it is applied, because an inverse kept on the field's own grid
 * would be off between the voxels; exp(-t v), or lam_field_inverse for a plain displacement, is only its
 * first guess. The inverse of an inverse is the original. report (may be NULL): the points of the
 * guesses' grids; of several fields, sums of points and the largest figures. LAM_ERROR_ARGUMENT if an
 * affine is singular. */
LamTransform *lam_transform_inverse(const LamTransform *transform, LamInverseReport *report,
                                    GError **error);

/* Part of the way, t in [0,1]: a flow runs for t of its time, a plain displacement is scaled by t (a
 * straight line, which need not stay free of folds even where the whole is); affines stay whole. The
 * part of an inverse is the inverse of the part. */
LamTransform *lam_transform_at(const LamTransform *transform, double t, GError **error);

/* The least share, over the fields of the chain, of the points of `grid` that meet the field within its
 * box (estimated on a lattice); 1 if there is no field. *step (may be NULL): that field's index, or -1. */
double lam_transform_coverage(const LamTransform *transform, const LamGrid *grid, int *step);

/* True if no step is a field; *matrix (may be NULL) receives the whole map. */
bool lam_transform_is_affine(const LamTransform *transform, LamMat4 *matrix);

/* Where x (fixed world) lies in the moving world. For many points use lam_transform_points. */
LamVec3 lam_transform_point(const LamTransform *transform, LamVec3 x);
/* In place, n points. LAM_ERROR_ARGUMENT if the grid of a field is singular. */
bool lam_transform_points(const LamTransform *transform, LamVec3 *points, size_t n, GError **error);

/* The whole transform as one displacement on `grid`: u(x) = T(x) - x. */
LamVolume *lam_transform_to_field(const LamTransform *transform, const LamGrid *grid,
                                  GError **error);

/* source(T(x)) on `grid`: each field is read once per point and the source interpolated once, however
 * long the chain. Outside the source: `outside`. */
LamVolume *lam_transform_resample(const LamTransform *transform, const LamVolume *source,
                                  const LamGrid *grid, LamInterpolation interpolation,
                                  float outside, GError **error);

typedef struct {
    bool without_affine; /* divide by the determinants of the affine steps */
    bool log;            /* natural logarithm; 0.001 and below, folds too, count as 0.001 */
} LamJacobianOptions;

/* |J| of the whole transform on `grid`, by central differences of T sampled there (one-sided at faces,
 * an axis of one voxel counts as undeformed). An affine that is part of a plain displacement cannot be
 * told apart and stays. options may be NULL. */
LamVolume *lam_transform_jacobian(const LamTransform *transform, const LamGrid *grid,
                                  const LamJacobianOptions *options, GError **error);

/* Times |J|, in place, so that sums over the image times the voxel's volume are those of its source;
 * 0 where the map folds. A transform that mirrors as a whole counts as positive. */
bool lam_transform_modulate(const LamTransform *transform, LamVolume *image, GError **error);

G_END_DECLS

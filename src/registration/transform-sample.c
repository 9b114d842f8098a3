/* Transforms applied: to points, to the points of a grid, to images. */
#include <lambdascope/transform.h>

#include "inverter.h"

#include <lambdascope/error.h>
#include <lambdascope/sampler.h>
#include <lambdascope/trilinear.h>

/* The chain with the inverse matrices of its fields' grids. */
typedef struct {
    int count;
    struct {
        const LamVolume *displacement;
        LamMat4 matrix; /* the affine, or world -> voxel of the field */
        bool solved;    /* the displacement is only a guess for the inverter */
        LamInverter inverter;
    } step[];
} Chain;

static Chain *chain_new(const LamTransform *transform, GError **error)
{
    g_autofree Chain *chain =
        g_malloc0(sizeof(Chain) + (size_t)transform->count * sizeof(chain->step[0]));
    chain->count = transform->count;
    for (int s = 0; s < chain->count; s++) {
        const LamTransformStep *step = &transform->step[s];
        chain->step[s].displacement = step->displacement;
        chain->step[s].matrix = step->matrix;
        if (step->displacement != NULL &&
            !lam_mat4_invert(&step->displacement->grid.to_world, &chain->step[s].matrix)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot apply the transform: %s: the matrix of its grid is singular",
                        step->displacement->path != NULL ? step->displacement->path : "a field");
            return NULL;
        }
        chain->step[s].solved = step->undoes != NULL;
        if (step->undoes != NULL &&
            !lam_inverter_init(&chain->step[s].inverter, step->undoes, error))
            return NULL;
    }
    return g_steal_pointer(&chain);
}

static inline LamVec3 displaced(const LamVolume *field, const LamMat4 *to_voxel, LamVec3 x)
{
    const int *n = field->grid.size;
    size_t w = (size_t)n[0], wh = w * (size_t)n[1], whd = wh * (size_t)n[2];
    LamVec3 p = lam_mat4_apply(to_voxel, x);
    LamTap i = lam_tap(p.v[0], n[0], 1), j = lam_tap(p.v[1], n[1], w),
           k = lam_tap(p.v[2], n[2], wh);
    for (int c = 0; c < 3; c++)
        x.v[c] += (double)lam_trilinear(field->data + (size_t)c * whd, i, j, k);
    return x;
}

static LamVec3 undone(const LamInverter *inverter, LamVec3 y, LamVec3 guess)
{
    LamVec3 p = lam_mat4_apply(&inverter->to_voxel, guess);
    return lam_mat4_apply(&inverter->field->grid.to_world,
                          lam_inverter_solve(inverter, y, p, NULL));
}

static inline LamVec3 chain_point(const Chain *chain, LamVec3 x)
{
    for (int s = 0; s < chain->count; s++) {
        LamVec3 from = x;
        x = chain->step[s].displacement != NULL
                ? displaced(chain->step[s].displacement, &chain->step[s].matrix, x)
                : lam_mat4_apply(&chain->step[s].matrix, x);
        if (chain->step[s].solved)
            x = undone(&chain->step[s].inverter, from, x);
    }
    return x;
}

bool lam_transform_points(const LamTransform *transform, LamVec3 *points, size_t n, GError **error)
{
    g_autofree Chain *chain = chain_new(transform, error);
    if (chain == NULL)
        return false;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++)
        points[i] = chain_point(chain, points[i]);
    return true;
}

LamVec3 lam_transform_point(const LamTransform *transform, LamVec3 x)
{
    lam_transform_points(transform, &x, 1, NULL);
    return x;
}

static inline LamVec3 grid_point(const LamGrid *grid, int row, int i)
{
    LamVec3 voxel = {{i, row % grid->size[1], row / grid->size[1]}};
    return lam_mat4_apply(&grid->to_world, voxel);
}

LamVolume *lam_transform_to_field(const LamTransform *transform, const LamGrid *grid,
                                  GError **error)
{
    g_autofree Chain *chain = chain_new(transform, error);
    LamVolume *out = chain != NULL ? lam_volume_new(grid, 3, error) : NULL;
    if (out == NULL)
        return NULL;
    size_t voxels = lam_grid_voxels(grid);
    int w = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < w; i++) {
            LamVec3 x = grid_point(grid, row, i), y = chain_point(chain, x);
            float *to = out->data + (size_t)row * (size_t)w + (size_t)i;
            for (size_t c = 0; c < 3; c++)
                to[c * voxels] = (float)(y.v[c] - x.v[c]);
        }
    return out;
}

LamVolume *lam_transform_resample(const LamTransform *transform, const LamVolume *source,
                                  const LamGrid *grid, LamInterpolation interpolation,
                                  float outside, GError **error)
{
    g_auto(LamSampler) sampler = {0};
    if (!lam_sampler_init(&sampler, source, interpolation, outside, error))
        return NULL;
    g_autofree Chain *chain = chain_new(transform, error);
    LamVolume *out = chain != NULL ? lam_volume_new(grid, source->channels, error) : NULL;
    if (out == NULL)
        return NULL;
    size_t voxels = lam_grid_voxels(grid);
    int w = grid->size[0], rows = grid->size[1] * grid->size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < w; i++) {
            LamVec3 y = chain_point(chain, grid_point(grid, row, i));
            lam_sampler_at(&sampler, lam_mat4_apply(&sampler.to_voxel, y),
                           out->data + (size_t)row * (size_t)w + (size_t)i, voxels);
        }
    return out;
}

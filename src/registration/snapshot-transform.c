/* A transform as a snapshot: for pictures and figures of what was registered elsewhere or earlier. */
#include <lambdascope/error.h>
#include <lambdascope/session.h>
#include <math.h>

#define SPACING_MM 3.0

/* Over the same box, in voxels that are not smaller than SPACING_MM unless the scan's are larger. */
static LamGrid coarse(const LamGrid *fixed)
{
    LamVec3 spacing = lam_grid_spacing_mm(fixed);
    LamGrid out = *fixed;
    for (int a = 0; a < 3; a++) {
        double extent_mm = fixed->size[a] * spacing.v[a];
        out.size[a] = CLAMP((int)lround(extent_mm / SPACING_MM), 1, fixed->size[a]);
        double factor = (double)fixed->size[a] / out.size[a];
        for (int r = 0; r < 3; r++) {
            out.to_world.m[r][3] += 0.5 * (factor - 1) * fixed->to_world.m[r][a];
            out.to_world.m[r][a] *= factor;
        }
    }
    return out;
}

static LamMat4 last_affine(const LamTransform *transform)
{
    if (transform->count > 0 && transform->step[transform->count - 1].displacement == NULL)
        return transform->step[transform->count - 1].matrix;
    return lam_mat4_identity();
}

/* u(x) -> d(x) with A(x + d(x)) = x + u(x), in place. */
static void take_out(LamVolume *field, const LamMat4 *inverse)
{
    const LamGrid *grid = &field->grid;
    size_t n = lam_grid_voxels(grid);
    for (size_t at = 0; at < n; at++) {
        size_t row = at / (size_t)grid->size[0];
        LamVec3 index = {{(double)(at % (size_t)grid->size[0]),
                          (double)(row % (size_t)grid->size[1]),
                          (double)(row / (size_t)grid->size[1])}};
        LamVec3 x = lam_mat4_apply(&grid->to_world, index), y = x;
        for (size_t c = 0; c < 3; c++)
            y.v[c] += field->data[c * n + at];
        y = lam_mat4_apply(inverse, y);
        for (size_t c = 0; c < 3; c++)
            field->data[c * n + at] = (float)(y.v[c] - x.v[c]);
    }
}

LamSnapshot *lam_snapshot_of_transform(const LamTransform *transform, const LamGrid *fixed,
                                       GError **error)
{
    LamGrid grid = coarse(fixed);
    LamMat4 affine = last_affine(transform), inverse;
    if (!lam_mat4_invert(&affine, &inverse)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot use transform: its affine: it is singular");
        return NULL;
    }
    g_autoptr(LamSnapshot) snapshot = g_new0(LamSnapshot, 1);
    g_atomic_ref_count_init(&snapshot->refs);
    snapshot->lambda = snapshot->similarity = NAN;
    snapshot->affine = affine;
    snapshot->field = lam_transform_to_field(transform, &grid, error);
    if (snapshot->field == NULL)
        return NULL;
    take_out(snapshot->field, &inverse);
    if (!lam_field_statistics(snapshot->field, &snapshot->statistics, &snapshot->jacobian, error))
        return NULL;
    return g_steal_pointer(&snapshot);
}

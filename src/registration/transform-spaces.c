/* The coordinates in which conventions state positions. */
#include "transform-formats.h"

#include <math.h>

LamMat4 lam_fsl_from_voxel_of(const LamGrid *grid, LamVec3 spacing_mm)
{
    const double *d = spacing_mm.v;
    LamMat4 matrix = lam_mat4_scaling(d[0], d[1], d[2]);
    if (lam_mat4_det3(&grid->to_world) > 0) {
        matrix.m[0][0] = -d[0];
        matrix.m[0][3] = (grid->size[0] - 1) * d[0];
    }
    return matrix;
}

LamMat4 lam_fsl_from_voxel(const LamVolume *scan)
{
    LamVec3 spacing = scan->header_spacing_mm;
    if (scan->space_source == LAM_SPACE_PIXDIM)
        return lam_mat4_scaling(NAN, NAN, NAN);
    if (!(spacing.v[0] > 0 && spacing.v[1] > 0 && spacing.v[2] > 0))
        spacing = lam_grid_spacing_mm(&scan->grid);
    return lam_fsl_from_voxel_of(&scan->grid, spacing);
}

static bool needs(const char *convention, bool moving, GError **error)
{
    return lam_transform_why(
        error, LAM_ERROR_ARGUMENT,
        "the %s convention counts from the corner of each scan: the %s scan is "
        "needed (--%s)",
        convention, moving ? "moving" : "fixed", moving ? "moving" : "fixed");
}

bool lam_convention_from_world(const LamTransformFileOptions *options, bool moving,
                               const LamGrid *grid, LamMat4 *matrix, GError **error)
{
    const LamMat4 *fsl = moving ? options->moving_fsl : options->fixed_fsl;
    bool is_fsl = options->convention == LAM_CONVENTION_FSL;
    *matrix = lam_mat4_identity();
    if (options->convention == LAM_CONVENTION_ITK)
        *matrix = lam_mat4_scaling(-1, -1, 1);
    if (!is_fsl && options->convention != LAM_CONVENTION_VOXEL)
        return true;
    if (grid == NULL)
        grid = moving ? options->moving : options->fixed;
    if (grid == NULL)
        return needs(is_fsl ? "fsl" : "voxel", moving, error);
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&grid->to_world, &to_voxel))
        return lam_transform_why(error, LAM_ERROR_ARGUMENT, "the matrix of the %s scan is singular",
                                 moving ? "moving" : "fixed");
    LamMat4 from_voxel = lam_mat4_identity();
    if (is_fsl)
        from_voxel = fsl != NULL ? *fsl : lam_fsl_from_voxel_of(grid, lam_grid_spacing_mm(grid));
    if (!lam_mat4_is_finite(&from_voxel))
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "the %s scan has no orientation: FSL's idea of its axes is not "
                                 "lam's",
                                 moving ? "moving" : "fixed");
    *matrix = lam_mat4_multiply(&from_voxel, &to_voxel);
    return true;
}

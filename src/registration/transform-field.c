/* Displacement fields on disk. In the coordinates of any convention a field takes a point p of the fixed
 * scan to p + d; with F and M, which take the world to the fixed and the moving coordinates, our field is
 * u(x) = M^-1 (F x + d) - x. For x = V voxel that is linear in voxel and d, and so is the way back. */
#include "transform-formats.h"

#include <lambdascope/mgh.h>
#include <lambdascope/nifti.h>
#include <math.h>
#include <string.h>

/* ---- between conventions ---- */

/* out = position voxel + vector in */
typedef struct {
    LamMat4 position, vector;
} Change;

static LamMat4 difference(const LamMat4 *a, const LamMat4 *b)
{
    LamMat4 out;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            out.m[i][j] = a->m[i][j] - b->m[i][j];
    return out;
}

/* u = (M^-1 F V - V) voxel + M^-1 d */
static bool change_to_world(const LamTransformFileOptions *options, const LamGrid *grid,
                            Change *change, GError **error)
{
    LamMat4 f, m;
    if (!lam_convention_from_world(options, false, grid, &f, error) ||
        !lam_convention_from_world(options, true, NULL, &m, error))
        return false;
    if (!lam_mat4_invert(&m, &change->vector))
        return lam_transform_why(error, LAM_ERROR_ARGUMENT, "the moving scan's matrix is singular");
    LamMat4 there = lam_mat4_multiply(&change->vector, &f);
    there = lam_mat4_multiply(&there, &grid->to_world);
    change->position = difference(&there, &grid->to_world);
    return true;
}

/* d = (M V - F V) voxel + M u */
static bool change_from_world(const LamTransformFileOptions *options, const LamGrid *grid,
                              Change *change, GError **error)
{
    LamMat4 f;
    if (!lam_convention_from_world(options, false, grid, &f, error) ||
        !lam_convention_from_world(options, true, NULL, &change->vector, error))
        return false;
    LamMat4 fv = lam_mat4_multiply(&f, &grid->to_world),
            mv = lam_mat4_multiply(&change->vector, &grid->to_world);
    change->position = difference(&mv, &fv);
    return true;
}

static void apply_change(const Change *change, LamVolume *field)
{
    const int *size = field->grid.size;
    size_t n = lam_grid_voxels(&field->grid);
    int w = size[0], h = size[1], rows = size[1] * size[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < w; i++) {
            float *at = field->data + (size_t)row * (size_t)w + (size_t)i;
            LamVec3 voxel = {{i, row % h, row / h}},
                    in = {{(double)at[0], (double)at[n], (double)at[2 * n]}};
            LamVec3 a = lam_mat4_apply(&change->position, voxel),
                    b = lam_mat4_apply_vector(&change->vector, in);
            for (size_t c = 0; c < 3; c++)
                at[c * n] = (float)(a.v[c] + b.v[c]);
        }
}

/* ---- reading ---- */

static bool is_coefficients(int intent)
{
    return (intent >= 2007 && intent <= 2009) || intent == 2016;
}

/* What the header alone tells. */
static bool detect(const LamNiftiVectors *what, LamConvention *convention, GError **error)
{
    if (what->intent == LAM_NIFTI_FNIRT_FIELD)
        *convention = LAM_CONVENTION_FSL;
    else if (what->intent == LAM_NIFTI_VECTOR && !what->in_frames)
        *convention = LAM_CONVENTION_ITK;
    else if (what->intent == LAM_NIFTI_DISPLACEMENT && !what->in_frames)
        *convention = LAM_CONVENTION_LAMBDASCOPE;
    else
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "the file does not tell what its three components mean "
                                 "(intent %d): name the convention (--from)",
                                 what->intent);
    return true;
}

/* Files whose header contradicts what they are taken for. */
static bool check_intent(const LamNiftiVectors *what, LamConvention convention, GError **error)
{
    if (is_coefficients(what->intent))
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "it holds spline coefficients of FNIRT, not a field "
                                 "(fnirtfileutils makes one of them)");
    if (what->intent == LAM_NIFTI_VECTOR && g_str_has_prefix(what->intent_name, "NREG"))
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "NiftyReg's transforms are not read");
    if (convention == LAM_CONVENTION_ITK && what->intent == LAM_NIFTI_DISPLACEMENT)
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "its intent (1006) is that of lam's own fields; those of ITK and "
                                 "ANTs have 1007");
    if (convention == LAM_CONVENTION_LAMBDASCOPE && what->intent == LAM_NIFTI_VECTOR)
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "its intent (1007) is that of ITK's fields; lam's have 1006");
    return true;
}

/* Sums over the components of their variances: of the values themselves and of what they differ by from
 * the positions that the matrix gives the voxels. */
static void spreads(const LamVolume *field, const LamMat4 *position, double spread[2])
{
    size_t n = lam_grid_voxels(&field->grid), at = 0;
    double sum[2][3] = {{0}}, squares[2][3] = {{0}};
    for (int k = 0; k < field->grid.size[2]; k++)
        for (int j = 0; j < field->grid.size[1]; j++)
            for (int i = 0; i < field->grid.size[0]; i++, at++) {
                LamVec3 p = lam_mat4_apply(position, (LamVec3){{i, j, k}});
                for (size_t c = 0; c < 3; c++) {
                    double d = (double)field->data[c * n + at], v[2] = {d, d - p.v[c]};
                    for (int s = 0; s < 2; s++) {
                        sum[s][c] += v[s];
                        squares[s][c] += v[s] * v[s];
                    }
                }
            }
    spread[0] = spread[1] = 0;
    for (int s = 0; s < 2; s++)
        for (int c = 0; c < 3; c++)
            spread[s] += squares[s][c] / (double)n - pow(sum[s][c] / (double)n, 2);
}

/* Fields may also hold where a point goes instead of how far. As FSL's programs do: what varies less is the
 * displacement. */
static bool check_relative(const LamVolume *field, const LamMat4 *position, const char *hint,
                           GError **error)
{
    double spread[2];
    spreads(field, position, spread);
    return spread[0] <= spread[1] || lam_grid_voxels(&field->grid) == 1 ||
           lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                             "it seems to hold positions, not displacements%s", hint);
}

/* FreeSurfer's warps of other kinds: positions in RAS or in voxels. */
static bool check_freesurfer(const LamVolume *field, GError **error)
{
    LamMat4 voxel = lam_mat4_identity();
    return check_relative(field, &field->grid.to_world, "", error) &&
           check_relative(field, &voxel, "", error);
}

static bool check_finite(const LamVolume *field, GError **error)
{
    return field->nan_count == 0 ||
           lam_transform_why(error, LAM_ERROR_FORMAT,
                             "%" G_GSIZE_FORMAT " of its values are not finite numbers",
                             field->nan_count);
}

static LamVolume *load_vectors(const char *path, bool mgh, LamConvention *convention,
                               GError **error)
{
    LamNiftiVectors what = {0};
    g_autoptr(LamVolume) field =
        mgh ? lam_mgh_load_vectors(path, error) : lam_nifti_load_vectors(path, &what, error);
    if (field == NULL)
        return NULL;
    if (mgh && *convention == LAM_CONVENTION_AUTO)
        *convention = LAM_CONVENTION_FREESURFER;
    if (!check_finite(field, error) || !check_intent(&what, *convention, error) ||
        (*convention == LAM_CONVENTION_AUTO && !detect(&what, convention, error))) {
        g_prefix_error(error, "cannot read transform: %s: ", path);
        return NULL;
    }
    return g_steal_pointer(&field);
}

static bool to_world(LamVolume *field, const LamTransformFileOptions *options, GError **error)
{
    Change change;
    LamMat4 fsl;
    LamTransformFileOptions own = *options; /* the field's own grid is the fixed one */
    if (options->convention == LAM_CONVENTION_FSL) {
        fsl = lam_fsl_from_voxel(field);
        own.fixed_fsl = &fsl;
    }
    if (!change_to_world(&own, &field->grid, &change, error) ||
        (options->convention == LAM_CONVENTION_FSL &&
         !check_relative(field, &fsl, " (convertwarp --relout writes these)", error)))
        return false;
    apply_change(&change, field);
    return true;
}

LamTransform *lam_field_file_load(const char *path, bool mgh,
                                  const LamTransformFileOptions *options, GError **error)
{
    LamTransformFileOptions known = *options;
    g_autoptr(LamVolume) field = load_vectors(path, mgh, &known.convention, error);
    if (field == NULL)
        return NULL;
    bool ok = known.convention == LAM_CONVENTION_LAMBDASCOPE  ? true
              : known.convention == LAM_CONVENTION_FREESURFER ? check_freesurfer(field, error)
                                                              : to_world(field, &known, error);
    if (ok)
        return lam_transform_new_displacement(field);
    g_prefix_error(error, "cannot read transform: %s: ", path);
    return NULL;
}

/* ---- writing ---- */

/* The grid asked for, else that of the transform if it is one field. */
static const LamGrid *target_grid(const LamTransform *transform,
                                  const LamTransformFileOptions *options, GError **error)
{
    if (options->fixed != NULL)
        return options->fixed;
    if (transform->count == 1 && transform->step[0].displacement != NULL)
        return &transform->step[0].displacement->grid;
    lam_transform_why(error, LAM_ERROR_ARGUMENT,
                      "the fixed scan is needed (--fixed): the field gets its grid");
    return NULL;
}

/* In FSL's files the voxel sizes of the header count, not those of the matrix. */
static LamVec3 header_spacing(const LamTransformFileOptions *options)
{
    LamVec3 spacing = {{0}};
    if (options->convention == LAM_CONVENTION_FSL && options->fixed_fsl != NULL)
        for (int a = 0; a < 3; a++)
            spacing.v[a] = fabs(options->fixed_fsl->m[a][a]);
    return spacing;
}

static LamVolume *make_field(const LamTransform *transform, const LamTransformFileOptions *options,
                             GError **error)
{
    Change change;
    const LamGrid *grid = target_grid(transform, options, error);
    if (grid == NULL || !change_from_world(options, grid, &change, error))
        return NULL;
    LamVolume *field = lam_transform_to_field(transform, grid, error);
    if (field != NULL && options->convention != LAM_CONVENTION_LAMBDASCOPE &&
        options->convention != LAM_CONVENTION_FREESURFER)
        apply_change(&change, field);
    return field;
}

bool lam_field_file_save(const LamTransform *transform, const char *path, bool mgh,
                         const LamTransformFileOptions *options, GError **error)
{
    g_autoptr(LamVolume) field = make_field(transform, options, error);
    if (field == NULL) {
        g_prefix_error(error, "cannot write transform: %s: ", path);
        return false;
    }
    if (mgh)
        return lam_mgh_save(field, path, error);
    LamNiftiSaveOptions save = {.type = LAM_NIFTI_FLOAT32,
                                .spacing_mm = header_spacing(options),
                                .description = options->description};
    switch (options->convention) {
    case LAM_CONVENTION_ITK:
        save.intent = LAM_NIFTI_VECTOR;
        break;
    case LAM_CONVENTION_FSL:
        save.intent = LAM_NIFTI_FNIRT_FIELD;
        save.in_frames = true;
        break;
    case LAM_CONVENTION_FREESURFER:
    case LAM_CONVENTION_VOXEL:
        save.in_frames = true;
        break;
    default:
        save.intent = LAM_NIFTI_DISPLACEMENT;
    }
    return lam_nifti_save_as(field, path, &save, error);
}

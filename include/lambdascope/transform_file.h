/* Transforms on disk, in the conventions of several programs. docs/registration.md has the table. */
#pragma once

#include <lambdascope/transform.h>

G_BEGIN_DECLS

/* What the numbers of a file mean: direction, axes, units, sign. */
typedef enum {
    LAM_CONVENTION_AUTO,        /* from the name and the content; an error if that does not tell */
    LAM_CONVENTION_LAMBDASCOPE, /* .safetensors: the chain as it is; .nii: displacement, mm, RAS */
    LAM_CONVENTION_ITK,         /* ITK and ANTs */
    LAM_CONVENTION_FSL,         /* FLIRT and FNIRT */
    LAM_CONVENTION_FREESURFER,  /* LTA; SynthMorph's warps */
    LAM_CONVENTION_VOXEL,       /* VoxelMorph, scipy */
} LamConvention;

/* The two spaces: fixed is also the grid that a written field gets. Borrowed; NULL where not known: an
 * error tells which one a convention needs. */
typedef struct {
    LamConvention convention;
    const LamGrid *fixed, *moving;
    /* FSL's coordinates of the two, from lam_fsl_from_voxel; NULL: those of a scan whose header states
     * the voxel sizes of its matrix, as nearly all do */
    const LamMat4 *fixed_fsl, *moving_fsl;
    const char *description; /* for files with room for it; may be NULL */
} LamTransformFileOptions;

/* "itk" ...; false and LAM_ERROR_ARGUMENT, listing what there is. */
bool lam_convention_parse(const char *name, LamConvention *convention, GError **error);

/* Voxel index -> FSL's mm: the index times the voxel size of the header, and counted from the other end
 * along x where the scan's matrix has a positive determinant. All NaN, which is refused where FSL's
 * coordinates are needed, for a scan without orientation: FSL's idea of its axes is not ours. */
LamMat4 lam_fsl_from_voxel(const LamVolume *scan);

/* options NULL: automatic, no spaces known. Errors name the file and the reason. Thread-safety: safe. */
LamTransform *lam_transform_load(const char *path, const LamTransformFileOptions *options,
                                 GError **error);

/* The kind of file goes by the name: .safetensors, .nii and .nii.gz, .mgz, .lta, .tfm, .txt, .mat.
 * Written beside the target and renamed. A transform that is not affine is written as one displacement
 * field on the fixed grid (NULL: on that of the field that the transform consists of), but for
 * .safetensors, which keeps the chain. */
bool lam_transform_save(const LamTransform *transform, const char *path,
                        const LamTransformFileOptions *options, GError **error);

/* What lam_transform_save would refuse because of the name, without writing. */
bool lam_transform_check_name(const char *path, LamConvention convention, GError **error);

G_END_DECLS

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
} LamTransformFileOptions;

/* "itk" ...; false and LAM_ERROR_ARGUMENT, listing what there is. */
bool lam_convention_parse(const char *name, LamConvention *convention, GError **error);

/* options NULL: automatic, no spaces known. Errors name the file and the reason. Thread-safety: safe. */
LamTransform *lam_transform_load(const char *path, const LamTransformFileOptions *options,
                                 GError **error);

/* Written beside the target and renamed. A transform that is not affine is written as one displacement
 * field on the fixed grid, but for .safetensors, which keeps the chain. */
bool lam_transform_save(const LamTransform *transform, const char *path,
                        const LamTransformFileOptions *options, GError **error);

G_END_DECLS

#include <lambdascope/transform_file.h>

#include <lambdascope/error.h>
#include <lambdascope/nifti.h>

static const struct {
    const char *name;
    LamConvention convention;
} conventions[] = {
    {"lambdascope", LAM_CONVENTION_LAMBDASCOPE},
    {"itk", LAM_CONVENTION_ITK},
    {"fsl", LAM_CONVENTION_FSL},
    {"freesurfer", LAM_CONVENTION_FREESURFER},
    {"voxel", LAM_CONVENTION_VOXEL},
};

bool lam_convention_parse(const char *name, LamConvention *convention, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(conventions); i++)
        if (g_ascii_strcasecmp(name, conventions[i].name) == 0) {
            *convention = conventions[i].convention;
            return true;
        }
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "no such convention: %s: lambdascope, itk, fsl, freesurfer and voxel are known",
                name);
    return false;
}

LamTransform *lam_transform_load(const char *path, const LamTransformFileOptions *options,
                                 GError **error)
{
    g_autoptr(LamVolume) field = lam_nifti_load(path, 0, error);
    if (field == NULL)
        return NULL;
    if (field->channels == 3)
        return lam_transform_new_displacement(field);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot use field: %s: a displacement field has three components (x,y,z,1,3)",
                path);
    return NULL;
}

bool lam_transform_save(const LamTransform *transform, const char *path,
                        const LamTransformFileOptions *options, GError **error)
{
    g_autoptr(LamVolume) field = lam_transform_to_field(transform, options->fixed, error);
    return field != NULL && lam_nifti_save(field, path, LAM_NIFTI_FLOAT32, NULL, error);
}

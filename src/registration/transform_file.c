/* Which format a transform file has, and the way in and out of all of them. */
#include "transform-formats.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

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

typedef enum {
    FORMAT_NATIVE, /* safetensors */
    FORMAT_NIFTI,
    FORMAT_MGH,
    FORMAT_ITK_TEXT,
    FORMAT_MATLAB,
    FORMAT_LTA,
    FORMAT_MATRIX, /* 4 x 4 numbers */
} Format;

/* What a name's ending may mean. alone: also where no convention is asked for. */
static const struct {
    const char *ending;
    LamConvention convention;
    Format format;
    bool alone;
} names[] = {
    {".safetensors", LAM_CONVENTION_LAMBDASCOPE, FORMAT_NATIVE, true},
    {".nii", LAM_CONVENTION_LAMBDASCOPE, FORMAT_NIFTI, true},
    {".nii", LAM_CONVENTION_ITK, FORMAT_NIFTI, false},
    {".nii", LAM_CONVENTION_FSL, FORMAT_NIFTI, false},
    {".nii", LAM_CONVENTION_FREESURFER, FORMAT_NIFTI, false},
    {".nii", LAM_CONVENTION_VOXEL, FORMAT_NIFTI, false},
    {".mgz", LAM_CONVENTION_FREESURFER, FORMAT_MGH, true},
    {".mgh", LAM_CONVENTION_FREESURFER, FORMAT_MGH, true},
    {".lta", LAM_CONVENTION_FREESURFER, FORMAT_LTA, true},
    {".tfm", LAM_CONVENTION_ITK, FORMAT_ITK_TEXT, true},
    {".txt", LAM_CONVENTION_ITK, FORMAT_ITK_TEXT, false},
    {".txt", LAM_CONVENTION_FSL, FORMAT_MATRIX, false},
    {".txt", LAM_CONVENTION_VOXEL, FORMAT_MATRIX, false},
    {".mat", LAM_CONVENTION_ITK, FORMAT_MATLAB, false},
    {".mat", LAM_CONVENTION_FSL, FORMAT_MATRIX, false},
};

static const char *convention_name(LamConvention convention)
{
    for (size_t i = 0; i < G_N_ELEMENTS(conventions); i++)
        if (conventions[i].convention == convention)
            return conventions[i].name;
    return "automatic";
}

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

/* With .gz taken off, if it is not the whole ending. */
static bool ends_in(const char *path, const char *ending)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    if (g_str_has_suffix(name, ".gz") &&
        (strcmp(ending, ".nii") == 0 || strcmp(ending, ".mgh") == 0))
        name[strlen(name) - 3] = '\0';
    return g_str_has_suffix(name, ending);
}

/* ---- reading ---- */

static bool is_nifti_name(const char *path)
{
    static const char *const endings[] = {".nii", ".hdr", ".img", ".hdr.gz", ".img.gz"};
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (ends_in(path, endings[i]))
            return true;
    return false;
}

static bool read_small(const char *path, char **bytes, gsize *length, GError **error)
{
    struct stat status;
    g_autoptr(GError) cause = NULL;
    if (g_stat(path, &status) != 0)
        return lam_transform_why(error, LAM_ERROR_IO, "%s", g_strerror(errno));
    if (!S_ISREG(status.st_mode))
        return lam_transform_why(error, LAM_ERROR_IO, "it is not a regular file");
    if (status.st_size > LAM_TRANSFORM_TEXT_MOST)
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "neither a field (.nii, .nii.gz, .mgz) nor a file with a matrix: "
                                 "it is over 1 MiB");
    if (g_file_get_contents(path, bytes, length, &cause))
        return true;
    return lam_transform_why(error, LAM_ERROR_IO, "%s", cause->message);
}

static bool begins(const char *bytes, gsize length, const char *with)
{
    return length >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

/* By content; what is nothing else is taken as a plain matrix, whose parser then tells what it lacks. */
static bool recognise(const char *bytes, gsize length, Format *format, GError **error)
{
    if (length == 0)
        return lam_transform_why(error, LAM_ERROR_FORMAT, "the file is empty");
    if (begins(bytes, length, "#Insight Transform File V1"))
        *format = FORMAT_ITK_TEXT;
    else if (lam_itk_matlab_recognise(bytes, length))
        *format = FORMAT_MATLAB;
    else if (begins(bytes, length, "\x89HDF"))
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "HDF5 transforms are not read (CompositeTransformUtil "
                                 "--disassemble takes ANTs' apart)");
    else if (begins(bytes, length, "MNI Transform File"))
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED, "MNI's .xfm is not read");
    else if (begins(bytes, length, "(Transform"))
        return lam_transform_why(error, LAM_ERROR_UNSUPPORTED,
                                 "elastix's parameters are not read (transformix -def all makes a "
                                 "field of them)");
    else
        *format = lam_lta_recognise(bytes, length) ? FORMAT_LTA : FORMAT_MATRIX;
    return true;
}

/* The convention of a file of this format, checked against the one asked for. */
static bool settle(const char *path, Format format, LamConvention *convention, GError **error)
{
    static const LamConvention of_format[] = {[FORMAT_NATIVE] = LAM_CONVENTION_LAMBDASCOPE,
                                              [FORMAT_ITK_TEXT] = LAM_CONVENTION_ITK,
                                              [FORMAT_MATLAB] = LAM_CONVENTION_ITK,
                                              [FORMAT_LTA] = LAM_CONVENTION_FREESURFER};
    LamConvention asked = *convention;
    if (format == FORMAT_MATRIX) {
        if (asked == LAM_CONVENTION_FSL || asked == LAM_CONVENTION_VOXEL)
            return true;
        if (asked == LAM_CONVENTION_AUTO && ends_in(path, ".mat"))
            *convention = LAM_CONVENTION_FSL;
        else
            return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                     "the file does not tell what its matrix means: name the "
                                     "convention, fsl or voxel (--from)");
        return true;
    }
    *convention = of_format[format];
    if (asked == LAM_CONVENTION_AUTO || asked == *convention)
        return true;
    return lam_transform_why(error, LAM_ERROR_ARGUMENT, "the file is of the convention %s, not %s",
                             convention_name(*convention), convention_name(asked));
}

/* The world to world matrix, pull-back, of one in the convention's own coordinates and direction:
 * T = M^-1 A F, where A takes the fixed scan to the moving one. */
static bool matrix_to_world(const LamTransformFileOptions *options, LamMat4 *matrix, GError **error)
{
    LamMat4 f, m, back, a = *matrix;
    bool forward = options->convention == LAM_CONVENTION_FSL ||
                   options->convention == LAM_CONVENTION_FREESURFER;
    if (!lam_convention_from_world(options, false, NULL, &f, error) ||
        !lam_convention_from_world(options, true, NULL, &m, error))
        return false;
    if ((forward && !lam_mat4_invert(matrix, &a)) || !lam_mat4_invert(&m, &back))
        return lam_transform_why(error, LAM_ERROR_FORMAT, "its matrix cannot be inverted");
    a = lam_mat4_multiply(&a, &f);
    *matrix = lam_mat4_multiply(&back, &a);
    return true;
}

static bool parse_matrix(Format format, const char *bytes, gsize length,
                         const LamTransformFileOptions *options, LamMat4 *matrix, GError **error)
{
    switch (format) {
    case FORMAT_ITK_TEXT:
        return lam_itk_text_parse(bytes, length, matrix, error);
    case FORMAT_MATLAB:
        return lam_itk_matlab_parse(bytes, length, matrix, error);
    case FORMAT_LTA:
        return lam_lta_parse(bytes, length, options, matrix, error);
    default:
        if (lam_matrix_text_parse(bytes, length, matrix, error))
            return true;
        g_prefix_error(error, "no transform file that lam knows, nor ");
        return false;
    }
}

static LamTransform *load_matrix(const char *path, const LamTransformFileOptions *options,
                                 GError **error)
{
    LamTransformFileOptions known = *options;
    g_autofree char *bytes = NULL;
    gsize length = 0;
    Format format = FORMAT_MATRIX;
    LamMat4 matrix;
    if (read_small(path, &bytes, &length, error) && recognise(bytes, length, &format, error) &&
        parse_matrix(format, bytes, length, &known, &matrix, error) &&
        settle(path, format, &known.convention, error) && matrix_to_world(&known, &matrix, error))
        return lam_transform_new_affine(&matrix);
    g_prefix_error(error, "cannot read transform: %s: ", path);
    return NULL;
}

static LamTransform *load_native(const char *path, LamConvention convention, GError **error)
{
    g_autoptr(LamSafetensors) file = NULL;
    LamTransform *transform = NULL;
    if (settle(path, FORMAT_NATIVE, &convention, error)) {
        file = lam_safetensors_load(path, error);
        if (file == NULL)
            return NULL;
        transform = lam_native_read(file, error);
    }
    if (transform == NULL)
        g_prefix_error(error, "cannot read transform: %s: ", path);
    return transform;
}

LamTransform *lam_transform_load(const char *path, const LamTransformFileOptions *options,
                                 GError **error)
{
    static const LamTransformFileOptions automatic = {0};
    if (options == NULL)
        options = &automatic;
    if (ends_in(path, ".safetensors"))
        return load_native(path, options->convention, error);
    bool mgh = ends_in(path, ".mgz") || ends_in(path, ".mgh");
    if (mgh || is_nifti_name(path))
        return lam_field_file_load(path, mgh, options, error);
    return load_matrix(path, options, error);
}

/* ---- writing ---- */

static bool choose_format(const char *path, LamConvention *convention, Format *format,
                          GError **error)
{
    bool known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!ends_in(path, names[i].ending))
            continue;
        known = true;
        if (names[i].convention != *convention &&
            !(*convention == LAM_CONVENTION_AUTO && names[i].alone))
            continue;
        *convention = names[i].convention;
        *format = names[i].format;
        return true;
    }
    if (!known)
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "the name must end in .safetensors, .nii, .nii.gz, .mgz, .lta, "
                                 ".tfm, .txt or .mat");
    if (*convention == LAM_CONVENTION_AUTO)
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "the name does not tell the convention: name it (--to)");
    return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                             "the %s convention has no such files (see docs/registration.md)",
                             convention_name(*convention));
}

/* The inverse of matrix_to_world. */
static bool matrix_from_world(const LamTransformFileOptions *options, LamMat4 *matrix,
                              GError **error)
{
    LamMat4 f, m, back;
    bool forward = options->convention == LAM_CONVENTION_FSL ||
                   options->convention == LAM_CONVENTION_FREESURFER;
    if (!lam_convention_from_world(options, false, NULL, &f, error) ||
        !lam_convention_from_world(options, true, NULL, &m, error))
        return false;
    if (!lam_mat4_invert(&f, &back))
        return lam_transform_why(error, LAM_ERROR_ARGUMENT, "the fixed scan's matrix is singular");
    LamMat4 a = lam_mat4_multiply(matrix, &back);
    *matrix = lam_mat4_multiply(&m, &a);
    a = *matrix;
    return !forward || lam_mat4_invert(&a, matrix) ||
           lam_transform_why(error, LAM_ERROR_ARGUMENT, "the transform cannot be inverted");
}

/* g_file_set_contents names its temporary file in its messages; ours name the target. */
static bool write_bytes(const char *path, const char *bytes, gsize length, GError **error)
{
    struct stat status;
    g_autoptr(GError) cause = NULL;
    if (g_stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return lam_transform_why(error, LAM_ERROR_IO, "not a regular file");
    GFileSetContentsFlags flags = G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE;
    return g_file_set_contents_full(path, bytes, (gssize)length, flags, 0644, &cause) ||
           lam_transform_why(error, LAM_ERROR_IO, "%s", cause->message);
}

static bool write_matrix(const LamMat4 *matrix, Format format, const char *path,
                         const LamTransformFileOptions *options, GError **error)
{
    if (format == FORMAT_MATLAB) {
        g_autoptr(GByteArray) bytes = lam_itk_matlab_format(matrix);
        return write_bytes(path, (const char *)bytes->data, bytes->len, error);
    }
    if (format == FORMAT_LTA && (options->fixed == NULL || options->moving == NULL))
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "an LTA holds the geometry of both scans: they are needed "
                                 "(--fixed, --moving)");
    g_autofree char *text =
        format == FORMAT_ITK_TEXT ? lam_itk_text_format(matrix, options->description)
        : format == FORMAT_LTA    ? lam_lta_format(matrix, options->moving, options->fixed)
                                  : lam_matrix_text_format(matrix);
    return write_bytes(path, text, strlen(text), error);
}

static bool save_matrix(const LamTransform *transform, Format format, const char *path,
                        const LamTransformFileOptions *options, GError **error)
{
    LamMat4 matrix;
    if (!lam_transform_is_affine(transform, &matrix))
        return lam_transform_why(error, LAM_ERROR_ARGUMENT,
                                 "the transform is not affine; a field (.nii.gz) can hold it");
    return matrix_from_world(options, &matrix, error) &&
           write_matrix(&matrix, format, path, options, error);
}

static bool save_native(const LamTransform *transform, const char *path,
                        const LamTransformFileOptions *options, GError **error)
{
    g_autoptr(LamSafetensors) file = lam_safetensors_new();
    return lam_native_write(transform, options->description, file, error) &&
           lam_safetensors_save(file, path, LAM_STORE_F32, error);
}

bool lam_transform_check_name(const char *path, LamConvention convention, GError **error)
{
    Format format;
    if (choose_format(path, &convention, &format, error))
        return true;
    g_prefix_error(error, "cannot write transform: %s: ", path);
    return false;
}

bool lam_transform_save(const LamTransform *transform, const char *path,
                        const LamTransformFileOptions *options, GError **error)
{
    LamTransformFileOptions known = options != NULL ? *options : (LamTransformFileOptions){0};
    Format format = FORMAT_NATIVE;
    bool ok = choose_format(path, &known.convention, &format, error);
    if (ok && (format == FORMAT_NIFTI || format == FORMAT_MGH))
        return lam_field_file_save(transform, path, format == FORMAT_MGH, &known, error);
    if (ok)
        ok = format == FORMAT_NATIVE ? save_native(transform, path, &known, error)
                                     : save_matrix(transform, format, path, &known, error);
    if (!ok)
        g_prefix_error(error, "cannot write transform: %s: ", path);
    return ok;
}

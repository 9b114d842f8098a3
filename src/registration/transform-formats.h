/* The formats of transform files. What parses takes memory; its errors say only why, and the caller
 * names the file. Matrices are in the coordinates and the direction of their format. */
#pragma once

#include <lambdascope/error.h>
#include <lambdascope/safetensors.h>
#include <lambdascope/transform_file.h>

#define LAM_TRANSFORM_TEXT_MOST (1u << 20) /* bytes: a file with a matrix has a few hundred */

/* ---- coordinates (transform-spaces.c) ---- */

/* World (RAS, mm) -> the coordinates that a convention has on the fixed or the moving scan. grid: of the
 * fixed scan if not that of the options. */
bool lam_convention_from_world(const LamTransformFileOptions *options, bool moving,
                               const LamGrid *grid, LamMat4 *matrix, GError **error);

/* FSL's coordinates where the voxel sizes are these. */
LamMat4 lam_fsl_from_voxel_of(const LamGrid *grid, LamVec3 spacing_mm);

/* ---- text (transform-text.c) ---- */

bool lam_transform_why(GError **error, LamError code, const char *why, ...) G_GNUC_PRINTF(3, 4);

/* Numbers between white space; false if text holds anything else or more than most of them. */
bool lam_text_numbers(const char *text, double *out, int most, int *count, GError **error);
/* The same for exactly n. what: named in the message. */
bool lam_text_exactly(const char *text, const char *what, double *out, int n, GError **error);
/* As few digits as give the same double again, whatever the locale. */
void lam_text_append(GString *text, double value);
void lam_text_append_many(GString *text, const double *values, int n);

/* 4 rows of 4 numbers, the last 0 0 0 1. */
bool lam_matrix_text_parse(const char *text, gsize length, LamMat4 *matrix, GError **error);
char *lam_matrix_text_format(const LamMat4 *matrix);
/* False unless finite, invertible and with the last row 0 0 0 1. */
bool lam_matrix_check(const LamMat4 *matrix, GError **error);

/* ---- ITK: fixed -> moving, LPS (transform-itk.c, transform-matlab.c) ---- */

/* One transform of a file. */
typedef struct {
    char type[64];
    double parameters[16], fixed[16];
    int n_parameters, n_fixed;
} LamItkEntry;

/* All entries as one matrix; a CompositeTransform's parts are applied last to first. */
bool lam_itk_matrix(const LamItkEntry *entries, int count, LamMat4 *matrix, GError **error);
#define LAM_ITK_MOST 32 /* entries */

bool lam_itk_text_parse(const char *text, gsize length, LamMat4 *matrix, GError **error);
char *lam_itk_text_format(const LamMat4 *matrix, const char *description);

/* Matlab level 4, as ANTs' 0GenericAffine.mat. */
bool lam_itk_matlab_recognise(const char *bytes, gsize length);
bool lam_itk_matlab_parse(const char *bytes, gsize length, LamMat4 *matrix, GError **error);
GByteArray *lam_itk_matlab_format(const LamMat4 *matrix);

/* ---- FreeSurfer: moving -> fixed, RAS (transform-lta.c) ---- */

bool lam_lta_recognise(const char *text, gsize length);
/* options may give the spaces of a voxel-to-voxel LTA that does not hold them. */
bool lam_lta_parse(const char *text, gsize length, const LamTransformFileOptions *options,
                   LamMat4 *matrix, GError **error);
char *lam_lta_format(const LamMat4 *matrix, const LamGrid *moving, const LamGrid *fixed);

/* ---- whole chains (transform-native.c) ---- */

LamTransform *lam_native_read(const LamSafetensors *file, GError **error);
bool lam_native_write(const LamTransform *transform, const char *description, LamSafetensors *file,
                      GError **error);

/* ---- fields (transform-field.c); these name the file ---- */

LamTransform *lam_field_file_load(const char *path, bool mgh,
                                  const LamTransformFileOptions *options, GError **error);
bool lam_field_file_save(const LamTransform *transform, const char *path, bool mgh,
                         const LamTransformFileOptions *options, GError **error);

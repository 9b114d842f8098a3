/* The file that holds a scan's voxels, plain or gzip: what the readers of all formats share. Errors read
 * "cannot read scan: PATH: why". */
#pragma once

#include "voxel-type.h"

#include <lambdascope/error.h>
#include <lambdascope/volume.h>
#include <zlib.h>

typedef struct {
    const char *path; /* as given: what messages name */
    gzFile gz;
    size_t bytes; /* on disk */
} LamVoxelFile;

/* How the voxels wanted lie in the file, unpacked. */
typedef struct {
    const LamVoxelType *type;
    bool swapped;
    double slope, intercept;
    size_t offset; /* of the first voxel wanted, in bytes */
    size_t count;  /* voxels, all channels */
    size_t end;    /* of the last frame, in bytes */
} LamVoxelLayout;

/* Sets the error and returns false. */
bool lam_scan_fail(const char *path, LamError code, GError **error, const char *why, ...)
    G_GNUC_PRINTF(4, 5);

/* Appends a remark to what becomes the volume's note. */
void lam_scan_note(GString *note, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Opens file_path (a regular file that is not empty); path is what messages name. */
bool lam_voxel_file_open(LamVoxelFile *file, const char *path, const char *file_path,
                         GError **error);
void lam_voxel_file_close(LamVoxelFile *file);

/* Why a read came back short. Returns false. */
bool lam_voxel_file_fail_short(const LamVoxelFile *file, GError **error);

/* Completes a layout of which type, byte order, scaling and the offset of the first voxel of all are
 * known. False if there is no such frame or the sizes overflow. */
bool lam_voxel_layout_locate(LamVoxelLayout *layout, const gint64 size[3], int channels, int frames,
                             int frame, const char *path, GError **error);

/* The voxels as a volume. Sizes that the file cannot hold are refused before memory is asked for. */
LamVolume *lam_voxel_file_load(const char *path, const char *file_path,
                               const LamVoxelLayout *layout, const LamGrid *grid, int channels,
                               GError **error);

/* What the volume tells of its file. kind: "NIfTI-1" ... */
void lam_scan_describe(LamVolume *volume, const char *kind, const LamVoxelLayout *layout,
                       GString *note);

/* False if a matrix has no inverse to speak of, or is not finite. */
bool lam_matrix_is_usable(const LamMat4 *matrix);

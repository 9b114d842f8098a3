/* NIfTI-1 and -2 files (.nii, .nii.gz, .hdr/.img; ANALYZE 7.5 is refused with a clear message). */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Reads one frame (0-based; must be 0 for 3-D files). All real scalar types; slope and intercept are
 * applied; non-finite voxels become 0 and are counted. Vector files (5-D, x,y,z,1,3) become a
 * 3-channel volume. Errors name the file and the reason. Thread-safety: safe. */
LamVolume *lam_nifti_load(const char *path, int frame, GError **error);

typedef enum {
    LAM_NIFTI_FLOAT32,
    LAM_NIFTI_INT16, /* rounded; refused if values do not fit */
    LAM_NIFTI_UINT8,
    LAM_NIFTI_INT32,
} LamNiftiType;

/* Writes to a temporary file beside `path`, syncs, renames: never a half-written file. Parent folder
 * must exist. Compressed if the name ends in .gz. A 3-channel volume is written 5-D (x,y,z,1,3) with
 * intent 1006 (displacement vector). sform and qform are both set (qform as near as it can be).
 * description: at most 79 bytes, may be NULL. */
bool lam_nifti_save(const LamVolume *volume, const char *path, LamNiftiType type,
                    const char *description, GError **error);

G_END_DECLS

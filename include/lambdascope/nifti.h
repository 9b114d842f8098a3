/* NIfTI-1 and -2 files (.nii, .nii.gz, .hdr/.img; ANALYZE 7.5 is refused with a clear message). */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* Reads one frame (0-based; must be 0 for 3-D files). All real scalar types; slope and intercept are
 * applied; non-finite voxels become 0 and are counted. Vector files (5-D, x,y,z,1,3) become a
 * 3-channel volume. Errors name the file and the reason. Thread-safety: safe. */
LamVolume *lam_nifti_load(const char *path, int frame, GError **error);

/* Intent codes of vectors. All versions of ITK take the vectors of 1007 as they are. Those of 1006 it turns
 * from RAS to LPS since 5.4; before, it misread them as scalars. */
enum {
    LAM_NIFTI_DISPLACEMENT = 1006, /* NIFTI_INTENT_DISPVECT */
    LAM_NIFTI_VECTOR = 1007,       /* NIFTI_INTENT_VECTOR */
    LAM_NIFTI_FNIRT_FIELD = 2006, /* FSL's own: displacement; 2007 to 2009 and 2016: coefficients */
};

/* How a file says that it holds vectors. */
typedef struct {
    int intent;
    char intent_name[17];
    bool in_frames; /* (x,y,z,3), not (x,y,z,1,3) */
} LamNiftiVectors;

/* Reads a field of vectors, (x,y,z,1,3) or (x,y,z,3), as 3 channels: the numbers as they stand, whatever
 * they mean. *what is set if it succeeds. Errors and threads as above. */
LamVolume *lam_nifti_load_vectors(const char *path, LamNiftiVectors *what, GError **error);

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

/* What a file says beside its voxels. */
typedef struct {
    LamNiftiType type;
    int intent;
    bool in_frames;     /* 3 channels as (x,y,z,3), not (x,y,z,1,3) */
    LamVec3 spacing_mm; /* for the header where it should not be the matrix's; 0: the matrix's */
    const char *description; /* at most 79 bytes; may be NULL */
} LamNiftiSaveOptions;

/* The same with a choice of how vectors are stored. */
bool lam_nifti_save_as(const LamVolume *volume, const char *path,
                       const LamNiftiSaveOptions *options, GError **error);

G_END_DECLS

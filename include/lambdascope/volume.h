/* A volume: voxels [C,D,H,W] float32 (W = x fastest, as in NIfTI), and the affine that takes a voxel
 * index (i,j,k) to RAS mm. One type for scans (C=1), label maps (C=1, integers held exactly) and
 * displacement fields (C=3: pull-back displacement in mm, RAS components). Immutable once shared;
 * reference counted. */
#pragma once

#include <lambdascope/matrix.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The geometry of a sampling grid. Two grids are the same space if sizes and matrices agree. */
typedef struct {
    int size[3];      /* W, H, D: number of voxels along i, j, k */
    LamMat4 to_world; /* voxel index -> RAS mm; voxel centres at integer indices */
} LamGrid;

/* Where to_world came from (DESIGN: sform if code > 0, else qform, else pixdim with centred origin). */
typedef enum {
    LAM_SPACE_NONE, /* made in memory */
    LAM_SPACE_SFORM,
    LAM_SPACE_QFORM,
    LAM_SPACE_PIXDIM,  /* only voxel sizes, or not even these */
    LAM_SPACE_VOX2RAS, /* MGH */
} LamSpaceSource;

typedef struct {
    LamGrid grid;
    int channels;
    float *data; /* [C,D,H,W] */

    /* what the file said; NULL/0 for volumes made in memory */
    char *path;
    char *file_kind;         /* "NIfTI-1", "FreeSurfer MGH", "DICOM", "PNG" ... */
    char *stored_type;       /* "int16" ... */
    double slope, intercept; /* already applied to the stored values; both 0: none */
    LamSpaceSource space_source;
    LamVec3
        header_spacing_mm; /* voxel sizes that the header states apart from the matrix; 0: none */
    double space_conflict_mm; /* largest corner distance between sform and qform if both are set */
    int frames;               /* number of frames in the file (>1: 4-D) */
    int frame;                /* the one that this is, counted from 0 */
    bool frame_chosen;        /* by the person, not by default */
    size_t nan_count;         /* non-finite voxels replaced by 0 while reading */
    char *note;               /* anything the reader had to decide, for lam info; may be NULL */

    gatomicrefcount refs;
} LamVolume;

/* Zero-filled volume; NULL and LAM_ERROR_MEMORY on failure. */
LamVolume *lam_volume_new(const LamGrid *grid, int channels, GError **error);
LamVolume *lam_volume_ref(LamVolume *volume);
void lam_volume_unref(LamVolume *volume);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamVolume, lam_volume_unref)

static inline size_t lam_grid_voxels(const LamGrid *grid)
{
    return (size_t)grid->size[0] * (size_t)grid->size[1] * (size_t)grid->size[2];
}

static inline float *lam_volume_channel(const LamVolume *volume, int channel)
{
    return volume->data + (size_t)channel * lam_grid_voxels(&volume->grid);
}

/* A single slice: one voxel along just one axis. */
static inline bool lam_grid_is_slice(const LamGrid *grid)
{
    return (grid->size[0] == 1) + (grid->size[1] == 1) + (grid->size[2] == 1) == 1;
}

/* Edge lengths of a voxel in mm. */
LamVec3 lam_grid_spacing_mm(const LamGrid *grid);
/* World position of the centre of the box. */
LamVec3 lam_grid_centre_mm(const LamGrid *grid);
/* The outer voxel centre of that number, 0 to 7: bits 0, 1, 2 say which end along i, j, k. */
LamVec3 lam_grid_corner_mm(const LamGrid *grid, int corner);
bool lam_grid_equal(const LamGrid *a, const LamGrid *b, double tolerance_mm);
/* Letters of the closest anatomical direction of +i, +j, +k: e.g. "LAS". out has room for 4 chars. */
void lam_grid_orientation(const LamGrid *grid, char out[4]);
/* The axis-aligned RAS grid of the given size and isotropic spacing whose box is centred on a point. */
LamGrid lam_grid_centred(const int size[3], double spacing_mm, LamVec3 centre_mm);

G_END_DECLS

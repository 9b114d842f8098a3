/* Linear alignment of two scans: rigid, similarity or affine. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef enum {
    LAM_AFFINE_RIGID = 6,      /* rotation and shift */
    LAM_AFFINE_SIMILARITY = 7, /* and one scale */
    LAM_AFFINE_FULL = 12,
} LamAffineKind; /* the value is the number of degrees of freedom */

typedef enum {
    LAM_AFFINE_AUTO,        /* correlation; mutual information where contrasts differ */
    LAM_AFFINE_CORRELATION, /* one contrast */
    LAM_AFFINE_NMI,         /* any two contrasts */
} LamAffineMeasure;

typedef enum {
    LAM_AFFINE_SEARCH,  /* the position that the files tell, and others all round */
    LAM_AFFINE_INITIAL, /* only from `initial` (identity: what the files tell) */
} LamAffineStart;

typedef struct {
    LamAffineKind kind;
    LamAffineMeasure measure;
    LamAffineStart start;
    LamMat4 initial;             /* fixed world -> moving world, mm; used with LAM_AFFINE_INITIAL */
    const LamVolume *fixed_mask; /* > 0: counts. NULL: all. Borrowed; any grid, in world space */
    const LamVolume *moving_mask; /* likewise */
} LamAffineOptions;

/* Affine, automatic, searching, without masks. */
LamAffineOptions lam_affine_options_default(void);

typedef struct {
    LamMat4 matrix;     /* fixed world -> moving world (pull-back), mm */
    double correlation; /* Pearson correlation over the overlap at the finest level */
    double seconds;
    int starts; /* how many starting rotations were tried */
} LamAffine;

/* Coarse to fine (8, 4, 2 mm for heads, in proportion for smaller or larger objects), from centres of
 * mass, Levenberg-Marquardt on the correlation over the tissue of either scan, averaged over both
 * directions: exchanging the scans inverts the result (to a fraction of a voxel). Starts from
 * the position that the files tell and from rotations all round; the former wins unless another is
 * clearly better.
 * LAM_ERROR_FAILED if no start gives a plausible fit (message says the correlation reached);
 * LAM_ERROR_ARGUMENT if a scan is empty or constant.
 * options NULL: the default. Inputs as loaded (any orientation and spacing). Deterministic, whatever the number of threads. */
bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamAffineOptions *options, const LamProgress *progress,
                         LamAffine *result, GError **error);

G_END_DECLS

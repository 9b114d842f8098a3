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
    LamMat4 matrix; /* fixed world -> moving world (pull-back), mm */
    /* Half of the way: half * half = matrix. A point y of the space half-way between the scans lies at
     * inverse(half) * y in the fixed and at half * y in the moving world. Exchanging the scans inverts
     * it. All NaN for a turn by 180 degrees, which has no half. */
    LamMat4 half;
    LamAffineMeasure measure; /* the one that was climbed: correlation or NMI */
    double correlation;       /* Pearson correlation over the overlap at the finest level */
    double
        nmi; /* normalised mutual information there: 1 = none (Studholme, Pattern Recognition 1999) */
    double
        agreement; /* of the directions of edges, whatever the contrast: 0 = chance, 1 = all parallel */
    double
        polarity; /* of edges that agree, whether both scans rise in the same direction: 1 = all, -1 = none */
    double
        tissue_polarity; /* the same of edges between tissues alone: where both scans are above the darkest
                             * 35 % of what they have in common. NaN if there are few */
    double
        structures_mm; /* mean distance of the middles of structures that a network tells in both scans;
                           * NaN: it was not asked (lam_align) */
    double seconds;
    int starts; /* how many starting positions were tried */
} LamAffine;

/* A linear part that was given: nothing is known of how it fits (NaN). */
LamAffine lam_affine_given(const LamMat4 *matrix);

/* Coarse to fine (8, 4, 2 mm for heads, 4, 2, 1 mm for slices, in proportion for smaller or larger
 * objects), Levenberg-Marquardt over the tissue of either scan, averaged over both directions: exchanging
 * the scans inverts the result (to a fraction of a voxel). Of a whole head and a stripped brain only the
 * brain is compared. Starts from what the files tell and from rotations all round; the former wins unless
 * another is clearly better. A rigid result is a rotation and a shift, a similarity has one scale, to
 * rounding; an initial matrix of another kind is replaced by the nearest one.
 * LAM_AFFINE_AUTO climbs the correlation, and normalised mutual information too unless the directions of
 * edges then agree convincingly; where these agree better is the result.
 * Two single slices (one axis of a single voxel, planes parallel within 14 degrees) are aligned within
 * their plane; the result takes the one plane to the other and changes nothing across it.
 * LAM_ERROR_FAILED if no start gives a fit whose edges agree better than by chance and whose volume is
 * plausible (the message says what was reached; *result then holds the best found, for reports only);
 * LAM_ERROR_ARGUMENT if a scan is empty or constant, one is a single slice and the other is not, or the
 * initial matrix is singular or mirrors.
 * options NULL: the default. Inputs as loaded (any orientation and spacing). Deterministic, whatever the
 * number of threads. */
bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamAffineOptions *options, const LamProgress *progress,
                         LamAffine *result, GError **error);

G_END_DECLS

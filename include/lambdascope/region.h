/* Regions: places on the fixed scan with a λ, or a treatment, of their own.
 *
 * A region is a mask with a border. Over the border its passage p rises from 0 outside to 1 inside, as
 * smootherstep of the signed distance to the mask's edge (6t^5 - 15t^4 + 10t^3, Perlin 2002; two
 * continuous derivatives), p = 1/2 at the edge. Of all regions and the rest of the space, the shares
 *
 *     w_r = p_r / (P + sum p),   w_0 = P / (P + sum p),   P = prod (1 - p)
 *
 * are a partition of unity: where regions overlap they weigh alike, and far from all of them w_0 = 1.
 *
 * Thread-safety: regions are plain values; masks are immutable and reference counted. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

#define LAM_REGION_MAX_COUNT     250
#define LAM_REGION_MAX_BORDER_MM 50.0
#define LAM_REGION_SAFE_BORDER_MM                                                                  \
    6.0 /* narrower ones may fold where neighbours differ much: docs/regions.md */

typedef enum {
    LAM_REGION_LAMBDA,    /* a λ of its own */
    LAM_REGION_RIGID,     /* turned and shifted as a whole: tumour, implant */
    LAM_REGION_UNMOVED,   /* follows the affine alone */
    LAM_REGION_UNMATCHED, /* not matched: carried along by what surrounds it, as smoothly as can be */
} LamRegionKind;

typedef struct {
    char *name;     /* owned */
    guint32 colour; /* 0xRRGGBB */
    LamRegionKind kind;
    bool follows;  /* its γ is the rest's, times `factor` */
    double factor; /* > 0 */
    double
        lambda; /* in [0,1], if it does not follow. Of a rigid region: of the deformation to which
                      * the rigid motion is fitted */
    double border_mm; /* width of the passage, 0 to LAM_REGION_MAX_BORDER_MM */
    LamVolume
        *mask; /* 1 channel in the fixed world, > 0.5 inside; any grid; owned. NULL while it is not
                      * made yet (region_spec.h) */
} LamRegion;

/* Copies the name, takes a reference of the mask (which may be NULL); follows the rest at first (×1), with a border of 8 mm. */
LamRegion *lam_region_new(const char *name, guint32 colour, LamVolume *mask);
LamRegion *lam_region_copy(const LamRegion *region);
void lam_region_free(LamRegion *region);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRegion, lam_region_free)
/* What may change while the place stays: kind, follows, factor and λ. */
void lam_region_treat_as(LamRegion *region, const LamRegion *other);

/* Stable names, for files and command lines: "lambda", "rigid", "unmoved", "unmatched". */
const char *lam_region_kind_name(LamRegionKind kind);
bool lam_region_kind_from_name(const char *name, LamRegionKind *kind);

/* λ of a region while the rest has `rest`: γ = factor · γ_rest if it follows. */
double lam_region_lambda(const LamRegion *region, double rest);

/* LAM_ERROR_ARGUMENT that names the region and what is out of range. */
bool lam_region_check(const LamRegion *region, GError **error);

/* 1 where the label map has one of the n values (rounded), else 0. LAM_ERROR_ARGUMENT if none has. */
LamVolume *lam_region_mask_of_labels(const LamVolume *labels, const int *values, int n,
                                     GError **error);

/* The passage of a region on `grid`, 1 channel in [0,1]. Of a border narrower than the grid's voxels, their
 * size is taken. */
LamVolume *lam_region_passage(const LamRegion *region, const LamGrid *grid, GError **error);

/* The shares of n regions on `grid`: n + 1 volumes of 1 channel, the rest last; an array to be freed with
 * g_ptr_array_unref. `warnings` (may be NULL) gets a sentence (char *) for each thing that a person should
 * know: an empty region, one outside the grid, regions that overlap, narrow borders. */
GPtrArray *lam_region_shares(const LamRegion *const *regions, int n, const LamGrid *grid,
                             const LamProgress *progress, GPtrArray *warnings, GError **error);

G_END_DECLS

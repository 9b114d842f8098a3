/* What a network takes each place of a scan to be: a label map that nobody drew. Of models whose features tell
 * structures apart (`structures` in LamUnetConfig; after SynthSeg, Billot et al. 2023). It is an estimate for
 * outlines and regions, not a measurement; and the overlap of two such maps, of scans that the same network
 * has registered, is no evidence of how well they are. */
#pragma once

#include <lambdascope/model.h>
#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

G_BEGIN_DECLS

/* The metadata of a model that says what its structures are: "14:3rd ventricle;15:4th ventricle", in their
 * order. */
#define LAM_STRUCTURES_KEY "structure_names"

/* Adds one to that text; a name that is NULL is the value, and what would separate entries becomes a space. */
void lam_structures_tell(GString *text, int value, const char *name);

typedef struct {
    int value; /* in label maps */
    char *name;
} LamStructure;

/* LamStructure *, owned by the array, in the network's order. LAM_ERROR_ARGUMENT if the model does not tell
 * structures apart, LAM_ERROR_MODEL if it does not say which, or wrongly. */
GPtrArray *lam_structures_of(const LamModel *model, GError **error);

/* The likeliest structure of each voxel, 0: none of them; 1 channel. The scan lies as a fixed scan of a
 * registration does: upright, its brain anywhere. The map's grid is the scan's own, or, with a spacing in mm
 * (0.25 to 20), an axis-aligned box around the brain; beyond the model's box there is nothing. Errors of
 * lam_structures_of, LAM_ERROR_ARGUMENT of the spacing, LAM_ERROR_MEMORY, LAM_ERROR_CANCELLED.
 * Thread-safety: safe. */
LamVolume *lam_structures_estimate(LamModel *model, const LamVolume *scan, double spacing_mm,
                                   const LamProgress *progress, GError **error);

/* What is seen of a scan whose structures are known. */
typedef enum {
    LAM_WEIGHTING_UNKNOWN, /* hardly any white matter or cortex */
    LAM_WEIGHTING_T1,      /* white matter is clearly brighter than the cortex */
    LAM_WEIGHTING_OTHER,
} LamWeighting;

/* structures: what values of the labels are (lam_structures_of). labels: on a grid of their own, in the scan's
 * space. Thread-safety: safe. */
LamWeighting lam_structures_weighting(const GPtrArray *structures, const LamVolume *labels,
                                      const LamVolume *scan);

/* Writes such a map, the model in its header. Errors of lam_scan_save. */
bool lam_structures_save(const LamModel *model, const LamVolume *labels, const char *path,
                         GError **error);

/* Values and names as a CSV that lam_label_names_load reads. Errors: of lam_structures_of, LAM_ERROR_IO. */
bool lam_structures_save_names(const LamModel *model, const char *path, GError **error);

G_END_DECLS

/* What the worker does for the window at each λ: the field with its regions, and what their outlines are drawn
 * from. All on the worker's thread. */
#pragma once

#include <lambdascope/regional.h>
#include <lambdascope/scene.h>

G_BEGIN_DECLS

typedef struct LamRegionWork LamRegionWork;

/* Takes a reference. */
LamRegionWork *lam_region_work_new(LamRegional *regional);
void lam_region_work_free(LamRegionWork *work);

/* What one λ gave; all is owned. */
typedef struct {
    LamSnapshot *snapshot;
    char **warnings;
    LamLabels *labels; /* numbers of regions from 1, on a coarse grid; NULL: nothing to outline */
    LamTexels *texels; /* the same for the picture */
} LamRegionResult;

void lam_region_result_clear(LamRegionResult *result);
/* What an overlay that needs a map draws at this λ; of uncertainty the network's alone, whatever the regions.
 * LAM_ERROR_ARGUMENT if the network knows none. */
LamTexels *lam_region_work_map(LamRegionWork *work, LamOverlay overlay, double lambda,
                               GError **error);
bool lam_region_work_at(LamRegionWork *work, double lambda, bool with_similarity,
                        LamRegionResult *result, GError **error);

G_END_DECLS

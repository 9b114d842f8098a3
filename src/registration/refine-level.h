/* One level of refinement: the graph of the loss on its grids, and the steps downhill. */
#pragma once

#include <lambdascope/refine.h>

/* Labels that take part, in ascending order; index + 1 is their number within the graph. */
typedef struct {
    int n;
    int *label; /* owned; NULL if there is no label term */
} LamRefineLabels;

/* LAM_ERROR_ARGUMENT if label maps are given and hold no common label that is wanted. */
bool lam_refine_labels_find(const LamRefineOptions *options, LamRefineLabels *labels,
                            GError **error);
void lam_refine_labels_clear(LamRefineLabels *labels);

/* Labels of a map on `grid` by nearest neighbour, as numbers 0..n. affine: grid's world to the map's. */
LamVolume *lam_refine_labels_on(const LamRefineLabels *labels, const LamVolume *map,
                                const LamGrid *grid, const LamMat4 *affine, GError **error);

/* LAM_ERROR_ARGUMENT if a point of a pair is outside the grid's box or not finite. affine: fixed world to
 * moving world. */
bool lam_refine_points_check(const LamRefineOptions *options, const LamGrid *grid,
                             const LamMat4 *affine, GError **error);

typedef struct LamRefineGraph LamRefineGraph;

LamRefineGraph *lam_refine_graph_new(const LamSession *session, const LamRefineOptions *options,
                                     const LamRefineLabels *labels, const LamRefineLevel *level,
                                     GError **error);
void lam_refine_graph_free(LamRefineGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRefineGraph, lam_refine_graph_free)

/* Sets v from a velocity in mm on any grid; NULL: zero. */
bool lam_refine_graph_set(LamRefineGraph *graph, const LamVolume *velocity, GError **error);
/* v in mm on the level's grid. */
LamVolume *lam_refine_graph_velocity(const LamRefineGraph *graph, GError **error);
/* Forward; the terms at the present v. */
LamRefineTerms lam_refine_graph_terms(LamRefineGraph *graph);
/* One step of at most about `share` of the full rate. False if cancelled, or out of memory, or if the loss
 * is not finite any more. */
bool lam_refine_graph_step(LamRefineGraph *graph, double share, const LamProgress *progress,
                           GError **error);

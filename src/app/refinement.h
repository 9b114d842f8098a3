/* Improving one λ's deformation for its pair, on a thread of its own and in a session of its own, so that the
 * slider goes on meanwhile. */
#pragma once

#include "task-progress.h"

#include <lambdascope/refine.h>
#include <lambdascope/scene.h>

G_BEGIN_DECLS

typedef struct {
    LamModel *model;
    LamVolume *fixed, *moving; /* as loaded */
    LamSnapshot *start;
    LamSimilarity similarity; /* what scans are compared by */
    double seconds;           /* at most; 0: no limit */
} LamRefinement;

/* Immutable; free with lam_refined_free. */
typedef struct {
    LamSnapshot *snapshot; /* of the start's λ, document and generation */
    LamTexels *field;
    LamRefineReport report;
} LamRefined;

void lam_refined_free(LamRefined *refined);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRefined, lam_refined_free)

/* Takes references. */
void lam_refinement_async(const LamRefinement *refinement, GCancellable *cancellable,
                          LamTaskProgressFunc progress, gpointer progress_user,
                          GAsyncReadyCallback callback, gpointer user);
LamRefined *lam_refinement_finish(GAsyncResult *result, GError **error);

G_END_DECLS

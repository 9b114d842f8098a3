/* What the worker works on: the session of a pair, and its curve over λ, measured while nothing else is asked.
 * Reference counted. Session and curve belong to the worker's thread; the labels may be given from any. */
#pragma once

#include "region-work.h"

#include <lambdascope/curve.h>
#include <lambdascope/labels.h>

typedef struct LamPairWork LamPairWork;

/* Takes the session. */
LamPairWork *lam_pair_work_new(LamSession *session);
LamPairWork *lam_pair_work_ref(LamPairWork *work);
void lam_pair_work_unref(LamPairWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamPairWork, lam_pair_work_unref)

LamRegionWork *lam_pair_work_regions(LamPairWork *work);
/* Of which lam_regional_want may be called from any thread. */
LamRegional *lam_pair_work_regional(LamPairWork *work);

/* From any thread: the curve begins anew with these; both or NULL. To be followed by
 * lam_worker_resume_background. */
void lam_pair_work_set_labels(LamPairWork *work, const LamLabels *fixed, const LamLabels *moving);

/* On the worker's thread: the next point of the curve. A copy of the curve as it now is (LamCurve), or NULL if
 * it cannot be measured. */
gpointer lam_pair_work_step(gpointer work, bool *more);

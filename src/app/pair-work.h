/* What the worker works on: the session of a pair, and its curve over λ, measured while nothing else is asked.
 * Reference counted. Session and curve belong to the worker's thread; the labels may be given from any. */
#pragma once

#include "region-work.h"
#include "template-work.h"

#include <lambdascope/curve.h>
#include <lambdascope/labels.h>

typedef struct LamPairWork LamPairWork;

/* Takes both. templates: what of the pair is one; NULL: two scans. */
LamPairWork *lam_pair_work_new(LamSession *session, LamTemplateWork *templates);
LamPairWork *lam_pair_work_ref(LamPairWork *work);
void lam_pair_work_unref(LamPairWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamPairWork, lam_pair_work_unref)

/* From any thread: second runs are to make this overlay's map, too; LAM_OVERLAY_NONE: none. */
void lam_pair_work_want_map(LamPairWork *work, LamOverlay overlay);
LamOverlay lam_pair_work_wanted_map(LamPairWork *work);

LamRegionWork *lam_pair_work_regions(LamPairWork *work);
/* NULL: two scans. Of which lam_template_work_want may be called from any thread. */
LamTemplateWork *lam_pair_work_templates(LamPairWork *work);
/* On the worker's thread: lam_template_work_follow. The curve of what was shown before ends; it begins anew with
 * lam_pair_work_set_labels. */
bool lam_pair_work_follow(LamPairWork *work, GError **error);
/* Of which lam_regional_want may be called from any thread. */
LamRegional *lam_pair_work_regional(LamPairWork *work);

/* From any thread: the curve begins anew with these; both or NULL. To be followed by
 * lam_worker_resume_background. */
void lam_pair_work_set_labels(LamPairWork *work, const LamLabels *fixed, const LamLabels *moving);

/* The curves as far as they are known. While regions change, that of the whole stays. */
typedef struct {
    LamCurve *whole;
    LamCurve *regions; /* the same with the regions as further domains */
    int n_regions;     /* as many as are wanted */
    int *domain;       /* of each in `regions`; -1: it could not be made */
} LamPairCurves;

void lam_pair_curves_free(LamPairCurves *curves);

/* On the worker's thread: the next point of the curve. LamPairCurves as they now are, or NULL if all is measured or
 * cannot be. */
gpointer lam_pair_work_step(gpointer work, bool *more);

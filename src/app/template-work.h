/* What the worker does for a pair with templates: their pictures follow the attributes that were asked for last. */
#pragma once

#include "template-view.h"

G_BEGIN_DECLS

typedef struct LamTemplateWork LamTemplateWork;

/* Takes the pair; views: what it shows, of scans NULL; takes references. */
LamTemplateWork *lam_template_work_new(LamTemplatePair *pair, LamTemplateView *const views[2]);
void lam_template_work_free(LamTemplateWork *work);

/* From any thread: the attributes of that side, from the next field on; newest wins. */
void lam_template_work_want(LamTemplateWork *work, int side, const double *values);

/* On the worker's thread: pictures, and the session's scans, are what was wanted last. *changed: they were not. */
bool lam_template_work_follow(LamTemplateWork *work, bool *changed, GError **error);
/* Borrowed; NULL: a scan. */
LamTemplateView *lam_template_work_view(const LamTemplateWork *work, int side);

G_END_DECLS

/* The views of one result: buttons above a picture. The view that was chosen stays chosen from one result to the
 * next. */
#pragma once

#include "qc-loader.h"

G_BEGIN_DECLS

#define LAM_TYPE_QC_VIEWS (lam_qc_views_get_type())
G_DECLARE_FINAL_TYPE(LamQcViews, lam_qc_views, LAM, QC_VIEWS, GtkWidget)

/* loaded: LamQcView elements, a reference is taken; NULL: error says why there are none, or they are awaited. */
void lam_qc_views_show(LamQcViews *views, GPtrArray *loaded, const char *error);
/* To the next (1) or the previous view (-1), going round. */
void lam_qc_views_step(LamQcViews *views, int by);
/* While on, the view before the deformation is shown in the place of the chosen one. */
void lam_qc_views_blink(LamQcViews *views, bool on);

G_END_DECLS

/* The curve of a pair over λ, drawn above the slider's track: overlap (similarity without labels), the band of
 * λ that are not measurably worse than the best, and folds. A click asks for a λ: signal "picked"(double). Property
 * "height": pixels, 16 to 200. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/curve.h>

#define LAM_TYPE_CURVE_VIEW (lam_curve_view_get_type())
G_DECLARE_FINAL_TYPE(LamCurveView, lam_curve_view, LAM, CURVE_VIEW, GtkWidget)

/* Takes the curve; NULL: there is none, and nothing is drawn. domain: the whole (0) or a region (curve.h). */
void lam_curve_view_set_curve(LamCurveView *view, LamCurve *curve, int domain);
/* Borrowed; NULL: there is none. */
const LamCurve *lam_curve_view_curve(LamCurveView *view);
/* Over the slider whose track it follows, after each allocation of both. */
void lam_curve_view_align(LamCurveView *view, GtkRange *slider);
/* Of a slider whose middle stands for another λ than 0.5: how far that is along the λ scale. */
void lam_curve_view_set_middle(LamCurveView *view, double position);

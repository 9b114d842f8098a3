/* The curve of a pair over λ, drawn above the slider's track: overlap (similarity without labels), the band of
 * λ that are not measurably worse than the best, and folds. A click asks for a λ: signal "picked"(double). */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/curve.h>

#define LAM_TYPE_CURVE_VIEW (lam_curve_view_get_type())
G_DECLARE_FINAL_TYPE(LamCurveView, lam_curve_view, LAM, CURVE_VIEW, GtkWidget)

/* Takes the curve; NULL: there is none, and nothing is drawn. */
void lam_curve_view_set_curve(LamCurveView *view, LamCurve *curve);
/* Where the ends of the slider's track lie, in pixels from the view's left edge. */
void lam_curve_view_set_track(LamCurveView *view, double from, double to);

/* The λ slider with its numeric entry. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/curve.h>

G_BEGIN_DECLS

#define LAM_TYPE_LAMBDA_CONTROL (lam_lambda_control_get_type())
G_DECLARE_FINAL_TYPE(LamLambdaControl, lam_lambda_control, LAM, LAMBDA_CONTROL, GtkWidget)

/* Property "lambda": double in [0,1]; notified on each change, whoever makes it. Signal "picked": it has been set by
 * a click on the curve. */

double lam_lambda_control_get_lambda(LamLambdaControl *control);
void lam_lambda_control_set_lambda(LamLambdaControl *control, double lambda);
/* Moves along the track, in natural log γ. */
void lam_lambda_control_step(LamLambdaControl *control, double step);

G_END_DECLS

/* What is drawn above the track; takes the curve. NULL: none, but its place is kept, so that nothing moves
 * when one comes. */
void lam_lambda_control_set_curve(LamLambdaControl *control, LamCurve *curve);
/* Borrowed; NULL: there is none. */
const LamCurve *lam_lambda_control_curve(LamLambdaControl *control);
void lam_lambda_control_set_curve_shown(LamLambdaControl *control, bool shown);

/* Where a λ lies on the slider. The scale is linear in log γ, γ = λ/(1-λ), because equal steps of λ
 * hide what happens near both ends; the outermost part of the track stands for exactly 0 and 1. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LAM_POSITION_END  5.0 /* the track runs from -5 to +5, in natural log γ */
#define LAM_POSITION_STOP 4.8 /* from here outwards λ is exactly 0 or 1 */

/* λ in [0,1] at a position of the track; positions beyond the ends are clamped. */
double lam_lambda_from_position(double position);

/* The position at which λ is shown. Inverse of the above up to the stops. */
double lam_lambda_to_position(double lambda);

/* γ = λ/(1-λ); infinite at λ = 1. */
double lam_lambda_gamma(double lambda);

G_END_DECLS

/* How long a displacement is over the foreground of a picture, both on one grid. */
#pragma once

#include <lambdascope/template_people.h>

/* Its mean, mm. */
double lam_template_mean_length_mm(const LamVolume *d, const LamVolume *picture);
/* Its quantiles. */
bool lam_template_centre(const LamVolume *d, const LamVolume *picture, LamPeopleCentre *centre,
                         GError **error);
/* What is left of it without the affine part that fits it best over the foreground, by least squares; mm, 3 channels.
 * LAM_ERROR_ARGUMENT where the foreground is too small to tell. */
LamVolume *lam_template_without_affine(const LamVolume *d, const LamVolume *picture,
                                       GError **error);

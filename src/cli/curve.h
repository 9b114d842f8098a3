/* lam curve: what its files share. */
#pragma once

#include "cli.h"

#include <lambdascope/curve.h>

/* Panels of overlap, similarity, roughness and folds over the slider's scale. */
bool lam_cli_curve_plot(const LamCurve *curve, const char *path, GError **error);

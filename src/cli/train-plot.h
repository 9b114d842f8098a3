/* Training curves from the logs of a run. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Draws steps.csv and validation.csv of the run's folder (one may be missing) into an SVG or PNG. */
bool lam_train_plot(const char *run, const char *path, GError **error);

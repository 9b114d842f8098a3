/* lam synth brains, lam synth shapes. */
#pragma once

#include "cli.h"

int lam_cli_synth_scans(int argc, char **argv, bool shapes);

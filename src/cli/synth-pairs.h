/* lam synth figures, lam synth slices. */
#pragma once

#include "cli.h"

int lam_cli_synth_pairs(int argc, char **argv, bool slices);

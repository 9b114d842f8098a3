/* What checking and reading an architecture share. */
#pragma once

#include <lambdascope/unet.h>

/* Sets LAM_ERROR_ARGUMENT; always false. */
bool lam_unet_config_wrong(GError **error, const char *key, const char *why);

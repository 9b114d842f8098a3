/* Writing pictures. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Writes width x height RGBA bytes (top row first, alpha ignored) as an opaque PNG: temporary file
 * beside `path`, sync, rename. LAM_ERROR_IO names the file and the reason. */
bool lam_png_save(const char *path, int width, int height, const uint8_t *rgba, GError **error);

G_END_DECLS

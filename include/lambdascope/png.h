/* Writing pictures. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _cairo_surface cairo_surface_t; /* as cairo.h has it */

/* Writes width x height RGBA bytes (top row first, alpha ignored) as an opaque PNG; as lam_png_write.
 * LAM_ERROR_IO names the file and the reason. */
bool lam_png_save(const char *path, int width, int height, const uint8_t *rgba, GError **error);

/* width x height RGBA bytes as an opaque picture to draw on; ask cairo for its status. Free with
 * cairo_surface_destroy. */
cairo_surface_t *lam_png_surface(int width, int height, const uint8_t *rgba);
/* A picture as the bytes of a PNG. NULL and LAM_ERROR_MEMORY. */
GBytes *lam_png_encode(cairo_surface_t *surface, GError **error);
/* Such bytes into a file: temporary file beside `path`, sync, rename. LAM_ERROR_IO. */
bool lam_png_write(GBytes *png, const char *path, GError **error);

G_END_DECLS

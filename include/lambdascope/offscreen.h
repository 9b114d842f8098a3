/* A GL context without any window, on surfaceless EGL, with one RGBA8 framebuffer. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct LamOffscreen LamOffscreen;

/* Makes the context (GL 3.3 core) current on the calling thread and binds a framebuffer of the given
 * size. LAM_ERROR_GL if there is no such context or the size is beyond the driver's. Use and free it on
 * the thread that made it. */
LamOffscreen *lam_offscreen_new(int width, int height, GError **error);
void lam_offscreen_free(LamOffscreen *offscreen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamOffscreen, lam_offscreen_free)

/* Pixels as RGBA bytes, top row first; width*height*4 bytes, free with g_free. */
uint8_t *lam_offscreen_read(LamOffscreen *offscreen);

G_END_DECLS

/* Draws a LamScene into the framebuffer that is bound, on any current GL 3.3 core context: GtkGLArea
 * or surfaceless EGL. All calls need the context current in which the renderer was made, including
 * the one that frees it. Colours are written as sRGB-encoded display values with alpha 1. */
#pragma once

#include <lambdascope/scene.h>

G_BEGIN_DECLS

typedef struct LamRenderer LamRenderer;

/* Compiles the programs. LAM_ERROR_GL with the driver's log, or if the context is older than 3.3. */
LamRenderer *lam_renderer_new(GError **error);
void lam_renderer_free(LamRenderer *renderer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRenderer, lam_renderer_free)

/* Draws the scene at width x height device pixels, `scale` device pixels per logical pixel. Texels that
 * are not yet on the GPU are uploaded first, for at most upload_ms milliseconds (0 = until done), whole
 * slices at a time; *pending tells whether more frames are needed to finish. Scans that are not complete
 * are left dark. LAM_ERROR_GL if a texture cannot be made. */
bool lam_renderer_draw(LamRenderer *renderer, const LamScene *scene, int width, int height,
                       double scale, double upload_ms, bool *pending, GError **error);

/* Whether the driver has lost the current context, as after a reset of the graphics card: nothing that was drawn since
 * is to be trusted, and a new context and renderer are needed. Clears GL's error. */
bool lam_renderer_is_lost(void);

/* Bytes of volumes (scans, fields, label maps) sent to the GPU so far. */
guint64 lam_renderer_uploaded(const LamRenderer *renderer);

/* "llvmpipe (LLVM 15.0.6, 256 bits), OpenGL 4.5": for About and error pages. Owned by the renderer. */
const char *lam_renderer_description(const LamRenderer *renderer);

G_END_DECLS

/* Surfaceless EGL. */
#include <lambdascope/offscreen.h>

#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <lambdascope/error.h>

#include <string.h>

struct LamOffscreen {
    EGLDisplay display;
    EGLContext context;
    GLuint framebuffer, colour;
    int width, height;
};

static bool fail(GError **error, const char *what, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_GL, "cannot draw without a window: %s: %s", what, why);
    return false;
}

/* EGL reports such things as a missing driver by its error code only. */
static bool fail_egl(GError **error, const char *what)
{
    g_autofree char *why = g_strdup_printf("EGL error 0x%04x", eglGetError());
    return fail(error, what, why);
}

static bool open_display(LamOffscreen *offscreen, GError **error)
{
    if (!epoxy_has_egl())
        return fail(error, "EGL", "libEGL is not there");
    if (!epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless") ||
        !epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_base"))
        return fail(error, "EGL", "no surfaceless platform");
    EGLDisplay display =
        eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, NULL, NULL))
        return fail_egl(error, "EGL display");
    offscreen->display = display;
    return true;
}

static bool make_context(LamOffscreen *offscreen, GError **error)
{
    static const EGLint attributes[] = {EGL_CONTEXT_MAJOR_VERSION,
                                        3,
                                        EGL_CONTEXT_MINOR_VERSION,
                                        3,
                                        EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                        EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                        EGL_NONE};
    if (!eglBindAPI(EGL_OPENGL_API))
        return fail_egl(error, "desktop OpenGL");
    offscreen->context =
        eglCreateContext(offscreen->display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
    if (offscreen->context == EGL_NO_CONTEXT)
        return fail_egl(error, "OpenGL 3.3");
    if (!eglMakeCurrent(offscreen->display, EGL_NO_SURFACE, EGL_NO_SURFACE, offscreen->context))
        return fail_egl(error, "OpenGL context");
    return true;
}

static bool make_framebuffer(LamOffscreen *offscreen, GError **error)
{
    GLint limit = 0;
    glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &limit);
    if (offscreen->width < 1 || offscreen->height < 1 ||
        MAX(offscreen->width, offscreen->height) > limit) {
        g_autofree char *why = g_strdup_printf("%d × %d pixels: from 1 to %d are possible",
                                               offscreen->width, offscreen->height, limit);
        return fail(error, "picture size", why);
    }
    glGenFramebuffers(1, &offscreen->framebuffer);
    glGenRenderbuffers(1, &offscreen->colour);
    glBindRenderbuffer(GL_RENDERBUFFER, offscreen->colour);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, offscreen->width, offscreen->height);
    glBindFramebuffer(GL_FRAMEBUFFER, offscreen->framebuffer);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                              offscreen->colour);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
        return fail(error, "framebuffer", "the driver refuses it");
    return true;
}

LamOffscreen *lam_offscreen_new(int width, int height, GError **error)
{
    g_autoptr(LamOffscreen) offscreen = g_new0(LamOffscreen, 1);
    offscreen->width = width;
    offscreen->height = height;
    if (!open_display(offscreen, error) || !make_context(offscreen, error) ||
        !make_framebuffer(offscreen, error))
        return NULL;
    return g_steal_pointer(&offscreen);
}

void lam_offscreen_free(LamOffscreen *offscreen)
{
    if (!offscreen)
        return;
    if (offscreen->context) {
        glDeleteFramebuffers(1, &offscreen->framebuffer);
        glDeleteRenderbuffers(1, &offscreen->colour);
        eglMakeCurrent(offscreen->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        eglDestroyContext(offscreen->display, offscreen->context);
    }
    if (offscreen->display)
        eglTerminate(offscreen->display);
    g_free(offscreen);
}

uint8_t *lam_offscreen_read(LamOffscreen *offscreen)
{
    size_t row = (size_t)offscreen->width * 4, rows = (size_t)offscreen->height;
    g_autofree uint8_t *upside_down = g_malloc(row * rows);
    uint8_t *pixels = g_malloc(row * rows);
    glBindFramebuffer(GL_FRAMEBUFFER, offscreen->framebuffer);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, offscreen->width, offscreen->height, GL_RGBA, GL_UNSIGNED_BYTE, upside_down);
    for (size_t y = 0; y < rows; y++)
        memcpy(pixels + y * row, upside_down + (rows - 1 - y) * row, row);
    return pixels;
}

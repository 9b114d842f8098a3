#include <lambdascope/renderer.h>

#include <epoxy/gl.h>

#ifndef GL_CONTEXT_LOST
#define GL_CONTEXT_LOST 0x0507
#endif

bool lam_renderer_is_lost(void)
{
    if (glGetError() == GL_CONTEXT_LOST)
        return true;
    return (epoxy_gl_version() >= 45 || epoxy_has_gl_extension("GL_KHR_robustness")) &&
           glGetGraphicsResetStatus() != GL_NO_ERROR;
}

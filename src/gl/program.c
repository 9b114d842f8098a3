/* Shader programs; all have the colours. */
#include "gl-private.h"
#include "lam-shaders.h"

#include <lambdascope/error.h>

#define RESOURCE_FOLDER "/io/github/lambdascope/shaders/"

static GBytes *load_source(const char *name, GError **error)
{
    g_autofree char *path = g_strconcat(RESOURCE_FOLDER, name, NULL);
    return g_resource_lookup_data(lam_shaders_get_resource(), path, 0, error);
}

static char *shader_log(GLuint shader)
{
    GLint length = 0;
    glGetShaderiv(shader, GL_INFO_LOG_LENGTH, &length);
    char *log = g_malloc0((gsize)length + 1);
    glGetShaderInfoLog(shader, length, NULL, log);
    return g_strchomp(log);
}

static GLuint compile(GLenum type, const char *name, const char *defines, GError **error)
{
    g_autoptr(GBytes) colours = load_source("colours.glsl", error);
    g_autoptr(GBytes) body = colours ? load_source(name, error) : NULL;
    if (!body)
        return 0;
    const char *parts[] = {"#version 330 core\n", defines, g_bytes_get_data(colours, NULL),
                           "\n#line 1\n", g_bytes_get_data(body, NULL)};
    const GLint lengths[] = {-1, -1, (GLint)g_bytes_get_size(colours), -1,
                             (GLint)g_bytes_get_size(body)};
    GLuint shader = glCreateShader(type);
    glShaderSource(shader, G_N_ELEMENTS(parts), parts, lengths);
    glCompileShader(shader);
    GLint ok = 0;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (!ok) {
        g_autofree char *log = shader_log(shader);
        g_set_error(error, LAM_ERROR, LAM_ERROR_GL, "cannot compile shader: %s: %s", name, log);
        glDeleteShader(shader);
        return 0;
    }
    return shader;
}

static bool link_program(GLuint program, const char *name, GError **error)
{
    GLint ok = 0;
    glLinkProgram(program);
    glGetProgramiv(program, GL_LINK_STATUS, &ok);
    if (!ok) {
        char log[1024] = "";
        glGetProgramInfoLog(program, sizeof log, NULL, log);
        g_set_error(error, LAM_ERROR, LAM_ERROR_GL, "cannot link shader: %s: %s", name, log);
    }
    return ok;
}

GLuint lam_program_new(const char *vertex_name, const char *fragment_name, GError **error)
{
    return lam_program_new_variant(vertex_name, fragment_name, "", error);
}

GLuint lam_program_new_variant(const char *vertex_name, const char *fragment_name,
                               const char *defines, GError **error)
{
    GLuint vertex = compile(GL_VERTEX_SHADER, vertex_name, defines, error);
    GLuint fragment = vertex ? compile(GL_FRAGMENT_SHADER, fragment_name, defines, error) : 0;
    GLuint program = 0;
    if (fragment) {
        program = glCreateProgram();
        glAttachShader(program, vertex);
        glAttachShader(program, fragment);
        if (!link_program(program, fragment_name, error)) {
            glDeleteProgram(program);
            program = 0;
        }
    }
    glDeleteShader(vertex);
    glDeleteShader(fragment);
    return program;
}

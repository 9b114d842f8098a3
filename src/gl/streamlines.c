/* Streamlines of the displacement, each brighter towards where it leads. */
#include "streamline-trace.h"

#define THICKNESS_PX 1.3
#define NEAREST_PX   9.0 /* logical pixels between them, at least */

struct LamStreamPainter {
    GLuint program, vertices;
    GLint target, scale_mm, thick_px;
};

LamStreamPainter *lam_stream_painter_new(GError **error)
{
    GLuint program = lam_program_new("streamline.vert", "streamline.frag", error);
    if (!program)
        return NULL;
    LamStreamPainter *painter = g_new0(LamStreamPainter, 1);
    painter->program = program;
    painter->target = glGetUniformLocation(program, "target");
    painter->scale_mm = glGetUniformLocation(program, "scale_mm");
    painter->thick_px = glGetUniformLocation(program, "thick_px");
    glGenBuffers(1, &painter->vertices);
    return painter;
}

void lam_stream_painter_free(LamStreamPainter *painter)
{
    if (!painter)
        return;
    glDeleteBuffers(1, &painter->vertices);
    glDeleteProgram(painter->program);
    g_free(painter);
}

static void draw_strip(const LamStreamPainter *painter, const GArray *strip)
{
    const GLsizei stride = sizeof(LamStreamVertex);
    glBindBuffer(GL_ARRAY_BUFFER, painter->vertices);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(strip->len * sizeof(LamStreamVertex)), strip->data,
                 GL_STREAM_DRAW);
    glEnableVertexAttribArray(0);
    glEnableVertexAttribArray(1);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, stride, NULL);
    glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, stride,
                          GSIZE_TO_POINTER(offsetof(LamStreamVertex, across)));
    glDrawArrays(GL_TRIANGLE_STRIP, 0, (GLsizei)strip->len);
    glDisableVertexAttribArray(0);
    glDisableVertexAttribArray(1);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
}

void lam_stream_painter_draw(LamStreamPainter *painter, const LamScene *scene, const LamView *view,
                             int width, int height, double scale, const LamTexture *field)
{
    bool shown = scene->streamlines && view->pane == LAM_PANE_WARPED && !scene->flicker;
    if (!shown || !lam_texture_is_complete(field))
        return;
    double least = NEAREST_PX * scale * lam_scene_mm_per_pixel(scene, view, scale);
    LamStreamlines how = {.scene = scene,
                          .view = view,
                          .scale = scale,
                          .field = field->source,
                          .spacing_mm = MAX(scene->streamlines_mm, least),
                          .half_px = THICKNESS_PX * scale + 1};
    g_autoptr(GArray) strip = lam_streamlines_trace(&how);
    glUseProgram(painter->program);
    glUniform2f(painter->target, (GLfloat)width, (GLfloat)height);
    glUniform1f(painter->scale_mm, (GLfloat)MAX(scene->scale_mm, 0.1));
    glUniform1f(painter->thick_px, (GLfloat)(THICKNESS_PX * scale));
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    draw_strip(painter, strip);
}

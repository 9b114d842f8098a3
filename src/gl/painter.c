/* Shapes and text over the slices. */
#include "gl-private.h"

#include <math.h>

/* From the last one on: a bar of the colour map of that number. */
typedef enum { KIND_RECT, KIND_CAPSULE, KIND_RING, KIND_VOLUME_CHANGE_BAR, KIND_MAP_BAR } Kind;

struct LamPainter {
    GLuint shape, text;
    struct {
        GLint target, rect, kind, a, b, radius, width, tint;
    } at;
    struct {
        GLint target, rect, tint;
    } text_at;
    LamTextCache *cache;
    double scale;
    int width, height;
};

LamPainter *lam_painter_new(GError **error)
{
    g_autofree LamPainter *painter = g_new0(LamPainter, 1);
    painter->shape = lam_program_new("quad.vert", "shape.frag", error);
    painter->text = painter->shape ? lam_program_new("quad.vert", "text.frag", error) : 0;
    if (!painter->text) {
        glDeleteProgram(painter->shape);
        return NULL;
    }
    painter->at.target = glGetUniformLocation(painter->shape, "target");
    painter->at.rect = glGetUniformLocation(painter->shape, "rect");
    painter->at.kind = glGetUniformLocation(painter->shape, "kind");
    painter->at.a = glGetUniformLocation(painter->shape, "a");
    painter->at.b = glGetUniformLocation(painter->shape, "b");
    painter->at.radius = glGetUniformLocation(painter->shape, "radius");
    painter->at.width = glGetUniformLocation(painter->shape, "width");
    painter->at.tint = glGetUniformLocation(painter->shape, "tint");
    painter->text_at.target = glGetUniformLocation(painter->text, "target");
    painter->text_at.rect = glGetUniformLocation(painter->text, "rect");
    painter->text_at.tint = glGetUniformLocation(painter->text, "tint");
    painter->cache = lam_text_cache_new();
    return g_steal_pointer(&painter);
}

void lam_painter_free(LamPainter *painter)
{
    if (!painter)
        return;
    glDeleteProgram(painter->shape);
    glDeleteProgram(painter->text);
    lam_text_cache_free(painter->cache);
    g_free(painter);
}

void lam_painter_begin(LamPainter *painter, int width, int height, double scale)
{
    painter->width = width;
    painter->height = height;
    painter->scale = scale;
    lam_text_cache_tick(painter->cache);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

double lam_painter_scale(const LamPainter *painter)
{
    return painter->scale;
}

static void draw_shape(LamPainter *painter, int kind, LamRect rect, LamColour colour)
{
    glUniform2f(painter->at.target, (float)painter->width, (float)painter->height);
    glUniform4f(painter->at.rect, (float)rect.x, (float)rect.y, (float)rect.width,
                (float)rect.height);
    glUniform1i(painter->at.kind, kind);
    glUniform4f(painter->at.tint, colour.r, colour.g, colour.b, colour.a);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void lam_painter_rect(LamPainter *painter, LamRect rect, LamColour colour)
{
    glUseProgram(painter->shape);
    draw_shape(painter, KIND_RECT, rect, colour);
}

void lam_painter_line(LamPainter *painter, double x0, double y0, double x1, double y1, double width,
                      LamColour colour)
{
    double reach = width / 2 + 1;
    LamRect rect = {MIN(x0, x1) - reach, MIN(y0, y1) - reach, fabs(x1 - x0) + 2 * reach,
                    fabs(y1 - y0) + 2 * reach};
    glUseProgram(painter->shape);
    glUniform2f(painter->at.a, (float)x0, (float)y0);
    glUniform2f(painter->at.b, (float)x1, (float)y1);
    glUniform1f(painter->at.radius, (float)(width / 2));
    draw_shape(painter, KIND_CAPSULE, rect, colour);
}

void lam_painter_ring(LamPainter *painter, double x, double y, double radius, double width,
                      LamColour colour)
{
    double reach = radius + width / 2 + 1;
    glUseProgram(painter->shape);
    glUniform2f(painter->at.a, (float)x, (float)y);
    glUniform1f(painter->at.radius, (float)radius);
    glUniform1f(painter->at.width, (float)width);
    draw_shape(painter, KIND_RING, (LamRect){x - reach, y - reach, 2 * reach, 2 * reach}, colour);
}

void lam_painter_volume_change_bar(LamPainter *painter, LamRect rect)
{
    glUseProgram(painter->shape);
    draw_shape(painter, KIND_VOLUME_CHANGE_BAR, rect, (LamColour){1, 1, 1, 1});
}

void lam_painter_map_bar(LamPainter *painter, LamColourMap map, LamRect rect)
{
    glUseProgram(painter->shape);
    draw_shape(painter, KIND_MAP_BAR + (int)map, rect, (LamColour){1, 1, 1, 1});
}

double lam_painter_text_width(LamPainter *painter, const char *string, LamTextStyle style)
{
    const LamText *line = lam_text_cache_get(painter->cache, string, style, painter->scale);
    return line->width - 2 * line->pad;
}

double lam_painter_text(LamPainter *painter, const char *string, LamTextStyle style, double x,
                        double y, LamAnchor anchor, LamColour colour)
{
    if (!string || !*string)
        return 0;
    const LamText *line = lam_text_cache_get(painter->cache, string, style, painter->scale);
    double width = line->width - 2 * line->pad, height = line->height - 2 * line->pad;
    double left = round(x - anchor.x * width) - line->pad;
    double top = round(y - anchor.y * height) - line->pad;
    glUseProgram(painter->text);
    glBindTexture(GL_TEXTURE_2D, line->texture);
    glUniform2f(painter->text_at.target, (float)painter->width, (float)painter->height);
    glUniform4f(painter->text_at.rect, (float)left, (float)top, (float)line->width,
                (float)line->height);
    glUniform4f(painter->text_at.tint, colour.r, colour.g, colour.b, colour.a);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    return width;
}

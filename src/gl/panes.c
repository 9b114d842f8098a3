/* The slices: uniforms of slice.frag. */
#include "gl-private.h"

static const float surround[3] = {0.055f, 0.062f, 0.072f};

struct LamPanes {
    GLuint program;
    struct {
        GLint target, rect, origin, step_x, step_y, scan_from_world, field_from_world, has_scan,
            warp, grid, levels, surround, axis_right, axis_up, grid_mm, line_px;
    } at;
};

LamPanes *lam_panes_new(GError **error)
{
    GLuint program = lam_program_new("slice.frag", error);
    if (!program)
        return NULL;
    LamPanes *panes = g_new0(LamPanes, 1);
    panes->program = program;
    const struct {
        const char *name;
        GLint *location;
    } uniforms[] = {
        {"target", &panes->at.target},
        {"rect", &panes->at.rect},
        {"origin", &panes->at.origin},
        {"step_x", &panes->at.step_x},
        {"step_y", &panes->at.step_y},
        {"scan_from_world", &panes->at.scan_from_world},
        {"field_from_world", &panes->at.field_from_world},
        {"has_scan", &panes->at.has_scan},
        {"warp", &panes->at.warp},
        {"grid", &panes->at.grid},
        {"levels", &panes->at.levels},
        {"surround", &panes->at.surround},
        {"axis_right", &panes->at.axis_right},
        {"axis_up", &panes->at.axis_up},
        {"grid_mm", &panes->at.grid_mm},
        {"line_px", &panes->at.line_px},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(uniforms); i++)
        *uniforms[i].location = glGetUniformLocation(program, uniforms[i].name);
    glUseProgram(program);
    glUniform1i(glGetUniformLocation(program, "scan"), 0);
    glUniform1i(glGetUniformLocation(program, "field"), 1);
    return panes;
}

void lam_panes_free(LamPanes *panes)
{
    if (!panes)
        return;
    glDeleteProgram(panes->program);
    g_free(panes);
}

static void set_matrix(GLint location, const LamMat4 *matrix)
{
    GLfloat values[16];
    for (int i = 0; i < 16; i++)
        values[i] = (GLfloat)matrix->m[i / 4][i % 4];
    glUniformMatrix4fv(location, 1, GL_TRUE, values);
}

static void set_vector(GLint location, LamVec3 v)
{
    glUniform3f(location, (GLfloat)v.v[0], (GLfloat)v.v[1], (GLfloat)v.v[2]);
}

static LamVec3 difference(LamVec3 a, LamVec3 b)
{
    return (LamVec3){{a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2]}};
}

static void set_view(const LamPanes *panes, const LamScene *scene, const LamRect *rect,
                     double scale)
{
    LamVec3 right, up, through;
    LamVec3 origin = lam_scene_unproject(scene, rect, scale, 0, 0);
    lam_scene_axes(scene, &right, &up, &through);
    set_vector(panes->at.origin, origin);
    set_vector(panes->at.step_x, difference(lam_scene_unproject(scene, rect, scale, 1, 0), origin));
    set_vector(panes->at.step_y, difference(lam_scene_unproject(scene, rect, scale, 0, 1), origin));
    set_vector(panes->at.axis_right, right);
    set_vector(panes->at.axis_up, up);
}

static void set_scan(const LamPanes *panes, const LamScene *scene, bool moving,
                     const LamTexture *texture)
{
    bool shown = lam_texture_is_complete(texture);
    glUniform1i(panes->at.has_scan, shown);
    if (!shown)
        return;
    const LamTexels *texels = texture->source;
    LamMat4 matrix = texels->to_texture;
    if (moving)
        matrix = lam_mat4_multiply(&texels->to_texture, &scene->affine);
    set_matrix(panes->at.scan_from_world, &matrix);
    LamLevels levels = scene->levels[moving];
    double width = MAX(levels.high - levels.low, 1e-9 * texels->unit);
    glUniform2f(panes->at.levels, (GLfloat)(levels.low / texels->unit),
                (GLfloat)(texels->unit / width));
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_3D, texture->id);
}

static void set_field(const LamPanes *panes, const LamScene *scene, bool warp, double scale,
                      const LamTexture *texture)
{
    bool shown = warp && lam_texture_is_complete(texture);
    glUniform1i(panes->at.warp, shown);
    glUniform1i(panes->at.grid, shown && scene->grid && scene->grid_mm > 0);
    if (!shown)
        return;
    set_matrix(panes->at.field_from_world, &texture->source->to_texture);
    glUniform1f(panes->at.grid_mm, (GLfloat)scene->grid_mm);
    glUniform1f(panes->at.line_px, (GLfloat)(1.25 * scale));
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_3D, texture->id);
    glActiveTexture(GL_TEXTURE0);
}

void lam_panes_draw(LamPanes *panes, const LamScene *scene, LamPane pane, const LamRect *rect,
                    int width, int height, double scale, const LamTexture textures[3])
{
    bool warp = pane == LAM_PANE_WARPED && !scene->flicker;
    bool moving = pane == LAM_PANE_MOVING || warp;
    glDisable(GL_BLEND);
    glUseProgram(panes->program);
    glUniform2f(panes->at.target, (GLfloat)width, (GLfloat)height);
    glUniform4f(panes->at.rect, (GLfloat)rect->x, (GLfloat)rect->y, (GLfloat)rect->width,
                (GLfloat)rect->height);
    glUniform3fv(panes->at.surround, 1, surround);
    set_view(panes, scene, rect, scale);
    set_scan(panes, scene, moving, &textures[moving]);
    set_field(panes, scene, warp, scale, &textures[2]);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

/* The slices: uniforms of slice.frag. */
#include "gl-private.h"

static const float surround[3] = {0.055f, 0.062f, 0.072f};

enum { UNIT_SCAN, UNIT_FIELD, UNIT_OTHER, UNIT_AGAINST };

/* clang-format off */
#define UNIFORMS(X) \
    X(target) X(rect) X(origin) X(step_x) X(step_y) X(scan_from_world) X(field_from_world) \
    X(other_from_world) X(has_scan) X(has_field) X(has_other) X(morph) X(levels) X(other_levels) \
    X(colours) X(surround) X(axis_right) X(axis_up) X(axis_through) X(grid) X(grid_colour) \
    X(grid_mm) X(line_px) X(compare) X(share) X(checker_mm) X(overlay) X(opacity) X(scale_mm) \
    X(against_from_world)
/* clang-format on */

#define DECLARE(name) GLint name;
#define LOCATE(name)  panes->at.name = glGetUniformLocation(panes->program, #name);

struct LamPanes {
    GLuint program;
    struct {
        UNIFORMS(DECLARE)
    } at;
};

LamPanes *lam_panes_new(GError **error)
{
    GLuint program = lam_program_new("quad.vert", "slice.frag", error);
    if (!program)
        return NULL;
    LamPanes *panes = g_new0(LamPanes, 1);
    panes->program = program;
    UNIFORMS(LOCATE)
    glUseProgram(program);
    glUniform1i(glGetUniformLocation(program, "scan"), UNIT_SCAN);
    glUniform1i(glGetUniformLocation(program, "field"), UNIT_FIELD);
    glUniform1i(glGetUniformLocation(program, "other"), UNIT_OTHER);
    glUniform1i(glGetUniformLocation(program, "against"), UNIT_AGAINST);
    return panes;
}

void lam_panes_free(LamPanes *panes)
{
    if (!panes)
        return;
    glDeleteProgram(panes->program);
    g_free(panes);
}

void lam_set_matrix(GLint location, const LamMat4 *matrix)
{
    GLfloat values[16];
    for (int i = 0; i < 16; i++)
        values[i] = (GLfloat)matrix->m[i / 4][i % 4];
    glUniformMatrix4fv(location, 1, GL_TRUE, values);
}

void lam_set_vector(GLint location, LamVec3 v)
{
    glUniform3f(location, (GLfloat)v.v[0], (GLfloat)v.v[1], (GLfloat)v.v[2]);
}

static LamVec3 difference(LamVec3 a, LamVec3 b)
{
    return (LamVec3){{a.v[0] - b.v[0], a.v[1] - b.v[1], a.v[2] - b.v[2]}};
}

void lam_view_frame(const LamScene *scene, const LamView *view, double scale, LamVec3 *origin,
                    LamVec3 *step_x, LamVec3 *step_y)
{
    *origin = lam_scene_unproject(scene, view, scale, 0, 0);
    *step_x = difference(lam_scene_unproject(scene, view, scale, 1, 0), *origin);
    *step_y = difference(lam_scene_unproject(scene, view, scale, 0, 1), *origin);
}

static void set_view(const LamPanes *panes, const LamScene *scene, const LamView *view,
                     double scale)
{
    LamVec3 right, up, through, origin, step_x, step_y;
    const LamRect *r = &view->rect;
    lam_view_frame(scene, view, scale, &origin, &step_x, &step_y);
    lam_scene_axes(scene, view->plane, &right, &up, &through);
    glUniform4f(panes->at.rect, (GLfloat)r->x, (GLfloat)r->y, (GLfloat)r->width,
                (GLfloat)r->height);
    lam_set_vector(panes->at.origin, origin);
    lam_set_vector(panes->at.step_x, step_x);
    lam_set_vector(panes->at.step_y, step_y);
    lam_set_vector(panes->at.axis_right, right);
    lam_set_vector(panes->at.axis_up, up);
    lam_set_vector(panes->at.axis_through, through);
}

static void bind(int unit, const LamTexture *texture, bool smooth)
{
    GLint filter = smooth ? GL_LINEAR : GL_NEAREST;
    glActiveTexture(GL_TEXTURE0 + (GLenum)unit);
    glBindTexture(GL_TEXTURE_3D, texture->id);
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_MIN_FILTER, filter);
    glTexParameteri(GL_TEXTURE_3D, GL_TEXTURE_MAG_FILTER, filter);
    glActiveTexture(GL_TEXTURE0);
}

/* A stored value's black, and 1 / (white - black). */
static void set_levels(GLint location, LamLevels levels, double unit)
{
    double width = MAX(levels.high - levels.low, 1e-9 * unit);
    glUniform2f(location, (GLfloat)(levels.low / unit), (GLfloat)(unit / width));
}

static void set_scan(const LamPanes *panes, const LamScene *scene, bool moving,
                     const LamTexture *texture)
{
    bool shown = lam_texture_is_complete(texture);
    glUniform1i(panes->at.has_scan, shown);
    glUniform1i(panes->at.colours, scene->colours);
    if (!shown)
        return;
    const LamTexels *texels = texture->source;
    LamMat4 matrix = texels->to_texture;
    if (moving)
        matrix = lam_mat4_multiply(&texels->to_texture, &scene->affine);
    lam_set_matrix(panes->at.scan_from_world, &matrix);
    set_levels(panes->at.levels, scene->levels[moving], texels->unit);
    bind(UNIT_SCAN, texture, scene->smooth);
}

/* The fixed scan beside the warped one. */
static void set_other(const LamPanes *panes, const LamScene *scene, bool warped,
                      const LamTexture *fixed)
{
    bool shown = warped && scene->compare != LAM_COMPARE_NONE && lam_texture_is_complete(fixed);
    glUniform1i(panes->at.has_other, shown);
    glUniform1i(panes->at.compare, shown ? (GLint)scene->compare : 0);
    if (!shown)
        return;
    lam_set_matrix(panes->at.other_from_world, &fixed->source->to_texture);
    set_levels(panes->at.other_levels, scene->levels[0], fixed->source->unit);
    glUniform1f(panes->at.share, (GLfloat)scene->share);
    glUniform1f(panes->at.checker_mm, (GLfloat)MAX(scene->checker_mm, 1));
    bind(UNIT_OTHER, fixed, scene->smooth);
}

/* 0: no grid in this view; 1: carried here; 2: fetched here (slice.frag). */
static int grid_kind(const LamScene *scene, LamPane pane)
{
    if (!scene->grid || !(scene->grid_mm > 0))
        return 0;
    if (scene->direction == LAM_DIRECTION_PULL_BACK)
        return pane == LAM_PANE_MOVING ? 2 : 0;
    return pane == LAM_PANE_WARPED ? 1 : 0;
}

/* Straight ways to a part of a field have no volume change, and a difference needs two fields. */
static bool can_overlay(const LamScene *scene, const LamTexture *against)
{
    if (scene->overlay == LAM_OVERLAY_VOLUME_CHANGE)
        return scene->morph >= 1;
    return scene->overlay != LAM_OVERLAY_DIFFERENCE || lam_texture_is_complete(against);
}

static void set_against(const LamPanes *panes, const LamTexture *against)
{
    if (!lam_texture_is_complete(against))
        return;
    lam_set_matrix(panes->at.against_from_world, &against->source->to_texture);
    bind(UNIT_AGAINST, against, true);
}

static void set_field(const LamPanes *panes, const LamScene *scene, LamPane pane, double scale,
                      const LamTexture *texture, const LamTexture *against)
{
    bool there = pane != LAM_PANE_FIXED && lam_texture_is_complete(texture);
    bool warped = there && pane == LAM_PANE_WARPED;
    glUniform1i(panes->at.has_field, there);
    glUniform1f(panes->at.morph, warped ? (GLfloat)scene->morph : 0);
    glUniform1i(panes->at.grid, there ? grid_kind(scene, pane) : 0);
    bool overlaid = warped && can_overlay(scene, against);
    glUniform1i(panes->at.overlay, overlaid ? (GLint)scene->overlay : 0);
    glUniform1f(panes->at.line_px, (GLfloat)(1.25 * scale));
    if (!there)
        return;
    lam_set_matrix(panes->at.field_from_world, &texture->source->to_texture);
    glUniform1i(panes->at.grid_colour, scene->grid_colour);
    glUniform1f(panes->at.grid_mm, (GLfloat)scene->grid_mm);
    glUniform1f(panes->at.opacity, (GLfloat)scene->overlay_opacity);
    glUniform1f(panes->at.scale_mm, (GLfloat)MAX(scene->scale_mm, 0.1));
    bind(UNIT_FIELD, texture, true);
    set_against(panes, against);
}

void lam_clip_to(const LamRect *clip, int height)
{
    glEnable(GL_SCISSOR_TEST);
    glScissor((GLint)clip->x, height - (GLint)(clip->y + clip->height), (GLsizei)clip->width,
              (GLsizei)clip->height);
}

void lam_panes_draw(LamPanes *panes, const LamScene *scene, const LamView *view, int width,
                    int height, double scale, const LamTexture textures[2], const LamTexture *field,
                    const LamTexture *against)
{
    bool flickers =
        view->pane == LAM_PANE_WARPED && scene->flicker; /* the fixed scan in its place */
    LamPane pane = flickers ? LAM_PANE_FIXED : view->pane;
    bool moving = pane != LAM_PANE_FIXED;
    glDisable(GL_BLEND);
    glUseProgram(panes->program);
    glUniform2f(panes->at.target, (GLfloat)width, (GLfloat)height);
    glUniform3fv(panes->at.surround, 1, surround);
    set_view(panes, scene, view, scale);
    set_scan(panes, scene, moving, &textures[moving]);
    set_other(panes, scene, pane == LAM_PANE_WARPED, &textures[0]);
    set_field(panes, scene, pane, scale, field, against);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

/* The displacement within the plane, as arrows on a lattice that stays with the tissue: all of a view in one
 * instanced draw; arrow.vert looks up the field. */
#include "gl-private.h"

#include <math.h>

#define MOST         20000 /* more would be a carpet */
#define NEAREST_PX   7.0   /* logical pixels between arrows, at least */
#define THICKNESS_PX 1.4

/* clang-format off */
#define UNIFORMS(X) \
    X(target) X(origin) X(step_x) X(step_y) X(axis_right) X(axis_up) X(mm_per_px) X(first) \
    X(columns) X(spacing_mm) X(morph) X(thick_px) X(pull_back) X(field_from_world) X(scale_mm)
/* clang-format on */

#define DECLARE(name) GLint name;
#define LOCATE(name)  arrows->at.name = glGetUniformLocation(arrows->program, #name);

struct LamArrows {
    GLuint program;
    struct {
        UNIFORMS(DECLARE)
    } at;
};

LamArrows *lam_arrows_new(GError **error)
{
    GLuint program = lam_program_new("arrow.vert", "arrow.frag", error);
    if (!program)
        return NULL;
    LamArrows *arrows = g_new0(LamArrows, 1);
    arrows->program = program;
    UNIFORMS(LOCATE)
    glUseProgram(program);
    glUniform1i(glGetUniformLocation(program, "field"), 0);
    return arrows;
}

void lam_arrows_free(LamArrows *arrows)
{
    if (!arrows)
        return;
    glDeleteProgram(arrows->program);
    g_free(arrows);
}

/* Multiples of the spacing within the view; returns how many. */
static int set_lattice(const LamArrows *arrows, const LamView *view, LamVec3 origin, LamVec3 right,
                       LamVec3 up, double mm, double spacing)
{
    const LamRect *r = &view->rect;
    double left = lam_vec3_dot(right, origin) + r->x * mm,
           top = lam_vec3_dot(up, origin) - r->y * mm;
    double first_x = ceil(left / spacing) * spacing;
    double first_y = ceil((top - r->height * mm) / spacing) * spacing;
    int columns = (int)floor((left + r->width * mm - first_x) / spacing) + 1;
    int rows = (int)floor((top - first_y) / spacing) + 1;
    glUniform2f(arrows->at.first, (GLfloat)first_x, (GLfloat)first_y);
    glUniform1i(arrows->at.columns, MAX(columns, 1));
    glUniform1f(arrows->at.spacing_mm, (GLfloat)spacing);
    return MIN(MAX(columns, 0) * MAX(rows, 0), MOST);
}

static int set_uniforms(const LamArrows *arrows, const LamScene *scene, const LamView *view,
                        int width, int height, double scale, const LamTexture *field)
{
    LamVec3 origin, step_x, step_y, right, up, through;
    double mm = lam_scene_mm_per_pixel(scene, view, scale);
    lam_view_frame(scene, view, scale, &origin, &step_x, &step_y);
    lam_scene_axes(scene, view->plane, &right, &up, &through);
    glUniform2f(arrows->at.target, (GLfloat)width, (GLfloat)height);
    lam_set_vector(arrows->at.origin, origin);
    lam_set_vector(arrows->at.step_x, step_x);
    lam_set_vector(arrows->at.step_y, step_y);
    lam_set_vector(arrows->at.axis_right, right);
    lam_set_vector(arrows->at.axis_up, up);
    lam_set_matrix(arrows->at.field_from_world, &field->source->to_texture);
    glUniform1f(arrows->at.mm_per_px, (GLfloat)mm);
    glUniform1f(arrows->at.morph, (GLfloat)scene->morph);
    glUniform1f(arrows->at.thick_px, (GLfloat)(THICKNESS_PX * scale));
    glUniform1f(arrows->at.scale_mm, (GLfloat)MAX(scene->scale_mm, 0.1));
    glUniform1i(arrows->at.pull_back, scene->direction == LAM_DIRECTION_PULL_BACK);
    double spacing = MAX(scene->arrows_mm, NEAREST_PX * scale * mm);
    return set_lattice(arrows, view, origin, right, up, mm, spacing);
}

void lam_arrows_draw(LamArrows *arrows, const LamScene *scene, const LamView *view, int width,
                     int height, double scale, const LamTexture *field)
{
    bool shown = scene->arrows && view->pane == LAM_PANE_WARPED && !scene->flicker;
    if (!shown || !lam_texture_is_complete(field))
        return;
    glUseProgram(arrows->program);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_3D, field->id);
    int count = set_uniforms(arrows, scene, view, width, height, scale, field);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, count);
}

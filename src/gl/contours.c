/* Outlines of labels over the slices: those of a view's own scan in their colours; over the warped view those of
 * the fixed scan, too, in white. */
#include "gl-private.h"

#include <string.h>

#define WIDTH_PX 1.8 /* logical pixels */
#define ROW      128 /* colours in a row of the texture: as in contour.frag */

enum { UNIT_FIELD, UNIT_LABELS, UNIT_COLOURS };

/* clang-format off */
#define UNIFORMS(X) \
    X(target) X(rect) X(origin) X(step_x) X(step_y) X(field_from_world) X(morph) X(voxel_from_world) \
    X(only_selected) X(tint) X(opacity) X(width_px)
/* clang-format on */

#define DECLARE(name) GLint name;
#define LOCATE(name)  contours->at.name = glGetUniformLocation(contours->program, #name);

/* The colours of one label map, and what they were made of. */
typedef struct {
    GLuint id;
    GBytes *source; /* owned */
} Palette;

struct LamContours {
    GLuint program;
    struct {
        UNIFORMS(DECLARE)
    } at;
    Palette palettes[2];
};

LamContours *lam_contours_new(GError **error)
{
    GLuint program = lam_program_new("quad.vert", "contour.frag", error);
    if (!program)
        return NULL;
    LamContours *contours = g_new0(LamContours, 1);
    contours->program = program;
    UNIFORMS(LOCATE)
    glUseProgram(program);
    glUniform1i(glGetUniformLocation(program, "field"), UNIT_FIELD);
    glUniform1i(glGetUniformLocation(program, "labels"), UNIT_LABELS);
    glUniform1i(glGetUniformLocation(program, "label_colours"), UNIT_COLOURS);
    return contours;
}

void lam_contours_free(LamContours *contours)
{
    if (!contours)
        return;
    for (int i = 0; i < 2; i++) {
        glDeleteTextures(1, &contours->palettes[i].id);
        g_clear_pointer(&contours->palettes[i].source, g_bytes_unref);
    }
    glDeleteProgram(contours->program);
    g_free(contours);
}

/* A few hundred colours, sent again whenever the selection changes. */
static void update(Palette *palette, GBytes *source)
{
    if (palette->source == source)
        return;
    g_clear_pointer(&palette->source, g_bytes_unref);
    palette->source = g_bytes_ref(source);
    gsize bytes, n = g_bytes_get_size(source) / 4, rows = (n + ROW - 1) / ROW;
    g_autofree guint8 *texels = g_malloc0(rows * ROW * 4);
    const guint8 *colours = g_bytes_get_data(source, &bytes);
    memcpy(texels, colours, n * 4);
    if (!palette->id)
        glGenTextures(1, &palette->id);
    glBindTexture(GL_TEXTURE_2D, palette->id);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, ROW, (GLsizei)rows, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                 texels);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

static void set_view(const LamContours *contours, const LamScene *scene, const LamView *view,
                     int width, int height, double scale)
{
    const LamRect *r = &view->rect;
    LamVec3 origin, step_x, step_y;
    lam_view_frame(scene, view, scale, &origin, &step_x, &step_y);
    glUniform2f(contours->at.target, (GLfloat)width, (GLfloat)height);
    glUniform4f(contours->at.rect, (GLfloat)r->x, (GLfloat)r->y, (GLfloat)r->width,
                (GLfloat)r->height);
    lam_set_vector(contours->at.origin, origin);
    lam_set_vector(contours->at.step_x, step_x);
    lam_set_vector(contours->at.step_y, step_y);
    glUniform1f(contours->at.width_px, (GLfloat)(WIDTH_PX * scale));
    glUniform1f(contours->at.opacity, (GLfloat)scene->contour_opacity);
    glUniform1i(contours->at.only_selected, scene->contours == LAM_CONTOURS_SELECTED);
}

static void set_field(const LamContours *contours, const LamScene *scene, bool warped,
                      const LamTexture *field)
{
    bool carried = warped && lam_texture_is_complete(field);
    glUniform1f(contours->at.morph, carried ? (GLfloat)scene->morph : 0);
    if (!carried)
        return;
    lam_set_matrix(contours->at.field_from_world, &field->source->to_texture);
    glActiveTexture(GL_TEXTURE0 + UNIT_FIELD);
    glBindTexture(GL_TEXTURE_3D, field->id);
}

/* Fixed world -> voxel of the label map. */
static void set_labels(const LamContours *contours, const LamScene *scene, bool moving,
                       const LamTexels *texels)
{
    LamMat4 matrix;
    if (!lam_mat4_invert(&texels->grid.to_world, &matrix))
        matrix = lam_mat4_identity();
    if (moving)
        matrix = lam_mat4_multiply(&matrix, &scene->affine);
    lam_set_matrix(contours->at.voxel_from_world, &matrix);
}

static void draw(LamContours *contours, const LamScene *scene, bool moving,
                 const LamTexture *labels, bool white)
{
    GBytes *colours = scene->label_colours[moving];
    if (!colours || !lam_texture_is_complete(labels))
        return;
    set_labels(contours, scene, moving, labels->source);
    glUniform4f(contours->at.tint, 1, 1, 1, white);
    glActiveTexture(GL_TEXTURE0 + UNIT_COLOURS);
    update(&contours->palettes[moving], colours);
    glBindTexture(GL_TEXTURE_2D, contours->palettes[moving].id);
    glActiveTexture(GL_TEXTURE0 + UNIT_LABELS);
    glBindTexture(GL_TEXTURE_3D, labels->id);
    glActiveTexture(GL_TEXTURE0);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void lam_contours_draw(LamContours *contours, const LamScene *scene, const LamView *view, int width,
                       int height, double scale, const LamTexture *field,
                       const LamTexture labels[2])
{
    if (scene->contours == LAM_CONTOURS_NONE || (!scene->labels[0] && !scene->labels[1]))
        return;
    bool warped = view->pane == LAM_PANE_WARPED && !scene->flicker;
    bool moving = warped || view->pane == LAM_PANE_MOVING;
    glUseProgram(contours->program);
    set_view(contours, scene, view, width, height, scale);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    set_field(contours, scene, false, field);
    if (warped)
        draw(contours, scene, false, &labels[0], true);
    set_field(contours, scene, warped, field);
    draw(contours, scene, moving, &labels[moving], false);
}

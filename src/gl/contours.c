/* Outlines of labels over the slices: those of a view's own scan in their colours; over the warped view those of
 * the fixed scan, too, in white. */
#include "gl-private.h"

#include <math.h>
#include <string.h>

#define WIDTH_PX  1.8 /* logical pixels */
#define MARGIN_PX 4.0 /* for the line and its shade */
#define ROW       128 /* colours in a row of the texture: as in contour.frag */

enum { UNIT_FIELD, UNIT_LABELS, UNIT_COLOURS };

/* clang-format off */
#define UNIFORMS(X) \
    X(target) X(rect) X(origin) X(step_x) X(step_y) X(field_from_world) X(morph) X(voxel_from_world) \
    X(tint) X(opacity) X(width_px)
/* clang-format on */

#define DECLARE(name) GLint name;
#define LOCATE(name)  program->at.name = glGetUniformLocation(program->id, #name);

/* The colours of one label map, and what they were made of. */
typedef struct {
    GLuint id;
    GBytes *source; /* owned */
} Palette;

/* contour.frag is compiled for each kind of outline that is drawn. */
typedef struct {
    GLuint id; /* 0: not yet */
    struct {
        UNIFORMS(DECLARE)
    } at;
} Program;

struct LamContours {
    Program programs[2][2]; /* whether carried by the field; whether only the selected ones */
    Palette palettes[3];    /* as LamScene.labels */
};

LamContours *lam_contours_new(void)
{
    return g_new0(LamContours, 1);
}

void lam_contours_free(LamContours *contours)
{
    if (!contours)
        return;
    for (int i = 0; i < 3; i++) {
        glDeleteTextures(1, &contours->palettes[i].id);
        g_clear_pointer(&contours->palettes[i].source, g_bytes_unref);
    }
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 2; k++)
            glDeleteProgram(contours->programs[i][k].id);
    }
    g_free(contours);
}

static bool compile(Program *program, bool carried, bool selected, GError **error)
{
    g_autofree char *defines =
        g_strdup_printf("#define CARRIED %s\n#define ONLY_SELECTED %s\n",
                        carried ? "true" : "false", selected ? "true" : "false");
    program->id = lam_program_new_variant("quad.vert", "contour.frag", defines, error);
    if (!program->id)
        return false;
    UNIFORMS(LOCATE)
    glUseProgram(program->id);
    glUniform1i(glGetUniformLocation(program->id, "field"), UNIT_FIELD);
    glUniform1i(glGetUniformLocation(program->id, "labels"), UNIT_LABELS);
    glUniform1i(glGetUniformLocation(program->id, "label_colours"), UNIT_COLOURS);
    return true;
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

/* One view on its target. */
typedef struct {
    const LamScene *scene;
    const LamView *view;
    int width, height;
    double scale;
} Target;

/* Where the labels of a map may be in the view: all that is drawn, since the shader is slow where there is no
 * graphics card. reach_mm: how far they may be carried. */
static LamRect part_of_view(const Target *t, int side, const LamTexels *labels, double reach_mm)
{
    LamMat4 back = lam_mat4_identity();
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    double mm = lam_scene_mm_per_pixel(t->scene, t->view, t->scale),
           margin = MARGIN_PX + reach_mm / mm;
    const LamRect *r = &t->view->rect;
    if (side == 1 && !lam_mat4_invert(&t->scene->affine, &back))
        return *r;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 at;
        double x, y;
        for (int a = 0; a < 3; a++)
            at.v[a] = corner >> a & 1 ? labels->box_max.v[a] : labels->box_min.v[a];
        lam_scene_project(t->scene, t->view, t->scale, lam_mat4_apply(&back, at), &x, &y);
        left = fmin(left, x - margin), right = fmax(right, x + margin);
        top = fmin(top, y - margin), bottom = fmax(bottom, y + margin);
    }
    left = fmax(left, r->x), right = fmin(right, r->x + r->width);
    top = fmax(top, r->y), bottom = fmin(bottom, r->y + r->height);
    return (LamRect){left, top, fmax(right - left, 0), fmax(bottom - top, 0)};
}

static void set_view(const Program *program, const Target *t, const LamRect *r)
{
    LamVec3 origin, step_x, step_y;
    lam_view_frame(t->scene, t->view, t->scale, &origin, &step_x, &step_y);
    glUniform2f(program->at.target, (GLfloat)t->width, (GLfloat)t->height);
    glUniform4f(program->at.rect, (GLfloat)r->x, (GLfloat)r->y, (GLfloat)r->width,
                (GLfloat)r->height);
    lam_set_vector(program->at.origin, origin);
    lam_set_vector(program->at.step_x, step_x);
    lam_set_vector(program->at.step_y, step_y);
    glUniform1f(program->at.width_px, (GLfloat)(WIDTH_PX * t->scale));
    glUniform1f(program->at.opacity, (GLfloat)t->scene->contour_opacity);
}

static void set_field(const Program *program, const LamScene *scene, const LamTexture *field)
{
    glUniform1f(program->at.morph, (GLfloat)scene->morph);
    lam_set_matrix(program->at.field_from_world, &field->source->to_texture);
    glActiveTexture(GL_TEXTURE0 + UNIT_FIELD);
    glBindTexture(GL_TEXTURE_3D, field->id);
}

/* Fixed world -> voxel of the label map. */
static void set_labels(const Program *program, const LamScene *scene, int side,
                       const LamTexture *labels)
{
    LamMat4 matrix;
    if (!lam_mat4_invert(&labels->source->grid.to_world, &matrix))
        matrix = lam_mat4_identity();
    if (side == 1)
        matrix = lam_mat4_multiply(&matrix, &scene->affine);
    lam_set_matrix(program->at.voxel_from_world, &matrix);
    glActiveTexture(GL_TEXTURE0 + UNIT_LABELS);
    glBindTexture(GL_TEXTURE_3D, labels->id);
}

static void set_colours(LamContours *contours, const Program *program, const LamScene *scene,
                        int side, bool white)
{
    glUniform4f(program->at.tint, 1, 1, 1, white);
    glActiveTexture(GL_TEXTURE0 + UNIT_COLOURS);
    update(&contours->palettes[side], scene->label_colours[side]);
    glBindTexture(GL_TEXTURE_2D, contours->palettes[side].id);
}

/* The labels of one scan; field: that carries them; NULL: they are not. */
static bool draw(LamContours *contours, const Target *t, int side, const LamTexture *labels,
                 const LamTexture *field, bool white, GError **error)
{
    bool selected = side == LAM_LABELS_OF_REGIONS || t->scene->contours == LAM_CONTOURS_SELECTED;
    Program *program = &contours->programs[field != NULL][selected];
    if (!t->scene->label_colours[side] || !lam_texture_is_complete(labels))
        return true;
    if (!program->id && !compile(program, field != NULL, selected, error))
        return false;
    LamRect part = part_of_view(t, side, labels->source,
                                field ? t->scene->morph * field->source->reach_mm : 0);
    glUseProgram(program->id);
    set_view(program, t, &part);
    set_labels(program, t->scene, side, labels);
    set_colours(contours, program, t->scene, side, white);
    if (field)
        set_field(program, t->scene, field);
    glActiveTexture(GL_TEXTURE0);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    return true;
}

static bool draw_regions(LamContours *contours, const Target *t, const LamTexture *regions,
                         GError **error)
{
    return !t->scene->region_outlines || t->view->pane == LAM_PANE_MOVING ||
           draw(contours, t, LAM_LABELS_OF_REGIONS, regions, NULL, false, error);
}

bool lam_contours_draw(LamContours *contours, const LamScene *scene, const LamView *view, int width,
                       int height, double scale, const LamTexture *field,
                       const LamTexture labels[3], GError **error)
{
    const Target target = {scene, view, width, height, scale};
    if (!draw_regions(contours, &target, &labels[LAM_LABELS_OF_REGIONS], error))
        return false;
    if (scene->contours == LAM_CONTOURS_NONE)
        return true;
    bool warped = view->pane == LAM_PANE_WARPED && !scene->flicker;
    int side = warped || view->pane == LAM_PANE_MOVING;
    const LamTexture *carrier = warped && lam_texture_is_complete(field) ? field : NULL;
    return (!warped || draw(contours, &target, 0, &labels[0], NULL, true, error)) &&
           draw(contours, &target, side, &labels[side], carrier, false, error);
}

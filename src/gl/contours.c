/* Outlines of labels over the slices: those of a view's own scan in their colours; over the warped view those of
 * the fixed scan, too, in white. */
#include "outline-tiles.h"

#include <math.h>
#include <string.h>

#define WIDTH_PX 1.8 /* logical pixels */
#define ROW      128 /* colours in a row of the texture: as in contour.frag */

enum { UNIT_FIELD, UNIT_LABELS, UNIT_COLOURS };

/* clang-format off */
#define UNIFORMS(X) \
    X(target) X(origin) X(step_x) X(step_y) X(across) X(down) X(voxel_from_world) \
    X(field_from_world) X(morph) X(opacity) X(width_px)
/* clang-format on */

#define DECLARE(name) GLint name;
#define LOCATE(name)  program->at.name = glGetUniformLocation(program->id, #name);

/* The colours of one label map, and what they were made of. */
typedef struct {
    GLuint id;
    GBytes *source; /* owned */
} Palette;

/* Labels where they are, the same in white, and labels that the field carries. */
typedef enum { KIND_COLOURED, KIND_WHITE, KIND_CARRIED, KINDS } Kind;

/* contour.frag is compiled for each kind of outline that is drawn. */
typedef struct {
    GLuint id; /* 0: not yet */
    struct {
        UNIFORMS(DECLARE)
    } at;
} Program;

struct LamContours {
    Program programs[KINDS][2]; /* whether only the selected ones */
    Palette palettes[3];        /* as LamScene.labels */
    GLuint corners;             /* of tiles; 0: not yet */
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
    for (int k = 0; k < KINDS; k++)
        for (int selected = 0; selected < 2; selected++)
            glDeleteProgram(contours->programs[k][selected].id);
    glDeleteBuffers(1, &contours->corners);
    g_free(contours);
}

static const char *glsl(bool value)
{
    return value ? "true" : "false";
}

static bool compile(Program *program, Kind kind, bool selected, GError **error)
{
    g_autofree char *defines =
        g_strdup_printf("#define CARRIED %s\n#define WHITE %s\n#define ONLY_SELECTED %s\n",
                        glsl(kind == KIND_CARRIED), glsl(kind == KIND_WHITE), glsl(selected));
    program->id = lam_program_new_variant("contour.vert", "contour.frag", defines, error);
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

/* Where the labels of a map may be in the view; reach_mm: how far they may be carried. */
static LamRect part_of_view(const Target *t, int side, const LamTexels *labels, double reach_mm)
{
    LamMat4 from_world = side == 1 ? t->scene->affine : lam_mat4_identity();
    return lam_view_box(t->scene, t->view, t->scale, &from_world, labels->box_min, labels->box_max,
                        reach_mm);
}

/* How the view looks at the labels of one scan; field: that carries them; NULL: they are not. */
static LamOutlines outlines_of(const Target *t, int side, const LamTexture *labels,
                               const LamTexture *field)
{
    LamOutlines out = {
        .labels = labels->source, .field = field ? field->source : NULL, .morph = t->scene->morph};
    lam_view_frame(t->scene, t->view, t->scale, &out.origin, &out.step_x, &out.step_y);
    if (!lam_mat4_invert(&labels->source->grid.to_world, &out.voxel_from_world))
        out.voxel_from_world = lam_mat4_identity();
    if (side == 1)
        out.voxel_from_world = lam_mat4_multiply(&out.voxel_from_world, &t->scene->affine);
    if (field && !lam_mat4_invert(&field->source->grid.to_world, &out.field_voxel_from_world))
        out.field_voxel_from_world = lam_mat4_identity();
    return out;
}

static void set_uniforms(const Program *program, const Target *t, const LamOutlines *outlines)
{
    glUniform2f(program->at.target, (GLfloat)t->width, (GLfloat)t->height);
    lam_set_vector(program->at.origin, outlines->origin);
    lam_set_vector(program->at.step_x, outlines->step_x);
    lam_set_vector(program->at.step_y, outlines->step_y);
    lam_set_vector(program->at.across,
                   lam_mat4_apply_vector(&outlines->voxel_from_world, outlines->step_x));
    lam_set_vector(program->at.down,
                   lam_mat4_apply_vector(&outlines->voxel_from_world, outlines->step_y));
    lam_set_matrix(program->at.voxel_from_world, &outlines->voxel_from_world);
    if (outlines->field)
        lam_set_matrix(program->at.field_from_world, &outlines->field->to_texture);
    glUniform1f(program->at.morph, (GLfloat)outlines->morph);
    glUniform1f(program->at.width_px, (GLfloat)(WIDTH_PX * t->scale));
    glUniform1f(program->at.opacity, (GLfloat)t->scene->contour_opacity);
}

static void bind(int unit, const LamTexture *texture)
{
    glActiveTexture(GL_TEXTURE0 + (GLenum)unit);
    glBindTexture(GL_TEXTURE_3D, texture->id);
}

static void bind_colours(LamContours *contours, const LamScene *scene, int side)
{
    glActiveTexture(GL_TEXTURE0 + UNIT_COLOURS);
    update(&contours->palettes[side], scene->label_colours[side]);
    glBindTexture(GL_TEXTURE_2D, contours->palettes[side].id);
}

#define CORNERS 6 /* of the two triangles of a tile */

static void draw_tiles(LamContours *contours, const GArray *tiles)
{
    g_autofree GLfloat *corners = g_new(GLfloat, 2 * CORNERS * MAX(tiles->len, 1));
    GLfloat *to = corners;
    for (guint i = 0; i < tiles->len; i++) {
        const LamRect *r = &g_array_index(tiles, LamRect, i);
        const double x[2] = {r->x, r->x + r->width}, y[2] = {r->y, r->y + r->height};
        static const int order[CORNERS] = {0, 1, 2, 2, 1, 3};
        for (int c = 0; c < CORNERS; c++) {
            *to++ = (GLfloat)x[order[c] & 1];
            *to++ = (GLfloat)y[order[c] >> 1];
        }
    }
    if (!contours->corners)
        glGenBuffers(1, &contours->corners);
    glBindBuffer(GL_ARRAY_BUFFER, contours->corners);
    glBufferData(GL_ARRAY_BUFFER, (to - corners) * (GLsizeiptr)sizeof *corners, corners,
                 GL_STREAM_DRAW);
    glEnableVertexAttribArray(0);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
    glDrawArrays(GL_TRIANGLES, 0, (GLsizei)(CORNERS * tiles->len));
    glDisableVertexAttribArray(0);
    glBindBuffer(GL_ARRAY_BUFFER, 0);
}

/* The labels of one scan; field: that carries them, or NULL. */
static bool draw(LamContours *contours, const Target *t, int side, const LamTexture *labels,
                 Kind kind, const LamTexture *field, GError **error)
{
    bool selected = side == LAM_LABELS_OF_REGIONS || t->scene->contours == LAM_CONTOURS_SELECTED;
    Program *program = &contours->programs[kind][selected];
    if (!t->scene->label_colours[side] || !lam_texture_is_complete(labels))
        return true;
    if (!program->id && !compile(program, kind, selected, error))
        return false;
    LamRect part = part_of_view(t, side, labels->source,
                                field ? t->scene->morph * field->source->reach_mm : 0);
    LamOutlines outlines = outlines_of(t, side, labels, field);
    outlines.colours = selected ? t->scene->label_colours[side] : NULL;
    g_autoptr(GArray) tiles = lam_outlines_tiles(&outlines, &part);
    glUseProgram(program->id);
    set_uniforms(program, t, &outlines);
    bind_colours(contours, t->scene, side);
    bind(UNIT_LABELS, labels);
    if (field)
        bind(UNIT_FIELD, field);
    glActiveTexture(GL_TEXTURE0);
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    draw_tiles(contours, tiles);
    return true;
}

static bool draw_regions(LamContours *contours, const Target *t, const LamTexture *regions,
                         GError **error)
{
    return !t->scene->region_outlines || t->view->pane == LAM_PANE_MOVING ||
           draw(contours, t, LAM_LABELS_OF_REGIONS, regions, KIND_COLOURED, NULL, error);
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
    Kind own = carrier ? KIND_CARRIED : KIND_COLOURED;
    return (!warped || draw(contours, &target, 0, &labels[0], KIND_WHITE, NULL, error)) &&
           draw(contours, &target, side, &labels[side], own, carrier, error);
}

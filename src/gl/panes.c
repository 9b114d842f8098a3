/* The slices: uniforms of slice.frag. */
#include "gl-private.h"

static const float surround[3] = {0.055f, 0.062f, 0.072f};

enum { UNIT_SCAN, UNIT_FIELD, UNIT_OTHER, UNIT_AGAINST };

/* clang-format off */
#define UNIFORMS(X) \
    X(target) X(rect) X(origin) X(step_x) X(step_y) X(scan_from_world) X(field_from_world) \
    X(other_from_world) X(has_scan) X(morph) X(levels) X(other_levels) X(surround) \
    X(axis_right) X(axis_up) X(axis_through) X(grid_mm) X(line_px) X(share) X(checker_mm) \
    X(opacity) X(scale_mm) X(against_from_world)
/* clang-format on */

#define DECLARE(name) GLint name;
#define LOCATE(name)  program->at.name = glGetUniformLocation(program->id, #name);

/* What a view shows, as far as its shader depends on it. */
typedef struct {
    int colours, has_field, compare, overlay, grid, grid_colour; /* as in slice.frag */
} Kind;

typedef struct {
    GLuint id;
    struct {
        UNIFORMS(DECLARE)
    } at;
} Program;

struct LamPanes {
    GHashTable *programs; /* by key_of */
};

static void program_free(gpointer data)
{
    Program *program = data;
    glDeleteProgram(program->id);
    g_free(program);
}

static guint key_of(const Kind *kind)
{
    const int parts[] = {kind->colours, kind->has_field, kind->compare,
                         kind->overlay, kind->grid,      kind->grid_colour};
    guint key = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        key = key << 4 | (guint)parts[i];
    return key;
}

static Program *compile(const Kind *kind, GError **error)
{
    g_autofree char *defines = g_strdup_printf(
        "#define COLOURS %d\n#define HAS_FIELD %d\n#define COMPARE %d\n#define OVERLAY %d\n"
        "#define GRID %d\n#define GRID_COLOUR %d\n",
        kind->colours, kind->has_field, kind->compare, kind->overlay, kind->grid,
        kind->grid_colour);
    GLuint id = lam_program_new_variant("slice.vert", "slice.frag", defines, error);
    if (!id)
        return NULL;
    Program *program = g_new0(Program, 1);
    program->id = id;
    UNIFORMS(LOCATE)
    glUseProgram(id);
    glUniform1i(glGetUniformLocation(id, "scan"), UNIT_SCAN);
    glUniform1i(glGetUniformLocation(id, "field"), UNIT_FIELD);
    glUniform1i(glGetUniformLocation(id, "other"), UNIT_OTHER);
    glUniform1i(glGetUniformLocation(id, "against"), UNIT_AGAINST);
    return program;
}

static const Program *program_of(LamPanes *panes, const Kind *kind, GError **error)
{
    gpointer key = GUINT_TO_POINTER(key_of(kind));
    Program *program = g_hash_table_lookup(panes->programs, key);
    if (!program && (program = compile(kind, error)))
        g_hash_table_insert(panes->programs, key, program);
    return program;
}

LamPanes *lam_panes_new(GError **error)
{
    LamPanes *panes = g_new0(LamPanes, 1);
    panes->programs = g_hash_table_new_full(NULL, NULL, NULL, program_free);
    if (program_of(panes, &(Kind){0}, error))
        return panes;
    lam_panes_free(panes);
    return NULL;
}

void lam_panes_free(LamPanes *panes)
{
    if (!panes)
        return;
    g_hash_table_unref(panes->programs);
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

static void set_view(const Program *program, const LamScene *scene, const LamView *view,
                     double scale)
{
    LamVec3 right, up, through, origin, step_x, step_y;
    const LamRect *r = &view->rect;
    lam_view_frame(scene, view, scale, &origin, &step_x, &step_y);
    lam_scene_axes(scene, view->plane, &right, &up, &through);
    glUniform4f(program->at.rect, (GLfloat)r->x, (GLfloat)r->y, (GLfloat)r->width,
                (GLfloat)r->height);
    lam_set_vector(program->at.origin, origin);
    lam_set_vector(program->at.step_x, step_x);
    lam_set_vector(program->at.step_y, step_y);
    lam_set_vector(program->at.axis_right, right);
    lam_set_vector(program->at.axis_up, up);
    lam_set_vector(program->at.axis_through, through);
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

/* Into the scan's texture coordinates. */
static LamMat4 scan_from_world(const LamScene *scene, bool moving, const LamTexture *texture)
{
    const LamMat4 *to_texture = &texture->source->to_texture;
    return moving ? lam_mat4_multiply(to_texture, &scene->affine) : *to_texture;
}

static void set_scan(const Program *program, const LamScene *scene, bool moving,
                     const LamTexture *texture)
{
    bool shown = lam_texture_is_complete(texture);
    glUniform1i(program->at.has_scan, shown);
    if (!shown)
        return;
    LamMat4 matrix = scan_from_world(scene, moving, texture);
    lam_set_matrix(program->at.scan_from_world, &matrix);
    set_levels(program->at.levels, scene->levels[moving], texture->source->unit);
    bind(UNIT_SCAN, texture, scene->smooth);
}

/* The fixed scan beside the warped one. */
static void set_other(const Program *program, const LamScene *scene, const LamTexture *fixed)
{
    lam_set_matrix(program->at.other_from_world, &fixed->source->to_texture);
    set_levels(program->at.other_levels, scene->levels[0], fixed->source->unit);
    glUniform1f(program->at.share, (GLfloat)scene->share);
    glUniform1f(program->at.checker_mm, (GLfloat)MAX(scene->checker_mm, 1));
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

static void set_against(const Program *program, const LamTexture *against)
{
    lam_set_matrix(program->at.against_from_world, &against->source->to_texture);
    bind(UNIT_AGAINST, against, true);
}

static void set_field(const Program *program, const LamScene *scene, bool warped,
                      const LamTexture *texture)
{
    lam_set_matrix(program->at.field_from_world, &texture->source->to_texture);
    glUniform1f(program->at.morph, warped ? (GLfloat)scene->morph : 0);
    glUniform1f(program->at.grid_mm, (GLfloat)scene->grid_mm);
    glUniform1f(program->at.opacity, (GLfloat)scene->overlay_opacity);
    glUniform1f(program->at.scale_mm, (GLfloat)MAX(scene->scale_mm, 0.1));
    bind(UNIT_FIELD, texture, true);
}

void lam_clip_to(const LamRect *clip, int height)
{
    glEnable(GL_SCISSOR_TEST);
    glScissor((GLint)clip->x, height - (GLint)(clip->y + clip->height), (GLsizei)clip->width,
              (GLsizei)clip->height);
}

/* Where a whole volume may be seen; from_world: into its texture coordinates. */
static LamRect box_of(const LamScene *scene, const LamView *view, double scale,
                      const LamMat4 *from_world, double reach_mm)
{
    return lam_view_box(scene, view, scale, from_world, (LamVec3){{0, 0, 0}}, (LamVec3){{1, 1, 1}},
                        reach_mm);
}

static bool needs_other_field(LamOverlay overlay)
{
    return overlay >= LAM_OVERLAY_DIFFERENCE;
}

/* Straight ways to a part of a field have no volume change, and a difference needs two fields, as a map needs
 * its own. */
static bool can_overlay(const LamScene *scene, const LamTexture *against)
{
    if (scene->overlay == LAM_OVERLAY_VOLUME_CHANGE)
        return scene->morph >= 1;
    return !needs_other_field(scene->overlay) || lam_texture_is_complete(against);
}

static Kind kind_of(const LamScene *scene, LamPane pane, const LamTexture *fixed, bool has_field,
                    const LamTexture *against)
{
    bool warped = pane == LAM_PANE_WARPED;
    Kind kind = {.colours = (int)scene->colours, .has_field = warped && has_field};
    if (warped && lam_texture_is_complete(fixed))
        kind.compare = (int)scene->compare;
    if (warped && has_field && can_overlay(scene, against))
        kind.overlay = (int)scene->overlay;
    if (has_field)
        kind.grid = grid_kind(scene, pane);
    if (kind.grid > 0)
        kind.grid_colour = (int)scene->grid_colour;
    return kind;
}

/* Where there is more than the surroundings: software renderers compute each pixel. */
static LamRect seen_part(const LamScene *scene, const LamView *view, double scale, LamPane pane,
                         const Kind *kind, const LamTexture textures[2], const LamTexture *field)
{
    LamRect all = {view->rect.x, view->rect.y, 0, 0};
    const LamTexture *scan = &textures[pane != LAM_PANE_FIXED];
    bool carried = kind->has_field || kind->grid == 2;
    double reach = carried ? field->source->reach_mm : 0;
    if (lam_texture_is_complete(scan)) {
        LamMat4 matrix = scan_from_world(scene, pane != LAM_PANE_FIXED, scan);
        all =
            box_of(scene, view, scale, &matrix, pane == LAM_PANE_WARPED ? scene->morph * reach : 0);
    }
    if (kind->compare > 0) {
        LamRect other = box_of(scene, view, scale, &textures[0].source->to_texture, 0);
        all = lam_rect_around(&all, &other);
    }
    if (kind->grid > 0 || kind->overlay > 0) {
        LamRect box =
            box_of(scene, view, scale, &field->source->to_texture, kind->grid == 2 ? reach : 0);
        all = lam_rect_around(&all, &box);
    }
    return all;
}

static void set_all(const Program *program, const Kind *kind, const LamScene *scene,
                    const LamView *view, double scale, LamPane pane, const LamTexture textures[2])
{
    bool moving = pane != LAM_PANE_FIXED;
    glUniform3fv(program->at.surround, 1, surround);
    glUniform1f(program->at.line_px, (GLfloat)(1.25 * scale));
    set_view(program, scene, view, scale);
    set_scan(program, scene, moving, &textures[moving]);
    if (kind->compare > 0)
        set_other(program, scene, &textures[0]);
}

bool lam_panes_draw(LamPanes *panes, const LamScene *scene, const LamView *view,
                    const LamRect *clip, int width, int height, double scale,
                    const LamTexture textures[2], const LamTexture *field,
                    const LamTexture *against, GError **error)
{
    bool flickers =
        view->pane == LAM_PANE_WARPED && scene->flicker; /* the fixed scan in its place */
    LamPane pane = flickers ? LAM_PANE_FIXED : view->pane;
    bool has_field = pane != LAM_PANE_FIXED && lam_texture_is_complete(field);
    Kind kind = kind_of(scene, pane, &textures[0], has_field, against);
    const Program *program = program_of(panes, &kind, error);
    if (!program)
        return false;
    LamRect seen = seen_part(scene, view, scale, pane, &kind, textures, field);
    seen = lam_rect_common(&seen, clip);
    lam_clip_to(clip, height);
    glClearColor(surround[0], surround[1], surround[2], 1);
    glClear(GL_COLOR_BUFFER_BIT);
    lam_clip_to(&seen, height);
    glDisable(GL_BLEND);
    glUseProgram(program->id);
    glUniform2f(program->at.target, (GLfloat)width, (GLfloat)height);
    set_all(program, &kind, scene, view, scale, pane, textures);
    if (kind.has_field || kind.grid > 0)
        set_field(program, scene, pane == LAM_PANE_WARPED, field);
    if (needs_other_field((LamOverlay)kind.overlay))
        set_against(program, against);
    glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
    return true;
}

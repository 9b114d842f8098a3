/* Scene -> framebuffer. */
#include <lambdascope/renderer.h>

#include "gl-private.h"

#include <lambdascope/error.h>

#include <math.h>

enum {
    TEXTURE_FIXED,
    TEXTURE_MOVING,
    TEXTURE_FIELD,
    TEXTURE_HELD,
    TEXTURE_MAP,
    TEXTURE_FIXED_LABELS,
    TEXTURE_MOVING_LABELS,
    TEXTURE_REGIONS,
    TEXTURES
};

struct LamRenderer {
    GLuint vertex_array;
    LamPanes *panes;
    LamContours *contours;
    LamArrows *arrows;
    LamStreamPainter *streamlines;
    LamPainter *painter;
    LamTexture textures[TEXTURES];
    char *description;
    bool drawn, annotated; /* once: loading fonts and making programs ready takes time then */
};

LamRenderer *lam_renderer_new(GError **error)
{
    int version = epoxy_gl_version();
    if (!epoxy_is_desktop_gl() || version < 33) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_GL,
                    "cannot draw: %s: OpenGL 3.3 is needed, this is %s%d.%d",
                    (const char *)glGetString(GL_RENDERER), epoxy_is_desktop_gl() ? "" : "ES ",
                    version / 10, version % 10);
        return NULL;
    }
    LamRenderer *renderer = g_new0(LamRenderer, 1);
    glGenVertexArrays(1, &renderer->vertex_array);
    renderer->panes = lam_panes_new(error);
    renderer->contours = lam_contours_new();
    renderer->arrows = renderer->panes ? lam_arrows_new(error) : NULL;
    renderer->streamlines = renderer->arrows ? lam_stream_painter_new(error) : NULL;
    renderer->painter = renderer->streamlines ? lam_painter_new(error) : NULL;
    if (!renderer->painter) {
        lam_renderer_free(renderer);
        return NULL;
    }
    renderer->description = g_strdup_printf(
        "%s, OpenGL %d.%d", (const char *)glGetString(GL_RENDERER), version / 10, version % 10);
    return renderer;
}

void lam_renderer_free(LamRenderer *renderer)
{
    if (!renderer)
        return;
    for (int i = 0; i < TEXTURES; i++)
        lam_texture_clear(&renderer->textures[i]);
    lam_painter_free(renderer->painter);
    lam_stream_painter_free(renderer->streamlines);
    lam_arrows_free(renderer->arrows);
    lam_contours_free(renderer->contours);
    lam_panes_free(renderer->panes);
    glDeleteVertexArrays(1, &renderer->vertex_array);
    g_free(renderer->description);
    g_free(renderer);
}

const char *lam_renderer_description(const LamRenderer *renderer)
{
    return renderer->description;
}

guint64 lam_renderer_uploaded(const LamRenderer *renderer)
{
    guint64 bytes = 0;
    for (int i = 0; i < TEXTURES; i++)
        bytes += renderer->textures[i].uploaded;
    return bytes;
}

static bool is_there(const LamTexture *texture)
{
    return !texture->source || lam_texture_is_complete(texture);
}

static void set_sources(LamRenderer *renderer, const LamScene *scene)
{
    LamTexels *const sources[TEXTURES] = {
        [TEXTURE_FIXED] = scene->fixed,
        [TEXTURE_MOVING] = scene->moving,
        [TEXTURE_FIELD] = scene->field,
        [TEXTURE_HELD] = scene->held,
        [TEXTURE_MAP] = scene->map,
        [TEXTURE_FIXED_LABELS] = scene->labels[0],
        [TEXTURE_MOVING_LABELS] = scene->labels[1],
        [TEXTURE_REGIONS] = scene->labels[LAM_LABELS_OF_REGIONS],
    };
    for (int i = 0; i < TEXTURES; i++)
        lam_texture_set_source(&renderer->textures[i], sources[i]);
}

/* The field first and always whole: it is small, and it is what a moving slider waits for. Then scans and
 * label maps, in what is left of the time; but each draw gets on with one of them. */
static bool upload(LamRenderer *renderer, const LamScene *scene, double upload_ms, bool *pending,
                   GError **error)
{
    static const int order[] = {TEXTURE_FIXED, TEXTURE_MOVING, TEXTURE_FIXED_LABELS,
                                TEXTURE_MOVING_LABELS, TEXTURE_REGIONS};
    gint64 deadline = upload_ms > 0 ? g_get_monotonic_time() + (gint64)(upload_ms * 1000) : 0;
    bool got_on = false;
    set_sources(renderer, scene);
    glActiveTexture(GL_TEXTURE0);
    if (!lam_texture_upload(&renderer->textures[TEXTURE_FIELD], 0, error) ||
        !lam_texture_upload(&renderer->textures[TEXTURE_HELD], 0, error) ||
        !lam_texture_upload(&renderer->textures[TEXTURE_MAP], 0, error))
        return false;
    *pending = false;
    for (size_t i = 0; i < G_N_ELEMENTS(order) && !*pending; i++) {
        LamTexture *texture = &renderer->textures[order[i]];
        if (is_there(texture))
            continue;
        bool time_left = !deadline || !got_on || g_get_monotonic_time() < deadline;
        if (time_left && !lam_texture_upload(texture, deadline, error))
            return false;
        got_on = true;
        *pending = !is_there(texture);
    }
    return true;
}

/* A part of a view and the fields that are seen there. */
typedef struct {
    LamRect clip;
    const LamTexture *field, *against; /* the second: what an overlay draws beside the field */
} Part;

static int parts_of(const LamRenderer *renderer, const LamScene *scene, const LamView *view,
                    Part parts[2])
{
    const LamTexture *a = &renderer->textures[TEXTURE_HELD],
                     *b = &renderer->textures[TEXTURE_FIELD];
    const LamTexture *map = lam_scene_wants_map(scene) ? &renderer->textures[TEXTURE_MAP] : NULL;
    LamHeldView shown = lam_scene_held_view(scene);
    LamRect left = view->rect, right = view->rect;
    if (shown != LAM_HELD_SPLIT || view->pane != LAM_PANE_WARPED) {
        bool instead = shown == LAM_HELD_INSTEAD;
        parts[0] = (Part){view->rect, instead ? a : b, map ? map : instead ? b : a};
        return 1;
    }
    left.width = round(scene->split * view->rect.width);
    right.x += left.width;
    right.width -= left.width;
    parts[0] = (Part){left, a, map ? map : b};
    parts[1] = (Part){right, b, map ? map : a};
    return 2;
}

static bool draw_part(LamRenderer *renderer, const LamScene *scene, const LamView *view,
                      const Part *part, int width, int height, double scale, GError **error)
{
    if (!lam_panes_draw(renderer->panes, scene, view, &part->clip, width, height, scale,
                        renderer->textures, part->field, part->against, error))
        return false;
    lam_clip_to(&part->clip, height);
    if (!lam_contours_draw(renderer->contours, scene, view, width, height, scale, part->field,
                           &renderer->textures[TEXTURE_FIXED_LABELS], error))
        return false;
    lam_stream_painter_draw(renderer->streamlines, scene, view, width, height, scale, part->field);
    lam_arrows_draw(renderer->arrows, scene, view, width, height, scale, part->field);
    return true;
}

static bool draw_slice(LamRenderer *renderer, const LamScene *scene, const LamView *view, int width,
                       int height, double scale, GError **error)
{
    Part parts[2];
    int n = parts_of(renderer, scene, view, parts);
    bool ok = true;
    for (int i = 0; i < n && ok; i++)
        ok = draw_part(renderer, scene, view, &parts[i], width, height, scale, error);
    glDisable(GL_SCISSOR_TEST);
    return ok;
}

static bool draw_slices(LamRenderer *renderer, const LamScene *scene, int width, int height,
                        double scale, const LamView *views, int n, GError **error)
{
    glViewport(0, 0, width, height);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_DEPTH_TEST);
    glClearColor(0.145f, 0.155f, 0.17f, 1); /* shows between the panes */
    glClear(GL_COLOR_BUFFER_BIT);
    for (int i = 0; i < n; i++)
        if (!draw_slice(renderer, scene, &views[i], width, height, scale, error))
            return false;
    renderer->drawn = true;
    return true;
}

static void draw_annotations(LamRenderer *renderer, const LamScene *scene, int width, int height,
                             double scale, const LamView *views, int n)
{
    lam_painter_begin(renderer->painter, width, height, scale);
    lam_annotations_draw(renderer->painter, scene, views, n);
    lam_footer_draw(renderer->painter, scene, width, height);
    renderer->annotated = true;
}

/* Where time is limited, what takes long the first time is spread over frames: scans, slices, texts. */
bool lam_renderer_draw(LamRenderer *renderer, const LamScene *scene, int width, int height,
                       double scale, double upload_ms, bool *pending, GError **error)
{
    bool more = false;
    if (!upload(renderer, scene, upload_ms, &more, error))
        return false;
    bool later = upload_ms > 0 && !renderer->annotated && (more || !renderer->drawn);
    LamView views[LAM_VIEWS_MAX];
    int n = lam_scene_layout(scene, width, height, scale, views);
    glBindVertexArray(renderer->vertex_array);
    bool ok = draw_slices(renderer, scene, width, height, scale, views, n, error);
    if (ok && !later)
        draw_annotations(renderer, scene, width, height, scale, views, n);
    glBindVertexArray(0);
    if (pending)
        *pending = more || later;
    return ok;
}

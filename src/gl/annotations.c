/* Crosshair, titles, orientation letters, figures, scale bar. */
#include "gl-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define EDGE        LAM_EDGE
#define SECOND_LINE LAM_SECOND_LINE

static const LamColour bright = {0.93f, 0.945f, 0.96f, 1};
static const LamColour dim = {0.62f, 0.65f, 0.69f, 1};
static const LamColour accent = {0.36f, 0.74f, 0.98f, 1};

static LamColour faded(LamColour colour, float alpha)
{
    colour.a *= alpha;
    return colour;
}

/* Figures with a true minus sign, in a fixed width so that they do not dance. */
static char *figure(double value, int decimals)
{
    double unit = pow(10, -decimals);
    double rounded = round(value / unit) * unit;
    return g_strdup_printf("%s%.*f", rounded < 0 ? "−" : "", decimals, fabs(rounded));
}

static char *position_text(LamVec3 x)
{
    g_autofree char *r = figure(x.v[0], 1), *a = figure(x.v[1], 1), *s = figure(x.v[2], 1);
    return g_strdup_printf("%s   %s   %s mm", r, a, s);
}

/* d and |J| at the cursor, or false where there is no field. */
static bool field_at_cursor(const LamScene *scene, double values[4])
{
    const LamTexels *field = lam_scene_shown_field(scene);
    return field && lam_texels_sample(field, scene->cursor_mm, values);
}

static LamVec3 moved_cursor(const LamScene *scene)
{
    double values[4];
    LamVec3 y = scene->cursor_mm;
    for (int i = 0; i < 3 && field_at_cursor(scene, values); i++)
        y.v[i] += values[i];
    return y;
}

static char *pane_figures(const LamScene *scene, LamPane pane)
{
    double values[4];
    if (pane == LAM_PANE_FIXED)
        return position_text(scene->cursor_mm);
    if (pane == LAM_PANE_MOVING) {
        LamVec3 y = moved_cursor(scene);
        return position_text(lam_mat4_apply(&scene->affine, y));
    }
    if (scene->flicker || !field_at_cursor(scene, values))
        return NULL;
    double length = sqrt(values[0] * values[0] + values[1] * values[1] + values[2] * values[2]);
    g_autofree char *jacobian = figure(values[3], 2);
    return g_strdup_printf(_("moved %.1f mm    volume × %s"), length, jacobian);
}

static void draw_crosshair(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    const LamRect *rect = &view->rect;
    double scale = lam_painter_scale(painter);
    double x, y, thick = MAX(1, round(scale)), gap = 9 * scale;
    lam_scene_project(scene, view, scale, scene->cursor_mm, &x, &y);
    x = floor(x), y = floor(y);
    LamColour colour = faded(accent, 0.6f);
    double right = rect->x + rect->width, bottom = rect->y + rect->height;
    if (y >= rect->y && y < bottom) {
        lam_painter_rect(painter, (LamRect){rect->x, y, MAX(x - gap - rect->x, 0), thick}, colour);
        lam_painter_rect(
            painter, (LamRect){x + gap + thick, y, MAX(right - x - gap - thick, 0), thick}, colour);
    }
    if (x >= rect->x && x < right) {
        lam_painter_rect(painter, (LamRect){x, rect->y, thick, MAX(y - gap - rect->y, 0)}, colour);
        lam_painter_rect(painter,
                         (LamRect){x, y + gap + thick, thick, MAX(bottom - y - gap - thick, 0)},
                         colour);
    }
}

/* In the moving pane: where the tissue under the crosshair comes from. */
static void draw_origin_mark(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    double scale = lam_painter_scale(painter), x0, y0, x1, y1;
    lam_scene_project(scene, view, scale, scene->cursor_mm, &x0, &y0);
    lam_scene_project(scene, view, scale, moved_cursor(scene), &x1, &y1);
    double length = hypot(x1 - x0, y1 - y0);
    if (length > 7 * scale) {
        double share = 1 - 4 * scale / length;
        lam_painter_line(painter, x0, y0, x0 + share * (x1 - x0), y0 + share * (y1 - y0),
                         1.5 * scale, accent);
    }
    lam_painter_ring(painter, x1, y1, 4 * scale, 1.5 * scale, accent);
}

/* "A  λ 0.300", "B  λ 0.120". */
static char *lambda_title(char which, double lambda)
{
    return g_strdup_printf("%c   λ %.3f", which, lambda);
}

/* While a field is held it is said which of the two is seen, on either side of the line if both are. */
static void draw_held(LamPainter *painter, const LamScene *scene, const LamRect *rect)
{
    double scale = lam_painter_scale(painter);
    LamHeldView shown = lam_scene_held_view(scene);
    double x = rect->x + EDGE * scale, y = rect->y + SECOND_LINE * scale;
    g_autofree char *a = lambda_title('A', scene->held_lambda);
    g_autofree char *b = lambda_title('B', scene->field_lambda);
    if (shown != LAM_HELD_SPLIT) {
        lam_painter_text(painter, shown == LAM_HELD_INSTEAD ? a : b, LAM_TEXT_FIGURES, x, y,
                         (LamAnchor){0, 0}, accent);
        return;
    }
    double line = rect->x + round(scene->split * rect->width), gap = 8 * scale;
    double low = rect->y + rect->height - 2 * SECOND_LINE * scale;
    lam_painter_line(painter, line, rect->y, line, rect->y + rect->height, MAX(1, round(scale)),
                     accent);
    lam_painter_text(painter, a, LAM_TEXT_FIGURES, line - gap, low, (LamAnchor){1, 0}, accent);
    lam_painter_text(painter, b, LAM_TEXT_FIGURES, line + gap, low, (LamAnchor){0, 0}, accent);
}

static const char *pane_name(const LamScene *scene, LamPane pane)
{
    return pane == LAM_PANE_MOVING                      ? _("Moving")
           : pane == LAM_PANE_WARPED && !scene->flicker ? _("Warped")
                                                        : _("Fixed");
}

static char *pane_title(const LamScene *scene, LamPane pane)
{
    if (pane == LAM_PANE_WARPED && !scene->flicker && scene->morph < 1)
        return g_strdup_printf(_("Warped, t = %.2f"), scene->morph);
    if (pane == LAM_PANE_WARPED && !scene->flicker && scene->refined)
        return g_strdup(_("Warped, refined"));
    return g_strdup(pane == LAM_PANE_MOVING ? _("Moving, aligned") : pane_name(scene, pane));
}

static void draw_title(LamPainter *painter, const LamScene *scene, LamPane pane,
                       const LamRect *rect)
{
    double scale = lam_painter_scale(painter);
    double x = rect->x + EDGE * scale, y = rect->y + EDGE * scale;
    bool fixed = pane == LAM_PANE_FIXED || (pane == LAM_PANE_WARPED && scene->flicker);
    g_autofree char *full = pane_title(scene, pane);
    double needed = lam_painter_text_width(painter, full, LAM_TEXT_TITLE);
    const char *title = lam_fits_beside_letter(rect, needed, scale) ? full : pane_name(scene, pane);
    const char *name = fixed ? scene->fixed_name : scene->moving_name;
    double width =
        lam_painter_text(painter, title, LAM_TEXT_TITLE, x, y, (LamAnchor){0, 0}, bright);
    double room = rect->width / 2 - 24 * scale - EDGE * scale - width - 8 * scale;
    if (name && lam_painter_text_width(painter, name, LAM_TEXT_FIGURES) < room)
        lam_painter_text(painter, name, LAM_TEXT_FIGURES, x + width + 8 * scale, y + 1 * scale,
                         (LamAnchor){0, 0}, dim);
}

static void draw_letters(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    const LamRect *rect = &view->rect;
    double scale = lam_painter_scale(painter), edge = EDGE * scale;
    char letters[4];
    lam_scene_letters(scene, view->plane, letters);
    const struct {
        double x, y;
        LamAnchor anchor;
    } places[4] = {
        {rect->x + edge, rect->y + rect->height / 2, {0, 0.5}},
        {rect->x + rect->width - edge, rect->y + rect->height / 2, {1, 0.5}},
        {rect->x + rect->width / 2, rect->y + edge * 0.8, {0.5, 0}},
        {rect->x + rect->width / 2, rect->y + rect->height - edge * 0.8, {0.5, 1}},
    };
    for (int i = 0; i < 4; i++) {
        const char text[2] = {letters[i], 0};
        lam_painter_text(painter, text, LAM_TEXT_LETTER, places[i].x, places[i].y, places[i].anchor,
                         bright);
    }
}

/* A round length of about a fifth of the pane. */
static void draw_scale_bar(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    const LamRect *rect = &view->rect;
    static const double lengths_mm[] = {1, 2, 5, 10, 20, 50, 100, 200};
    double scale = lam_painter_scale(painter);
    double mm = lam_scene_mm_per_pixel(scene, view, scale);
    double length_mm = lengths_mm[0];
    for (size_t i = 0; i < G_N_ELEMENTS(lengths_mm); i++) {
        if (lengths_mm[i] / mm < rect->width * 0.28)
            length_mm = lengths_mm[i];
    }
    double width = round(length_mm / mm), thick = MAX(1, round(scale));
    double right = rect->x + rect->width - EDGE * scale;
    double bottom = rect->y + rect->height - EDGE * scale;
    LamColour colour = faded(bright, 0.85f);
    lam_painter_rect(painter, (LamRect){right - width, bottom - thick, width, thick}, colour);
    lam_painter_rect(painter, (LamRect){right - width, bottom - 5 * thick, thick, 4 * thick},
                     colour);
    lam_painter_rect(painter, (LamRect){right - thick, bottom - 5 * thick, thick, 4 * thick},
                     colour);
    g_autofree char *text = length_mm < 10 ? g_strdup_printf("%g mm", length_mm)
                                           : g_strdup_printf("%g cm", length_mm / 10);
    lam_painter_text(painter, text, LAM_TEXT_FIGURES, right - width / 2, bottom - 4 * thick,
                     (LamAnchor){0.5, 1}, dim);
}

/* At the lower left; a line higher where the letter or the scale bar would be in the way. */
static void draw_figures(LamPainter *painter, const LamScene *scene, LamPane pane,
                         const LamRect *rect)
{
    g_autofree char *figures = scene->fixed ? pane_figures(scene, pane) : NULL;
    if (!figures)
        return;
    double scale = lam_painter_scale(painter);
    double width = lam_painter_text_width(painter, figures, LAM_TEXT_FIGURES);
    double up = (lam_fits_beside_letter(rect, width, scale) ? EDGE : SECOND_LINE) * scale;
    lam_painter_text(painter, figures, LAM_TEXT_FIGURES, rect->x + EDGE * scale,
                     rect->y + rect->height - up, (LamAnchor){0, 1}, bright);
}

static void draw_view(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    const LamRect *rect = &view->rect;
    if (scene->crosshair && scene->fixed) {
        draw_crosshair(painter, scene, view);
        if (view->pane == LAM_PANE_MOVING && scene->field)
            draw_origin_mark(painter, scene, view);
    }
    lam_marks_draw(painter, scene, view);
    lam_draft_draw(painter, scene, view);
    if (!scene->annotations)
        return;
    draw_title(painter, scene, view->pane, rect);
    if (view->pane == LAM_PANE_WARPED && scene->held && !scene->flicker)
        draw_held(painter, scene, rect);
    draw_letters(painter, scene, view);
    draw_scale_bar(painter, scene, view);
    draw_figures(painter, scene, view->pane, rect);
}

/* Of several views of one pane the first has the legends. */
static bool is_first(const LamView *views, int i)
{
    for (int k = 0; k < i; k++)
        if (views[k].pane == views[i].pane)
            return false;
    return true;
}

void lam_annotations_draw(LamPainter *painter, const LamScene *scene, const LamView *views, int n)
{
    for (int i = 0; i < n; i++) {
        draw_view(painter, scene, &views[i]);
        if (scene->annotations && is_first(views, i))
            lam_legends_draw(painter, scene, &views[i]);
    }
}

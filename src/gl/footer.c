/* The strip at the foot of pictures that stand alone: the λ track and what was measured. */
#include "gl-private.h"

#include <glib/gi18n-lib.h>
#include <lambdascope/lambda_scale.h>

#include <math.h>

#define GAP 24.0 /* logical pixels between words */

static const LamColour bright = {0.93f, 0.945f, 0.96f, 1};
static const LamColour dim = {0.62f, 0.65f, 0.69f, 1};
static const LamColour accent = {0.36f, 0.74f, 0.98f, 1};
static const LamColour background = {0.094f, 0.102f, 0.114f, 1};
static const LamColour trough = {0.25f, 0.27f, 0.30f, 1};

static double draw_value(LamPainter *painter, const LamScene *scene, double x, double y)
{
    g_autofree char *value = scene->footer_value ? g_strdup(scene->footer_value)
                             : scene->footer_morphs
                                 ? g_strdup_printf("t %.2f", scene->morph)
                                 : g_strdup_printf("λ %.3g", scene->footer_lambda);
    return lam_painter_text(painter, value, LAM_TEXT_LARGE, x, y, (LamAnchor){0, 0.5}, bright);
}

/* Where the knob is, from 0 to 1. */
static double knob_share(const LamScene *scene)
{
    if (scene->footer_value)
        return scene->footer_share;
    if (scene->footer_morphs)
        return scene->morph;
    return 0.5 + lam_lambda_to_position(scene->footer_lambda) / (2 * LAM_POSITION_END);
}

static void draw_track(LamPainter *painter, const LamScene *scene, double left, double right,
                       double y)
{
    double scale = lam_painter_scale(painter), space = 10 * scale;
    bool number = scene->footer_value != NULL, morphs = scene->footer_morphs;
    const char *first = number ? scene->footer_first : morphs ? _("moving") : _("fits the image");
    const char *last = number ? scene->footer_last : morphs ? _("warped") : _("stays smooth");
    left += lam_painter_text(painter, first, LAM_TEXT_FIGURES, left, y, (LamAnchor){0, 0.5}, dim) +
            space;
    right -= lam_painter_text(painter, last, LAM_TEXT_FIGURES, right, y, (LamAnchor){1, 0.5}, dim) +
             space;
    double knob = left + knob_share(scene) * (right - left);
    lam_painter_line(painter, left, y, right, y, 3 * scale, trough);
    lam_painter_line(painter, left, y, knob, y, 3 * scale, accent);
    lam_painter_line(painter, knob, y, knob, y, 13 * scale, bright);
}

/* What there is room for of a readout, whose parts stand several spaces apart: its first ones. */
static char *fitting(LamPainter *painter, const char *readout, double room)
{
    char *text = g_strdup(readout ? readout : "");
    while (*text && lam_painter_text_width(painter, text, LAM_TEXT_FIGURES) > room) {
        char *last = g_strrstr(text, "  ");
        *(last ? last : text) = '\0';
        g_strchomp(text);
    }
    return text;
}

/* The notice always, then what there is room for. */
static void draw_words(LamPainter *painter, const LamScene *scene, double left, double right,
                       double y)
{
    double gap = GAP * lam_painter_scale(painter);
    double room = right - gap - left -
                  lam_painter_text(painter, scene->footer_notice, LAM_TEXT_FIGURES, right, y,
                                   (LamAnchor){1, 0.5}, dim);
    g_autofree char *readout = fitting(painter, scene->footer_readout, room);
    double taken = 0;
    if (*readout)
        taken = lam_painter_text(painter, readout, LAM_TEXT_FIGURES, left, y, (LamAnchor){0, 0.5},
                                 bright) +
                gap;
    if (scene->footer_files &&
        lam_painter_text_width(painter, scene->footer_files, LAM_TEXT_FIGURES) < room - taken)
        lam_painter_text(painter, scene->footer_files, LAM_TEXT_FIGURES, left + taken, y,
                         (LamAnchor){0, 0.5}, dim);
}

void lam_footer_draw(LamPainter *painter, const LamScene *scene, int width, int height)
{
    double scale = lam_painter_scale(painter);
    double extent = lam_scene_footer_height(scene, scale);
    if (extent <= 0)
        return;
    double top = height - extent, left = 16 * scale, right = width - left;
    double first = top + 24 * scale, second = top + 54 * scale;
    lam_painter_rect(painter, (LamRect){0, top, width, extent}, background);
    double after = left + MAX(draw_value(painter, scene, left, first), 96 * scale);
    draw_track(painter, scene, after + 18 * scale, right, first);
    draw_words(painter, scene, left, right, second);
}

/* What the colours over a view mean: a bar each, at the upper right, on a dark ground. */
#include "gl-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LETTER_ROOM 12.0 /* on either side of the letter in the middle of an edge */
#define HEIGHT      41.0 /* logical pixels of a legend, the gap to the next included */

static const LamColour bright = {0.93f, 0.945f, 0.96f, 1};

typedef struct {
    char *less, *more, *caption;
    bool of_volume;   /* the magenta-green bar */
    LamColourMap map; /* else this one's */
    bool words;       /* no bar */
} Legend;

#define MOST 6 /* of a view */

bool lam_fits_beside_letter(const LamRect *rect, double width, double scale)
{
    return LAM_EDGE * scale + width < rect->width / 2 - LETTER_ROOM * scale;
}

static void legend_clear(Legend *legend)
{
    g_free(legend->less);
    g_free(legend->more);
    g_free(legend->caption);
}

static Legend volume_legend(char *caption)
{
    return (Legend){g_strdup(_("volume ×½")), g_strdup("×2"), caption, .of_volume = true};
}

static Legend length_legend(const LamScene *scene, char *caption)
{
    return (Legend){g_strdup("0"), g_strdup_printf("%g mm", scene->scale_mm), caption,
                    .map = LAM_MAP_VIRIDIS};
}

static Legend through_legend(const LamScene *scene, LamPlane plane, char *caption)
{
    static const char letters[3][2] = {{'I', 'S'}, {'P', 'A'}, {'L', 'R'}};
    return (Legend){g_strdup_printf(_("%g mm to %c"), scene->scale_mm, letters[plane][0]),
                    g_strdup_printf("%c", letters[plane][1]), caption, .of_volume = true};
}

static Legend grid_legend(const LamScene *scene, LamPlane plane)
{
    bool fetched = scene->direction == LAM_DIRECTION_PULL_BACK;
    char *caption =
        g_strdup_printf(fetched ? _("fixed grid %g mm, fetched") : _("grid %g mm"), scene->grid_mm);
    return scene->grid_colour == LAM_GRID_BY_LENGTH    ? length_legend(scene, caption)
           : scene->grid_colour == LAM_GRID_BY_THROUGH ? through_legend(scene, plane, caption)
                                                       : volume_legend(caption);
}

static Legend map_legend(const LamScene *scene)
{
    const char *what =
        scene->overlay == LAM_OVERLAY_SENSITIVITY ? _("sensitivity to λ") : _("uncertainty (SD)");
    return (Legend){g_strdup("0"), g_strdup_printf("%g mm", LAM_MAP_SCALE * scene->scale_mm),
                    g_strdup(what), .map = LAM_MAP_VIRIDIS};
}

/* Colours of the scan itself; grey needs no words. */
static Legend intensity_legend(const LamScene *scene, const LamLevels *levels)
{
    return (Legend){g_strdup_printf("%.4g", levels->low), g_strdup_printf("%.4g", levels->high),
                    g_strdup(_("intensity")), .map = scene->colours};
}

static Legend overlay_legend(const LamScene *scene)
{
    if (scene->overlay == LAM_OVERLAY_VOLUME_CHANGE)
        return volume_legend(g_strdup(_("volume change")));
    if (lam_scene_wants_map(scene))
        return map_legend(scene);
    const char *what = scene->overlay == LAM_OVERLAY_DIFFERENCE ? _("A to B") : _("displacement");
    return length_legend(scene, g_strdup_printf(_("%s, lines every %g mm"), what,
                                                scene->scale_mm / 8)); /* as in slice.frag */
}

static Legend contour_legend(void)
{
    return (Legend){g_strdup(""), g_strdup(""),
                    g_strdup(_("outlines: fixed white, warped coloured")), .words = true};
}

static void draw_bar(LamPainter *painter, const Legend *legend, LamRect bar, double right, double y)
{
    lam_painter_text(painter, legend->more, LAM_TEXT_FIGURES, right, y, (LamAnchor){1, 0}, bright);
    if (legend->of_volume)
        lam_painter_volume_change_bar(painter, bar);
    else
        lam_painter_map_bar(painter, legend->map, bar);
    lam_painter_text(painter, legend->less, LAM_TEXT_FIGURES,
                     bar.x - 6 * lam_painter_scale(painter), y, (LamAnchor){1, 0}, bright);
}

static void draw_legend(LamPainter *painter, const LamRect *rect, int line, const Legend *legend)
{
    double scale = lam_painter_scale(painter), gap = 6 * scale, bar_width = round(64 * scale);
    double after = lam_painter_text_width(painter, legend->more, LAM_TEXT_FIGURES);
    double before = lam_painter_text_width(painter, legend->less, LAM_TEXT_FIGURES);
    double caption = lam_painter_text_width(painter, legend->caption, LAM_TEXT_FIGURES);
    double width = MAX(before + gap + bar_width + gap + after, caption);
    double right = rect->x + rect->width - LAM_EDGE * scale;
    double top = lam_fits_beside_letter(rect, width, scale) ? LAM_EDGE : LAM_SECOND_LINE;
    double y = rect->y + (top + line * HEIGHT) * scale;
    double height = legend->words ? 20 * scale : 37 * scale;
    LamRect ground = {right - width - gap, y - gap / 2, width + 2 * gap, height};
    LamRect bar = {round(right - after - gap - bar_width), round(y + gap), bar_width,
                   MAX(2, round(4 * scale))};
    lam_painter_rect(painter, ground, (LamColour){0, 0, 0, 0.72f});
    if (!legend->words)
        draw_bar(painter, legend, bar, right, y);
    lam_painter_text(painter, legend->caption, LAM_TEXT_FIGURES, right,
                     legend->words ? y : y + 17 * scale, (LamAnchor){1, 0}, bright);
}

/* Of what the field tells; returns how many. */
static int field_legends(const LamScene *scene, const LamView *view, Legend *legends)
{
    int n = 0;
    bool warped = view->pane == LAM_PANE_WARPED && !scene->flicker;
    bool fetched = scene->direction == LAM_DIRECTION_PULL_BACK;
    if (scene->grid && (fetched ? view->pane == LAM_PANE_MOVING : warped))
        legends[n++] = grid_legend(scene, view->plane);
    bool nothing = scene->overlay == LAM_OVERLAY_NONE ||
                   (scene->overlay == LAM_OVERLAY_DIFFERENCE && !scene->held) ||
                   (lam_scene_wants_map(scene) && !scene->map);
    if (warped && !nothing)
        legends[n++] = overlay_legend(scene);
    if (warped && scene->streamlines)
        legends[n++] = length_legend(scene, g_strdup(fetched ? _("lines: to where it is fetched")
                                                             : _("lines: to where it moves")));
    if (warped && scene->arrows)
        legends[n++] = length_legend(
            scene, g_strdup(fetched ? _("arrows: fetched from") : _("arrows: moved to")));
    if (warped && scene->contours != LAM_CONTOURS_NONE && scene->labels[0] && scene->labels[1])
        legends[n++] = contour_legend();
    return n;
}

void lam_legends_draw(LamPainter *painter, const LamScene *scene, const LamView *view)
{
    Legend legends[MOST];
    int n = 0;
    if (scene->colours != LAM_MAP_GREY && view->pane != LAM_PANE_WARPED)
        legends[n++] = intensity_legend(scene, &scene->levels[view->pane == LAM_PANE_MOVING]);
    if (scene->field)
        n += field_legends(scene, view, legends + n);
    for (int i = 0; i < n; i++) {
        draw_legend(painter, &view->rect, i, &legends[i]);
        legend_clear(&legends[i]);
    }
}

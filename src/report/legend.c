#include "legend.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <pango/pangocairo.h>

#define MARGIN 8.0
#define BAR    180
#define GAP    8.0

typedef struct {
    double r, g, b;
} Colour;

/* As in shaders/colours.glsl. */
static const Colour neutral = {0.78, 0.82, 0.86}, shrunk = {0.96, 0.30, 0.80},
                    grown = {0.36, 0.86, 0.34}, folded = {1.00, 0.76, 0.10};

/* octaves: log2 |J|, from -1 to 1. */
static Colour colour_of(double octaves)
{
    const Colour *end = octaves < 0 ? &shrunk : &grown;
    double share = sqrt(fabs(octaves));
    return (Colour){neutral.r + share * (end->r - neutral.r),
                    neutral.g + share * (end->g - neutral.g),
                    neutral.b + share * (end->b - neutral.b)};
}

static void fill(cairo_t *cr, Colour colour, double x, double y, double width, double height)
{
    cairo_set_source_rgb(cr, colour.r, colour.g, colour.b);
    cairo_rectangle(cr, x, y, width, height);
    cairo_fill(cr);
}

/* Where it ends. */
static double write_at(cairo_t *cr, PangoLayout *layout, const char *text, double x, double y)
{
    int width, height;
    pango_layout_set_text(layout, text, -1);
    pango_layout_get_pixel_size(layout, &width, &height);
    cairo_set_source_rgb(cr, 0.93, 0.945, 0.96);
    cairo_move_to(cr, x, round(y + (LAM_LEGEND_HEIGHT - height) / 2.0));
    pango_cairo_show_layout(cr, layout);
    return x + width;
}

void lam_legend_draw(cairo_t *cr, PangoLayout *layout, double y)
{
    double bar_y = y + LAM_LEGEND_HEIGHT / 2.0 - 4;
    double x = write_at(cr, layout, _("volume ×½"), MARGIN, y) + GAP;
    for (int i = 0; i < BAR; i++)
        fill(cr, colour_of(2.0 * i / (BAR - 1) - 1), x + i, bar_y, 1, 8);
    x = write_at(cr, layout, "×2", x + BAR + GAP, y) + 3 * GAP;
    fill(cr, folded, x, bar_y, 8, 8);
    write_at(cr, layout, _("folded (|J| ≤ 0)"), x + 8 + GAP, y);
}

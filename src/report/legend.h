/* What the colours of volume change mean. */
#pragma once

#include <cairo.h>
#include <pango/pango.h>

#define LAM_LEGEND_HEIGHT 26 /* pixels */

/* Within a strip whose top is at y; layout has the font. */
void lam_legend_draw(cairo_t *cr, PangoLayout *layout, double y);

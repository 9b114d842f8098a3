/* One region in the panel's list: what it is called and how it is deformed. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/curve.h>
#include <lambdascope/region_spec.h>

G_BEGIN_DECLS

#define LAM_BRUSH_MM 8.0 /* at first */

#define LAM_TYPE_REGION_ROW (lam_region_row_get_type())
G_DECLARE_FINAL_TYPE(LamRegionRow, lam_region_row, LAM, REGION_ROW, GtkWidget)

/* Signals: "edited" (steady: while something is dragged or counted up), "removed", "brush" (double radius: it is to
 * be painted with such a brush; 0: no longer), "outline" (gboolean: whether outlines are to be added). */
LamRegionRow *lam_region_row_new(void);
/* Shows it without telling that it was edited. rest: the λ of the rest. */
void lam_region_row_show(LamRegionRow *row, const LamRegionSpec *spec, double rest);
/* Its curve over λ, taken; NULL: not known yet. */
void lam_region_row_set_curve(LamRegionRow *row, LamCurve *curve, int domain);
/* Presses or releases the button that paints; "brush" follows if that is a change. */
void lam_region_row_paint(LamRegionRow *row, bool on);
/* The same of the button that outlines; "outline" follows. */
void lam_region_row_outline(LamRegionRow *row, bool on);
/* As edited; borrowed. */
const LamRegionSpec *lam_region_row_spec(LamRegionRow *row);

G_END_DECLS

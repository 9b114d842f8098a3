/* A histogram with the window of intensities over it: two handles, black and white, that are dragged; between them
 * the window as a whole. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/histogram.h>
#include <lambdascope/scene.h>

G_BEGIN_DECLS

#define LAM_TYPE_HISTOGRAM_VIEW (lam_histogram_view_get_type())
G_DECLARE_FINAL_TYPE(LamHistogramView, lam_histogram_view, LAM, HISTOGRAM_VIEW, GtkWidget)

/* Signal "levels" (double low, double high): dragged by the user. */

/* Takes it; NULL: none. */
void lam_histogram_view_show(LamHistogramView *view, LamHistogram *histogram);
void lam_histogram_view_set_levels(LamHistogramView *view, LamLevels levels);

G_END_DECLS

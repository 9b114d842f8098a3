/* The panel's page of intensities: histograms of the fixed and the warped scan, and their windows. */
#pragma once

#include "histogram-view.h"

G_BEGIN_DECLS

#define LAM_TYPE_HISTOGRAM_PAGE (lam_histogram_page_get_type())
G_DECLARE_FINAL_TYPE(LamHistogramPage, lam_histogram_page, LAM, HISTOGRAM_PAGE, GtkWidget)

/* which: 0 fixed, 1 moving and warped, as the levels of a scene.
 * Signal "levels" (int which, double low, double high): set by the user. */

/* Takes it; NULL: none. */
void lam_histogram_page_show(LamHistogramPage *page, int which, LamHistogram *histogram);
void lam_histogram_page_set_levels(LamHistogramPage *page, const LamLevels levels[2]);

G_END_DECLS

/* The panel's page of regions: what there is, how each is deformed, and what should be known of them. */
#pragma once

#include "label-chooser.h"

#include <lambdascope/curve.h>
#include <lambdascope/region_spec.h>

G_BEGIN_DECLS

#define LAM_TYPE_REGIONS_PAGE (lam_regions_page_get_type())
G_DECLARE_FINAL_TYPE(LamRegionsPage, lam_regions_page, LAM, REGIONS_PAGE, GtkWidget)

/* Signals: "edited" (steady: by dragging), "removed" (index), "labels-chosen" (name, GArray of int; borrowed),
 * "brush" (index, double radius: the region is to be painted; -1 and 0: none is), "outline" (index: outlines are to
 * be added to it; -1: to none). */

/* LamRegionSpec; rows that are there stay, so that a drag goes on. rest: the λ of the rest. */
void lam_regions_page_show(LamRegionsPage *page, const GPtrArray *specs, double rest);
/* As edited: LamRegionSpec, a new array. */
GPtrArray *lam_regions_page_specs(LamRegionsPage *page);
/* As if the region's button that paints were pressed. */
void lam_regions_page_paint(LamRegionsPage *page, int index);
/* The same of the one that outlines; index -1: it is released everywhere. */
void lam_regions_page_outline(LamRegionsPage *page, int index);
/* What can be chosen from; n 0: the scan has no label map. */
void lam_regions_page_set_labels(LamRegionsPage *page, const int *labels, int n,
                                 LamLabelNamer namer, gpointer user);
/* Their curves over λ (copied): a domain for each of the n regions shown, -1: none. NULL or another n: none at
 * all. */
void lam_regions_page_set_curves(LamRegionsPage *page, const LamCurve *curve, const int *domain,
                                 int n);
/* Sentences, NULL-terminated; least_jacobian: of the whole field. */
void lam_regions_page_set_notices(LamRegionsPage *page, char **sentences, double least_jacobian);

G_END_DECLS

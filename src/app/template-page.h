/* The panel's page of templates: attributes of both sides, and volumes against one of them. */
#pragma once

#include "template-side.h"

#include <lambdascope/template_population.h>

G_BEGIN_DECLS

#define LAM_TYPE_TEMPLATE_PAGE (lam_template_page_get_type())
G_DECLARE_FINAL_TYPE(LamTemplatePage, lam_template_page, LAM, TEMPLATE_PAGE, GtkWidget)

/* Signals: "changed" (int side, int attribute, double value); "play" (int side, int attribute). */

/* Of both sides; NULL: a scan. Forgets the curves. */
void lam_template_page_set_configs(LamTemplatePage *page,
                                   const LamTemplateConfig *const configs[2]);
void lam_template_page_set_values(LamTemplatePage *page, int side, const double *values);
/* Takes them; NULL: none of that side. */
void lam_template_page_set_curves(LamTemplatePage *page, LamTemplateCurve *const curves[2]);
/* The people of the first template; takes them; NULL: not known. trouble: why they could not be read; NULL: they could,
 * or there are none. */
void lam_template_page_set_people(LamTemplatePage *page, LamTemplatePopulation *people,
                                  const char *trouble);

G_END_DECLS

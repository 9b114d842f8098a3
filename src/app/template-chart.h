/* The volume of one structure against an attribute, with where both sides stand on it. Beyond what the template
 * was trained on the line is broken. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/template_population.h>

G_BEGIN_DECLS

#define LAM_TYPE_TEMPLATE_CHART (lam_template_chart_get_type())
G_DECLARE_FINAL_TYPE(LamTemplateChart, lam_template_chart, LAM, TEMPLATE_CHART, GtkWidget)

/* Of the fixed and of the moving side; takes them; NULL: there is none. trained: the attribute, copied. */
void lam_template_chart_set_curves(LamTemplateChart *chart, LamTemplateCurve *fixed,
                                   LamTemplateCurve *moving, const LamAttribute *trained);
/* The dots; takes them; NULL: none. config: of their template, copied; along: the attribute of the curves. */
void lam_template_chart_set_people(LamTemplateChart *chart, LamTemplatePopulation *people,
                                   const LamTemplateConfig *config, int along);
/* Dots of those whose words (sex, say) are these are brighter. */
void lam_template_chart_set_alike(LamTemplateChart *chart, const double *values);
void lam_template_chart_set_structure(LamTemplateChart *chart, int structure);
/* Where a side stands. */
void lam_template_chart_set_value(LamTemplateChart *chart, int side, double value);
/* The volume there, in ml; NaN: no curve yet. */
double lam_template_chart_volume(LamTemplateChart *chart, int side);

G_END_DECLS

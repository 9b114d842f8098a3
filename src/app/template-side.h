/* The attributes of one side of a pair: a slider for each number, two words for each other. */
#pragma once

#include <gtk/gtk.h>
#include <lambdascope/template.h>

G_BEGIN_DECLS

#define LAM_TYPE_TEMPLATE_SIDE (lam_template_side_get_type())
G_DECLARE_FINAL_TYPE(LamTemplateSide, lam_template_side, LAM, TEMPLATE_SIDE, GtkWidget)

/* Signals: "changed" (int attribute, double value): by the person; "play" (int attribute). */

/* title: "Fixed"; of: "of the fixed template", for screen readers. */
LamTemplateSide *lam_template_side_new(const char *title, const char *of);
/* Builds the rows; NULL: that side is a scan. Copied. */
void lam_template_side_set_config(LamTemplateSide *side, const LamTemplateConfig *config);
void lam_template_side_set_values(LamTemplateSide *side, const double *values);
/* The least and the most that a number can be set to: some way beyond what was trained on. */
void lam_template_side_range(const LamAttribute *attribute, double *least, double *most);

G_END_DECLS

/* Volumes of a template's structures against one of its attributes. */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/template.h>

G_BEGIN_DECLS

typedef struct {
    int along;         /* the attribute */
    int n, structures; /* points, of each so many volumes */
    double *at;        /* [n], ascending */
    double *ml;        /* [n][structures]; the first structure is "none of them" */
} LamTemplateCurve;

/* The attribute that curves and films go along: the first that is a number, or the one of that name (NULL: any;
 * case does not matter). -1 with LAM_ERROR_ARGUMENT if there is none. */
int lam_template_find_number(const LamTemplateConfig *config, const char *name, GError **error);

/* n >= 2 points from `from` to `to`; the other attributes as in values, of which along is not looked at. Sets the
 * template. LAM_ERROR_ARGUMENT if it has no structures; cancelled between points. */
LamTemplateCurve *lam_template_curve_new(LamTemplate *template, int along, const double *values,
                                         double from, double to, int n, const LamProgress *progress,
                                         GError **error);
void lam_template_curve_free(LamTemplateCurve *curve);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplateCurve, lam_template_curve_free)

/* Between its points, linearly; at the ends beyond them. */
double lam_template_curve_at(const LamTemplateCurve *curve, int structure, double value);

G_END_DECLS

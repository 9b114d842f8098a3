/* Volumes of a template's structures against its first number, measured on a thread of their own with one core,
 * so that λ has the rest. */
#pragma once

#include <gio/gio.h>
#include <lambdascope/template_population.h>

G_BEGIN_DECLS

/* Of one side: the model and the attributes it stands at; model NULL: a scan. */
typedef struct {
    LamModel *model;
    const double *values;
} LamTemplateCurveOf;

typedef struct {
    LamTemplateCurve *side[2];     /* NULL: of a scan, or without structures or a number */
    LamTemplatePopulation *people; /* that the first template was learned from; NULL: not known */
    GError *no_people;             /* why they could not be read */
} LamTemplateCurves;

/* Takes references and copies. least, most: between which points the curve of each side goes. */
void lam_template_curves_async(const LamTemplateCurveOf of[2], const double least[2],
                               const double most[2], GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user);
/* Free with lam_template_curves_free; NULL if cancelled or without memory. */
LamTemplateCurves *lam_template_curves_finish(GAsyncResult *result);
void lam_template_curves_free(LamTemplateCurves *curves);

G_END_DECLS

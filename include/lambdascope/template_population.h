/* People's own volumes of structures against an attribute, and whether a template's follow them.
 *
 * The trend is a regression by ordinary least squares, V = b0 + b1 x + b2 x^2 + sum of b a over all other attributes a
 * (which the template adds up, too); volumes over the years of adult life are bent, and a parabola is what is usually
 * fitted to them. Its band holds the mean with 95 % confidence at each point (Student's t). */
#pragma once

#include <lambdascope/regression.h>
#include <lambdascope/template_curve.h>

G_BEGIN_DECLS

/* One row per person: two scans of one are their mean. */
typedef struct {
    int n, structures;
    double *values; /* [n][LAM_TEMPLATE_MAX_ATTRIBUTES] */
    double
        *ml; /* [n][structures]; NaN where not known, and of the first, which is "none of them" */
} LamTemplatePopulation;

/* Reads what lam template people writes: the columns of all attributes, of at least one structure by its name, and,
 * if it is there, `person`. LAM_ERROR_ARGUMENT names the file and the line: columns that are missing, values that are
 * no numbers or words of the attribute. Thread-safety: safe. */
LamTemplatePopulation *lam_template_population_load(const LamTemplateConfig *config,
                                                    const char *path, GError **error);
/* The people that a model's template was learned from: of MODEL.safetensors, those of the table MODEL.people.csv beside it.
 * NULL without an error if there is none. Errors as above. */
LamTemplatePopulation *lam_template_population_of(const LamModel *model, GError **error);
void lam_template_population_free(LamTemplatePopulation *population);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplatePopulation, lam_template_population_free)

/* The trend of one structure along one attribute. */
typedef struct {
    LamRegression fit;
    int along, degree, attributes;
    double middle, reach;                     /* of that attribute among the people */
    bool counts[LAM_TEMPLATE_MAX_ATTRIBUTES]; /* which others are in it: those that differ */
} LamTemplateTrend;

/* degree: 1 or 2. LAM_ERROR_ARGUMENT if the people are too few or all of one age (as it may be called), or if nobody's
 * volume of the structure is known. */
bool lam_template_trend_fit(const LamTemplatePopulation *population,
                            const LamTemplateConfig *config, int along, int structure, int degree,
                            LamTemplateTrend *trend, GError **error);
/* The mean volume in ml of people of these attributes, and half the width of its band. */
double lam_template_trend_at(const LamTemplateTrend *trend, const double *values,
                             double *half_width);

/* A template's curve beside the trend, point by point of the curve. */
typedef struct {
    int n;
    double *expected, *low, *high; /* [n] ml: the trend and its band */
    int direction;   /* of the template: 1 rises from each point to the next, -1 falls, 0 neither */
    int inside;      /* points at which the template lies within the band */
    bool *is_inside; /* [n] */
} LamTemplateAgreement;

/* values: of the other attributes, as for the curve. */
LamTemplateAgreement *lam_template_agreement_new(const LamTemplateCurve *curve,
                                                 const LamTemplateTrend *trend, int structure,
                                                 const double *values);
void lam_template_agreement_free(LamTemplateAgreement *agreement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamTemplateAgreement, lam_template_agreement_free)

/* "rises throughout, 14.1 to 28.3 ml; within the band at all 13 points", or where it is not. Free with g_free. */
char *lam_template_agreement_text(const LamTemplateAgreement *agreement,
                                  const LamTemplateCurve *curve, int structure);

G_END_DECLS

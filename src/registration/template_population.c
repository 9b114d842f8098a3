#include <lambdascope/template_population.h>

#include <lambdascope/error.h>
#include <math.h>

/* ---- the trend ---- */

static void range_of(const LamTemplatePopulation *population, int attribute, double *low,
                     double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < population->n; i++) {
        double value = population->values[i * LAM_TEMPLATE_MAX_ATTRIBUTES + attribute];
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

/* The terms of a person: 1, x, x^2, where x is -1 to 1 among the people, and the other attributes as they are. */
static int terms_of(const LamTemplateTrend *trend, const double *values, double *terms)
{
    double x = (values[trend->along] - trend->middle) / trend->reach, power = 1;
    int n = 0;
    for (int k = 0; k <= trend->degree; k++, power *= x)
        terms[n++] = power;
    for (int i = 0; i < trend->attributes; i++)
        if (trend->counts[i])
            terms[n++] = values[i];
    return n;
}

static bool prepare(const LamTemplatePopulation *population, const LamTemplateConfig *config,
                    LamTemplateTrend *trend, GError **error)
{
    double low, high;
    range_of(population, trend->along, &low, &high);
    trend->middle = 0.5 * (low + high);
    trend->reach = 0.5 * (high - low);
    if (!(trend->reach > 0)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot find a trend: %s: it is %g for all %d people",
                    config->attribute[trend->along].name, low, population->n);
        return false;
    }
    for (int i = 0; i < trend->attributes; i++) {
        range_of(population, i, &low, &high);
        trend->counts[i] = i != trend->along && high > low;
    }
    return true;
}

bool lam_template_trend_fit(const LamTemplatePopulation *population,
                            const LamTemplateConfig *config, int along, int structure, int degree,
                            LamTemplateTrend *trend, GError **error)
{
    double terms[LAM_REGRESSION_MAX_TERMS];
    *trend =
        (LamTemplateTrend){.along = along, .degree = degree, .attributes = config->n_attributes};
    if (!prepare(population, config, trend, error))
        return false;
    int n_terms = terms_of(trend, population->values, terms), n = 0;
    g_autofree double *x = g_new(double, (size_t)population->n *(size_t)n_terms);
    g_autofree double *y = g_new(double, population->n);
    for (int i = 0; i < population->n; i++) {
        y[n] = population->ml[i * population->structures + structure];
        if (isfinite(y[n]))
            terms_of(trend, population->values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES,
                     x + n++ * n_terms);
    }
    if (lam_regression_fit(x, y, n, n_terms, &trend->fit, error))
        return true;
    g_prefix_error(error, "cannot find a trend: %s: ", config->structure[structure].name);
    return false;
}

double lam_template_trend_at(const LamTemplateTrend *trend, const double *values,
                             double *half_width)
{
    double terms[LAM_REGRESSION_MAX_TERMS];
    terms_of(trend, values, terms);
    return lam_regression_at(&trend->fit, terms, half_width);
}

/* ---- the template beside it ---- */

void lam_template_agreement_free(LamTemplateAgreement *agreement)
{
    if (agreement == NULL)
        return;
    g_free(agreement->expected);
    g_free(agreement->low);
    g_free(agreement->high);
    g_free(agreement->is_inside);
    g_free(agreement);
}

static double volume_at(const LamTemplateCurve *curve, int point, int structure)
{
    return curve->ml[point * curve->structures + structure];
}

static int direction_of(const LamTemplateCurve *curve, int structure)
{
    int up = 0, down = 0;
    for (int i = 1; i < curve->n; i++) {
        double step = volume_at(curve, i, structure) - volume_at(curve, i - 1, structure);
        up += step > 0;
        down += step < 0;
    }
    return up == curve->n - 1 ? 1 : down == curve->n - 1 ? -1 : 0;
}

LamTemplateAgreement *lam_template_agreement_new(const LamTemplateCurve *curve,
                                                 const LamTemplateTrend *trend, int structure,
                                                 const double *values)
{
    LamTemplateAgreement *a = g_new(LamTemplateAgreement, 1);
    *a = (LamTemplateAgreement){.n = curve->n,
                                .expected = g_new(double, curve->n),
                                .low = g_new(double, curve->n),
                                .high = g_new(double, curve->n),
                                .is_inside = g_new(bool, curve->n),
                                .direction = direction_of(curve, structure)};
    double at[LAM_TEMPLATE_MAX_ATTRIBUTES] = {0};
    for (int i = 0; i < trend->attributes; i++)
        at[i] = values[i];
    for (int i = 0; i < curve->n; i++) {
        double ml = volume_at(curve, i, structure), half;
        at[trend->along] = curve->at[i];
        a->expected[i] = lam_template_trend_at(trend, at, &half);
        a->low[i] = a->expected[i] - half;
        a->high[i] = a->expected[i] + half;
        a->is_inside[i] = ml >= a->low[i] && ml <= a->high[i];
        a->inside += a->is_inside[i];
    }
    return a;
}

/* "18 to 32, 75": from where to where it is outside. */
static void append_outside(GString *text, const LamTemplateAgreement *a,
                           const LamTemplateCurve *curve)
{
    const char *comma = "";
    for (int i = 0, end; i < a->n; i = end + 1) {
        for (end = i; end < a->n && !a->is_inside[end]; end++)
            ;
        if (end == i)
            continue;
        g_string_append_printf(text, "%s%g", comma, curve->at[i]);
        if (end - 1 > i)
            g_string_append_printf(text, " to %g", curve->at[end - 1]);
        comma = ", ";
    }
}

char *lam_template_agreement_text(const LamTemplateAgreement *a, const LamTemplateCurve *curve,
                                  int structure)
{
    static const char *const words[] = {"falls throughout", "neither rises nor falls throughout",
                                        "rises throughout"};
    GString *text = g_string_new(words[a->direction + 1]);
    g_string_append_printf(text, ", %.3g to %.3g ml; ", volume_at(curve, 0, structure),
                           volume_at(curve, curve->n - 1, structure));
    if (a->inside == a->n) {
        g_string_append_printf(text, "within the band at all %d points", a->n);
    } else {
        g_string_append_printf(text, "within the band at %d of %d points, not at ", a->inside,
                               a->n);
        append_outside(text, a, curve);
    }
    return g_string_free(text, FALSE);
}

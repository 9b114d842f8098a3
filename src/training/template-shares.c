#include "template-shares.h"

#include <lambdascope/regression.h>
#include <math.h>

G_STATIC_ASSERT(LAM_TEMPLATE_MAX_ATTRIBUTES < LAM_REGRESSION_MAX_TERMS);

void lam_template_terms(const LamTemplateConfig *config, const double *values, double *terms)
{
    terms[0] = 1;
    for (int k = 0; k < config->n_attributes; k++)
        terms[1 + k] = lam_template_net_normalised(&config->attribute[k], values[k]);
}

/* The coefficients are linear in what is observed: those of 1 for one person and 0 for all others are his shares. */
bool lam_template_shares(const LamTemplateConfig *config, const double *values,
                         const double *weights, int n, double *shares, GError **error)
{
    int terms = 1 + config->n_attributes;
    g_autofree double *x = g_new0(double, (size_t)n *(size_t)terms);
    g_autofree double *y = g_new0(double, n);
    for (int i = 0; i < n; i++) {
        lam_template_terms(config, values + (size_t)i * LAM_TEMPLATE_MAX_ATTRIBUTES,
                           x + (size_t)i * (size_t)terms);
        for (int k = 0; k < terms; k++)
            x[i * terms + k] *= sqrt(weights[i]);
    }
    for (int i = 0; i < n; i++) {
        LamRegression fit;
        y[i] = sqrt(weights[i]);
        if (!lam_regression_fit(x, y, n, terms, &fit, error))
            return false;
        for (int k = 0; k < terms; k++)
            shares[k * n + i] = fit.coefficient[k];
        y[i] = 0;
    }
    return true;
}

/* What attributes explain of anything that is known of people, by weighted least squares. */
#pragma once

#include <lambdascope/template_net.h>

/* The coefficients of 1 and of each attribute (-1 to 1 over what was trained on) are sums over people of shares times
 * what is known of them: shares [1 + attributes][n]. values, weights as lam_subjects_even. LAM_ERROR_ARGUMENT if the
 * people are too few, or an attribute follows from the others. */
bool lam_template_shares(const LamTemplateConfig *config, const double *values,
                         const double *weights, int n, double *shares, GError **error);
/* The same terms at one set of attributes: [1 + attributes]. */
void lam_template_terms(const LamTemplateConfig *config, const double *values, double *terms);

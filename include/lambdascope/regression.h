/* Ordinary least squares with several terms, and how well the mean is known at any of their values.
 * Thread-safety: safe. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define LAM_REGRESSION_MAX_TERMS 16

typedef struct {
    int n, terms; /* observations; coefficients, an intercept among them if a term is always 1 */
    double coefficient[LAM_REGRESSION_MAX_TERMS];
    double deviation; /* of the residuals: root of their squares' sum over n - terms */
    double t;         /* Student's, of n - terms degrees of freedom, beyond which 5 % lie */
    double r[LAM_REGRESSION_MAX_TERMS][LAM_REGRESSION_MAX_TERMS]; /* R of the terms' QR */
} LamRegression;

/* x: [n][terms], y: [n]; terms from 1 to LAM_REGRESSION_MAX_TERMS. LAM_ERROR_ARGUMENT if there are not more
 * observations than terms, or one of these follows from the others (as an age that is the same for all from the
 * intercept). */
bool lam_regression_fit(const double *x, const double *y, int n, int terms, LamRegression *fit,
                        GError **error);

/* The mean of y at x [terms]. half_width: half the width of its 95 % confidence interval; NULL: not asked. */
double lam_regression_at(const LamRegression *fit, const double *x, double *half_width);

/* The value that a variable of Student's distribution is below with probability p in (0,1); freedom >= 1. */
double lam_student_quantile(double p, int freedom);

G_END_DECLS

#include <lambdascope/regression.h>

#include <lambdascope/error.h>
#include <math.h>

#define LEAST 1e-9 /* of a term's length, that does not follow from the others */
#define OUTER 0.025

/* ---- Student's distribution ---- */

/* Probability of |T| < t (Abramowitz and Stegun, 26.7.3 and 26.7.4): a finite sum over powers of a cosine. */
static double within(double t, int freedom)
{
    double angle = atan2(t, sqrt(freedom)), c = cos(angle) * cos(angle), term = 1, sum = 0;
    bool odd = freedom % 2 != 0;
    for (int k = odd ? 3 : 2; k <= freedom; k += 2) {
        sum += term;
        term *= c * (k - 1) / k;
    }
    if (odd)
        return M_2_PI * (angle + sin(angle) * cos(angle) * sum);
    return sin(angle) * sum;
}

double lam_student_quantile(double p, int freedom)
{
    double low = 0, high = 1;
    if (p < 0.5)
        return -lam_student_quantile(1 - p, freedom);
    while (within(high, freedom) < 2 * p - 1 && high < 1e15)
        high *= 2;
    for (int i = 0; i < 100; i++) {
        double middle = 0.5 * (low + high);
        *(within(middle, freedom) < 2 * p - 1 ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

/* ---- least squares, by modified Gram-Schmidt ---- */

static double dot(const double *a, const double *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* Takes from b what is along q, of length 1; returns how much. */
static double take_out(const double *q, double *b, int n)
{
    double share = dot(q, b, n);
    for (int i = 0; i < n; i++)
        b[i] -= share * q[i];
    return share;
}

/* column: [terms + 1][n], the last one y: becomes the residuals. Right-hand sides into the coefficients. */
static bool decompose(double *column, LamRegression *fit)
{
    int n = fit->n, terms = fit->terms;
    double length[LAM_REGRESSION_MAX_TERMS];
    for (int j = 0; j < terms; j++)
        length[j] = sqrt(dot(column + j * n, column + j * n, n));
    for (int j = 0; j < terms; j++) {
        double *q = column + j * n;
        fit->r[j][j] = sqrt(dot(q, q, n));
        if (!(fit->r[j][j] > LEAST * length[j]))
            return false;
        for (int i = 0; i < n; i++)
            q[i] /= fit->r[j][j];
        for (int k = j + 1; k < terms; k++)
            fit->r[j][k] = take_out(q, column + k * n, n);
        fit->coefficient[j] = take_out(q, column + terms * n, n);
    }
    return true;
}

static void substitute_back(LamRegression *fit)
{
    for (int j = fit->terms - 1; j >= 0; j--) {
        for (int k = j + 1; k < fit->terms; k++)
            fit->coefficient[j] -= fit->r[j][k] * fit->coefficient[k];
        fit->coefficient[j] /= fit->r[j][j];
    }
}

static bool wrong(GError **error, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot fit a regression: %s", why);
    return false;
}

bool lam_regression_fit(const double *x, const double *y, int n, int terms, LamRegression *fit,
                        GError **error)
{
    g_return_val_if_fail(terms >= 1 && terms <= LAM_REGRESSION_MAX_TERMS, false);
    *fit = (LamRegression){.n = n, .terms = terms};
    if (n <= terms) {
        g_autofree char *why =
            g_strdup_printf("%d observations are too few for %d terms", n, terms);
        return wrong(error, why);
    }
    g_autofree double *column = g_new(double, (size_t)n *(size_t)(terms + 1));
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < terms; j++)
            column[j * n + i] = x[i * terms + j];
        column[terms * n + i] = y[i];
    }
    if (!decompose(column, fit))
        return wrong(error, "its terms follow from each other");
    substitute_back(fit);
    const double *residual = column + terms * n;
    fit->deviation = sqrt(dot(residual, residual, n) / (n - terms));
    fit->t = lam_student_quantile(1 - OUTER, n - terms);
    return true;
}

double lam_regression_at(const LamRegression *fit, const double *x, double *half_width)
{
    double z[LAM_REGRESSION_MAX_TERMS], leverage = 0;
    for (int j = 0; j < fit->terms; j++) { /* R' z = x */
        z[j] = x[j];
        for (int k = 0; k < j; k++)
            z[j] -= fit->r[k][j] * z[k];
        z[j] /= fit->r[j][j];
        leverage += z[j] * z[j];
    }
    if (half_width != NULL)
        *half_width = fit->t * fit->deviation * sqrt(leverage);
    return dot(fit->coefficient, x, fit->terms);
}

#include <lambdascope/rank.h>

#include <glib.h>
#include <math.h>
#include <stdlib.h>

typedef struct {
    double value;
    size_t place;
} Entry;

static int by_value(const void *a, const void *b)
{
    double x = ((const Entry *)a)->value, y = ((const Entry *)b)->value;
    return (x > y) - (x < y);
}

/* Free with g_free. */
static double *ranks_of(const double *values, size_t n)
{
    g_autofree Entry *entries = g_new(Entry, n);
    double *ranks = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        entries[i] = (Entry){values[i], i};
    qsort(entries, n, sizeof *entries, by_value);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && entries[end].value == entries[first].value;)
            end++;
        for (size_t i = first; i < end; i++)
            ranks[entries[i].place] = 0.5 * (double)(first + end - 1);
    }
    return ranks;
}

double lam_rank_correlation(const double *a, const double *b, size_t n)
{
    if (n < 2)
        return NAN;
    g_autofree double *x = ranks_of(a, n), *y = ranks_of(b, n);
    double middle = 0.5 * (double)(n - 1), xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - middle, dy = y[i] - middle;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
}

/* Pearson correlation. With f, m the centred images over the reference's region, and d_p the
 * derivative of m by parameter p, also centred:
 *
 *   rho          = <f,m> / |f||m|
 *   d rho / dp   = (<f,d_p> - <f,m>/<m,m> <m,d_p>) / |f||m|
 *   (J'J)_pq     = (<d_p,d_q> - <m,d_p><m,d_q>/<m,m>) / <m,m>
 */
#include "affine-measure.h"

#include <math.h>
#include <string.h>

#define FEWEST 64

typedef struct {
    double n, f, m, ff, mm, fm;
    LamAffineFirst d, fd, md;
    LamAffineSecond dd;
} Sums;

static inline double total(const float *restrict a, int n)
{
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += a[i];
    return (double)s;
}

static inline double product(const float *restrict a, const float *restrict b, int n)
{
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (int i = 0; i < n; i++)
        s += a[i] * b[i];
    return (double)s;
}

static void add_values(const LamAffineRow *row, Sums *s)
{
    s->n += row->n;
    s->f += total(row->f, row->n);
    s->m += total(row->m, row->n);
    s->ff += product(row->f, row->f, row->n);
    s->mm += product(row->m, row->m, row->n);
    s->fm += product(row->f, row->m, row->n);
}

static void add_plane(const LamAffinePass *pass, int k, bool values_only, LamAffineRow *row,
                      Sums *s)
{
    for (int j = 0; j < pass->reference->grid.size[1]; j++) {
        lam_affine_row_fill(pass, j, k, row);
        if (row->n == 0)
            continue;
        add_values(row, s);
        if (values_only)
            continue;
        lam_affine_add_first(pass, j, k, row, row->ones, s->d);
        lam_affine_add_first(pass, j, k, row, row->f, s->fd);
        lam_affine_add_first(pass, j, k, row, row->m, s->md);
        lam_affine_add_second(pass, j, k, row, s->dd);
    }
}

/* Each plane is summed by itself, then the planes in order: the same result for any thread count. */
static void run(const LamAffinePass *pass, bool values_only, Sums *sums)
{
    const int *n = pass->reference->grid.size;
    g_autofree Sums *planes = g_new0(Sums, n[2]);
#pragma omp parallel if (!lam_affine_is_small(pass->reference))
    {
        LamAffineRow row = lam_affine_row_new(n[0]);
#pragma omp for schedule(dynamic)
        for (int k = 0; k < n[2]; k++)
            add_plane(pass, k, values_only, &row, &planes[k]);
        lam_affine_row_clear(&row);
    }
    memset(sums, 0, sizeof *sums);
    for (int k = 0; k < n[2]; k++)
        for (size_t i = 0; i < sizeof(Sums) / sizeof(double); i++)
            ((double *)sums)[i] += ((const double *)&planes[k])[i];
}

/* Centres the sums of products; false if too little overlaps or an image is flat there. */
static bool centre(Sums *s)
{
    if (s->n < FEWEST)
        return false;
    s->ff -= s->f * s->f / s->n;
    s->mm -= s->m * s->m / s->n;
    s->fm -= s->f * s->m / s->n;
    return s->ff > 1e-9 * s->n && s->mm > 1e-9 * s->n;
}

static void add_derivatives(const LamAffinePass *pass, Sums *s, double weight,
                            LamAffineFitness *out)
{
    double d[LAM_AFFINE_DOF], fd[LAM_AFFINE_DOF], md[LAM_AFFINE_DOF], norm = sqrt(s->ff * s->mm);
    lam_affine_turn_first(pass, s->d, d);
    lam_affine_turn_first(pass, s->fd, fd);
    lam_affine_turn_first(pass, s->md, md);
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        fd[p] -= s->f * d[p] / s->n;
        md[p] -= s->m * d[p] / s->n;
        out->gradient[p] += weight * (fd[p] - s->fm / s->mm * md[p]) / norm;
    }
    for (int p = 0; p < LAM_AFFINE_DOF; p++)
        for (int q = 0; q < LAM_AFFINE_DOF; q++) {
            double dd = lam_affine_turned_second(pass, s->dd, p, q) - d[p] * d[q] / s->n;
            out->hessian[p][q] += weight * (dd - md[p] * md[q] / s->mm) / s->mm;
        }
}

double lam_affine_correlation(const LamAffinePass *pass, double weight, LamAffineFitness *out)
{
    Sums s;
    run(pass, out == NULL, &s);
    if (!centre(&s))
        return LAM_AFFINE_NONE;
    if (out != NULL)
        add_derivatives(pass, &s, weight, out);
    return s.fm / sqrt(s.ff * s.mm);
}

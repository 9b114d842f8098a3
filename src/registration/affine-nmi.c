/* Normalised mutual information (Studholme, Hill & Hawkes, Pattern Recognition 1999, eq. 9):
 *
 *   N = (H(f) + H(m)) / H(f,m)
 *
 * from a joint histogram in which the reference falls into one bin and the sampled image is spread by a
 * cubic B-spline (Mattes et al., IEEE TMI 2003, eq. 3), so that N is smooth in the map. With p(f,k) the
 * histogram, p(k) its sum over f, b the spline, and v the sampled value in bins (Thevenaz & Unser, IEEE
 * TIP 2000, sec. V, for the derivative of the entropies):
 *
 *   dN/dp = 1/n sum_x s(x) d_p(x),   s(x) = sum_k T(f(x),k) b'(k - v(x)) dv/dm
 *   T(f,k) = (N log p(f,k) - log p(k)) / H(f,m)
 *
 * s H(f,m) is the score of log p(f|m); the curvature is Fisher's information with the variance of the
 * score taken as constant over the image: H(f,m) mean(s^2) 1/n sum_x d_p d_q. */
#include "affine-measure.h"

#include <math.h>
#include <string.h>

#define FEWEST    64
#define MOST_BINS 32
#define FEW_BINS  16
#define CEILING   1.2 /* of the pyramid's images */
#define PADDED    (MOST_BINS + 4)
#define CHUNKS    8 /* of planes, summed one after another: the same for any number of threads */
#define RARE      1e-12

typedef struct {
    float joint[MOST_BINS][PADDED];
} Counts;

typedef struct {
    double n, ss;
    LamAffineFirst first;
    LamAffineSecond second;
} Sums;

typedef struct {
    int bins;
    float scale; /* bins per unit of intensity */
    double n, value, joint_entropy;
    float table[MOST_BINS][PADDED]; /* T */
} Histogram;

static inline int reference_bin(const Histogram *h, float f)
{
    return (int)(CLAMP(f, 0.0f, (float)CEILING) * h->scale + 0.5f);
}

/* First of the four bins that the value is spread over; *u: how far it is past the second. */
static inline int sampled_bin(const Histogram *h, float m, float *u)
{
    float v = CLAMP(m, 0.0f, (float)CEILING) * h->scale;
    int i = (int)v;
    *u = v - (float)i;
    return i; /* bin 0 is one below the value 0 */
}

static inline void spline(float u, float w[4])
{
    float v = 1 - u, uu = u * u, vv = v * v;
    w[0] = vv * v / 6;
    w[1] = 2.0f / 3 - uu * (2 - u) / 2;
    w[2] = 2.0f / 3 - vv * (2 - v) / 2;
    w[3] = uu * u / 6;
}

/* Derivative of the weights by u. */
static inline void spline_slope(float u, float w[4])
{
    float v = 1 - u;
    w[0] = -v * v / 2;
    w[1] = u * (1.5f * u - 2);
    w[2] = v * (2 - 1.5f * v);
    w[3] = u * u / 2;
}

static void count_plane(const LamAffinePass *pass, const Histogram *h, int k, LamAffineRow *row,
                        Counts *counts)
{
    for (int j = 0; j < pass->reference->grid.size[1]; j++) {
        lam_affine_row_fill(pass, j, k, row);
        for (int i = 0; i < row->n; i++) {
            float u, w[4];
            int at = sampled_bin(h, row->m[i], &u);
            float *to = &counts->joint[reference_bin(h, row->f[i])][at];
            spline(u, w);
            for (int t = 0; t < 4; t++)
                to[t] += w[t];
        }
    }
}

static void count(const LamAffinePass *pass, const Histogram *h, double joint[MOST_BINS][PADDED])
{
    const int *n = pass->reference->grid.size;
    g_autofree Counts *chunks = g_new0(Counts, CHUNKS);
#pragma omp parallel if (!lam_affine_is_small(pass->reference))
    {
        LamAffineRow row = lam_affine_row_new(n[0]);
#pragma omp for schedule(dynamic)
        for (int c = 0; c < CHUNKS; c++)
            for (int k = c * n[2] / CHUNKS; k < (c + 1) * n[2] / CHUNKS; k++)
                count_plane(pass, h, k, &row, &chunks[c]);
        lam_affine_row_clear(&row);
    }
    for (int c = 0; c < CHUNKS; c++)
        for (int f = 0; f < MOST_BINS; f++)
            for (int m = 0; m < PADDED; m++)
                joint[f][m] += (double)chunks[c].joint[f][m];
}

static double entropy(const double *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        if (p[i] > 0)
            sum -= p[i] * log(p[i]);
    return sum;
}

/* False if too little overlaps or an image is flat there. */
static bool measure(Histogram *h, double joint[MOST_BINS][PADDED])
{
    double of_f[MOST_BINS] = {0}, of_m[PADDED] = {0};
    h->n = 0;
    for (int f = 0; f < MOST_BINS; f++)
        for (int m = 0; m < PADDED; m++)
            h->n += joint[f][m];
    if (h->n < FEWEST)
        return false;
    for (int f = 0; f < MOST_BINS; f++)
        for (int m = 0; m < PADDED; m++) {
            joint[f][m] /= h->n;
            of_f[f] += joint[f][m];
            of_m[m] += joint[f][m];
        }
    double f_entropy = entropy(of_f, MOST_BINS), m_entropy = entropy(of_m, PADDED);
    h->joint_entropy = entropy(&joint[0][0], MOST_BINS * PADDED);
    if (!(f_entropy > 1e-3 && h->joint_entropy > 1e-3))
        return false;
    h->value = (f_entropy + m_entropy) / h->joint_entropy;
    for (int f = 0; f < MOST_BINS; f++)
        for (int m = 0; m < PADDED; m++)
            h->table[f][m] =
                (float)((h->value * log(fmax(joint[f][m], RARE)) - log(fmax(of_m[m], RARE))) /
                        h->joint_entropy);
    return true;
}

/* s(x) of each sample into row->a; returns the sum of s^2. */
static double scores(const Histogram *h, LamAffineRow *row)
{
    double sum = 0;
    for (int i = 0; i < row->n; i++) {
        float u, w[4], s = 0;
        const float *table = &h->table[reference_bin(h, row->f[i])][sampled_bin(h, row->m[i], &u)];
        spline_slope(u, w);
        for (int t = 0; t < 4; t++)
            s += w[t] * table[t];
        row->a[i] = s * h->scale;
        sum += (double)(row->a[i] * row->a[i]);
    }
    return sum;
}

static void add_plane(const LamAffinePass *pass, const Histogram *h, int k, LamAffineRow *row,
                      Sums *sums)
{
    for (int j = 0; j < pass->reference->grid.size[1]; j++) {
        lam_affine_row_fill(pass, j, k, row);
        if (row->n == 0)
            continue;
        sums->n += row->n;
        sums->ss += scores(h, row);
        lam_affine_add_first(pass, j, k, row, row->a, sums->first);
        lam_affine_add_second(pass, j, k, row, sums->second);
    }
}

static void add_derivatives(const LamAffinePass *pass, const Histogram *h, double weight,
                            LamAffineFitness *out)
{
    const int *n = pass->reference->grid.size;
    g_autofree Sums *planes = g_new0(Sums, n[2]);
#pragma omp parallel if (!lam_affine_is_small(pass->reference))
    {
        LamAffineRow row = lam_affine_row_new(n[0]);
#pragma omp for schedule(dynamic)
        for (int k = 0; k < n[2]; k++)
            add_plane(pass, h, k, &row, &planes[k]);
        lam_affine_row_clear(&row);
    }
    Sums all = {0};
    for (int k = 0; k < n[2]; k++)
        for (size_t i = 0; i < sizeof(Sums) / sizeof(double); i++)
            ((double *)&all)[i] += ((const double *)&planes[k])[i];
    double first[LAM_AFFINE_DOF], curvature = h->joint_entropy * all.ss / all.n;
    lam_affine_turn_first(pass, all.first, first);
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        out->gradient[p] += weight * first[p] / all.n;
        for (int q = 0; q < LAM_AFFINE_DOF; q++)
            out->hessian[p][q] +=
                weight * curvature * lam_affine_turned_second(pass, all.second, p, q) / all.n;
    }
}

double lam_affine_nmi(const LamAffinePass *pass, double weight, LamAffineFitness *out)
{
    g_autofree Histogram *h = g_new0(Histogram, 1);
    double joint[MOST_BINS][PADDED] = {{0}};
    h->bins = lam_affine_is_small(pass->reference) ? FEW_BINS : MOST_BINS;
    h->scale = (float)((h->bins - 1) / CEILING);
    count(pass, h, joint);
    if (!measure(h, joint))
        return LAM_AFFINE_NONE;
    if (out != NULL)
        add_derivatives(pass, h, weight, out);
    return h->value;
}

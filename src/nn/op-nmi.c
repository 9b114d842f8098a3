/* Normalised mutual information (Studholme et al. 1999, eq. 5) from a joint histogram with cubic
 * B-spline Parzen windows (Thévenaz and Unser 2000, eq. 2). */
#include "graph-private.h"
#include "kernel.h"

#include <math.h>
#include <string.h>

#define MOST_BINS 64
#define SLABS     8 /* of voxels, each with a histogram of its own: sums do not depend on threads */
#define LEAST     1e-12

typedef struct {
    int bins;
} Nmi;

/* Four windows overlap a value: the first bin and their weights and slopes. */
typedef struct {
    int first;
    float weight[4], slope[4];
} Parzen;

/* Values are clipped to 0 … 1; beyond, nothing has a slope. Bin centres: one and a half bins in from
 * either end, so that every window lies within the histogram. */
static inline Parzen parzen(float value, int bins)
{
    float inside = fminf(fmaxf(value, 0), 1), scale = (float)(bins - 3);
    float t = inside * scale;
    int cell = (int)t;
    cell = cell > bins - 4 ? bins - 4 : cell;
    float f = t - (float)cell, g = 1 - f, slope = value == inside ? scale : 0;
    return (Parzen){
        .first = cell,
        .weight = {g * g * g / 6, (3 * f * f * f - 6 * f * f + 4) / 6,
                   (3 * g * g * g - 6 * g * g + 4) / 6, f * f * f / 6},
        .slope = {-slope * g * g / 2, slope * (9 * f * f - 12 * f) / 6,
                  -slope * (9 * g * g - 12 * g) / 6, slope * f * f / 2},
    };
}

static size_t table_size(const LamNode *node)
{
    int bins = ((Nmi *)node->state)->bins;
    return (size_t)bins * (size_t)bins;
}

/* scratch: the joint histogram (in backward, its gradient), then the slabs' own. */
static size_t nmi_scratch(const LamNode *node)
{
    return (1 + SLABS) * table_size(node);
}

LAM_CLONES static void count_slab(const float *a, const float *b, size_t n, int bins, float *table)
{
    for (size_t i = 0; i < n; i++) {
        Parzen p = parzen(a[i], bins), q = parzen(b[i], bins);
        float *at = table + p.first * bins + q.first;
        for (int r = 0; r < 4; r++)
            for (int c = 0; c < 4; c++)
                at[r * bins + c] += p.weight[r] * q.weight[c];
    }
}

static void slab_range(size_t count, int slab, size_t *from, size_t *n)
{
    *from = count * (size_t)slab / SLABS;
    *n = count * (size_t)(slab + 1) / SLABS - *from;
}

static void joint_histogram(LamNode *node)
{
    const LamNode *a = node->inputs[0], *b = node->inputs[1];
    size_t size = table_size(node);
    float *joint = node->scratch;
    memset(joint, 0, nmi_scratch(node) * sizeof(float));
#pragma omp parallel for schedule(static)
    for (int s = 0; s < SLABS; s++) {
        size_t from, n;
        slab_range(a->count, s, &from, &n);
        count_slab(a->value + from, b->value + from, n, ((Nmi *)node->state)->bins,
                   joint + (size_t)(1 + s) * size);
    }
    for (int s = 0; s < SLABS; s++)
        for (size_t i = 0; i < size; i++)
            joint[i] += joint[(size_t)(1 + s) * size + i] / (float)a->count;
}

static double entropy(const double *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum -= p[i] > LEAST ? p[i] * log(p[i]) : 0;
    return sum;
}

static void marginals(const float *joint, int bins, double *rows, double *columns)
{
    memset(rows, 0, sizeof(double) * (size_t)bins);
    memset(columns, 0, sizeof(double) * (size_t)bins);
    for (int r = 0; r < bins; r++)
        for (int c = 0; c < bins; c++) {
            rows[r] += (double)joint[r * bins + c];
            columns[c] += (double)joint[r * bins + c];
        }
}

static double joint_entropy(const float *joint, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; i++)
        sum -= joint[i] > LEAST ? (double)joint[i] * log((double)joint[i]) : 0;
    return sum;
}

static void nmi_forward(LamNode *node)
{
    int bins = ((Nmi *)node->state)->bins;
    double rows[MOST_BINS], columns[MOST_BINS];
    joint_histogram(node);
    marginals(node->scratch, bins, rows, columns);
    double both = joint_entropy(node->scratch, table_size(node));
    node->value[0] =
        both > 0 ? (float)(-(entropy(rows, bins) + entropy(columns, bins)) / both) : -2;
}

static double log_of(double p)
{
    return log(fmax(p, LEAST));
}

/* Turns the histogram into the gradient of minus NMI with respect to it, but for a constant: the
 * windows' slopes sum to zero. */
static void histogram_gradient(LamNode *node, float *gradient)
{
    int bins = ((Nmi *)node->state)->bins;
    const float *joint = node->scratch;
    double rows[MOST_BINS], columns[MOST_BINS];
    marginals(joint, bins, rows, columns);
    double both = joint_entropy(joint, table_size(node));
    double single = entropy(rows, bins) + entropy(columns, bins);
    for (int r = 0; r < bins; r++)
        for (int c = 0; c < bins; c++) {
            double slope = (log_of(rows[r]) + log_of(columns[c])) / both -
                           single / (both * both) * log_of((double)joint[r * bins + c]);
            gradient[r * bins + c] = both > 0 ? (float)slope : 0;
        }
}

LAM_CLONES static void add_slopes(const float *a, const float *b, size_t n, int bins,
                                  const float *gradient, float g, float *da, float *db)
{
    for (size_t i = 0; i < n; i++) {
        Parzen p = parzen(a[i], bins), q = parzen(b[i], bins);
        const float *at = gradient + p.first * bins + q.first;
        float to_a = 0, to_b = 0;
        for (int r = 0; r < 4; r++)
            for (int c = 0; c < 4; c++) {
                to_a += at[r * bins + c] * p.slope[r] * q.weight[c];
                to_b += at[r * bins + c] * p.weight[r] * q.slope[c];
            }
        if (da != NULL)
            da[i] += g * to_a;
        if (db != NULL)
            db[i] += g * to_b;
    }
}

static void nmi_backward(LamNode *node)
{
    LamNode *a = node->inputs[0], *b = node->inputs[1];
    int bins = ((Nmi *)node->state)->bins;
    float *gradient = node->scratch + table_size(node); /* the first slab's place */
    float g = node->grad[0] / (float)a->count;
    histogram_gradient(node, gradient);
#pragma omp parallel for schedule(static)
    for (int s = 0; s < SLABS; s++) {
        size_t from, n;
        slab_range(a->count, s, &from, &n);
        add_slopes(a->value + from, b->value + from, n, bins, gradient, g,
                   a->keeps_grad ? a->grad + from : NULL, b->keeps_grad ? b->grad + from : NULL);
    }
}

static const LamOp nmi_op = {
    .name = "nmi", .forward = nmi_forward, .backward = nmi_backward, .scratch = nmi_scratch};

LamNode *lam_op_nmi(LamGraph *graph, LamNode *fixed, LamNode *moved, int bins)
{
    if (fixed == NULL || moved == NULL)
        return NULL;
    if (!lam_shape_equal(fixed->shape, moved->shape) || fixed->layout != LAM_PLAIN ||
        moved->layout != LAM_PLAIN)
        return lam_graph_mistake(graph, "NMI needs two plain images of one size");
    if (bins < 6 || bins > MOST_BINS)
        return lam_graph_mistake(graph, "NMI: 6 to %d bins, not %d", MOST_BINS, bins);
    Nmi state = {bins};
    LamNode *inputs[] = {fixed, moved};
    return lam_node_add(graph, &nmi_op, lam_scalar_shape(), LAM_PLAIN, inputs, 2, &state,
                        sizeof state);
}

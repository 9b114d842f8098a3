/* Squared local normalised cross-correlation as a loss.
 *
 * With window sums s(.) of n voxels: cross = s(IJ) - s(I)s(J)/n, varI = s(II) - s(I)^2/n, likewise varJ,
 * cc = cross^2 / (varI varJ + eps), loss = -mean cc. With A = 2 cross/den and B = 2 cross^2 varI/den^2,
 * d cc/dJ(y) summed over the windows that hold y is  I(y) s(A) - s(A mI) - J(y) s(B) + s(B mJ), where mI,
 * mJ are the window means; likewise for I. (VoxelMorph's loss, Balakrishnan et al. 2019, eq. 5, with
 * zero-padded sums; the adjoint of a box sum is the same box sum.) */
#include "box-sum.h"
#include "graph-private.h"
#include "kernel.h"

#define EPSILON 1e-5f

typedef struct {
    int window;
    bool sums_spent; /* backward works in the planes of the window sums */
    double total;    /* of the weights: the number of voxels if there are none */
} Ncc;

enum { FIXED, MOVED, WEIGHT };
enum { SI, SJ, SII, SJJ, SIJ, WORK, PLANES };

static float *plane(const LamNode *node, int i)
{
    return node->scratch + (size_t)i * node->inputs[0]->count;
}

static size_t ncc_scratch(const LamNode *node)
{
    return PLANES * node->inputs[0]->count;
}

/* Voxels per window: along axes longer than 1. */
static float window_voxels(LamShape s, int window)
{
    float n = (float)window * (float)window;
    return s.d > 1 ? n * (float)window : n;
}

typedef struct {
    float cross, var_i, var_j, inverse; /* inverse = 1 / (varI varJ + eps) */
} Moments;

LAM_INLINE Moments moments(float si, float sj, float sii, float sjj, float sij, float n)
{
    Moments m = {sij - si * sj / n, sii - si * si / n, sjj - sj * sj / n, 0};
    m.var_i = m.var_i > 0 ? m.var_i : 0;
    m.var_j = m.var_j > 0 ? m.var_j : 0;
    m.inverse = 1 / (m.var_i * m.var_j + EPSILON);
    return m;
}

static void products(LamNode *node)
{
    const float *a = node->inputs[0]->value, *b = node->inputs[1]->value;
    float *si = plane(node, SI), *sj = plane(node, SJ), *sii = plane(node, SII);
    float *sjj = plane(node, SJJ), *sij = plane(node, SIJ);
#pragma omp parallel for
    for (size_t i = 0; i < node->inputs[0]->count; i++) {
        si[i] = a[i];
        sj[i] = b[i];
        sii[i] = a[i] * a[i];
        sjj[i] = b[i] * b[i];
        sij[i] = a[i] * b[i];
    }
}

/* weight may be NULL. */
LAM_CLONES static double cc_sum(const float *si, const float *sj, const float *sii,
                                const float *sjj, const float *sij, const float *weight,
                                size_t count, float n)
{
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        Moments m = moments(si[i], sj[i], sii[i], sjj[i], sij[i], n);
        total += m.cross * m.cross * m.inverse * (weight != NULL ? weight[i] : 1);
    }
    return total;
}

static const float *weights_at(const LamNode *node, size_t i)
{
    return node->inputs[WEIGHT] != NULL ? node->inputs[WEIGHT]->value + i : NULL;
}

static double total_weight(const LamNode *node)
{
    const float *weight = weights_at(node, 0);
    double total = weight != NULL ? 0 : (double)node->inputs[FIXED]->count;
    for (size_t i = 0; weight != NULL && i < node->inputs[FIXED]->count; i++)
        total += (double)weight[i];
    return total;
}

static void window_sums(LamNode *node)
{
    Ncc *ncc = node->state;
    products(node);
    for (int k = SI; k <= SIJ; k++)
        lam_box_sum(node->inputs[0]->shape, ncc->window / 2, plane(node, k), plane(node, WORK));
    ncc->sums_spent = false;
}

static void ncc_forward(LamNode *node)
{
    LamShape s = node->inputs[0]->shape;
    float n = window_voxels(s, ((Ncc *)node->state)->window);
    window_sums(node);
    size_t slice = (size_t)s.h * s.w;
    g_autofree double *sums = g_new0(double, s.d);
#pragma omp parallel for
    for (int d = 0; d < s.d; d++) {
        size_t at = (size_t)d * slice;
        sums[d] =
            cc_sum(plane(node, SI) + at, plane(node, SJ) + at, plane(node, SII) + at,
                   plane(node, SJJ) + at, plane(node, SIJ) + at, weights_at(node, at), slice, n);
    }
    double total = 0;
    for (int d = 0; d < s.d; d++)
        total += sums[d];
    Ncc *ncc = node->state;
    ncc->total = total_weight(node);
    node->value[0] = ncc->total > 0 ? (float)(-total / ncc->total) : 0;
}

/* Turns the window sums into what backward needs: SI <- A, SJ <- B for the second image, SII <- B for
 * the first, SJJ <- -A mI + B mJ, SIJ <- -A mJ + B' mI. */
LAM_CLONES static void adjoint_planes(float *restrict si, float *restrict sj, float *restrict sii,
                                      float *restrict sjj, float *restrict sij,
                                      const float *restrict weight, size_t count, float n)
{
    for (size_t i = 0; i < count; i++) {
        Moments m = moments(si[i], sj[i], sii[i], sjj[i], sij[i], n);
        float mean_i = si[i] / n, mean_j = sj[i] / n;
        float w = weight != NULL ? weight[i] : 1;
        float a = 2 * w * m.cross * m.inverse;
        float shared = w * m.cross * m.cross * m.inverse * m.inverse;
        float b_j = 2 * shared * m.var_i, b_i = 2 * shared * m.var_j;
        si[i] = a;
        sj[i] = b_j;
        sii[i] = b_i;
        sjj[i] = b_j * mean_j - a * mean_i;
        sij[i] = b_i * mean_i - a * mean_j;
    }
}

/* grad += g (other s(A) - own s(B) + s(rest)), g = -dL / total weight. */
static void add_gradient(LamNode *own, const LamNode *other, const float *a, const float *b,
                         const float *rest, float g)
{
#pragma omp parallel for
    for (size_t i = 0; i < own->count; i++)
        own->grad[i] += g * (other->value[i] * a[i] - own->value[i] * b[i] + rest[i]);
}

static void ncc_backward(LamNode *node)
{
    LamNode *first = node->inputs[0], *second = node->inputs[1];
    LamShape s = first->shape;
    Ncc *ncc = node->state;
    if (!(ncc->total > 0))
        return;
    float n = window_voxels(s, ncc->window), g = (float)(-node->grad[0] / ncc->total);
    size_t slice = (size_t)s.h * s.w;
    if (ncc->sums_spent)
        window_sums(node);
    ncc->sums_spent = true;
#pragma omp parallel for
    for (int d = 0; d < s.d; d++) {
        size_t at = (size_t)d * slice;
        adjoint_planes(plane(node, SI) + at, plane(node, SJ) + at, plane(node, SII) + at,
                       plane(node, SJJ) + at, plane(node, SIJ) + at, weights_at(node, at), slice,
                       n);
    }
    const bool wanted[] = {true, second->keeps_grad, first->keeps_grad, second->keeps_grad,
                           first->keeps_grad};
    for (int k = SI; k <= SIJ; k++)
        if (wanted[k])
            lam_box_sum(s, ncc->window / 2, plane(node, k), plane(node, WORK));
    if (second->keeps_grad)
        add_gradient(second, first, plane(node, SI), plane(node, SJ), plane(node, SJJ), g);
    if (first->keeps_grad)
        add_gradient(first, second, plane(node, SI), plane(node, SII), plane(node, SIJ), g);
}

static const LamOp ncc_op = {
    .name = "ncc", .forward = ncc_forward, .backward = ncc_backward, .scratch = ncc_scratch};

LamNode *lam_op_ncc_weighted(LamGraph *graph, LamNode *fixed, LamNode *moved, LamNode *weight,
                             int window)
{
    if (fixed == NULL || moved == NULL)
        return NULL;
    if (!lam_shape_equal(fixed->shape, moved->shape) || fixed->shape.c != 1 ||
        fixed->layout != LAM_PLAIN || moved->layout != LAM_PLAIN ||
        (weight != NULL && !lam_shape_equal(fixed->shape, weight->shape)))
        return lam_graph_mistake(graph, "NCC needs two plain one-channel images of one size");
    if (window < 1 || window % 2 == 0)
        return lam_graph_mistake(graph, "NCC: the window must be odd, not %d", window);
    Ncc state = {.window = window};
    LamNode *inputs[] = {fixed, moved, weight};
    return lam_node_add(graph, &ncc_op, lam_scalar_shape(), LAM_PLAIN, inputs, 3, &state,
                        sizeof state);
}

LamNode *lam_op_ncc(LamGraph *graph, LamNode *fixed, LamNode *moved, int window)
{
    return lam_op_ncc_weighted(graph, fixed, moved, NULL, window);
}

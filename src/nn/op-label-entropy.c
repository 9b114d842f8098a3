/* Cross entropy of scores against a label map that may be finer than they are: a score's voxel stands for
 * the f x f x f voxels of the map that it covers, and is compared with each of them. With the weight of a
 * voxel of label l, w_l = n_l^(power - 1) / sum_m n_m^power, the loss is
 *   sum over the map's voxels of w_l (log sum_k exp s_k - s_l). */
#include "graph-private.h"
#include "kernel.h"

#include <math.h>

enum { SCORES, LABELS };

typedef struct {
    double power;
    int factor[3];  /* map voxels per score voxel, along w, h, d */
    float *weight;  /* [labels] of one voxel */
    double *counts; /* [labels] */
    double *sums;   /* [d], so that they do not depend on the number of threads */
    float *work;    /* [d][3][w] */
} Entropy;

static bool entropy_prepare(LamNode *node, GError **error)
{
    Entropy *s = node->state;
    LamShape scores = node->inputs[SCORES]->shape;
    s->weight = g_new0(float, scores.c);
    s->counts = g_new0(double, scores.c);
    s->sums = g_new0(double, scores.d);
    s->work = g_new0(float, (size_t)scores.d * 3 * (size_t)scores.w);
    return true;
}

static void entropy_destroy(LamNode *node)
{
    Entropy *s = node->state;
    g_free(s->weight);
    g_free(s->counts);
    g_free(s->sums);
    g_free(s->work);
}

static void weigh(const LamNode *node)
{
    Entropy *s = node->state;
    const LamNode *labels = node->inputs[LABELS];
    int n = node->inputs[SCORES]->shape.c;
    for (int l = 0; l < n; l++)
        s->counts[l] = 0;
    for (size_t i = 0; i < labels->count; i++)
        s->counts[lam_label_at(labels->value, i, n - 1)]++;
    double total = 0;
    for (int l = 0; l < n; l++)
        total += s->counts[l] > 0 ? pow(s->counts[l], s->power) : 0;
    for (int l = 0; l < n; l++)
        s->weight[l] = s->counts[l] > 0 ? (float)(pow(s->counts[l], s->power - 1) / total) : 0;
}

/* Of one row of scores, stride apart by channel: log sum exp into `log_sum`; exp(score - log_sum), the
 * probabilities, into `slope`. */
static void soften(const float *scores, int channels, size_t stride, int w, float *log_sum,
                   float *slope)
{
    float *top = log_sum + w;
    for (int i = 0; i < w; i++)
        top[i] = scores[i];
    for (int c = 1; c < channels; c++)
        for (int i = 0; i < w; i++)
            top[i] = fmaxf(top[i], scores[(size_t)c * stride + i]);
    for (int i = 0; i < w; i++)
        log_sum[i] = 0;
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < w; i++) {
            float e = expf(scores[(size_t)c * stride + i] - top[i]);
            slope[(size_t)c * stride + i] = e;
            log_sum[i] += e;
        }
    for (int i = 0; i < w; i++) {
        float sum = log_sum[i];
        log_sum[i] = top[i] + logf(sum);
        top[i] = 1 / sum;
    }
    for (int c = 0; c < channels; c++)
        for (int i = 0; i < w; i++)
            slope[(size_t)c * stride + i] *= top[i];
}

/* The map's voxel that is child c of the first score of a row. */
static size_t child(const LamNode *node, int c, int d, int h)
{
    const int *f = ((const Entropy *)node->state)->factor;
    LamShape map = node->inputs[LABELS]->shape;
    size_t x = (size_t)(c % f[0]), y = (size_t)(c / f[0] % f[1] + h * f[1]),
           z = (size_t)(c / f[0] / f[1] + d * f[2]);
    return (z * (size_t)map.h + y) * (size_t)map.w + x;
}

/* The row's share of the loss; its slopes from probabilities to d loss / d score. */
static double row_loss(const LamNode *node, int d, int h, float *work)
{
    const Entropy *s = node->state;
    LamShape shape = node->inputs[SCORES]->shape;
    const float *labels = node->inputs[LABELS]->value;
    size_t stride = lam_shape_voxels(shape), row = ((size_t)d * shape.h + h) * shape.w;
    const float *scores = node->inputs[SCORES]->value + row;
    float *slope = node->scratch + row, *log_sum = work, *weight = work + 2 * shape.w;
    int children = s->factor[0] * s->factor[1] * s->factor[2];
    double total = 0;
    soften(scores, shape.c, stride, shape.w, log_sum, slope);
    for (int i = 0; i < shape.w; i++)
        weight[i] = 0;
    for (int c = 0; c < children; c++) {
        size_t at = child(node, c, d, h);
        for (int i = 0; i < shape.w; i++)
            weight[i] += s->weight[lam_label_at(labels, at + i * s->factor[0], shape.c - 1)];
    }
    for (int k = 0; k < shape.c; k++)
        for (int i = 0; i < shape.w; i++)
            slope[k * stride + i] *= weight[i];
    for (int c = 0; c < children; c++) {
        size_t at = child(node, c, d, h);
        for (int i = 0; i < shape.w; i++) {
            int l = lam_label_at(labels, at + i * s->factor[0], shape.c - 1);
            slope[l * stride + i] -= s->weight[l];
            total += (double)(s->weight[l] * (log_sum[i] - scores[l * stride + i]));
        }
    }
    return total;
}

static void entropy_forward(LamNode *node)
{
    Entropy *s = node->state;
    LamShape shape = node->inputs[SCORES]->shape;
    double total = 0;
    weigh(node);
#pragma omp parallel for
    for (int d = 0; d < shape.d; d++) {
        s->sums[d] = 0;
        for (int h = 0; h < shape.h; h++)
            s->sums[d] += row_loss(node, d, h, s->work + (size_t)d * 3 * shape.w);
    }
    for (int d = 0; d < shape.d; d++)
        total += s->sums[d];
    node->value[0] = (float)total;
}

static void entropy_backward(LamNode *node)
{
    LamNode *scores = node->inputs[SCORES];
    float g = node->grad[0];
#pragma omp parallel for
    for (size_t i = 0; i < scores->count; i++)
        scores->grad[i] += g * node->scratch[i];
}

/* The slopes are made with the loss. */
static size_t entropy_scratch(const LamNode *node)
{
    return node->inputs[SCORES]->count;
}

static const LamOp entropy_op = {
    .name = "label-entropy",
    .prepare = entropy_prepare,
    .forward = entropy_forward,
    .backward = entropy_backward,
    .destroy = entropy_destroy,
    .scratch = entropy_scratch,
};

LamNode *lam_op_label_entropy(LamGraph *graph, LamNode *scores, LamNode *labels, double power)
{
    if (scores == NULL || labels == NULL)
        return NULL;
    LamShape s = scores->shape, map = labels->shape;
    Entropy state = {.power = power, .factor = {map.w / s.w, map.h / s.h, map.d / s.d}};
    if (scores->layout != LAM_PLAIN || map.c != 1 || map.w != s.w * state.factor[0] ||
        map.h != s.h * state.factor[1] || map.d != s.d * state.factor[2])
        return lam_graph_mistake(graph,
                                 "label entropy needs plain scores and a map whose sizes are "
                                 "multiples of theirs");
    if (labels->keeps_grad)
        return lam_graph_mistake(graph, "label entropy has no gradient for label maps");
    LamNode *inputs[] = {scores, labels};
    return lam_node_add(graph, &entropy_op, lam_scalar_shape(), LAM_PLAIN, inputs, 2, &state,
                        sizeof state);
}

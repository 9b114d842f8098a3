/* Nodes, the memory plan, and evaluation of what is out of date. */
#include "bf16.h"
#include "graph-private.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <string.h>

#define PARAMETER_BIT 1ull

struct LamGraph {
    LamParameters *parameters;
    bool with_gradients;
    LamPrecision precision;
    GPtrArray *nodes; /* in topological order by construction */
    int n_inputs;
    char *mistake;
    float *values, *grads;
    size_t value_floats, grad_floats;
    guint8 *stale; /* per node: must be recomputed */
};

int lam_channel_block(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") ? 16 : 8;
#else
    return 8;
#endif
}

static size_t stored_floats(LamShape s, LamLayout layout)
{
    size_t block = layout == LAM_BLOCKED ? (size_t)lam_channel_block() : 1;
    return ((size_t)s.c + block - 1) / block * block * lam_shape_voxels(s);
}

static void node_free(void *p)
{
    LamNode *node = p;
    if (node->op != NULL && node->op->destroy != NULL)
        node->op->destroy(node);
    g_free(node->state);
    g_free(node->name);
    g_free(node);
}

LamGraph *lam_graph_new(LamParameters *parameters, bool with_gradients)
{
    LamGraph *graph = g_new0(LamGraph, 1);
    graph->parameters = parameters;
    graph->with_gradients = with_gradients;
    graph->nodes = g_ptr_array_new_with_free_func(node_free);
    return graph;
}

void lam_graph_free(LamGraph *graph)
{
    if (graph == NULL)
        return;
    g_ptr_array_unref(graph->nodes);
    lam_free(graph->values);
    lam_free(graph->grads);
    g_free(graph->stale);
    g_free(graph->mistake);
    g_free(graph);
}

void lam_graph_set_precision(LamGraph *graph, LamPrecision precision)
{
    g_return_if_fail(graph->values == NULL);
    graph->precision = lam_bf16_is_fast() ? precision : LAM_PRECISION_F32;
}

LamPrecision lam_graph_precision(const LamGraph *graph)
{
    return graph->precision;
}

LamNode *lam_graph_mistake(LamGraph *graph, const char *format, ...)
{
    if (graph->mistake == NULL) {
        va_list args;
        va_start(args, format);
        graph->mistake = g_strdup_vprintf(format, args);
        va_end(args);
    }
    return NULL;
}

static LamNode *append(LamGraph *graph, const char *name, LamShape shape, LamLayout layout)
{
    LamNode *node = g_new0(LamNode, 1);
    node->graph = graph;
    node->name = g_strdup(name);
    node->index = (int)graph->nodes->len;
    node->shape = shape;
    node->layout = layout;
    node->count = stored_floats(shape, layout);
    node->parameter = -1;
    g_ptr_array_add(graph->nodes, node);
    return node;
}

LamNode *lam_graph_input(LamGraph *graph, const char *name, LamShape shape)
{
    LamNode *node = append(graph, name, shape, LAM_PLAIN);
    node->depends = 1ull << ++graph->n_inputs;
    g_assert(graph->n_inputs < 63);
    return node;
}

LamNode *lam_graph_variable(LamGraph *graph, const char *name, LamShape shape)
{
    LamNode *node = lam_graph_input(graph, name, shape);
    node->keeps_grad = graph->with_gradients;
    return node;
}

LamNode *lam_graph_parameter(LamGraph *graph, int index)
{
    size_t n = lam_parameters_size(graph->parameters, index);
    LamNode *node = append(graph, lam_parameters_name(graph->parameters, index),
                           lam_vector_shape(n), LAM_PLAIN);
    node->parameter = index;
    node->depends = PARAMETER_BIT;
    node->keeps_grad = graph->with_gradients;
    return node;
}

LamNode *lam_node_add(LamGraph *graph, const LamOp *op, LamShape shape, LamLayout layout,
                      LamNode *const *inputs, int n_inputs, const void *state, size_t state_size)
{
    LamNode *node = append(graph, op->name, shape, layout);
    node->op = op;
    node->n_inputs = n_inputs;
    node->state = state_size > 0 ? g_memdup2(state, state_size) : NULL;
    node->state_size = state_size;
    for (int i = 0; i < n_inputs; i++) {
        node->inputs[i] = inputs[i];
        if (inputs[i] == NULL)
            continue;
        node->depends |= inputs[i]->depends;
        node->keeps_grad |= inputs[i]->keeps_grad;
        inputs[i]->n_consumers++;
        inputs[i]->consumer = node;
    }
    return node;
}

/* Rounded up so that every tensor starts on a cache line. */
static size_t rounded(size_t floats)
{
    return (floats + 15) / 16 * 16;
}

static void plan(LamGraph *graph)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (node->parameter >= 0)
            continue;
        if (node->op != NULL && node->op->scratch != NULL)
            node->scratch_count = node->op->scratch(node);
        graph->value_floats += rounded(node->count) + rounded(node->scratch_count);
        if (node->keeps_grad)
            graph->grad_floats += rounded(node->count);
    }
}

static void bind(LamGraph *graph)
{
    float *value = graph->values, *grad = graph->grads;
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (node->parameter >= 0) {
            size_t offset = lam_parameters_offset(graph->parameters, node->parameter);
            node->value = lam_parameters_values(graph->parameters) + offset;
            if (node->keeps_grad)
                node->grad = lam_parameters_gradients(graph->parameters) + offset;
            continue;
        }
        node->value = value;
        value += rounded(node->count);
        node->scratch = node->scratch_count > 0 ? value : NULL;
        value += rounded(node->scratch_count);
        if (node->keeps_grad) {
            node->grad = grad;
            grad += rounded(node->count);
        }
    }
}

bool lam_graph_finalise(LamGraph *graph, GError **error)
{
    if (graph->mistake != NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot build the network: %s",
                    graph->mistake);
        return false;
    }
    plan(graph);
    graph->values = lam_alloc_floats(graph->value_floats, "network activations", error);
    if (graph->values == NULL)
        return false;
    if (graph->grad_floats > 0) {
        graph->grads = lam_alloc_floats(graph->grad_floats, "network gradients", error);
        if (graph->grads == NULL)
            return false;
    }
    bind(graph);
    graph->stale = g_malloc(graph->nodes->len);
    memset(graph->stale, 1, graph->nodes->len);
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (node->op != NULL && node->op->prepare != NULL && !node->op->prepare(node, error))
            return false;
    }
    return true;
}

void lam_graph_touch(LamGraph *graph, LamNode *input)
{
    guint64 mask = input != NULL ? input->depends : PARAMETER_BIT;
    for (guint i = 0; i < graph->nodes->len; i++) {
        const LamNode *node = graph->nodes->pdata[i];
        if ((node->depends & mask) != 0)
            graph->stale[i] = 1;
    }
}

/* Nodes that `target` needs, itself included. */
static void mark_needed(const LamNode *target, guint8 *needed)
{
    needed[target->index] = 1;
    for (int i = target->index; i >= 0; i--) {
        const LamNode *node = target->graph->nodes->pdata[i];
        if (!needed[i])
            continue;
        for (int k = 0; k < node->n_inputs; k++)
            if (node->inputs[k] != NULL)
                needed[node->inputs[k]->index] = 1;
    }
}

static void timed(LamNode *node, int direction)
{
    gint64 start = g_get_monotonic_time();
    if (direction == 0)
        node->op->forward(node);
    else
        node->op->backward(node);
    node->seconds[direction] += 1e-6 * (double)(g_get_monotonic_time() - start);
}

int lam_graph_forward(LamGraph *graph, LamNode *target, GCancellable *cancellable)
{
    guint n = graph->nodes->len;
    g_autofree guint8 *needed = g_malloc(n);
    memset(needed, target == NULL, n);
    if (target != NULL)
        mark_needed(target, needed);
    int ran = 0;
    for (guint i = 0; i < n; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (!graph->stale[i] || !needed[i])
            continue;
        if (g_cancellable_is_cancelled(cancellable))
            return -1;
        if (node->op != NULL) {
            timed(node, 0);
            ran++;
        }
        graph->stale[i] = 0;
    }
    return ran;
}

static void zero_gradients(LamGraph *graph, const guint8 *needed)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        bool overwritten =
            node->n_consumers == 1 && node->consumer->op->assigns && needed[node->consumer->index];
        if (node->keeps_grad && node->parameter < 0 && !overwritten)
            memset(node->grad, 0, node->count * sizeof(float));
    }
}

void lam_graph_backward(LamGraph *graph, LamNode *loss)
{
    g_return_if_fail(graph->grads != NULL && loss->count == 1 && loss->grad != NULL);
    g_autofree guint8 *needed = g_malloc0(graph->nodes->len);
    mark_needed(loss, needed);
    zero_gradients(graph, needed);
    loss->grad[0] = 1;
    for (int i = loss->index; i >= 0; i--) {
        LamNode *node = graph->nodes->pdata[i];
        if (needed[i] && node->op != NULL && node->keeps_grad)
            timed(node, 1);
    }
}

LamShape lam_node_shape(const LamNode *node)
{
    return node->shape;
}

LamLayout lam_node_layout(const LamNode *node)
{
    return node->layout;
}

size_t lam_node_count(const LamNode *node)
{
    return node->count;
}

float *lam_node_value(LamNode *node)
{
    return node->value;
}

float *lam_node_gradient(LamNode *node)
{
    return node->grad;
}

bool lam_node_depends_on(const LamNode *node, const LamNode *input)
{
    return (node->depends & input->depends) != 0;
}

size_t lam_graph_bytes(const LamGraph *graph)
{
    return (graph->value_floats + graph->grad_floats) * sizeof(float);
}

double lam_graph_convolution_macs(const LamGraph *graph, const LamNode *input)
{
    double macs = 0;
    for (guint i = 0; i < graph->nodes->len; i++) {
        const LamNode *node = graph->nodes->pdata[i];
        if (input == NULL || lam_node_depends_on(node, input))
            macs += node->macs;
    }
    return macs;
}

void lam_graph_seconds(const LamGraph *graph, const char *op, double *forward, double *backward)
{
    *forward = *backward = 0;
    for (guint i = 0; i < graph->nodes->len; i++) {
        const LamNode *node = graph->nodes->pdata[i];
        if (node->op == NULL || (op != NULL && !g_str_equal(node->op->name, op)))
            continue;
        *forward += node->seconds[0];
        *backward += node->seconds[1];
    }
}

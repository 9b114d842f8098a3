/* Nodes and evaluation of what is out of date. Where values lie is decided in graph-memory.c. */
#include "bf16.h"
#include "graph-memory.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <string.h>

struct LamGraph {
    LamParameters *parameters;
    bool with_gradients;
    LamPrecision precision;
    GPtrArray *nodes;  /* in topological order by construction */
    GPtrArray *frozen; /* beginnings of names */
    int n_inputs;
    bool names_kept; /* lam_graph_keep was called */
    bool shares;     /* memory among values that are not kept */
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
    graph->frozen = g_ptr_array_new_with_free_func(g_free);
    graph->nodes = g_ptr_array_new_with_free_func(node_free);
    return graph;
}

void lam_graph_free(LamGraph *graph)
{
    if (graph == NULL)
        return;
    g_ptr_array_unref(graph->nodes);
    g_ptr_array_unref(graph->frozen);
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

void lam_graph_freeze(LamGraph *graph, const char *prefix)
{
    g_ptr_array_add(graph->frozen, g_strdup(prefix));
}

static bool is_frozen(const LamGraph *graph, const char *name)
{
    for (guint i = 0; i < graph->frozen->len; i++)
        if (g_str_has_prefix(name, graph->frozen->pdata[i]))
            return true;
    return false;
}

LamNode *lam_graph_parameter(LamGraph *graph, int index)
{
    const char *name = lam_parameters_name(graph->parameters, index);
    size_t n = lam_parameters_size(graph->parameters, index);
    LamNode *node = append(graph, name, lam_vector_shape(n), LAM_PLAIN);
    node->parameter = index;
    node->depends = LAM_PARAMETER_BIT;
    node->keeps_grad = graph->with_gradients && !is_frozen(graph, name);
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

void lam_graph_keep(LamGraph *graph, LamNode *node)
{
    if (node == NULL)
        return;
    g_return_if_fail(node->graph == graph && graph->values == NULL);
    node->kept = graph->names_kept = true;
}

static void plan(LamGraph *graph)
{
    graph->shares = graph->names_kept && !graph->with_gradients;
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        node->kept |= !graph->shares;
        if (node->op != NULL && node->op->scratch != NULL)
            node->scratch_count = node->op->scratch(node);
        if (node->keeps_grad && node->parameter < 0)
            graph->grad_floats += lam_floats_rounded(node->count);
    }
    graph->value_floats = lam_graph_place(graph->nodes, graph->shares);
}

static void bind_parameter(LamNode *node)
{
    LamParameters *parameters = node->graph->parameters;
    size_t offset = lam_parameters_offset(parameters, node->parameter);
    node->value = lam_parameters_values(parameters) + offset;
    if (node->keeps_grad)
        node->grad = lam_parameters_gradients(parameters) + offset;
}

static void bind(LamGraph *graph)
{
    float *grad = graph->grads;
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (node->parameter >= 0) {
            bind_parameter(node);
            continue;
        }
        if (lam_node_is_used(node)) {
            node->value = graph->values + node->value_at;
            node->scratch = node->scratch_count > 0 ? graph->values + node->scratch_at : NULL;
        }
        if (node->keeps_grad) {
            node->grad = grad;
            grad += lam_floats_rounded(node->count);
        }
    }
}

/* What ops will overwrite is better left untouched: first touches of fresh memory are slow. Inputs start
 * as zeros. */
static bool allocate_values(LamGraph *graph, GError **error)
{
    const char *what = "network activations";
    graph->values = graph->shares ? lam_alloc_floats_unset(graph->value_floats, what, error)
                                  : lam_alloc_floats(graph->value_floats, what, error);
    return graph->values != NULL;
}

static void zero_inputs(LamGraph *graph)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (node->op == NULL && node->parameter < 0)
            memset(node->value, 0, node->count * sizeof(float));
    }
}

static bool prepare(LamGraph *graph, GError **error)
{
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (node->op != NULL && node->op->prepare != NULL && lam_node_is_used(node) &&
            !node->op->prepare(node, error))
            return false;
    }
    return true;
}

bool lam_graph_finalise(LamGraph *graph, GError **error)
{
    if (graph->mistake != NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot build the network: %s",
                    graph->mistake);
        return false;
    }
    plan(graph);
    if (!allocate_values(graph, error))
        return false;
    if (graph->grad_floats > 0) {
        graph->grads = lam_alloc_floats(graph->grad_floats, "network gradients", error);
        if (graph->grads == NULL)
            return false;
    }
    bind(graph);
    graph->stale = g_malloc(graph->nodes->len);
    memset(graph->stale, 1, graph->nodes->len);
    if (graph->shares)
        zero_inputs(graph);
    return prepare(graph, error);
}

void lam_graph_touch(LamGraph *graph, LamNode *input)
{
    guint64 mask = input != NULL ? input->depends : LAM_PARAMETER_BIT;
    for (guint i = 0; i < graph->nodes->len; i++) {
        const LamNode *node = graph->nodes->pdata[i];
        if ((node->depends & mask) != 0)
            graph->stale[i] = 1;
    }
}

/* Adds to the marked nodes those that they are made of; with `stale`, as far as these must be recomputed. */
static void mark_needed(const LamGraph *graph, guint8 *needed, const guint8 *stale)
{
    for (int i = (int)graph->nodes->len - 1; i >= 0; i--) {
        const LamNode *node = graph->nodes->pdata[i];
        if (!needed[i] || (stale != NULL && !stale[i]))
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

/* What must be there for the target, or for all that is kept. */
static guint8 *needed_for(const LamGraph *graph, const LamNode *target)
{
    guint8 *needed = g_malloc0(graph->nodes->len);
    for (guint i = 0; i < graph->nodes->len; i++) {
        const LamNode *node = graph->nodes->pdata[i];
        needed[i] = target != NULL ? node == target : node->kept;
    }
    mark_needed(graph, needed, graph->stale);
    return needed;
}

int lam_graph_forward(LamGraph *graph, LamNode *target, GCancellable *cancellable)
{
    g_assert(target == NULL || target->kept);
    g_autofree guint8 *needed = needed_for(graph, target);
    int ran = 0;
    for (guint i = 0; i < graph->nodes->len; i++) {
        LamNode *node = graph->nodes->pdata[i];
        if (!graph->stale[i] || !needed[i])
            continue;
        if (g_cancellable_is_cancelled(cancellable))
            return -1;
        if (node->op != NULL) {
            timed(node, 0);
            ran++;
        }
        graph->stale[i] = node->fleeting;
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
    needed[loss->index] = 1;
    mark_needed(graph, needed, NULL);
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
    return node->kept || node->op == NULL ? node->value : NULL;
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

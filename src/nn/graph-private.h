/* What op files see of nodes. Internal to src/nn. */
#pragma once

#include <lambdascope/graph.h>
#include <lambdascope/ops.h>

#define LAM_NODE_MAX_INPUTS 4
#define LAM_PARAMETER_BIT   1ull /* of LamNode.depends */

typedef struct {
    const char *name;
    /* Once shapes and memory are known: primitives, tables. May be NULL. */
    bool (*prepare)(LamNode *node, GError **error);
    void (*forward)(LamNode *node);
    /* Adds to the gradients of the inputs that keep one; node->grad is complete and may be used as
     * scratch. */
    void (*backward)(LamNode *node);
    void (*destroy)(LamNode *node);
    /* backward overwrites an input's gradient where it is that input's only consumer, so that the
     * graph need not zero it */
    bool assigns;
    /* forward may be given its first input's memory for its value, if they are of one size */
    bool in_place;
    /* the value is the inputs' one after the other; forward copies those that do not lie there already */
    bool joins;
    /* Floats to keep between forward and backward, asked once the graph is complete. May be NULL. */
    size_t (*scratch)(const LamNode *node);
} LamOp;

struct LamNode {
    LamGraph *graph;
    const LamOp *op; /* NULL for inputs and parameters */
    char *name;
    int index;
    LamShape shape;
    LamLayout layout;
    size_t count; /* floats stored */
    LamNode *inputs[LAM_NODE_MAX_INPUTS];
    int n_inputs;
    int n_consumers;
    const LamNode *consumer; /* the last one added */
    int parameter;           /* index, or -1 */
    bool keeps_grad;
    guint64 depends; /* bit per input; bit 0 = parameters */
    float *value, *grad;
    size_t scratch_count;
    float *scratch;
    /* The memory plan (graph-memory.c). */
    bool kept;                   /* asked for by callers */
    guint64 serves;              /* bit per kept node that is made of it; 0: never computed */
    bool fleeting;               /* gone after an evaluation */
    int last_use, n_uses;        /* by nodes that are computed */
    LamNode *within;             /* whose memory holds this value */
    bool overwritten;            /* by that node's own */
    size_t within_at;            /* floats */
    size_t value_at, scratch_at; /* floats from the start of all values */
    void *state;                 /* of the op; freed by op->destroy */
    size_t state_size;
    double macs;
    double seconds[2]; /* forward, backward */
};

/* Adds an op node. state is copied (state_size bytes, may be 0). Inputs may hold NULL entries only if
 * the caller checked them. */
LamNode *lam_node_add(LamGraph *graph, const LamOp *op, LamShape shape, LamLayout layout,
                      LamNode *const *inputs, int n_inputs, const void *state, size_t state_size);
/* Remembers the first mistake; returns NULL for convenience. */
LamNode *lam_graph_mistake(LamGraph *graph, const char *format, ...) G_GNUC_PRINTF(2, 3);

static inline size_t lam_shape_voxels(LamShape s)
{
    return (size_t)s.d * (size_t)s.h * (size_t)s.w;
}

static inline LamShape lam_vector_shape(size_t n)
{
    return (LamShape){.c = (int)n, .d = 1, .h = 1, .w = 1};
}

static inline LamShape lam_scalar_shape(void)
{
    return lam_vector_shape(1);
}

static inline bool lam_shape_equal(LamShape a, LamShape b)
{
    return a.c == b.c && a.d == b.d && a.h == b.h && a.w == b.w;
}

/* A graph of tensor operations, built once for a model and a grid, with all shapes known.
 *
 * Building: inputs and parameters first, then ops (ops.h); lam_graph_finalise plans memory: one arena
 * for values, one for gradients. Nothing is allocated in forward or backward. Evaluating recomputes
 * only what lies downstream of an input that was touched since the last evaluation. A graph without
 * gradients that is told what will be asked of it (lam_graph_keep) needs far less memory.
 *
 * Batch is 1. Shapes are [C,D,H,W]; 2-D is D = 1. Tensors that only convolutions see are kept in
 * channel blocks, [C/B,D,H,W,B] with B = lam_channel_block() and the last block padded with zeros.
 *
 * Thread-safety: one graph belongs to one thread at a time (ops use OpenMP inside). */
#pragma once

#include <lambdascope/parameters.h>

G_BEGIN_DECLS

typedef struct {
    int c, d, h, w;
} LamShape;

typedef enum {
    LAM_PLAIN,   /* [C,D,H,W] */
    LAM_BLOCKED, /* [C/B,D,H,W,B] */
} LamLayout;

/* What convolutions multiply. BF16: input, weights and the result's gradient rounded to the nearest of
 * 8 significant bits, ties to even (subnormals count as zero); sums, biases, addends and all values of
 * nodes stay f32. What is slow or wrong in bf16 on small grids is left in f32. About twice as fast where the processor has AVX512_BF16. */
typedef enum { LAM_PRECISION_F32, LAM_PRECISION_BF16 } LamPrecision;

typedef struct LamGraph LamGraph;
typedef struct LamNode LamNode; /* owned by its graph */

/* parameters is borrowed and must outlive the graph. with_gradients: plan memory for backward. */
LamGraph *lam_graph_new(LamParameters *parameters, bool with_gradients);
void lam_graph_free(LamGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamGraph, lam_graph_free)

/* Before lam_graph_finalise; F32 if never called. */
void lam_graph_set_precision(LamGraph *graph, LamPrecision precision);
/* The one in effect: F32 where the processor has no AVX512_BF16. */
LamPrecision lam_graph_precision(const LamGraph *graph);

/* A plain tensor filled by the caller: write into lam_node_value, then lam_graph_touch. */
LamNode *lam_graph_input(LamGraph *graph, const char *name, LamShape shape);
/* An input for which backward also computes the gradient (instance refinement, gradient checks). */
LamNode *lam_graph_variable(LamGraph *graph, const char *name, LamShape shape);
/* Parameters whose names begin so, and that are asked for from now on, have no gradient: with what alone depends on them
 * they are left out of lam_graph_backward. */
void lam_graph_freeze(LamGraph *graph, const char *prefix);
/* A parameter, by its index in the LamParameters. Its shape is seen as a plain vector. */
LamNode *lam_graph_parameter(LamGraph *graph, int index);

/* Before lam_graph_finalise: a node whose value will be read, or that lam_graph_forward will be asked for;
 * NULL is allowed. Once one was named, only these may be asked for: the others share memory or have none,
 * though what stays valid when an input is touched is not recomputed. A graph with gradients keeps all. */
void lam_graph_keep(LamGraph *graph, LamNode *node);

/* After all ops were added. LAM_ERROR_MEMORY, or LAM_ERROR_ARGUMENT with the reason if an op was given
 * shapes that do not fit (the first such mistake is remembered while building). */
bool lam_graph_finalise(LamGraph *graph, GError **error);

/* Marks an input (or, with NULL, the parameters) as changed. */
void lam_graph_touch(LamGraph *graph, LamNode *input);
/* Recomputes what depends on touched inputs, up to and including `target` (NULL: all that is kept).
 * Returns the number of ops that ran. Stops early when `cancellable` fires: returns -1, and the work
 * is taken up again by the next call; of what is not kept, some is then done again. */
int lam_graph_forward(LamGraph *graph, LamNode *target, GCancellable *cancellable);
/* Gradients of the scalar node `loss` with respect to all variables and parameters. Parameters'
 * gradients are added to lam_parameters_gradients (zero them first); the others are set. */
void lam_graph_backward(LamGraph *graph, LamNode *loss);

LamShape lam_node_shape(const LamNode *node);
LamLayout lam_node_layout(const LamNode *node);
size_t lam_node_count(const LamNode *node); /* floats stored, padding included */
float *lam_node_value(LamNode *node);       /* NULL if neither kept nor an input */
float *lam_node_gradient(LamNode *node);    /* NULL if none is kept */
/* True if the node's value depends on the input. */
bool lam_node_depends_on(const LamNode *node, const LamNode *input);
/* Bytes planned for values and gradients. */
size_t lam_graph_bytes(const LamGraph *graph);
/* Multiply-adds of the convolutions downstream of `input` (NULL: all), one forward pass. */
double lam_graph_convolution_macs(const LamGraph *graph, const LamNode *input);
/* Seconds spent in the ops of this name (NULL: all) in forward and in backward since finalise. */
void lam_graph_seconds(const LamGraph *graph, const char *op, double *forward, double *backward);

int lam_channel_block(void);

G_END_DECLS

/* Where the values of a graph lie. Internal to src/nn. */
#pragma once

#include "graph-private.h"

#define LAM_CACHE_LINE 16 /* floats */

/* Floats up to the end of the cache line: every tensor starts on one. */
static inline size_t lam_floats_rounded(size_t floats)
{
    return (floats + LAM_CACHE_LINE - 1) / LAM_CACHE_LINE * LAM_CACHE_LINE;
}

/* Once there is a plan: something that is kept is made of it, or callers may write into it. */
static inline bool lam_node_is_used(const LamNode *node)
{
    return node->serves != 0 || node->op == NULL;
}

/* A stretch of memory, and the ops, by index and both included, while which it belongs to one node. */
typedef struct {
    size_t floats;
    int first, last;
    size_t at; /* set by lam_spans_place */
} LamSpan;

/* Places stretches so that none overlap that are needed at the same time. Floats taken in all. */
size_t lam_spans_place(LamSpan *spans, int n);

/* Decides of each node whether it is used, fleeting, lies within another, and where; floats taken in all.
 * shares: nodes that are kept are all that is asked for, and the others may lie where others lay before
 * them. Else all nodes must be kept. Parameters lie elsewhere. Scratch sizes are known. */
size_t lam_graph_place(GPtrArray *nodes, bool shares);

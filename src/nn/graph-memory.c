/* The memory plan of a graph.
 *
 * In a graph that shares, a value stays from one evaluation to the next if it is asked for, or if something
 * that is made of it may be made anew without it: what the encoder gives when λ changes. All others are
 * fleeting: from the op that makes them to the last that reads them. Their memory is then another's. */
#include "graph-memory.h"

#define LAST_BIT 63

/* ---- stretches that share memory ---- */

static int by_size(const void *a, const void *b)
{
    const LamSpan *x = *(LamSpan *const *)a, *y = *(LamSpan *const *)b;
    if (x->floats != y->floats)
        return x->floats < y->floats ? 1 : -1;
    return x < y ? -1 : x > y;
}

/* The smallest gap that holds it between those of its time; `placed` lie in the order of their places. */
static size_t best_gap(const LamSpan *span, LamSpan *const *placed, int n)
{
    size_t end = 0, best = G_MAXSIZE, at = G_MAXSIZE;
    for (int i = 0; i < n; i++) {
        const LamSpan *other = placed[i];
        if (other->last < span->first || other->first > span->last)
            continue;
        if (other->at >= end + span->floats && other->at - end < best) {
            best = other->at - end;
            at = end;
        }
        end = MAX(end, other->at + other->floats);
    }
    return at != G_MAXSIZE ? at : end;
}

static void insert_by_place(LamSpan *span, LamSpan **placed, int n)
{
    int i = n;
    for (; i > 0 && placed[i - 1]->at > span->at; i--)
        placed[i] = placed[i - 1];
    placed[i] = span;
}

/* The largest first: small ones then find room between them. */
size_t lam_spans_place(LamSpan *spans, int n)
{
    g_autofree LamSpan **order = g_new(LamSpan *, n), **placed = g_new(LamSpan *, n);
    size_t floats = 0;
    for (int i = 0; i < n; i++)
        order[i] = &spans[i];
    qsort(order, (size_t)n, sizeof *order, by_size);
    for (int i = 0; i < n; i++) {
        order[i]->at = best_gap(order[i], placed, i);
        insert_by_place(order[i], placed, i);
        floats = MAX(floats, order[i]->at + order[i]->floats);
    }
    return floats;
}

/* ---- what is used, and how long ---- */

/* One bit for each node that is kept, of those that it is made of, too; the last bit is shared. */
static void mark_served(GPtrArray *nodes)
{
    int bit = 0;
    for (int i = (int)nodes->len - 1; i >= 0; i--) {
        LamNode *node = nodes->pdata[i];
        if (node->kept) {
            node->serves |= 1ull << bit;
            bit = MIN(bit + 1, LAST_BIT);
        }
        for (int k = 0; k < node->n_inputs; k++)
            if (node->inputs[k] != NULL)
                node->inputs[k]->serves |= node->serves;
    }
}

/* A value stays for a consumer that is made without it: after another input has changed, or for another of
 * the nodes that are kept. Parameters hardly ever change, and then all is made anew. */
static bool outlasts(const LamNode *node, const LamNode *consumer)
{
    return (consumer->depends & ~node->depends & ~LAM_PARAMETER_BIT) != 0 ||
           consumer->serves != node->serves;
}

static void mark_fleeting(GPtrArray *nodes)
{
    for (guint i = 0; i < nodes->len; i++) {
        LamNode *node = nodes->pdata[i];
        node->fleeting = node->op != NULL && !node->kept;
        node->last_use = node->index;
        for (int k = 0; k < node->n_inputs && node->serves != 0; k++) {
            LamNode *input = node->inputs[k];
            if (input == NULL)
                continue;
            input->fleeting = input->fleeting && !outlasts(input, node);
            input->last_use = node->index;
            input->n_uses++;
        }
    }
}

/* ---- values within others ---- */

/* The input's value becomes the node's, where nothing else needs it. */
static void write_over(LamNode *node)
{
    LamNode *x = node->inputs[0];
    if (!x->fleeting || x->n_uses > 1 || x->within != NULL || x->count != node->count)
        return;
    x->within = node;
    x->overwritten = true;
}

/* Inputs lie in their places from the start. */
static void join(LamNode *node)
{
    size_t at = 0;
    for (int k = 0; k < node->n_inputs; k++) {
        LamNode *x = node->inputs[k];
        if (x->op != NULL && x->within == NULL && at % LAM_CACHE_LINE == 0) {
            x->within = node;
            x->within_at = at;
        }
        at += x->count;
    }
}

static void nest(GPtrArray *nodes)
{
    for (int i = (int)nodes->len - 1; i >= 0; i--) {
        LamNode *node = nodes->pdata[i];
        if (node->op == NULL || !lam_node_is_used(node))
            continue;
        if (node->op->in_place)
            write_over(node);
        if (node->op->joins && !node->overwritten)
            join(node);
    }
}

/* The node whose memory this one's is a part of. */
static LamNode *outermost(LamNode *node, size_t *at)
{
    *at = 0;
    for (; node->within != NULL; node = node->within)
        *at += node->within_at;
    return node;
}

/* ---- places ---- */

static bool has_place(const LamNode *node)
{
    return lam_node_is_used(node) && node->parameter < 0;
}

/* How long the memory of each outermost node is needed: as long as anything in it. */
static void set_times(GPtrArray *nodes, LamSpan *time, bool *stays)
{
    for (guint i = 0; i < nodes->len; i++)
        time[i] = (LamSpan){.first = (int)nodes->len, .last = -1};
    for (guint i = 0; i < nodes->len; i++) {
        LamNode *node = nodes->pdata[i];
        size_t at;
        int k = outermost(node, &at)->index;
        if (!has_place(node))
            continue;
        time[k].first = MIN(time[k].first, node->index);
        time[k].last = MAX(time[k].last, node->last_use);
        stays[k] |= !node->fleeting;
    }
}

/* What stays: one after the other, without sharing with the scratch of each. */
static size_t place_staying(GPtrArray *nodes, const bool *stays, bool shares)
{
    size_t floats = 0;
    for (guint i = 0; i < nodes->len; i++) {
        LamNode *node = nodes->pdata[i];
        if (!has_place(node))
            continue;
        if (node->within == NULL && stays[i]) {
            node->value_at = floats;
            floats += lam_floats_rounded(node->count);
        }
        if (!shares) {
            node->scratch_at = floats;
            floats += lam_floats_rounded(node->scratch_count);
        }
    }
    return floats;
}

/* What does not, and all scratch, which then lasts as long as its op. */
static size_t place_fleeting(GPtrArray *nodes, const LamSpan *time, const bool *stays, size_t base)
{
    g_autofree LamSpan *spans = g_new(LamSpan, 2 * nodes->len);
    g_autofree size_t **to = g_new(size_t *, 2 * nodes->len);
    int n = 0;
    for (guint i = 0; i < nodes->len; i++) {
        LamNode *node = nodes->pdata[i];
        if (!has_place(node))
            continue;
        if (node->within == NULL && !stays[i]) {
            spans[n] = (LamSpan){lam_floats_rounded(node->count), time[i].first, time[i].last, 0};
            to[n++] = &node->value_at;
        }
        if (node->scratch_count > 0) {
            spans[n] = (LamSpan){lam_floats_rounded(node->scratch_count), (int)i, (int)i, 0};
            to[n++] = &node->scratch_at;
        }
    }
    size_t floats = lam_spans_place(spans, n);
    for (int k = 0; k < n; k++)
        *to[k] = base + spans[k].at;
    return base + floats;
}

size_t lam_graph_place(GPtrArray *nodes, bool shares)
{
    g_autofree LamSpan *time = g_new(LamSpan, nodes->len);
    g_autofree bool *stays = g_new0(bool, nodes->len);
    mark_served(nodes);
    mark_fleeting(nodes);
    if (shares)
        nest(nodes);
    set_times(nodes, time, stays);
    size_t floats = place_staying(nodes, stays, shares);
    if (shares)
        floats = place_fleeting(nodes, time, stays, floats);
    for (guint i = 0; i < nodes->len; i++) {
        LamNode *node = nodes->pdata[i];
        size_t at;
        const LamNode *outer = outermost(node, &at);
        if (outer != node)
            node->value_at = outer->value_at + at;
    }
    return floats;
}

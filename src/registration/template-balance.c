#include "template-balance.h"

#include <lambdascope/error.h>
#include <lambdascope/template.h>

#include <math.h>

#define MOST   LAM_TEMPLATE_MAX_STRUCTURES
#define LIMIT  4.0f            /* of a weight, up and down */
#define RANGE  (LIMIT * LIMIT) /* of two */
#define ROUNDS 20
#define GAIN   0.5
#define SLABS  16 /* sums do not depend on the number of threads */

/* The structure of the highest weighted probability. */
static size_t best_of(const float *p, const float *weight, size_t structures)
{
    size_t best = 0;
    float most = weight[0] * p[0];
    for (size_t k = 1; k < structures; k++) {
        float value = weight[k] * p[k];
        best = value > most ? k : best;
        most = fmaxf(value, most);
    }
    return best;
}

/* A part of the voxels: what is expected there, what is settled whatever the weights, and the rest. */
typedef struct {
    double expected[MOST], has[MOST];
    size_t settled[MOST], *doubtful, n;
} Slab;

static void sort_out(const float *p, const float *even, size_t structures, size_t from, size_t to,
                     Slab *slab)
{
    for (size_t i = from; i < to; i++) {
        const float *q = p + i * structures;
        size_t best = best_of(q, even, structures);
        bool sure = true;
        for (size_t k = 0; k < structures; k++) {
            slab->expected[k] += (double)q[k];
            sure = sure && (k == best || q[k] * RANGE < q[best]);
        }
        if (sure)
            slab->settled[best]++;
        else
            slab->doubtful[slab->n++] = i;
    }
}

static void count_best(const float *p, const float *weight, size_t structures, Slab *slab)
{
    for (size_t k = 0; k < structures; k++)
        slab->has[k] = (double)slab->settled[k];
    for (size_t i = 0; i < slab->n; i++)
        slab->has[best_of(p + slab->doubtful[i] * structures, weight, structures)]++;
}

/* Towards weights with which each structure has what is expected of it. */
static void adjust(const Slab *slabs, size_t structures, float *weight)
{
    for (size_t k = 0; k < structures; k++) {
        double expected = 1, has = 1;
        for (int s = 0; s < SLABS; s++) {
            expected += slabs[s].expected[k];
            has += slabs[s].has[k];
        }
        float wanted = weight[k] * (float)pow(expected / has, GAIN);
        weight[k] = CLAMP(wanted, 1 / LIMIT, LIMIT);
    }
}

bool lam_template_balance(const float *p, int structures, size_t voxels, float *weight,
                          GError **error)
{
    const size_t n = (size_t)structures;
    g_autofree size_t *doubtful = g_try_new(size_t, voxels);
    g_autofree Slab *slabs = g_new0(Slab, SLABS);
    if (doubtful == NULL) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MEMORY,
                            "cannot make labels: the template: not enough memory");
        return false;
    }
    for (size_t k = 0; k < n; k++)
        weight[k] = 1;
#pragma omp parallel for schedule(static, 1)
    for (size_t s = 0; s < SLABS; s++) {
        slabs[s].doubtful = doubtful + s * voxels / SLABS;
        sort_out(p, weight, n, s * voxels / SLABS, (s + 1) * voxels / SLABS, &slabs[s]);
    }
    for (int round = 0; round < ROUNDS; round++) {
#pragma omp parallel for schedule(static, 1)
        for (size_t s = 0; s < SLABS; s++)
            count_best(p, weight, n, &slabs[s]);
        adjust(slabs, n, weight);
    }
    return true;
}

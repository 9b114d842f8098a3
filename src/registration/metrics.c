#include <lambdascope/metrics.h>

#include <math.h>
#include <stdlib.h>

#define LABEL_MAX 65535 /* larger label values are looked up by search */

double lam_dice(const LamVolume *a, const LamVolume *b, int label)
{
    double out = NAN;
    lam_dice_many(a, b, &label, 1, &out);
    return out;
}

typedef struct {
    size_t a, b, both;
} Count;

typedef struct {
    int value, index;
} Entry;

typedef struct {
    Entry *sorted; /* by value, for values beyond the table */
    int *table;    /* value -> index, -1 where not asked for */
    int n;
} Lookup;

static int by_value(const void *a, const void *b)
{
    int x = ((const Entry *)a)->value, y = ((const Entry *)b)->value;
    return (x > y) - (x < y);
}

static Lookup lookup_new(const int *labels, int n)
{
    Lookup lookup = {g_new(Entry, n), g_new(int, LABEL_MAX + 1), n};
    for (int v = 0; v <= LABEL_MAX; v++)
        lookup.table[v] = -1;
    for (int i = n - 1; i >= 0; i--) {
        lookup.sorted[i] = (Entry){labels[i], i};
        if (labels[i] >= 0 && labels[i] <= LABEL_MAX)
            lookup.table[labels[i]] = i;
    }
    qsort(lookup.sorted, (size_t)n, sizeof(Entry), by_value);
    return lookup;
}

static void lookup_clear(Lookup *lookup)
{
    g_free(lookup->sorted);
    g_free(lookup->table);
}

/* Index of the label that a voxel holds, or -1. Labels are rounded: float maps hold 2.9999 for 3. */
static int lookup_find(const Lookup *lookup, float voxel)
{
    if (!(fabsf(voxel) < 2e9f))
        return -1;
    int value = (int)lrintf(voxel);
    if (value >= 0 && value <= LABEL_MAX)
        return lookup->table[value];
    Entry key = {value, 0};
    const Entry *found = bsearch(&key, lookup->sorted, (size_t)lookup->n, sizeof key, by_value);
    return found != NULL ? found->index : -1;
}

void lam_dice_many(const LamVolume *a, const LamVolume *b, const int *labels, int n, double *out)
{
    g_return_if_fail(lam_grid_voxels(&a->grid) == lam_grid_voxels(&b->grid));
    if (n < 1)
        return;
    Lookup lookup = lookup_new(labels, n);
    g_autofree Count *counts = g_new0(Count, n);
    size_t voxels = lam_grid_voxels(&a->grid);
    for (size_t i = 0; i < voxels; i++) {
        int x = lookup_find(&lookup, a->data[i]), y = lookup_find(&lookup, b->data[i]);
        if (x >= 0)
            counts[x].a++;
        if (y >= 0)
            counts[y].b++;
        if (x >= 0 && x == y)
            counts[x].both++;
    }
    for (int i = 0; i < n; i++) {
        const Count *c = &counts[MAX(lookup_find(&lookup, (float)labels[i]), 0)];
        size_t sum = c->a + c->b;
        out[i] = sum > 0 ? 2.0 * (double)c->both / (double)sum : NAN;
    }
    lookup_clear(&lookup);
}

void lam_label_voxels(const LamVolume *map, const int *labels, int n, size_t *out)
{
    if (n < 1)
        return;
    Lookup lookup = lookup_new(labels, n);
    g_autofree size_t *counts = g_new0(size_t, n);
    for (size_t i = 0; i < lam_grid_voxels(&map->grid); i++) {
        int at = lookup_find(&lookup, map->data[i]);
        if (at >= 0)
            counts[at]++;
    }
    for (int i = 0; i < n; i++)
        out[i] = counts[MAX(lookup_find(&lookup, (float)labels[i]), 0)];
    lookup_clear(&lookup);
}

typedef struct {
    double n, a, b, aa, bb, ab;
} Moments;

/* Blocks are summed in float-free doubles and in order: the result does not depend on threads. */
#define BLOCK 65536

static Moments block_moments(const float *a, const float *b, size_t n)
{
    Moments s = {0};
    for (size_t i = 0; i < n; i++) {
        if (!(a[i] > 0 || b[i] > 0))
            continue;
        double x = (double)a[i], y = (double)b[i];
        s.n++;
        s.a += x;
        s.b += y;
        s.aa += x * x;
        s.bb += y * y;
        s.ab += x * y;
    }
    return s;
}

double lam_correlation(const float *a, const float *b, size_t n)
{
    size_t blocks = (n + BLOCK - 1) / BLOCK;
    g_autofree Moments *part = g_new0(Moments, blocks + 1);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < blocks; i++)
        part[i] = block_moments(a + i * BLOCK, b + i * BLOCK, MIN(BLOCK, n - i * BLOCK));
    Moments s = {0};
    for (size_t i = 0; i < blocks; i++) {
        s.n += part[i].n;
        s.a += part[i].a;
        s.b += part[i].b;
        s.aa += part[i].aa;
        s.bb += part[i].bb;
        s.ab += part[i].ab;
    }
    double aa = s.aa - s.a * s.a / s.n, bb = s.bb - s.b * s.b / s.n, ab = s.ab - s.a * s.b / s.n;
    return s.n > 0 && aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

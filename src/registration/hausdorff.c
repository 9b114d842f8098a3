/* Distances between the surfaces of two label maps, label by label, each within its own box. */
#include <lambdascope/metrics.h>

#include "distance.h"

#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

#define PERCENTILE 0.95

/* Labels are rounded, as in lam_dice_many. */
static bool holds(float voxel, int label)
{
    return fabsf(voxel) < 2e9f && (int)lrintf(voxel) == label;
}

/* What both maps hold of one label. */
typedef struct {
    int from[3], to[3]; /* voxels from <= i < to */
    bool in_a, in_b;
} Box;

static void extend(Box *box, const int at[3])
{
    bool first = !box->in_a && !box->in_b;
    for (int d = 0; d < 3; d++) {
        box->from[d] = first ? at[d] : MIN(box->from[d], at[d]);
        box->to[d] = first ? at[d] + 1 : MAX(box->to[d], at[d] + 1);
    }
}

/* The boxes of all labels: label -> Box in one pass over both maps. */
static GHashTable *find_boxes(const LamVolume *a, const LamVolume *b, const int *labels, int n)
{
    GHashTable *boxes = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    const LamVolume *maps[2] = {a, b};
    const int *size = a->grid.size;
    for (int i = 0; i < n; i++)
        g_hash_table_insert(boxes, GINT_TO_POINTER(labels[i]), g_new0(Box, 1));
    for (int m = 0; m < 2; m++) {
        const float *voxel = maps[m]->data;
        Box *box = NULL;
        int last = 0;
        for (int k = 0; k < size[2]; k++)
            for (int j = 0; j < size[1]; j++)
                for (int i = 0; i < size[0]; i++, voxel++) {
                    if (!(fabsf(*voxel) < 2e9f))
                        continue;
                    int label = (int)lrintf(*voxel);
                    if (box == NULL || label != last)
                        box = g_hash_table_lookup(boxes, GINT_TO_POINTER(last = label));
                    if (box == NULL)
                        continue;
                    extend(box, (int[3]){i, j, k});
                    *(m == 0 ? &box->in_a : &box->in_b) = true;
                }
    }
    return boxes;
}

/* ---- one label ---- */

static bool is_surface(const LamVolume *map, int label, const int at[3])
{
    const int *size = map->grid.size;
    const size_t step[3] = {1, (size_t)size[0], (size_t)size[0] * (size_t)size[1]};
    const float *voxel = map->data;
    for (int d = 0; d < 3; d++)
        voxel += (size_t)at[d] * step[d];
    if (!holds(*voxel, label))
        return false;
    for (int d = 0; d < 3; d++)
        if (at[d] == 0 || at[d] + 1 == size[d] || !holds(*(voxel - step[d]), label) ||
            !holds(*(voxel + step[d]), label))
            return true;
    return false;
}

/* The surface as sites of a distance transform over the box: 0 and INFINITY. Returns how many. */
static size_t mark_surface(const LamVolume *map, int label, const Box *box, float *sites)
{
    size_t n = 0;
    for (int k = box->from[2]; k < box->to[2]; k++)
        for (int j = box->from[1]; j < box->to[1]; j++)
            for (int i = box->from[0]; i < box->to[0]; i++) {
                bool surface = is_surface(map, label, (int[3]){i, j, k});
                *sites++ = surface ? 0 : INFINITY;
                n += surface;
            }
    return n;
}

/* Squared distances of the sites to the other's sites, behind those that are there. */
static size_t collect(const float *sites, const float *distance, size_t voxels, float *out,
                      size_t at)
{
    for (size_t i = 0; i < voxels; i++)
        if (sites[i] == 0)
            out[at++] = distance[i];
    return at;
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double percentile_mm(float *squared, size_t n)
{
    qsort(squared, n, sizeof *squared, ascending);
    double place = PERCENTILE * (double)(n - 1);
    size_t below = (size_t)place, above = MIN(below + 1, n - 1);
    double low = sqrt((double)squared[below]), high = sqrt((double)squared[above]);
    return low + (place - (double)below) * (high - low);
}

/* Room for one label: sites and distances of both, and the collected distances. */
typedef struct {
    float *sites[2], *distance[2], *all;
} Work;

static void work_clear(Work *w)
{
    for (int m = 0; m < 2; m++) {
        g_free(w->sites[m]);
        g_free(w->distance[m]);
    }
    g_free(w->all);
}

static bool measure(const LamVolume *const maps[2], int label, const Box *box, double *out)
{
    LamVec3 spacing = lam_grid_spacing_mm(&maps[0]->grid);
    int size[3];
    size_t voxels = 1, n = 0;
    for (int d = 0; d < 3; d++)
        voxels *= (size_t)(size[d] = box->to[d] - box->from[d]);
    Work w = {0};
    bool ok = true;
    for (int m = 0; ok && m < 2; m++) {
        w.sites[m] = g_try_new(float, voxels);
        w.distance[m] = g_try_new(float, voxels);
        ok = w.sites[m] != NULL && w.distance[m] != NULL;
        if (!ok)
            break;
        n += mark_surface(maps[m], label, box, w.sites[m]);
        memcpy(w.distance[m], w.sites[m], voxels * sizeof(float));
        ok = lam_distance_squared(w.distance[m], size, spacing.v);
    }
    if (ok && (w.all = g_try_new(float, n)) != NULL) {
        size_t half = collect(w.sites[0], w.distance[1], voxels, w.all, 0);
        collect(w.sites[1], w.distance[0], voxels, w.all, half);
        *out = percentile_mm(w.all, n);
    }
    ok = ok && w.all != NULL;
    work_clear(&w);
    return ok;
}

bool lam_hausdorff95(const LamVolume *a, const LamVolume *b, const int *labels, int n, double *out,
                     const LamProgress *progress, GError **error)
{
    g_return_val_if_fail(lam_grid_voxels(&a->grid) == lam_grid_voxels(&b->grid), false);
    const LamVolume *const maps[2] = {a, b};
    g_autoptr(GHashTable) boxes = find_boxes(a, b, labels, n);
    int failed = 0;
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : failed)
    for (int i = 0; i < n; i++) {
        const Box *box = g_hash_table_lookup(boxes, GINT_TO_POINTER(labels[i]));
        out[i] = NAN;
        if (box->in_a && box->in_b && !lam_progress_cancelled(progress, NULL))
            failed += !measure(maps, labels[i], box, &out[i]);
    }
    if (failed > 0)
        g_set_error(error, LAM_ERROR, LAM_ERROR_MEMORY,
                    "cannot measure surface distances: %s: not enough memory",
                    a->path != NULL ? a->path : "label map");
    return failed == 0 && !lam_progress_cancelled(progress, error);
}

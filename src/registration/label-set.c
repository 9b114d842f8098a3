#include "label-set.h"

#include <lambdascope/error.h>
#include <math.h>
#include <stdlib.h>

#define MAX_LABELS 5000

int lam_label_of(float voxel)
{
    return fabsf(voxel) < 2e9f ? (int)lrintf(voxel) : 0;
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void collect(const LamVolume *map, GHashTable *seen)
{
    int last = 0;
    for (size_t i = 0; i < lam_grid_voxels(&map->grid); i++) {
        int label = lam_label_of(map->data[i]);
        if (label > 0 && label != last)
            g_hash_table_add(seen, GINT_TO_POINTER(last = label));
    }
}

static const char *or_map(const char *name)
{
    return name != NULL ? name : "label map";
}

int *lam_label_set(const LamVolume *a, const LamVolume *b, const char *const names[2], int *n,
                   GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    collect(a, seen);
    collect(b, seen);
    *n = (int)g_hash_table_size(seen);
    if (*n > MAX_LABELS) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot compare labels: %s, %s: over %d different values; are they label maps?",
                    or_map(names[0]), or_map(names[1]), MAX_LABELS);
        return NULL;
    }
    int *labels = g_new(int, MAX(*n, 1)), at = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        labels[at++] = GPOINTER_TO_INT(key);
    qsort(labels, (size_t)*n, sizeof *labels, ascending);
    return labels;
}

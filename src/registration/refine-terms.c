/* What is given beside the scans: label maps and landmarks. */
#include "refine-level.h"

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <stdlib.h>

#define MAX_LABELS 5000 /* more: it is no label map */

static int label_of(float voxel)
{
    return fabsf(voxel) < 2e9f ? (int)lrintf(voxel) : 0;
}

static GHashTable *labels_of(const LamVolume *map)
{
    GHashTable *seen = g_hash_table_new(NULL, NULL);
    size_t n = lam_grid_voxels(&map->grid);
    for (size_t i = 0; i < n && g_hash_table_size(seen) <= MAX_LABELS; i++)
        if (i == 0 || map->data[i] != map->data[i - 1])
            g_hash_table_add(seen, GINT_TO_POINTER(label_of(map->data[i])));
    return seen;
}

static bool wanted(const LamRefineOptions *options, int label)
{
    if (label <= 0)
        return false;
    for (int i = 0; options->labels != NULL && i < options->n_labels; i++)
        if (options->labels[i] == label)
            return true;
    return options->labels == NULL;
}

static const char *name_of(const LamVolume *map)
{
    return map->path != NULL ? map->path : "a label map";
}

bool lam_refine_labels_find(const LamRefineOptions *options, LamRefineLabels *labels,
                            GError **error)
{
    const LamVolume *fixed = options->fixed_labels, *moving = options->moving_labels;
    *labels = (LamRefineLabels){0};
    if (fixed == NULL && moving == NULL)
        return true;
    if (fixed == NULL || moving == NULL) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot align labels: %s: the other scan's label map is missing",
                    name_of(fixed != NULL ? fixed : moving));
        return false;
    }
    g_autoptr(GHashTable) a = labels_of(fixed), b = labels_of(moving);
    const char *why = "they have no label in common that is to be aligned";
    if (MAX(g_hash_table_size(a), g_hash_table_size(b)) > MAX_LABELS)
        why = "too many different values; are they label maps?";
    else {
        GHashTableIter iter;
        gpointer key;
        labels->label = g_new(int, g_hash_table_size(a) + 1);
        g_hash_table_iter_init(&iter, a);
        while (g_hash_table_iter_next(&iter, &key, NULL))
            if (g_hash_table_contains(b, key) && wanted(options, GPOINTER_TO_INT(key)))
                labels->label[labels->n++] = GPOINTER_TO_INT(key);
        qsort(labels->label, (size_t)labels->n, sizeof(int), lam_order_ints);
    }
    if (labels->n > 0)
        return true;
    lam_refine_labels_clear(labels);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot align labels: %s, %s: %s",
                name_of(fixed), name_of(moving), why);
    return false;
}

void lam_refine_labels_clear(LamRefineLabels *labels)
{
    g_clear_pointer(&labels->label, g_free);
    labels->n = 0;
}

LamVolume *lam_refine_labels_on(const LamRefineLabels *labels, const LamVolume *map,
                                const LamGrid *grid, const LamMat4 *affine, GError **error)
{
    LamVolume *out = lam_resample(map, grid, affine, LAM_NEAREST, 0, error);
    if (out == NULL)
        return NULL;
    size_t n = lam_grid_voxels(grid);
#pragma omp parallel for
    for (size_t i = 0; i < n; i++) {
        int label = label_of(out->data[i]);
        const int *at =
            bsearch(&label, labels->label, (size_t)labels->n, sizeof(int), lam_order_ints);
        out->data[i] = at != NULL ? (float)(at - labels->label + 1) : 0;
    }
    return out;
}

/* NULL if the pair can be aligned, else why not. to_voxel, back: world -> grid, for either side. */
static const char *wrong_with(LamVec3 x, LamVec3 y, const LamMat4 *to_voxel, const LamMat4 *back,
                              const int size[3])
{
    LamVec3 p = lam_mat4_apply(to_voxel, x), q = lam_mat4_apply(back, y);
    const char *why = NULL;
    for (int a = 0; a < 3; a++) {
        if (!isfinite(x.v[a]) || !isfinite(y.v[a]))
            return "a coordinate is no number";
        if (!(q.v[a] >= -0.5 && q.v[a] <= size[a] - 0.5))
            why = "its moving point lies outside the box that is registered";
        if (!(p.v[a] >= -0.5 && p.v[a] <= size[a] - 0.5))
            return "outside the box that is registered";
    }
    return why;
}

bool lam_refine_points_check(const LamRefineOptions *options, const LamGrid *grid,
                             const LamMat4 *affine, GError **error)
{
    LamMat4 to_voxel, back;
    if (options->n_points > 0 &&
        (!lam_mat4_invert(&grid->to_world, &to_voxel) || !lam_mat4_invert(affine, &back)))
        g_return_val_if_reached(false);
    if (options->n_points > 0)
        back = lam_mat4_multiply(&to_voxel, &back);
    for (int i = 0; i < options->n_points; i++) {
        LamVec3 x = options->fixed_points[i];
        const char *why = wrong_with(x, options->moving_points[i], &to_voxel, &back, grid->size);
        if (why == NULL)
            continue;
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot align landmarks: pair %d, at %g %g %g mm: %s", i + 1, x.v[0], x.v[1],
                    x.v[2], why);
        return false;
    }
    return true;
}

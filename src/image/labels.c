#include <lambdascope/labels.h>

#include <lambdascope/error.h>
#include <lambdascope/order.h>
#include <lambdascope/scan.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LABELS    5000
#define WHOLE         1e-3 /* what floats stored by other programs are off by */
#define MANY_LABELS   200  /* from here on it is asked whether it is a scan */
#define LEAST_ALIKE   0.25 /* of what is labelled, like the next voxel: less is noise */
#define OUTSIDE_SHARE 0.02 /* of what is labelled, beyond the scan */
#define SAME_VOXEL    0.25 /* of a voxel: grids this near are one */

int lam_label_of(float voxel)
{
    return fabsf(voxel) < 2e9f ? (int)lrintf(voxel) : 0;
}

/* ---- which there are ---- */

/* Stops where there are too many. */
static void collect(const LamVolume *map, GHashTable *seen)
{
    int last = 0;
    size_t count = lam_grid_voxels(&map->grid);
    for (size_t i = 0; i < count && g_hash_table_size(seen) <= MAX_LABELS; i++) {
        int label = lam_label_of(map->data[i]);
        if (label > 0 && label != last)
            g_hash_table_add(seen, GINT_TO_POINTER(last = label));
    }
}

static int *sorted_keys(GHashTable *seen, int *n)
{
    *n = (int)g_hash_table_size(seen);
    int *labels = g_new(int, MAX(*n, 1)), at = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        labels[at++] = GPOINTER_TO_INT(key);
    qsort(labels, (size_t)*n, sizeof *labels, lam_order_ints);
    return labels;
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
    if (b != NULL)
        collect(b, seen);
    if (g_hash_table_size(seen) <= MAX_LABELS)
        return sorted_keys(seen, n);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot use labels: %s%s%s: over %d different values: is it a label map?",
                or_map(names[0]), b != NULL ? ", " : "", b != NULL ? or_map(names[1]) : "",
                MAX_LABELS);
    return NULL;
}

/* ---- whether it is the scan's ---- */

static bool refuse(const LamVolume *map, GError **error, const char *why, ...) G_GNUC_PRINTF(3, 4);

static bool refuse(const LamVolume *map, GError **error, const char *why, ...)
{
    va_list arguments;
    va_start(arguments, why);
    g_autofree char *text = g_strdup_vprintf(why, arguments);
    va_end(arguments);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use label map: %s: %s",
                or_map(map->path), text);
    return false;
}

static bool check_values(const LamVolume *map, GError **error)
{
    size_t count = lam_grid_voxels(&map->grid);
    if (map->channels != 1)
        return refuse(map, error, "it has %d values per voxel; one is needed", map->channels);
    for (size_t i = 0; i < count; i++)
        if (!(fabs(map->data[i] - rint(map->data[i])) <= WHOLE))
            return refuse(map, error, "it holds %g, and labels are whole numbers: is it a scan?",
                          (double)map->data[i]);
    return true;
}

/* Of the voxels with a label, those whose next neighbour along i has it, too. */
static double share_alike(const LamVolume *map)
{
    size_t labelled = 0, alike = 0, count = lam_grid_voxels(&map->grid);
    for (size_t i = 0; i + 1 < count; i++) {
        int label = lam_label_of(map->data[i]);
        labelled += label > 0;
        alike += label > 0 && lam_label_of(map->data[i + 1]) == label;
    }
    return labelled > 0 ? (double)alike / (double)labelled : 1;
}

/* Scans, too, are often stored as whole numbers. */
static bool check_look(const LamLabels *labels, GError **error)
{
    return labels->count < MANY_LABELS || share_alike(labels->map) >= LEAST_ALIKE ||
           refuse(labels->map, error,
                  "it holds %d different values, which change from voxel to voxel: is it a scan?",
                  labels->count);
}

/* The largest distance from a corner of one box to the nearest of the other: 0 also where the same box is
 * stored in another order. */
static double corners_apart_mm(const LamGrid *a, const LamGrid *b)
{
    double most = 0;
    for (int i = 0; i < 8; i++) {
        double least = INFINITY;
        LamVec3 p = lam_grid_corner_mm(a, i);
        for (int j = 0; j < 8; j++) {
            LamVec3 q = lam_grid_corner_mm(b, j);
            least = fmin(least, hypot(hypot(p.v[0] - q.v[0], p.v[1] - q.v[1]), p.v[2] - q.v[2]));
        }
        most = fmax(most, least);
    }
    return most;
}

static bool same_size(const LamGrid *a, const LamGrid *b)
{
    int m[3], n[3];
    memcpy(m, a->size, sizeof m);
    memcpy(n, b->size, sizeof n);
    qsort(m, 3, sizeof *m, lam_order_ints);
    qsort(n, 3, sizeof *n, lam_order_ints);
    return memcmp(m, n, sizeof m) == 0;
}

static bool lies_in(const LamGrid *grid, LamVec3 voxel)
{
    for (int a = 0; a < 3; a++)
        if (!(voxel.v[a] >= -0.5 - SAME_VOXEL && voxel.v[a] <= grid->size[a] - 0.5 + SAME_VOXEL))
            return false;
    return true;
}

/* Of the voxels with a label. */
static double share_outside(const LamVolume *map, const LamGrid *scan, const LamMat4 *to_scan)
{
    size_t labelled = 0, outside = 0;
    const float *voxel = map->data;
    const int *n = map->grid.size;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, voxel++) {
                if (lam_label_of(*voxel) <= 0)
                    continue;
                labelled++;
                outside += !lies_in(scan, lam_mat4_apply(to_scan, (LamVec3){{i, j, k}}));
            }
    return labelled > 0 ? (double)outside / (double)labelled : 0;
}

static bool check_space(const LamVolume *map, const LamVolume *scan, GError **error)
{
    LamMat4 to_voxel;
    LamVec3 spacing = lam_grid_spacing_mm(&scan->grid);
    double voxel_mm = fmin(spacing.v[0], fmin(spacing.v[1], spacing.v[2]));
    double apart = corners_apart_mm(&map->grid, &scan->grid);
    if (apart <= SAME_VOXEL * voxel_mm)
        return true;
    if (same_size(&map->grid, &scan->grid))
        return refuse(map, error,
                      "its voxels are as many as those of its scan, but lie up to %.1f mm away: "
                      "was it saved with another header?",
                      apart);
    if (!lam_mat4_invert(&scan->grid.to_world, &to_voxel))
        return refuse(map, error, "the matrix of the scan's grid is singular");
    LamMat4 to_scan = lam_mat4_multiply(&to_voxel, &map->grid.to_world);
    double outside = share_outside(map, &scan->grid, &to_scan);
    return outside <= OUTSIDE_SHARE ||
           refuse(map, error,
                  "%.0f %% of what is labelled lies beyond its scan: label maps must be in the "
                  "space of their scan",
                  100 * outside);
}

/* ---- the map of a scan ---- */

static LamLabels *labels_around(LamVolume *map)
{
    LamLabels *labels = g_new0(LamLabels, 1);
    g_atomic_ref_count_init(&labels->refs);
    labels->map = lam_volume_ref(map);
    return labels;
}

static bool place(LamLabels *labels, GError **error)
{
    return lam_mat4_invert(&labels->map->grid.to_world, &labels->to_voxel) ||
           refuse(labels->map, error, "the matrix of its grid is singular");
}

LamLabels *lam_labels_new_known(LamVolume *map, const int *label, int count, GError **error)
{
    g_autoptr(LamLabels) labels = labels_around(map);
    labels->label = g_memdup2(label, (size_t)count * sizeof *label);
    labels->count = count;
    return place(labels, error) ? g_steal_pointer(&labels) : NULL;
}

LamLabels *lam_labels_new(LamVolume *map, const LamVolume *scan, GError **error)
{
    const char *const names[2] = {map->path, NULL};
    g_autoptr(LamLabels) labels = labels_around(map);
    if (!check_values(map, error))
        return NULL;
    labels->label = lam_label_set(map, NULL, names, &labels->count, error);
    if (labels->label == NULL)
        return NULL;
    if (labels->count == 0) {
        refuse(map, error, "it holds no label above zero");
        return NULL;
    }
    if (!place(labels, error) || !check_look(labels, error) ||
        (scan != NULL && !check_space(map, scan, error)))
        return NULL;
    return g_steal_pointer(&labels);
}

LamLabels *lam_labels_load(const char *path, const LamVolume *scan, GError **error)
{
    g_autoptr(LamVolume) map = lam_scan_load(path, 0, error);
    return map != NULL ? lam_labels_new(map, scan, error) : NULL;
}

LamLabels *lam_labels_ref(LamLabels *labels)
{
    g_atomic_ref_count_inc(&labels->refs);
    return labels;
}

void lam_labels_unref(LamLabels *labels)
{
    if (labels == NULL || !g_atomic_ref_count_dec(&labels->refs))
        return;
    lam_volume_unref(labels->map);
    g_free(labels->label);
    g_free(labels);
}

int lam_labels_at(const LamLabels *labels, LamVec3 world_mm)
{
    const LamGrid *grid = &labels->map->grid;
    LamVec3 voxel = lam_mat4_apply(&labels->to_voxel, world_mm);
    size_t index[3];
    for (int a = 0; a < 3; a++) {
        double nearest = floor(voxel.v[a] + 0.5);
        if (!(nearest >= 0 && nearest < grid->size[a]))
            return 0;
        index[a] = (size_t)nearest;
    }
    size_t at = (index[2] * (size_t)grid->size[1] + index[1]) * (size_t)grid->size[0] + index[0];
    return MAX(lam_label_of(labels->map->data[at]), 0);
}

int lam_labels_find(const LamLabels *labels, int label)
{
    const int *found =
        bsearch(&label, labels->label, (size_t)labels->count, sizeof label, lam_order_ints);
    return found != NULL ? (int)(found - labels->label) : -1;
}

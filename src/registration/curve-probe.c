/* What a curve is measured on: labels, domains and blocks of a pair, whatever λ. */
#include "curve-private.h"

#include <lambdascope/labels.h>
#include <lambdascope/order.h>
#include <lambdascope/resample.h>
#include <stdlib.h>

#define BLOCKS_PER_AXIS 4

void lam_curve_probe_free(LamCurveProbe *probe)
{
    if (probe == NULL)
        return;
    g_clear_pointer(&probe->moving_labels, lam_volume_unref);
    g_free(probe->labels);
    g_free(probe->fixed_label);
    g_free(probe->part);
    g_free(probe->field_part);
    g_free(probe->block);
    g_free(probe);
}

const int *lam_curve_probe_labels(const LamCurveProbe *probe, int *n)
{
    *n = probe->n_labels;
    return probe->labels;
}

/* ---- what does not depend on λ ---- */

int lam_curve_place_of(const LamCurveProbe *probe, float voxel)
{
    int label = lam_label_of(voxel);
    if (label == 0)
        return -1;
    const int *found =
        bsearch(&label, probe->labels, (size_t)probe->n_labels, sizeof label, lam_order_ints);
    return found != NULL ? (int)(found - probe->labels) : -1;
}

static bool take_labels(LamCurveProbe *probe, const LamVolume *fixed, LamVolume *moving,
                        GError **error)
{
    const LamGrid *grid = &probe->session->model_grid;
    if (fixed == NULL || moving == NULL)
        return true;
    const char *const names[2] = {fixed->path, moving->path};
    probe->labels = lam_label_set(fixed, moving, names, &probe->n_labels, error);
    g_autoptr(LamVolume) map = lam_resample(fixed, grid, NULL, LAM_NEAREST, 0, error);
    if (probe->labels == NULL || map == NULL)
        return false;
    probe->moving_labels = lam_volume_ref(moving);
    probe->fixed_label = g_new(int, lam_grid_voxels(grid));
    for (size_t i = 0; i < lam_grid_voxels(grid); i++)
        probe->fixed_label[i] = lam_curve_place_of(probe, map->data[i]);
    return true;
}

/* The domain of the largest share, counted from 1. */
static int *largest_share(GPtrArray *shares, size_t n)
{
    int *part = g_new(int, n);
    for (size_t i = 0; i < n; i++) {
        guint best = 0;
        for (guint r = 1; r < shares->len; r++)
            if (((LamVolume *)g_ptr_array_index(shares, r))->data[i] >
                ((LamVolume *)g_ptr_array_index(shares, best))->data[i])
                best = r;
        part[i] = (int)best + 1;
    }
    return part;
}

static bool take_regions(LamCurveProbe *probe, const LamComposite *regions, GError **error)
{
    int count = regions != NULL ? lam_composite_count(regions) : 0;
    const LamGrid *grid = &probe->session->model_grid;
    size_t n = lam_grid_voxels(grid), coarse = lam_grid_voxels(&probe->session->field_grid);
    probe->n_domains = 1 + (count > 0 ? count + 1 : 0);
    if (count == 0) {
        probe->part = g_new0(int, n);
        probe->field_part = g_new0(int, coarse);
        return true;
    }
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify)lam_volume_unref);
    g_autoptr(GPtrArray) fine = g_ptr_array_new_with_free_func((GDestroyNotify)lam_volume_unref);
    for (int r = 0; r <= count; r++) {
        LamVolume *share = lam_composite_share(regions, r);
        LamVolume *here = lam_resample_clamped(share, grid, error);
        if (here == NULL)
            return false;
        g_ptr_array_add(own, lam_volume_ref(share));
        g_ptr_array_add(fine, here);
    }
    probe->part = largest_share(fine, n);
    probe->field_part = largest_share(own, coarse);
    return true;
}

/* The voxels that the fixed scan fills: from lo to before hi. */
static void filled_box(const LamVolume *fixed, int lo[3], int hi[3])
{
    const int *n = fixed->grid.size;
    size_t at = 0;
    for (int a = 0; a < 3; a++) {
        lo[a] = n[a];
        hi[a] = 0;
    }
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++) {
                const int p[3] = {i, j, k};
                for (int a = 0; a < 3 && fixed->data[at] > 0; a++) {
                    lo[a] = MIN(lo[a], p[a]);
                    hi[a] = MAX(hi[a], p[a] + 1);
                }
            }
}

static int part_of(int position, int lo, int hi)
{
    return CLAMP(BLOCKS_PER_AXIS * (position - lo) / MAX(hi - lo, 1), 0, BLOCKS_PER_AXIS - 1);
}

/* Cuts what the fixed scan fills into equal blocks. */
static void cut_blocks(LamCurveProbe *probe)
{
    const LamVolume *fixed = probe->session->fixed_model;
    const int *n = fixed->grid.size;
    int lo[3], hi[3];
    size_t at = 0;
    filled_box(fixed, lo, hi);
    probe->block = g_new(guint8, lam_grid_voxels(&fixed->grid));
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++) {
                int plane = BLOCKS_PER_AXIS * part_of(k, lo[2], hi[2]) + part_of(j, lo[1], hi[1]);
                probe->block[at] = (guint8)(BLOCKS_PER_AXIS * plane + part_of(i, lo[0], hi[0]));
            }
}

LamCurveProbe *lam_curve_probe_new(LamSession *session, const LamVolume *fixed_labels,
                                   LamVolume *moving_labels, const LamComposite *regions,
                                   GError **error)
{
    g_autoptr(LamCurveProbe) probe = g_new0(LamCurveProbe, 1);
    probe->session = session;
    if (!take_labels(probe, fixed_labels, moving_labels, error) ||
        !take_regions(probe, regions, error))
        return NULL;
    cut_blocks(probe);
    return g_steal_pointer(&probe);
}

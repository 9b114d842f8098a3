/* How well labels overlap at one λ, whole and without each block of space. */
#include "curve-private.h"

#include <lambdascope/resample.h>
#include <math.h>

/* Voxels of a label in a domain and block, in the fixed map, the carried one and both. */
typedef struct {
    guint32 fixed, carried, both;
} Overlap;

static Overlap *overlap_at(const LamCurveProbe *probe, Overlap *all, int domain, int block,
                           int label)
{
    size_t at = ((size_t)domain * LAM_CURVE_BLOCKS + (size_t)block) * (size_t)probe->n_labels;
    return &all[at + (size_t)label];
}

static void count_voxel(const LamCurveProbe *probe, size_t i, int carried, int domain, Overlap *all)
{
    int fixed = probe->fixed_label[i], block = probe->block[i];
    if (fixed >= 0)
        overlap_at(probe, all, domain, block, fixed)->fixed++;
    if (carried >= 0)
        overlap_at(probe, all, domain, block, carried)->carried++;
    if (fixed >= 0 && fixed == carried)
        overlap_at(probe, all, domain, block, fixed)->both++;
}

static Overlap *count_overlap(const LamCurveProbe *probe, const LamVolume *carried)
{
    size_t cells = (size_t)probe->n_domains * LAM_CURVE_BLOCKS * (size_t)probe->n_labels;
    Overlap *all = g_new0(Overlap, cells);
    for (size_t i = 0; i < lam_grid_voxels(&carried->grid); i++) {
        int label = lam_curve_place_of(probe, carried->data[i]);
        if (label < 0 && probe->fixed_label[i] < 0)
            continue;
        count_voxel(probe, i, label, 0, all);
        if (probe->part[i] > 0)
            count_voxel(probe, i, label, probe->part[i], all);
    }
    return all;
}

static double dice_of(const Overlap *o)
{
    return o->fixed > 0 && o->carried > 0 ? 2.0 * o->both / (o->fixed + o->carried) : NAN;
}

/* Sums over all blocks. */
static Overlap *sum_blocks(const LamCurveProbe *probe, Overlap *all, int domain)
{
    Overlap *sum = g_new0(Overlap, (size_t)MAX(probe->n_labels, 1));
    for (int b = 0; b < LAM_CURVE_BLOCKS; b++)
        for (int l = 0; l < probe->n_labels; l++) {
            const Overlap *o = overlap_at(probe, all, domain, b, l);
            sum[l].fixed += o->fixed;
            sum[l].carried += o->carried;
            sum[l].both += o->both;
        }
    return sum;
}

/* Mean Dice of the labels without one block; block -1: with all of them. Without a block, those labels count of
 * which the fixed map has something left: the same ones at every λ. */
static double mean_dice(const LamCurveProbe *probe, Overlap *all, const Overlap *sum, int domain,
                        int block)
{
    double total = 0;
    int n = 0;
    for (int l = 0; l < probe->n_labels; l++) {
        Overlap o = sum[l];
        if (isnan(dice_of(&o)))
            continue;
        if (block >= 0) {
            const Overlap *less = overlap_at(probe, all, domain, block, l);
            o = (Overlap){o.fixed - less->fixed, o.carried - less->carried, o.both - less->both};
        }
        if (o.fixed == 0)
            continue;
        total += 2.0 * o.both / (o.fixed + o.carried);
        n++;
    }
    return n > 0 ? total / n : NAN;
}

bool lam_curve_measure_labels(const LamCurveProbe *probe, const LamVolume *total,
                              LamCurvePoint *point, GError **error)
{
    if (probe->moving_labels == NULL)
        return true;
    g_autoptr(LamVolume) carried = lam_resample_field(
        probe->moving_labels, &probe->session->model_grid, total, LAM_NEAREST, 0, error);
    if (carried == NULL)
        return false;
    g_autofree Overlap *all = count_overlap(probe, carried);
    for (int d = 0; d < probe->n_domains; d++) {
        g_autofree Overlap *sum = sum_blocks(probe, all, d);
        point->domain[d].dice = mean_dice(probe, all, sum, d, -1);
        for (int b = 0; b < LAM_CURVE_BLOCKS; b++)
            point->without[d * LAM_CURVE_BLOCKS + b] = mean_dice(probe, all, sum, d, b);
        for (int l = 0; d == 0 && l < probe->n_labels; l++)
            point->label_dice[l] = dice_of(&sum[l]);
    }
    return true;
}

/* What one λ does, measured on the model grid. */
#include <lambdascope/curve.h>

#include "session-private.h"

#include <lambdascope/field.h>
#include <lambdascope/labels.h>
#include <lambdascope/order.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_PER_AXIS 4

struct LamCurveProbe {
    LamSession *session;      /* borrowed */
    LamVolume *moving_labels; /* NULL: none */
    int n_domains, n_labels;
    int *labels;
    int *fixed_label; /* on the model grid: place in labels, -1 for background */
    int *part;        /* on the model grid: domain beside the whole; 0: none */
    int *field_part;  /* the same on the field grid */
    guint8 *block;    /* on the model grid */
};

/* Voxels of a label in a domain and block, in the fixed map, the carried one and both. */
typedef struct {
    guint32 fixed, carried, both;
} Overlap;

typedef struct {
    double n, a, b, aa, bb, ab;
} Moments;

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

static int place_of(const LamCurveProbe *probe, float voxel)
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
        probe->fixed_label[i] = place_of(probe, map->data[i]);
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

/* ---- overlap ---- */

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
        int label = place_of(probe, carried->data[i]);
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

static bool measure_labels(const LamCurveProbe *probe, const LamVolume *total, LamCurvePoint *point,
                           GError **error)
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

/* ---- similarity ---- */

static void add_pair(Moments *m, double a, double b)
{
    m->n++;
    m->a += a;
    m->b += b;
    m->aa += a * a;
    m->bb += b * b;
    m->ab += a * b;
}

static double correlation(const Moments *m)
{
    double aa = m->aa - m->a * m->a / m->n, bb = m->bb - m->b * m->b / m->n;
    return (m->ab - m->a * m->b / m->n) / sqrt(aa * bb);
}

static bool measure_similarity(const LamCurveProbe *probe, const LamVolume *total,
                               LamCurvePoint *point, GError **error)
{
    const LamVolume *fixed = probe->session->fixed_model;
    g_autoptr(LamVolume) warped = lam_resample_field(probe->session->moving_prepared, &fixed->grid,
                                                     total, LAM_LINEAR, 0, error);
    if (warped == NULL)
        return false;
    g_autofree Moments *moments = g_new0(Moments, (size_t)probe->n_domains);
    for (size_t i = 0; i < lam_grid_voxels(&fixed->grid); i++) {
        double a = (double)fixed->data[i], b = (double)warped->data[i];
        if (!(a > 0) && !(b > 0))
            continue;
        add_pair(&moments[0], a, b);
        if (probe->part[i] > 0)
            add_pair(&moments[probe->part[i]], a, b);
    }
    for (int d = 0; d < probe->n_domains; d++)
        point->domain[d].similarity = correlation(&moments[d]);
    return true;
}

/* ---- the field itself ---- */

typedef struct {
    double voxels, folds, log_sum, log_squares, steps, squares;
} FieldSums;

/* Squared forward differences from one voxel, as lam_field_roughness adds them. */
static void add_steps(const LamVolume *d, const double scale[3], const int at[3], size_t i,
                      FieldSums *sums)
{
    const size_t stride[3] = {1, (size_t)d->grid.size[0],
                              (size_t)d->grid.size[0] * (size_t)d->grid.size[1]};
    for (int a = 0; a < 3; a++) {
        if (at[a] + 1 >= d->grid.size[a])
            continue;
        for (int c = 0; c < 3; c++) {
            const float *u = lam_volume_channel(d, c);
            double step = scale[c] * ((double)u[i + stride[a]] - (double)u[i]);
            sums->squares += step * step;
            sums->steps++;
        }
    }
}

static void add_jacobian(double j, FieldSums *sums)
{
    sums->voxels++;
    sums->folds += !(j > 0);
    if (j > 0) {
        sums->log_sum += log(j);
        sums->log_squares += log(j) * log(j);
    }
}

static void finish_sums(const FieldSums *s, LamCurveFigures *out)
{
    double n = s->voxels - s->folds, mean = s->log_sum / n;
    out->fold_percent = 100 * s->folds / s->voxels;
    out->sd_log_jacobian = sqrt(fmax(s->log_squares / n - mean * mean, 0));
    out->roughness = s->squares / s->steps;
}

/* Of each part; the whole has its figures already. */
static void measure_parts(const LamCurveProbe *probe, const LamSnapshot *snapshot, const int *part,
                          LamCurvePoint *point)
{
    const LamVolume *d = snapshot->field;
    LamVec3 spacing = lam_grid_spacing_mm(&d->grid);
    double scale[3] = {1 / spacing.v[0], 1 / spacing.v[1], 1 / spacing.v[2]};
    g_autofree FieldSums *sums = g_new0(FieldSums, (size_t)probe->n_domains);
    size_t i = 0;
    for (int z = 0; z < d->grid.size[2]; z++)
        for (int y = 0; y < d->grid.size[1]; y++)
            for (int x = 0; x < d->grid.size[0]; x++, i++) {
                FieldSums *of = &sums[part[i]];
                add_steps(d, scale, (const int[]){x, y, z}, i, of);
                add_jacobian((double)snapshot->jacobian->data[i], of);
            }
    for (int p = 1; p < probe->n_domains; p++)
        finish_sums(&sums[p], &point->domain[p]);
}

static void measure_field(const LamCurveProbe *probe, const LamSnapshot *snapshot,
                          LamCurvePoint *point)
{
    point->domain[0].fold_percent = snapshot->statistics.fold_percent;
    point->domain[0].sd_log_jacobian = snapshot->statistics.sd_log_jacobian;
    point->domain[0].roughness = lam_field_roughness(snapshot->field);
    /* a symmetric session's field is on the model grid */
    bool fine = lam_grid_equal(&snapshot->field->grid, &probe->session->model_grid, 1e-6);
    if (probe->n_domains > 1)
        measure_parts(probe, snapshot, fine ? probe->part : probe->field_part, point);
}

LamCurvePoint *lam_curve_probe_measure(LamCurveProbe *probe, const LamSnapshot *snapshot,
                                       GError **error)
{
    gint64 began = g_get_monotonic_time();
    g_autoptr(LamCurvePoint) point =
        lam_curve_point_new(snapshot->lambda, probe->n_domains, probe->n_labels);
    g_autoptr(LamVolume) total = lam_field_compose_affine(snapshot->field, &probe->session->affine,
                                                          &probe->session->model_grid, error);
    if (total == NULL || !measure_similarity(probe, total, point, error) ||
        !measure_labels(probe, total, point, error))
        return NULL;
    measure_field(probe, snapshot, point);
    point->milliseconds = 1e-3 * (double)(g_get_monotonic_time() - began);
    return g_steal_pointer(&point);
}

LamCurvePoint *lam_curve_probe_at(LamCurveProbe *probe, double lambda, GError **error)
{
    gint64 began = g_get_monotonic_time();
    g_autoptr(LamSnapshot) snapshot = lam_session_set_lambda(probe->session, lambda, false, error);
    LamCurvePoint *point =
        snapshot != NULL ? lam_curve_probe_measure(probe, snapshot, error) : NULL;
    if (point != NULL)
        point->milliseconds = 1e-3 * (double)(g_get_monotonic_time() - began);
    return point;
}

/* What one λ gave: similarity, folds and roughness, of the whole and of each domain. */
#include "curve-private.h"

#include <lambdascope/field.h>
#include <lambdascope/resample.h>
#include <math.h>

typedef struct {
    double n, a, b, aa, bb, ab;
} Moments;

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
        !lam_curve_measure_labels(probe, total, point, error))
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

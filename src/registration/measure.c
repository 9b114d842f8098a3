#include <lambdascope/measure.h>

#include <lambdascope/labels.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <math.h>

#define MM3_PER_ML 1000.0

static double voxel_ml(const LamGrid *grid)
{
    return fabs(lam_mat4_det3(&grid->to_world)) / MM3_PER_ML;
}

static void volumes_ml(const LamVolume *map, const int *labels, int n, double *out)
{
    g_autofree size_t *voxels = g_new(size_t, MAX(n, 1));
    lam_label_voxels(map, labels, n, voxels);
    for (int i = 0; i < n; i++)
        out[i] = (double)voxels[i] * voxel_ml(&map->grid);
}

/* Of the finite ones. */
static double mean_of(const LamLabelMeasures *m, size_t member)
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < m->count; i++) {
        double value = G_STRUCT_MEMBER(double, &m->label[i], member);
        if (isfinite(value)) {
            sum += value;
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}

static void take_mean(LamLabelMeasures *m)
{
    m->mean = (LamLabelMeasure){
        .dice = mean_of(m, G_STRUCT_OFFSET(LamLabelMeasure, dice)),
        .hd95_mm = mean_of(m, G_STRUCT_OFFSET(LamLabelMeasure, hd95_mm)),
        .fixed_ml = mean_of(m, G_STRUCT_OFFSET(LamLabelMeasure, fixed_ml)),
        .moving_ml = mean_of(m, G_STRUCT_OFFSET(LamLabelMeasure, moving_ml)),
        .warped_ml = mean_of(m, G_STRUCT_OFFSET(LamLabelMeasure, warped_ml)),
        .change_percent = mean_of(m, G_STRUCT_OFFSET(LamLabelMeasure, change_percent)),
    };
}

/* The columns of the table, one array each; out of one block. */
typedef struct {
    double *block, *dice, *hd95, *fixed, *moving, *warped;
} Columns;

static Columns columns_new(int n)
{
    size_t rows = (size_t)MAX(n, 1);
    double *block = g_new0(double, 5 * rows);
    return (Columns){block,           block, block + rows, block + 2 * rows, block + 3 * rows,
                     block + 4 * rows};
}

static void fill(LamLabelMeasures *out, const int *labels, const Columns *c)
{
    for (int i = 0; i < out->count; i++) {
        bool both = c->fixed[i] > 0 && c->moving[i] > 0;
        out->label[i] = (LamLabelMeasure){
            .label = labels[i],
            .dice = both ? c->dice[i] : NAN,
            .hd95_mm = c->hd95[i],
            .fixed_ml = c->fixed[i],
            .moving_ml = c->moving[i],
            .warped_ml = c->warped[i],
            .change_percent = c->moving[i] > 0 ? 100 * (c->warped[i] / c->moving[i] - 1) : NAN,
        };
    }
    take_mean(out);
}

static LamVolume *carry(const LamVolume *labels, const LamVolume *d, const LamMat4 *affine,
                        const LamGrid *grid, const LamProgress *progress, GError **error)
{
    g_autoptr(LamVolume) total = lam_field_compose_affine(d, affine, grid, error);
    if (total == NULL || lam_progress_cancelled(progress, error))
        return NULL;
    return lam_resample_field(labels, grid, total, LAM_NEAREST, 0, error);
}

static bool measure_labels(const LamVolume *fixed_labels, const LamVolume *moving_labels,
                           const LamVolume *d, const LamMat4 *affine, bool with_distances,
                           const LamProgress *progress, LamLabelMeasures *out, GError **error)
{
    const char *const names[2] = {fixed_labels->path, moving_labels->path};
    *out = (LamLabelMeasures){0};
    g_autofree int *labels = lam_label_set(fixed_labels, moving_labels, names, &out->count, error);
    if (labels == NULL || lam_progress_cancelled(progress, error))
        return false;
    g_autoptr(LamVolume) carried =
        carry(moving_labels, d, affine, &fixed_labels->grid, progress, error);
    if (carried == NULL || lam_progress_cancelled(progress, error))
        return false;
    Columns c = columns_new(out->count);
    volumes_ml(fixed_labels, labels, out->count, c.fixed);
    volumes_ml(moving_labels, labels, out->count, c.moving);
    volumes_ml(carried, labels, out->count, c.warped);
    lam_dice_many(fixed_labels, carried, labels, out->count, c.dice);
    for (int i = 0; i < out->count; i++)
        c.hd95[i] = NAN;
    bool ok = !with_distances ||
              lam_hausdorff95(fixed_labels, carried, labels, out->count, c.hd95, progress, error);
    if (ok) {
        out->label = g_new(LamLabelMeasure, MAX(out->count, 1));
        fill(out, labels, &c);
    }
    g_free(c.block);
    return ok;
}

bool lam_measure_labels(const LamVolume *fixed_labels, const LamVolume *moving_labels,
                        const LamVolume *d, const LamMat4 *affine, const LamProgress *progress,
                        LamLabelMeasures *out, GError **error)
{
    return measure_labels(fixed_labels, moving_labels, d, affine, true, progress, out, error);
}

bool lam_measure_labels_overlap(const LamVolume *fixed_labels, const LamVolume *moving_labels,
                                const LamVolume *d, const LamMat4 *affine,
                                const LamProgress *progress, LamLabelMeasures *out, GError **error)
{
    return measure_labels(fixed_labels, moving_labels, d, affine, false, progress, out, error);
}

void lam_label_measures_clear(LamLabelMeasures *measures)
{
    g_clear_pointer(&measures->label, g_free);
    measures->count = 0;
}

static bool measure(const LamSnapshot *snapshot, const LamVolume *fixed_labels,
                    const LamVolume *moving_labels, bool with_distances,
                    const LamProgress *progress, LamMeasures *out, GError **error)
{
    *out = (LamMeasures){.lambda = snapshot->lambda,
                         .similarity = snapshot->similarity,
                         .field = snapshot->statistics,
                         .roughness = lam_field_roughness(snapshot->field)};
    return fixed_labels == NULL || moving_labels == NULL ||
           measure_labels(fixed_labels, moving_labels, snapshot->field, &snapshot->affine,
                          with_distances, progress, &out->labels, error);
}

bool lam_measure(const LamSnapshot *snapshot, const LamVolume *fixed_labels,
                 const LamVolume *moving_labels, const LamProgress *progress, LamMeasures *out,
                 GError **error)
{
    return measure(snapshot, fixed_labels, moving_labels, true, progress, out, error);
}

bool lam_measure_overlap(const LamSnapshot *snapshot, const LamVolume *fixed_labels,
                         const LamVolume *moving_labels, const LamProgress *progress,
                         LamMeasures *out, GError **error)
{
    return measure(snapshot, fixed_labels, moving_labels, false, progress, out, error);
}

void lam_measures_clear(LamMeasures *measures)
{
    lam_label_measures_clear(&measures->labels);
}

#include <lambdascope/score.h>

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <math.h>

#define MAX_LABELS 5000

bool lam_label_is_subcortical(int label)
{
    return label == 4 || label == 11 || label == 31 || label == 32 ||
           (label >= 35 && label <= 41) || label == 44 || label == 45 || label == 47 ||
           label == 48 || label == 51 || label == 52 || (label >= 55 && label <= 62);
}

bool lam_label_is_cortical(int label)
{
    return label >= 100;
}

void lam_score_clear(LamScore *score)
{
    g_clear_pointer(&score->labels, g_free);
    g_clear_pointer(&score->dice, g_free);
    g_clear_pointer(&score->hd95_mm, g_free);
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Labels are rounded, as in lam_dice_many; what no int holds is background. */
static int label_of(float voxel)
{
    return fabsf(voxel) < 2e9f ? (int)lrintf(voxel) : 0;
}

/* All labels above zero in either map, sorted. */
static int *labels_of(const LamVolume *a, const LamVolume *b, int *n)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    const LamVolume *both[] = {a, b};
    int last = 0;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < lam_grid_voxels(&both[k]->grid); i++) {
            int label = label_of(both[k]->data[i]);
            if (label > 0 && label != last)
                g_hash_table_add(seen, GINT_TO_POINTER(last = label));
        }
    *n = (int)g_hash_table_size(seen);
    int *labels = g_new(int, MAX(*n, 1)), at = 0;
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, seen);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        labels[at++] = GPOINTER_TO_INT(key);
    qsort(labels, (size_t)*n, sizeof *labels, ascending);
    return labels;
}

static double mean_of(const LamScore *score, const double *values, bool (*wanted)(int))
{
    double sum = 0;
    int n = 0;
    for (int i = 0; i < score->n_labels; i++)
        if (wanted(score->labels[i]) && !isnan(values[i])) {
            sum += values[i];
            n++;
        }
    return n > 0 ? sum / n : NAN;
}

static const char *name_of(const LamVolume *volume)
{
    return volume->path != NULL ? volume->path : "label map";
}

/* A scan given for a label map would keep us busy for hours. */
static bool check_labels(const LamScore *score, const LamVolume *fixed, const LamVolume *moving,
                         GError **error)
{
    if (score->n_labels <= MAX_LABELS)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot compare labels: %s, %s: over %d different values; are they label maps?",
                name_of(fixed), name_of(moving), MAX_LABELS);
    return false;
}

/* Mean over axes, components and positions, as the training loss measures it. */
static double roughness(const LamVolume *field)
{
    const int *size = field->grid.size;
    const size_t step[3] = {1, (size_t)size[0], (size_t)size[0] * size[1]};
    LamVec3 spacing = lam_grid_spacing_mm(&field->grid);
    double total = 0;
    int axes = 0;
    for (int a = 0; a < 3; a++) {
        double sum = 0;
        size_t n = 0;
        for (int c = 0; c < 3; c++) {
            const float *u = lam_volume_channel(field, c);
            for (size_t i = 0; i < lam_grid_voxels(&field->grid); i++) {
                if ((int)(i / step[a] % (size_t)size[a]) + 1 == size[a])
                    continue;
                double d = (u[i + step[a]] - u[i]) / spacing.v[c];
                sum += d * d;
                n++;
            }
        }
        if (n > 0) {
            total += sum / (double)n;
            axes++;
        }
    }
    return axes > 0 ? total / axes : 0;
}

/* Labels that exist on one side only are not a matter of registration: NaN, as in the tables we
 * compare with. */
static void drop_one_sided(LamScore *score, const LamVolume *a, const LamVolume *b)
{
    for (int i = 0; i < score->n_labels; i++) {
        bool in_a = false, in_b = false;
        size_t n = lam_grid_voxels(&a->grid);
        if (isnan(score->dice[i]) || score->dice[i] > 0)
            continue;
        for (size_t k = 0; k < n; k++) {
            in_a |= label_of(a->data[k]) == score->labels[i];
            in_b |= label_of(b->data[k]) == score->labels[i];
        }
        if (!in_a || !in_b)
            score->dice[i] = NAN;
    }
}

/* How the labels of both scans lie on each other on one grid. */
static bool compare(const LamVolume *fixed, const LamVolume *carried, LamScoreFlags flags,
                    LamScore *out, GError **error)
{
    out->dice = g_new0(double, MAX(out->n_labels, 1));
    lam_dice_many(fixed, carried, out->labels, out->n_labels, out->dice);
    drop_one_sided(out, fixed, carried);
    out->subcortical = mean_of(out, out->dice, lam_label_is_subcortical);
    out->cortical = mean_of(out, out->dice, lam_label_is_cortical);
    if (!(flags & LAM_SCORE_HD95))
        return true;
    out->hd95_mm = g_new0(double, MAX(out->n_labels, 1));
    if (!lam_hausdorff95(fixed, carried, out->labels, out->n_labels, out->hd95_mm, error))
        return false;
    out->subcortical_hd95_mm = mean_of(out, out->hd95_mm, lam_label_is_subcortical);
    out->cortical_hd95_mm = mean_of(out, out->hd95_mm, lam_label_is_cortical);
    return true;
}

static void take_over(const LamSnapshot *snapshot, LamScore *out)
{
    out->fold_percent = snapshot->statistics.fold_percent;
    out->digital_fold_percent = snapshot->statistics.digital_fold_percent;
    out->ndv_percent = snapshot->statistics.ndv_percent;
    out->sd_log_jacobian = snapshot->statistics.sd_log_jacobian;
    out->roughness = roughness(snapshot->field);
    out->similarity = snapshot->similarity;
    out->milliseconds = snapshot->milliseconds;
}

bool lam_score_with(const LamSession *session, const LamSnapshot *snapshot,
                    const LamVolume *fixed_labels, const LamVolume *moving_labels,
                    const LamGrid *grid, LamScoreFlags flags, LamScore *out, GError **error)
{
    *out = (LamScore){.similarity = NAN, .subcortical_hd95_mm = NAN, .cortical_hd95_mm = NAN};
    g_autoptr(LamVolume) fixed = lam_resample(fixed_labels, grid, NULL, LAM_NEAREST, 0, error);
    g_autoptr(LamVolume) total = lam_field_compose_affine(snapshot != NULL ? snapshot->field : NULL,
                                                          lam_session_affine(session), grid, error);
    if (fixed == NULL || total == NULL)
        return false;
    g_autoptr(LamVolume) carried =
        lam_resample_field(moving_labels, grid, total, LAM_NEAREST, 0, error);
    if (carried == NULL)
        return false;
    out->labels = labels_of(fixed, carried, &out->n_labels);
    if (!check_labels(out, fixed_labels, moving_labels, error) ||
        !compare(fixed, carried, flags, out, error)) {
        lam_score_clear(out);
        return false;
    }
    if (snapshot != NULL)
        take_over(snapshot, out);
    return true;
}

bool lam_score(const LamSession *session, const LamSnapshot *snapshot,
               const LamVolume *fixed_labels, const LamVolume *moving_labels, const LamGrid *grid,
               LamScore *out, GError **error)
{
    return lam_score_with(session, snapshot, fixed_labels, moving_labels, grid, LAM_SCORE_PLAIN,
                          out, error);
}

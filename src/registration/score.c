#include <lambdascope/score.h>

#include <lambdascope/labels.h>
#include <lambdascope/metrics.h>
#include <lambdascope/resample.h>
#include <math.h>

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
            in_a |= lam_label_of(a->data[k]) == score->labels[i];
            in_b |= lam_label_of(b->data[k]) == score->labels[i];
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
    if (!lam_hausdorff95(fixed, carried, out->labels, out->n_labels, out->hd95_mm, NULL, error))
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
    out->roughness = lam_field_roughness(snapshot->field);
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
    const char *const names[2] = {fixed_labels->path, moving_labels->path};
    out->labels = lam_label_set(fixed, carried, names, &out->n_labels, error);
    if (out->labels == NULL || !compare(fixed, carried, flags, out, error)) {
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

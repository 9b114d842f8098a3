/* Labels carried from scan to scan through a reference: how much a template is worth. Each scan is
 * registered to the reference; the labels of each are then carried to each other by the way back from one
 * and on to the other, and compared with the other's own by Dice, on a grid of 2 mm.
 *   build/bench/through MODEL λ REFERENCE SCAN LABELS SCAN LABELS … */
#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/registration.h>
#include <lambdascope/scan.h>
#include <lambdascope/score.h>
#include <math.h>
#include <stdio.h>

#define MOST_LABEL 255
#define SPACING_MM 2

typedef struct {
    LamVolume *scan, *labels, *own; /* own: labels on the grid of comparison */
    LamTransform *from_reference;   /* reference's world -> scan's world */
    LamTransform *to_reference;
    double displacement_mm; /* mean, of the deformable part */
} Subject;

/* Sums over pairs. */
typedef struct {
    double subcortical, cortical;
    int pairs;
} Score;

static LamGrid grid_of(const LamVolume *scan)
{
    const int size[] = {80, 96, 80};
    return lam_grid_centred(size, SPACING_MM, lam_volume_brain_centre_mm(scan));
}

static bool register_one(Subject *s, LamVolume *reference, const LamRegistrationOptions *options,
                         GError **error)
{
    LamRegistrationResult result;
    LamGrid grid = grid_of(s->scan);
    bool ok = lam_registration_run(reference, s->scan, options, NULL, &result, error);
    s->from_reference = g_steal_pointer(&result.transform);
    s->displacement_mm = result.statistics.mean_mm;
    lam_registration_result_clear(&result);
    return ok &&
           (s->to_reference = lam_transform_inverse(s->from_reference, NULL, error)) != NULL &&
           (s->own = lam_resample(s->labels, &grid, NULL, LAM_NEAREST, 0, error)) != NULL;
}

/* Mean Dice over the labels of a group that both maps hold. */
static double mean_dice(const LamVolume *a, const LamVolume *b, bool (*belongs)(int))
{
    int labels[MOST_LABEL], n = 0, counted = 0;
    double dice[MOST_LABEL], sum = 0;
    for (int l = 1; l <= MOST_LABEL; l++)
        if (belongs(l))
            labels[n++] = l;
    lam_dice_many(a, b, labels, n, dice);
    for (int i = 0; i < n; i++)
        if (isfinite(dice[i]) && dice[i] > 0) {
            sum += dice[i];
            counted++;
        }
    return counted > 0 ? sum / counted : NAN;
}

static bool carry(const Subject *fixed, const Subject *moving, Score *score, GError **error)
{
    g_autoptr(LamTransform) way =
        lam_transform_compose(fixed->to_reference, moving->from_reference);
    g_autoptr(LamVolume) carried =
        lam_transform_resample(way, moving->labels, &fixed->own->grid, LAM_NEAREST, 0, error);
    if (carried == NULL)
        return false;
    score->subcortical += mean_dice(fixed->own, carried, lam_label_is_subcortical);
    score->cortical += mean_dice(fixed->own, carried, lam_label_is_cortical);
    score->pairs++;
    return true;
}

static bool load(Subject *subjects, int n, char **paths, GError **error)
{
    for (int i = 0; i < n; i++)
        if ((subjects[i].scan = lam_scan_load(paths[2 * i], 0, error)) == NULL ||
            (subjects[i].labels = lam_scan_load(paths[2 * i + 1], 0, error)) == NULL)
            return false;
    return true;
}

static bool run(char **argv, Subject *subjects, int n, GError **error)
{
    LamRegistrationOptions options = lam_registration_options_default();
    g_autofree char *path = lam_model_find(argv[1], error);
    g_autoptr(LamModel) model = path != NULL ? lam_model_load(path, error) : NULL;
    g_autoptr(LamVolume) reference = model != NULL ? lam_scan_load(argv[3], 0, error) : NULL;
    Score score = {0};
    double displacement = 0;
    if (reference == NULL || !load(subjects, n, argv + 4, error))
        return false;
    options.model = model;
    options.lambda = g_ascii_strtod(argv[2], NULL);
    for (int i = 0; i < n; i++) {
        if (!register_one(&subjects[i], reference, &options, error))
            return false;
        displacement += subjects[i].displacement_mm / n;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (i != j && !carry(&subjects[i], &subjects[j], &score, error))
                return false;
    printf("%s, λ %g, through %s: subcortical %.4f, cortical %.4f over %d pairs; displacement "
           "%.2f mm\n",
           argv[1], options.lambda, argv[3], score.subcortical / score.pairs,
           score.cortical / score.pairs, score.pairs, displacement);
    return true;
}

static void clear(Subject *s)
{
    g_clear_pointer(&s->scan, lam_volume_unref);
    g_clear_pointer(&s->labels, lam_volume_unref);
    g_clear_pointer(&s->own, lam_volume_unref);
    g_clear_pointer(&s->from_reference, lam_transform_unref);
    g_clear_pointer(&s->to_reference, lam_transform_unref);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int n = (argc - 4) / 2;
    if (argc < 8 || argc % 2 != 0) {
        fputs("usage: through MODEL LAMBDA REFERENCE SCAN LABELS SCAN LABELS…\n", stderr);
        return LAM_EXIT_USAGE;
    }
    g_autofree Subject *subjects = g_new0(Subject, n);
    run(argv, subjects, n, &error);
    for (int i = 0; i < n; i++)
        clear(&subjects[i]);
    return lam_cli_finish("through", error);
}

/* Labels carried from scan to scan through a reference: how much a template is worth. Each scan is
 * registered to the reference; the labels of each are then carried to each other by the way back from one
 * and on to the other, and compared with the other's own by Dice, on a grid of 2 mm. With - for the reference, each
 * scan is registered to each other instead. With several λ, which of them is best for the one and for the other task.
 *   build/bench/through MODEL λ[,λ…] REFERENCE|- SCAN LABELS SCAN LABELS … */
#include "cli.h"

#include <lambdascope/error.h>
#include <lambdascope/metrics.h>
#include <lambdascope/registration.h>
#include <lambdascope/scan.h>
#include <lambdascope/score.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_LABEL 255
#define SPACING_MM 2

typedef struct {
    LamVolume *scan, *labels, *own; /* own: labels on the grid of comparison */
    LamTransform *from_reference;   /* reference's world -> scan's world */
    LamTransform *to_reference;
    LamMat4 affine; /* of the former; found once */
} Subject;

/* Sums over pairs; displacement: over registrations, mean of the deformable part. */
typedef struct {
    double subcortical, cortical, displacement_mm;
    int pairs, registrations;
} Score;

typedef struct {
    LamModel *model;
    LamVolume *reference; /* NULL: each with each */
    Subject *subjects;
    int n;
    LamMat4 *affine; /* [n][n], of each with each */
    bool aligned;    /* whether affines are there */
    LamRegistrationOptions options;
} Bench;

static LamGrid grid_of(const LamVolume *scan)
{
    const int size[] = {80, 96, 80};
    return lam_grid_centred(size, SPACING_MM, lam_volume_brain_centre_mm(scan));
}

/* The way from one to the other; its affine is computed the first time and kept. */
static LamTransform *align(Bench *b, LamVolume *fixed, LamVolume *moving, LamMat4 *affine,
                           Score *score, GError **error)
{
    LamRegistrationResult result;
    b->options.keep_initial = b->aligned;
    b->options.affine.start = b->aligned ? LAM_AFFINE_INITIAL : LAM_AFFINE_SEARCH;
    b->options.affine.initial = *affine;
    bool ok = lam_registration_run(fixed, moving, &b->options, NULL, &result, error);
    LamTransform *way = g_steal_pointer(&result.transform);
    *affine = ok && !b->aligned ? result.linear.matrix : *affine;
    score->displacement_mm += result.statistics.mean_mm;
    score->registrations++;
    lam_registration_result_clear(&result);
    if (!ok)
        g_clear_pointer(&way, lam_transform_unref);
    return way;
}

static bool to_reference(Bench *b, Subject *s, Score *score, GError **error)
{
    g_clear_pointer(&s->from_reference, lam_transform_unref);
    g_clear_pointer(&s->to_reference, lam_transform_unref);
    s->from_reference = align(b, b->reference, s->scan, &s->affine, score, error);
    return s->from_reference != NULL &&
           (s->to_reference = lam_transform_inverse(s->from_reference, NULL, error)) != NULL;
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

/* The way from the one to the other. */
static LamTransform *way_between(Bench *b, int i, int j, Score *score, GError **error)
{
    Subject *fixed = &b->subjects[i], *moving = &b->subjects[j];
    if (b->reference != NULL)
        return lam_transform_compose(fixed->to_reference, moving->from_reference);
    return align(b, fixed->scan, moving->scan, &b->affine[i * b->n + j], score, error);
}

static bool carry(Bench *b, int i, int j, Score *score, GError **error)
{
    const Subject *fixed = &b->subjects[i], *moving = &b->subjects[j];
    g_autoptr(LamTransform) way = way_between(b, i, j, score, error);
    g_autoptr(LamVolume) carried =
        way != NULL
            ? lam_transform_resample(way, moving->labels, &fixed->own->grid, LAM_NEAREST, 0, error)
            : NULL;
    if (carried == NULL)
        return false;
    score->subcortical += mean_dice(fixed->own, carried, lam_label_is_subcortical);
    score->cortical += mean_dice(fixed->own, carried, lam_label_is_cortical);
    score->pairs++;
    return true;
}

static bool load(Subject *s, char **paths, GError **error)
{
    s->scan = lam_scan_load(paths[0], 0, error);
    s->labels = s->scan != NULL ? lam_scan_load(paths[1], 0, error) : NULL;
    if (s->labels == NULL)
        return false;
    LamGrid grid = grid_of(s->scan);
    s->own = lam_resample(s->labels, &grid, NULL, LAM_NEAREST, 0, error);
    return s->own != NULL;
}

static bool measure(Bench *b, double lambda, GError **error)
{
    Score score = {0};
    b->options.lambda = lambda;
    for (int i = 0; b->reference != NULL && i < b->n; i++)
        if (!to_reference(b, &b->subjects[i], &score, error))
            return false;
    for (int i = 0; i < b->n; i++)
        for (int j = 0; j < b->n; j++)
            if (i != j && !carry(b, i, j, &score, error))
                return false;
    b->aligned = true;
    printf("λ %-5g  subcortical %.4f  cortical %.4f  over %d pairs; displacement %.2f mm\n", lambda,
           score.subcortical / score.pairs, score.cortical / score.pairs, score.pairs,
           score.displacement_mm / score.registrations);
    return fflush(stdout) == 0;
}

static bool run(char **argv, Bench *b, GError **error)
{
    g_autofree char *path = lam_model_find(argv[1], error);
    b->model = path != NULL ? lam_model_load(path, error) : NULL;
    g_autoptr(GArray) lambdas = b->model != NULL ? lam_cli_parse_lambdas(argv[2], error) : NULL;
    bool direct = strcmp(argv[3], "-") == 0;
    if (lambdas == NULL || (!direct && (b->reference = lam_scan_load(argv[3], 0, error)) == NULL))
        return false;
    for (int i = 0; i < b->n; i++)
        if (!load(&b->subjects[i], argv + 4 + 2 * i, error))
            return false;
    b->options = lam_registration_options_default();
    b->options.model = b->model;
    printf("%s, %s%s\n", argv[1], direct ? "each with each" : "through ", direct ? "" : argv[3]);
    for (guint i = 0; i < lambdas->len; i++)
        if (!measure(b, g_array_index(lambdas, double, i), error))
            return false;
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
    Bench b = {.n = (argc - 4) / 2};
    if (argc < 8 || argc % 2 != 0) {
        fputs("usage: through MODEL LAMBDA[,LAMBDA…] REFERENCE|- SCAN LABELS SCAN LABELS…\n",
              stderr);
        return LAM_EXIT_USAGE;
    }
    b.subjects = g_new0(Subject, b.n);
    b.affine = g_new0(LamMat4, b.n * b.n);
    run(argv, &b, &error);
    for (int i = 0; i < b.n; i++)
        clear(&b.subjects[i]);
    g_clear_pointer(&b.reference, lam_volume_unref);
    g_clear_pointer(&b.model, lam_model_unref);
    g_free(b.subjects);
    g_free(b.affine);
    return lam_cli_finish("through", error);
}

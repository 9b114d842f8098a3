/* Pair -> pyramids -> start -> fit at 8, 4, 2 mm -> is it right? */
#include <lambdascope/affine.h>

#include <lambdascope/error.h>

#include "affine-evidence.h"
#include "affine-search.h"
#include "affine-slice.h"
#include "affine-start.h"

#include <math.h>

#define FINEST_MM       2.0
#define FINEST_FLAT_MM  1.0   /* a slice has fewer voxels to go by, and costs little */
#define SMALL_MM        100.0 /* content smaller or larger than a head: levels scale with it */
#define LARGE_MM        260.0
#define RADIUS_SHARE    0.5 /* of the extent: where the frame's unit lies */
#define DETERMINANT_MIN 0.3
#define DETERMINANT_MAX 3.0
#define HEAD_TO_BRAIN   1.6 /* content larger by this holds what the other scan does not */

/* Agreement of edges. On real pairs wrong fits reach 0.21 and right ones have at least 0.27, even of another
 * head, another contrast and thick slices; correlation alone separates nothing. */
#define POOREST 0.24

/* By correlation: both at once, and mutual information need not be asked everywhere. */
#define CONVINCING             0.40
#define CONVINCING_CORRELATION 0.78
#define DISPUTED               0.002 /* agreement that it gains near by, at the middle level */

typedef struct {
    LamAffinePlanes planes;
    LamAffineOptions options; /* masks and initial map as seen from the planes */
    LamVolume volume[4];      /* fixed, moving and their masks, likewise */
    LamAffineContent content[2];
    LamAffinePyramid pyramid[2];
    LamAffinePair pair;
} Work;

typedef struct {
    LamMat4 map;
    LamAffineMeasure measure;
    double value, agreement;
    int starts;
} Outcome;

LamAffineOptions lam_affine_options_default(void)
{
    return (LamAffineOptions){.kind = LAM_AFFINE_FULL, .initial = lam_mat4_identity()};
}

/* Levels of 8, 4, 2 mm for anything of the size of a head; in proportion for phantoms and animals. */
static double finest_mm(double extent_mm, bool flat)
{
    double finest = flat ? FINEST_FLAT_MM : FINEST_MM;
    if (extent_mm < SMALL_MM)
        return finest * extent_mm / SMALL_MM;
    return extent_mm > LARGE_MM ? finest * extent_mm / LARGE_MM : finest;
}

static bool check_initial(const LamMat4 *initial, GError **error)
{
    if (lam_mat4_is_finite(initial) && lam_mat4_det3(initial) > 1e-6)
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot align scans: the initial matrix: it is singular or mirrors");
    return false;
}

/* Everything as it is seen from the planes of slices; for volumes that changes nothing. */
static bool set_up_volumes(Work *w, const LamVolume *fixed, const LamVolume *moving, GError **error)
{
    LamAffineOptions *o = &w->options;
    if (!lam_affine_planes_find(fixed, moving, &w->planes, error) ||
        (o->start == LAM_AFFINE_INITIAL && !check_initial(&o->initial, error)))
        return false;
    w->volume[0] = lam_affine_in_plane(fixed, &w->planes.fixed);
    w->volume[1] = lam_affine_in_plane(moving, &w->planes.moving);
    if (o->fixed_mask != NULL) {
        w->volume[2] = lam_affine_in_plane(o->fixed_mask, &w->planes.fixed);
        o->fixed_mask = &w->volume[2];
    }
    if (o->moving_mask != NULL) {
        w->volume[3] = lam_affine_in_plane(o->moving_mask, &w->planes.moving);
        o->moving_mask = &w->volume[3];
    }
    o->initial = lam_affine_to_planes(&w->planes, &o->initial);
    return true;
}

/* Of a whole head and a stripped brain only the brain's grid is gone over: what else the head shows has
 * no counterpart. */
static void set_up_pair(Work *w, double extent_mm)
{
    double ratio = w->pyramid[1].content_mm3 / fmax(w->pyramid[0].content_mm3, 1e-9);
    w->pair = (LamAffinePair){
        .fixed = &w->pyramid[0],
        .moving = &w->pyramid[1],
        .frame = {w->pyramid[0].centre_mm, RADIUS_SHARE * extent_mm},
        .skip = {ratio<1 / HEAD_TO_BRAIN, ratio> HEAD_TO_BRAIN},
        .flat = w->planes.flat,
    };
    w->options.initial = lam_affine_nearest(&w->options.initial, w->options.kind, w->planes.flat,
                                            w->pyramid[0].centre_mm);
}

static bool set_up(Work *w, const LamVolume *fixed, const LamVolume *moving,
                   const LamProgress *progress, GError **error)
{
    bool flat;
    if (!set_up_volumes(w, fixed, moving, error))
        return false;
    flat = w->planes.flat;
    if (!lam_affine_content_find(&w->volume[0], w->options.fixed_mask, flat, &w->content[0],
                                 error) ||
        !lam_affine_content_find(&w->volume[1], w->options.moving_mask, flat, &w->content[1],
                                 error))
        return false;
    double extent_mm = fmax(w->content[0].extent_mm, w->content[1].extent_mm);
    for (int side = 0; side < 2; side++) {
        if (lam_progress_cancelled(progress, error) ||
            !lam_affine_pyramid_make(&w->content[side], finest_mm(extent_mm, flat),
                                     &w->pyramid[side], error))
            return false;
        lam_progress_report(progress, 0.5 * (side + 1), "aligning");
    }
    set_up_pair(w, extent_mm);
    return true;
}

static void tear_down(Work *w)
{
    for (int side = 0; side < 2; side++) {
        lam_affine_content_clear(&w->content[side]);
        lam_affine_pyramid_clear(&w->pyramid[side]);
    }
}

/* Fits by one measure, from the start that the options say. */
static bool fit_by(Work *w, LamAffineMeasure measure, LamAffineStart start, LamAffineKind kind,
                   const LamProgress *progress, Outcome *out, GError **error)
{
    LamAffineChoice choice;
    LamProgress part = lam_progress_part(progress, 0, 0.8);
    w->pair.measure = measure;
    bool ok = start == LAM_AFFINE_INITIAL
                  ? lam_affine_refine(&w->pair, kind, &w->options.initial, &part, &choice, error)
                  : lam_affine_search(&w->pair, kind, &part, &choice, error);
    if (!ok || !lam_affine_climb(&w->pair, 2, kind, 10, progress, &choice.fit, error))
        return false;
    out->starts += choice.starts;
    double agreement = lam_affine_agreement(&w->pair, &choice.fit.map);
    if (agreement > out->agreement) {
        out->agreement = agreement;
        out->map = choice.fit.map;
        out->value = choice.fit.value;
        out->measure = measure;
    }
    return true;
}

/* Does mutual information, from where correlation arrived, find a place where edges agree better? Within
 * one contrast both stay together. */
static bool is_disputed(Work *w, const Outcome *found, const LamProgress *progress, bool *disputed,
                        GError **error)
{
    LamAffineFit near = {.map = found->map};
    w->pair.measure = LAM_AFFINE_NMI;
    if (!lam_affine_climb(&w->pair, 1, w->options.kind, 20, progress, &near, error))
        return false;
    double before = lam_affine_agreement_at(&w->pair, 1, &found->map);
    *disputed = lam_affine_agreement_at(&w->pair, 1, &near.map) > before + DISPUTED;
    return true;
}

/* Correlation, and mutual information too where that does not convince; what agrees better is taken. */
static bool fit_auto(Work *w, const LamProgress *progress, Outcome *out, GError **error)
{
    const LamAffineOptions *o = &w->options;
    LamProgress first = lam_progress_part(progress, 0, 0.5),
                second = lam_progress_part(progress, 0.5, 1);
    if (!fit_by(w, LAM_AFFINE_CORRELATION, o->start, o->kind, &first, out, error))
        return false;
    bool again = out->agreement < CONVINCING || out->value < CONVINCING_CORRELATION;
    if (!again && !is_disputed(w, out, progress, &again, error))
        return false;
    return !again || fit_by(w, LAM_AFFINE_NMI, o->start, o->kind, &second, out, error);
}

/* Where no place convinces, the position that the files tell is tried without changing the shape. */
static bool fit(Work *w, const LamProgress *progress, Outcome *out, GError **error)
{
    LamAffineOptions *o = &w->options;
    LamProgress part = lam_progress_part(progress, 0, 0.9);
    *out = (Outcome){.agreement = -INFINITY};
    if (!(o->measure == LAM_AFFINE_AUTO
              ? fit_auto(w, &part, out, error)
              : fit_by(w, o->measure, o->start, o->kind, &part, out, error)))
        return false;
    if (o->start == LAM_AFFINE_INITIAL || out->agreement >= POOREST)
        return true;
    LamMat4 identity = lam_mat4_identity();
    o->initial = lam_affine_to_planes(&w->planes, &identity);
    return fit_by(w, o->measure == LAM_AFFINE_CORRELATION ? o->measure : LAM_AFFINE_NMI,
                  LAM_AFFINE_INITIAL, LAM_AFFINE_RIGID, NULL, out, error);
}

static bool check(const LamVolume *moving, const LamAffine *result, GError **error)
{
    double det = lam_mat4_det3(&result->matrix);
    const char *subject = moving->path != NULL ? moving->path : "the moving scan";
    if (!(result->agreement >= POOREST))
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "cannot align scans: %s: no position was found where it matches the fixed scan "
                    "(agreement of edges %.2f, needed %.2f; correlation %.2f): try --initial, "
                    "--mask or --affine-measure",
                    subject, fmax(result->agreement, 0), POOREST, result->correlation);
    else if (!(det >= DETERMINANT_MIN && det <= DETERMINANT_MAX))
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "cannot align scans: %s: the best fit (correlation %.2f) changes the volume "
                    "%.2f-fold, which is not plausible: try --initial, --mask or a rigid fit",
                    subject, result->correlation, det);
    else
        return true;
    return false;
}

static LamAffine describe(Work *w, const Outcome *outcome)
{
    LamAffine result = {.measure = outcome->measure,
                        .agreement = outcome->agreement,
                        .starts = outcome->starts,
                        .structures_mm = NAN,
                        .matrix = lam_affine_from_planes(&w->planes, &outcome->map)};
    result.polarity =
        lam_affine_edges_at(&w->pair, 2, &outcome->map, &result.tissue_polarity).polarity;
    w->pair.measure = LAM_AFFINE_CORRELATION;
    result.correlation = lam_affine_value(&w->pair, 2, &outcome->map);
    w->pair.measure = LAM_AFFINE_NMI;
    result.nmi = lam_affine_value(&w->pair, 2, &outcome->map);
    if (!lam_mat4_sqrt(&result.matrix, &result.half))
        for (int i = 0; i < 16; i++)
            result.half.m[i / 4][i % 4] = NAN;
    return result;
}

LamAffine lam_affine_given(const LamMat4 *matrix)
{
    return (LamAffine){.matrix = *matrix,
                       .correlation = NAN,
                       .nmi = NAN,
                       .agreement = NAN,
                       .polarity = NAN,
                       .tissue_polarity = NAN,
                       .structures_mm = NAN};
}

bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamAffineOptions *options, const LamProgress *progress,
                         LamAffine *result, GError **error)
{
    gint64 began = g_get_monotonic_time();
    Work w = {.options = options != NULL ? *options : lam_affine_options_default()};
    Outcome outcome;
    LamProgress first = lam_progress_part(progress, 0, 0.3),
                second = lam_progress_part(progress, 0.3, 1);
    lam_progress_report(progress, 0, "aligning");
    bool ok = set_up(&w, fixed, moving, &first, error) && fit(&w, &second, &outcome, error);
    if (ok) {
        *result = describe(&w, &outcome);
        ok = check(moving, result, error);
    }
    tear_down(&w);
    result->seconds = (double)(g_get_monotonic_time() - began) / 1e6;
    if (ok)
        lam_progress_report(progress, 1, "aligning");
    return ok;
}

/* Pair -> pyramid -> start -> fit at 8, 4, 2 mm. Besides the position that the files tell, rotations all
 * round are scored at 8 mm, and the best that differ are fitted: headers lie, and a tenth of a second
 * buys not depending on them. */
#include <lambdascope/affine.h>

#include <lambdascope/error.h>

#include "affine-fit.h"

#include <math.h>
#include <stdlib.h>

#define FINEST_MM       2.0
#define SMALL_MM        100.0 /* content smaller or larger than a head: levels scale with it */
#define LARGE_MM        400.0
#define RADIUS_SHARE    0.5  /* of the extent: where the frame's unit lies */
#define POOREST         0.50 /* a final correlation below this is no alignment */
#define DETERMINANT_MIN 0.3
#define DETERMINANT_MAX 3.0
#define TURN_STEPS      12 /* rotations are scored every 30 degrees */
#define CANDIDATES      8
#define FINALISTS       2
#define SAME_SPACINGS   2    /* fits nearer than this, in coarse voxels, are the same */
#define CLEARLY_BETTER  0.01 /* in correlation at the middle level */
#define APART           0.6  /* radians between candidates */

typedef struct {
    LamMat4 rotation;
    double score;
    int order; /* settles ties, so that the choice is always the same */
} Candidate;

static LamMat4 start_map(const LamAffinePair *pair, const LamMat4 *rotation)
{
    const double *f = pair->fixed->centre_mm.v, *m = pair->moving->centre_mm.v;
    LamMat4 to = lam_mat4_translation(-f[0], -f[1], -f[2]);
    LamMat4 from = lam_mat4_translation(m[0], m[1], m[2]);
    LamMat4 map = lam_mat4_multiply(rotation, &to);
    return lam_mat4_multiply(&from, &map);
}

static double angle_between(const LamMat4 *a, const LamMat4 *b)
{
    double trace = 0; /* of a'b */
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            trace += a->m[i][j] * b->m[i][j];
    return acos(CLAMP((trace - 1) / 2, -1, 1));
}

static int by_score(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return x->order - y->order;
}

/* Largest distance between two maps' images of points of the brain. */
static double distance_mm(const LamAffinePair *pair, const LamMat4 *a, const LamMat4 *b)
{
    double worst = 0;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 p = pair->frame.centre_mm, x, y;
        for (int i = 0; i < 3; i++)
            p.v[i] += ((corner >> i & 1) ? 0.5 : -0.5) * pair->frame.radius_mm;
        x = lam_mat4_apply(a, p);
        y = lam_mat4_apply(b, p);
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, fabs(x.v[i] - y.v[i]));
    }
    return worst;
}

/* Rotations all round; returns how many. */
static int list_rotations(Candidate *all)
{
    int n = 0;
    double step = 2 * G_PI / TURN_STEPS;
    for (int b = -TURN_STEPS / 4; b <= TURN_STEPS / 4; b++)
        for (int a = 0; a < TURN_STEPS; a++)
            for (int c = 0; c < TURN_STEPS; c++) {
                if (abs(b) == TURN_STEPS / 4 && c > 0)
                    continue; /* at the poles turning about x and z is the same */
                all[n++].rotation = lam_mat4_rotation(a * step, b * step, c * step);
            }
    return n;
}

/* Scores them where they start, best first. */
static void score_rotations(const LamAffinePair *pair, Candidate *all, int n)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < n; i++) {
        LamMat4 map = start_map(pair, &all[i].rotation);
        all[i].score = lam_affine_score(pair->fixed, pair->moving, 0, &map);
        all[i].order = i;
    }
    qsort(all, (size_t)n, sizeof *all, by_score);
}

/* Moves the best-scored rotations that are far enough from each other to the front. */
static int choose_apart(Candidate *all, int n)
{
    int taken = 0;
    for (int i = 0; i < n && taken < CANDIDATES; i++) {
        bool is_new = true;
        for (int t = 0; t < taken; t++)
            is_new = is_new && angle_between(&all[i].rotation, &all[t].rotation) > APART;
        if (is_new)
            all[taken++] = all[i];
    }
    return taken;
}

static int by_correlation(const void *a, const void *b)
{
    double x = ((const LamAffineFit *)a)->correlation, y = ((const LamAffineFit *)b)->correlation;
    return (x < y) - (x > y);
}

/* Sorts the fits and drops those that arrived where a better one did; returns how many are left. */
static int distinct(const LamAffinePair *pair, LamAffineFit *fits, int n)
{
    int kept = 0;
    qsort(fits, (size_t)n, sizeof *fits, by_correlation);
    for (int i = 0; i < n; i++) {
        bool is_new = true;
        for (int k = 0; k < kept; k++)
            is_new = is_new && distance_mm(pair, &fits[i].map, &fits[k].map) >
                                   SAME_SPACINGS * pair->fixed->level[0].spacing_mm;
        if (is_new)
            fits[kept++] = fits[i];
    }
    return kept;
}

/* The best few rigid fits from rotations all round, best first; returns how many. */
static int find_starts(const LamAffinePair *pair, LamAffineFit fits[CANDIDATES], int *tried)
{
    g_autofree Candidate *all = g_new(Candidate, TURN_STEPS * TURN_STEPS * TURN_STEPS);
    int n = list_rotations(all);
    *tried = n;
    score_rotations(pair, all, n);
    n = choose_apart(all, n);
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i++) {
        fits[i].map = start_map(pair, &all[i].rotation);
        lam_affine_climb(pair, 0, 6, 15, NULL, &fits[i], NULL);
    }
    return distinct(pair, fits, n);
}

/* From a start to the middle level. */
static bool fit_to_middle(const LamAffinePair *pair, const LamProgress *progress, LamAffineFit *fit,
                          GError **error)
{
    return lam_affine_climb(pair, 0, 6, 20, progress, fit, error) &&
           lam_affine_climb(pair, 0, 7, 20, progress, fit, error) &&
           lam_affine_climb(pair, 0, LAM_AFFINE_DOF, 30, progress, fit, error) &&
           lam_affine_climb(pair, 1, LAM_AFFINE_DOF, 20, progress, fit, error);
}

/* The fit from the directions that the files tell, the centres of mass on each other, unless another is
 * clearly better: from the positions that they tell (where a scan is cut, its centre is not the head's)
 * or from another rotation. Brains upside down or back to front match well at the coarse level, so the
 * decision is taken at the middle one. */
static bool fit_middle(const LamAffinePair *pair, const LamProgress *progress, LamAffineFit *fit,
                       int *starts, GError **error)
{
    LamMat4 identity = lam_mat4_identity();
    LamAffineFit others[1 + CANDIDATES] = {{.map = identity}};
    fit->map = start_map(pair, &identity);
    if (!fit_to_middle(pair, progress, fit, error))
        return false;
    lam_progress_report(progress, 0.4, "aligning");
    double own = fit->correlation;
    bool whole = pair->fixed->empty_outside && pair->moving->empty_outside;
    int n = 1 + MIN(find_starts(pair, others + 1, starts), FINALISTS);
    *starts += 2;
    for (int i = 0; i < n; i++) {
        bool same = distance_mm(pair, &others[i].map, &fit->map) <
                    SAME_SPACINGS * pair->fixed->level[0].spacing_mm;
        if (same && (whole || i > 0))
            continue; /* leads to the same fit */
        if (!fit_to_middle(pair, progress, &others[i], error))
            return false;
        if (others[i].correlation > MAX(fit->correlation, own + CLEARLY_BETTER))
            *fit = others[i];
    }
    return true;
}

static bool check_result(const LamVolume *moving, const LamAffineFit *fit, GError **error)
{
    double det = lam_mat4_det3(&fit->map);
    const char *subject = moving->path != NULL ? moving->path : "the moving scan";
    if (fit->correlation < POOREST)
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "cannot align scans: %s: no position was found where it matches the fixed scan "
                    "(best correlation %.2f, needed %.2f)",
                    subject, fit->correlation, POOREST);
    else if (!(det >= DETERMINANT_MIN && det <= DETERMINANT_MAX))
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "cannot align scans: %s: the best fit (correlation %.2f) changes the volume "
                    "%.2f-fold, which is not plausible",
                    subject, fit->correlation, det);
    else
        return true;
    return false;
}

/* Levels of 8, 4, 2 mm for anything of the size of a head; in proportion for phantoms and animals. */
static double finest_mm(double extent_mm)
{
    if (extent_mm < SMALL_MM)
        return FINEST_MM * extent_mm / SMALL_MM;
    return extent_mm > LARGE_MM ? FINEST_MM * extent_mm / LARGE_MM : FINEST_MM;
}

LamAffineOptions lam_affine_options_default(void)
{
    return (LamAffineOptions){.kind = LAM_AFFINE_FULL, .initial = lam_mat4_identity()};
}

bool lam_affine_register(const LamVolume *fixed, const LamVolume *moving,
                         const LamAffineOptions *options, const LamProgress *progress,
                         LamAffine *result, GError **error)
{
    gint64 began = g_get_monotonic_time();
    LamAffinePyramid f = {0}, m = {0};
    LamAffineFit fit = {0};
    double extent_mm = fmax(lam_affine_extent_mm(fixed), lam_affine_extent_mm(moving));
    lam_progress_report(progress, 0, "aligning");
    bool ok = lam_affine_pyramid_make(fixed, finest_mm(extent_mm), &f, error) &&
              !lam_progress_cancelled(progress, error) &&
              lam_affine_pyramid_make(moving, finest_mm(extent_mm), &m, error);
    if (ok) {
        lam_progress_report(progress, 0.3, "aligning");
        LamAffinePair pair = {&f, &m, {f.centre_mm, RADIUS_SHARE * extent_mm}};
        ok = fit_middle(&pair, progress, &fit, &result->starts, error);
        lam_progress_report(progress, 0.7, "aligning");
        ok = ok && lam_affine_climb(&pair, 2, LAM_AFFINE_DOF, 10, progress, &fit, error) &&
             check_result(moving, &fit, error);
    }
    lam_affine_pyramid_clear(&f);
    lam_affine_pyramid_clear(&m);
    if (!ok)
        return false;
    result->matrix = fit.map;
    result->correlation = fit.correlation;
    result->seconds = (double)(g_get_monotonic_time() - began) / 1e6;
    lam_progress_report(progress, 1, "aligning");
    return true;
}

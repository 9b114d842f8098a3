/* Besides the position that the files tell, rotations all round are scored at the coarsest level, and the
 * best that differ are fitted: headers lie, and a tenth of a second buys not depending on them. */
#include "affine-search.h"

#include "affine-evidence.h"

#include <math.h>
#include <stdlib.h>

#define TURN_STEPS     12 /* rotations are scored every 30 degrees */
#define FLAT_STEPS     36 /* of slices every 10 */
#define CANDIDATES     8
#define FINALISTS      3
#define SAME_SPACINGS  2    /* fits nearer than this, in coarse voxels, are the same */
#define CLEARLY_BETTER 0.02 /* in agreement at the middle level */
#define HOPELESS       0.15 /* a similarity so much worse will not win as an affine */
#define APART          0.6  /* radians between candidates */

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

/* Rotations all round; returns how many. */
static int list_rotations(bool flat, Candidate *all)
{
    int n = 0;
    double step = 2 * G_PI / TURN_STEPS;
    for (int c = 0; flat && c < FLAT_STEPS; c++)
        all[n++].rotation = lam_mat4_rotation(0, 0, c * 2 * G_PI / FLAT_STEPS);
    if (flat)
        return n;
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
        all[i].score = lam_affine_value(pair, 0, &map);
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

static int by_value(const void *a, const void *b)
{
    double x = ((const LamAffineFit *)a)->value, y = ((const LamAffineFit *)b)->value;
    return (x < y) - (x > y);
}

/* Sorts the fits and drops those that arrived where a better one did; returns how many are left. */
static int distinct(const LamAffinePair *pair, LamAffineFit *fits, int n)
{
    int kept = 0;
    qsort(fits, (size_t)n, sizeof *fits, by_value);
    for (int i = 0; i < n; i++) {
        bool is_new = true;
        for (int k = 0; k < kept; k++)
            is_new = is_new && lam_affine_distance_mm(pair, &fits[i].map, &fits[k].map) >
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
    int n = list_rotations(pair->flat, all);
    *tried += n;
    score_rotations(pair, all, n);
    n = choose_apart(all, n);
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < n; i++) {
        fits[i].map = start_map(pair, &all[i].rotation);
        lam_affine_climb(pair, 0, LAM_AFFINE_RIGID, 20, NULL, &fits[i], NULL);
    }
    return distinct(pair, fits, n);
}

/* Follows a start through the middle level; it becomes the choice if better by the margin. The shape was
 * left alone at the coarsest level: there, blurred heads of which one is cut fit best squeezed to half
 * their size. */
static bool consider(const LamAffinePair *pair, LamAffineKind kind, double margin,
                     LamAffineFit start, const LamProgress *progress, LamAffineChoice *choice,
                     GError **error)
{
    LamAffineKind first = MIN(kind, LAM_AFFINE_SIMILARITY);
    if (!lam_affine_climb(pair, 1, first, 20, progress, &start, error))
        return false;
    double agreement = lam_affine_agreement_at(pair, 1, &start.map);
    if (kind > first && agreement > choice->agreement + margin - HOPELESS) {
        if (!lam_affine_climb(pair, 1, kind, 20, progress, &start, error))
            return false;
        agreement = lam_affine_agreement_at(pair, 1, &start.map);
    }
    if (agreement > choice->agreement + margin) {
        choice->fit = start;
        choice->agreement = agreement;
    }
    return true;
}

/* First the directions that the files tell, the centres of mass on each other; then the positions that
 * they tell (where a scan is cut, its centre is not the head's); then other rotations. Brains upside
 * down or back to front match well at the coarse level, so the decision is taken at the middle one. */
bool lam_affine_search(const LamAffinePair *pair, LamAffineKind kind, const LamProgress *progress,
                       LamAffineChoice *choice, GError **error)
{
    LamMat4 identity = lam_mat4_identity();
    LamAffineFit starts[2 + CANDIDATES] = {{.map = start_map(pair, &identity)}, {.map = identity}};
    *choice = (LamAffineChoice){.agreement = LAM_AFFINE_NOWHERE, .starts = 2};
    for (int i = 0; i < 2; i++)
        if (!lam_affine_climb(pair, 0, LAM_AFFINE_RIGID, 20, progress, &starts[i], error))
            return false;
    int turned = find_starts(pair, starts + 2, &choice->starts), n = 2 + MIN(turned, FINALISTS);
    for (int i = 0; i < n; i++) {
        bool is_new = true;
        for (int k = 0; k < i; k++)
            is_new = is_new && lam_affine_distance_mm(pair, &starts[i].map, &starts[k].map) >
                                   pair->fixed->level[0].spacing_mm;
        if (is_new &&
            !consider(pair, kind, i < 2 ? 0 : CLEARLY_BETTER, starts[i], progress, choice, error))
            return false;
        lam_progress_report(progress, (i + 1.0) / n, "aligning");
    }
    return true;
}

bool lam_affine_refine(const LamAffinePair *pair, LamAffineKind kind, const LamMat4 *initial,
                       const LamProgress *progress, LamAffineChoice *choice, GError **error)
{
    LamAffineFit near = {.map = *initial}, far = near;
    *choice = (LamAffineChoice){.agreement = LAM_AFFINE_NOWHERE, .starts = 1};
    return lam_affine_climb(pair, 0, LAM_AFFINE_RIGID, 20, progress, &far, error) &&
           consider(pair, kind, 0, near, progress, choice, error) &&
           consider(pair, kind, 0, far, progress, choice, error);
}

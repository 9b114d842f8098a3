#include "affine-fit.h"

#include <math.h>
#include <string.h>

#define GAIN_ENOUGH     1e-6 /* of the measure, per step */
#define MOVE_ENOUGH     0.01 /* of the grid's spacing */
#define LONGEST_STEP    0.4  /* in units of the frame: about 25 mm or 25 degrees */
#define DAMPING_START   1e-3
#define DAMPING_LEAST   1e-6
#define DAMPING_MOST    1e3
#define DETERMINANT_MIN 0.2
#define DETERMINANT_MAX 5.0

typedef struct {
    int n;
    double column[LAM_AFFINE_DOF][LAM_AFFINE_DOF];
} Basis;

static double *next_column(Basis *basis)
{
    double *column = basis->column[basis->n++];
    memset(column, 0, sizeof basis->column[0]);
    return column;
}

/* A turn about axis a: D is skew. */
static void add_turn(Basis *basis, int a)
{
    int b = (a + 1) % 3, c = (a + 2) % 3;
    double *turn = next_column(basis);
    turn[4 * c + b] = 1;
    turn[4 * b + c] = -1;
}

/* What may change, of the frame's 12 numbers. Of flat pairs only what stays in the plane. */
static Basis basis_of(LamAffineKind kind, bool flat)
{
    Basis basis = {0};
    int axes = flat ? 2 : 3;
    for (int a = 0; a < axes; a++)
        next_column(&basis)[4 * a + 3] = 1;
    if (kind == LAM_AFFINE_FULL) {
        for (int a = 0; a < axes; a++)
            for (int b = 0; b < axes; b++)
                next_column(&basis)[4 * a + b] = 1;
        return basis;
    }
    for (int a = flat ? 2 : 0; a < 3; a++)
        add_turn(&basis, a);
    if (kind == LAM_AFFINE_SIMILARITY) {
        double *scale = next_column(&basis);
        for (int a = 0; a < axes; a++)
            scale[4 * a + a] = 1;
    }
    return basis;
}

/* Solves (H + damping diag H) x = g by Cholesky; false if not positive definite. */
static bool solve(int n, double h[LAM_AFFINE_DOF][LAM_AFFINE_DOF], const double *g, double damping,
                  double *x)
{
    double l[LAM_AFFINE_DOF][LAM_AFFINE_DOF];
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double s = h[i][j] + (i == j ? damping * h[i][i] : 0);
            for (int k = 0; k < j; k++)
                s -= l[i][k] * l[j][k];
            if (i == j && !(s > 1e-12 * h[i][i]))
                return false;
            l[i][j] = i == j ? sqrt(s) : s / l[j][j];
        }
    for (int i = 0; i < n; i++) {
        x[i] = g[i];
        for (int k = 0; k < i; k++)
            x[i] -= l[i][k] * x[k];
        x[i] /= l[i][i];
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            x[i] -= l[k][i] * x[k];
        x[i] /= l[i][i];
    }
    return true;
}

/* Gauss-Newton step as a change of the frame's 12 numbers. */
static bool step_of(const LamAffineFitness *at, const Basis *basis, double damping,
                    double step[LAM_AFFINE_DOF])
{
    double h[LAM_AFFINE_DOF][LAM_AFFINE_DOF], g[LAM_AFFINE_DOF], x[LAM_AFFINE_DOF];
    for (int i = 0; i < basis->n; i++) {
        g[i] = 0;
        for (int p = 0; p < LAM_AFFINE_DOF; p++)
            g[i] += basis->column[i][p] * at->gradient[p];
        for (int j = 0; j < basis->n; j++) {
            h[i][j] = 0;
            for (int p = 0; p < LAM_AFFINE_DOF; p++)
                for (int q = 0; q < LAM_AFFINE_DOF; q++)
                    h[i][j] += basis->column[i][p] * at->hessian[p][q] * basis->column[j][q];
        }
    }
    if (!solve(basis->n, h, g, damping, x))
        return false;
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        step[p] = 0;
        for (int i = 0; i < basis->n; i++)
            step[p] += basis->column[i][p] * x[i];
    }
    return true;
}

static double length_of(const double step[LAM_AFFINE_DOF])
{
    double sum = 0;
    for (int p = 0; p < LAM_AFFINE_DOF; p++)
        sum += step[p] * step[p];
    return sqrt(sum);
}

/* exp of a small 4x4 generator: a rigid step stays rigid. */
static LamMat4 exponential(const double step[LAM_AFFINE_DOF])
{
    LamMat4 generator = {0}, term = lam_mat4_identity(), sum = term;
    memcpy(generator.m, step, sizeof(double) * LAM_AFFINE_DOF);
    for (int n = 1; n <= 12; n++) {
        term = lam_mat4_multiply(&term, &generator);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++) {
                term.m[i][j] /= n;
                sum.m[i][j] += term.m[i][j];
            }
    }
    return sum;
}

/* map after x -> x changed by the step, in the frame's coordinates. */
static LamMat4 changed(const LamMat4 *map, const LamAffineFrame *frame,
                       const double step[LAM_AFFINE_DOF])
{
    const double *c = frame->centre_mm.v, r = frame->radius_mm;
    LamMat4 e = exponential(step);
    LamMat4 in = lam_mat4_scaling(1 / r, 1 / r, 1 / r), out = lam_mat4_scaling(r, r, r);
    LamMat4 to = lam_mat4_translation(-c[0], -c[1], -c[2]);
    LamMat4 from = lam_mat4_translation(c[0], c[1], c[2]);
    in = lam_mat4_multiply(&in, &to);
    out = lam_mat4_multiply(&from, &out);
    e = lam_mat4_multiply(&e, &in);
    e = lam_mat4_multiply(&out, &e);
    return lam_mat4_multiply(map, &e);
}

/* Tries the step that this damping gives; true if it climbs. *moved: its length in mm. */
static bool try_step(const LamAffinePair *pair, int level, const Basis *basis, double damping,
                     LamAffineFit *fit, LamAffineFitness *at, double *moved)
{
    double step[LAM_AFFINE_DOF];
    if (!step_of(at, basis, damping, step))
        return false;
    double length = length_of(step);
    for (int p = 0; length > LONGEST_STEP && p < LAM_AFFINE_DOF; p++)
        step[p] *= LONGEST_STEP / length;
    *moved = fmin(length, LONGEST_STEP) * pair->frame.radius_mm;
    LamMat4 map = changed(&fit->map, &pair->frame, step);
    double det = lam_mat4_det3(&map);
    if (!(det > DETERMINANT_MIN && det < DETERMINANT_MAX))
        return false;
    LamAffineFitness next;
    lam_affine_fitness(pair, level, &map, &next);
    if (!(next.value > at->value))
        return false;
    *at = next;
    fit->map = map;
    return true;
}

bool lam_affine_climb(const LamAffinePair *pair, int level, LamAffineKind kind, int max_steps,
                      const LamProgress *progress, LamAffineFit *fit, GError **error)
{
    double damping = DAMPING_START, spacing = pair->fixed->level[level].spacing_mm;
    Basis basis = basis_of(kind, pair->flat);
    LamAffineFitness at;
    lam_affine_fitness(pair, level, &fit->map, &at);
    for (int step = 0; step < max_steps && damping < DAMPING_MOST; step++) {
        if (lam_progress_cancelled(progress, error))
            return false;
        double before = at.value, moved = 0;
        bool overlap = at.value != LAM_AFFINE_NONE;
        bool climbed = overlap && try_step(pair, level, &basis, damping, fit, &at, &moved);
        damping = climbed ? fmax(damping / 10, DAMPING_LEAST) : damping * 10;
        bool settled = climbed ? at.value - before < GAIN_ENOUGH : !overlap;
        if (settled || (moved > 0 && moved < MOVE_ENOUGH * spacing))
            break;
    }
    fit->value = at.value;
    return true;
}

double lam_affine_distance_mm(const LamAffinePair *pair, const LamMat4 *a, const LamMat4 *b)
{
    double worst = 0;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 p = pair->frame.centre_mm, x, y;
        for (int i = 0; i < (pair->flat ? 2 : 3); i++)
            p.v[i] += ((corner >> i & 1) ? 0.5 : -0.5) * pair->frame.radius_mm;
        x = lam_mat4_apply(a, p);
        y = lam_mat4_apply(b, p);
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, fabs(x.v[i] - y.v[i]));
    }
    return worst;
}

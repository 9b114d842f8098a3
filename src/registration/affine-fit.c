#include "affine-fit.h"

#include <math.h>
#include <string.h>

#define GAIN_ENOUGH     1e-6 /* of correlation, per step */
#define MOVE_ENOUGH     0.01 /* of the grid's spacing */
#define LONGEST_STEP    0.4  /* in units of the frame: about 25 mm or 25 degrees */
#define DAMPING_START   1e-3
#define DAMPING_LEAST   1e-6
#define DAMPING_MOST    1e3
#define DETERMINANT_MIN 0.2
#define DETERMINANT_MAX 5.0

/* Columns: translations, rotations about x, y, z, then one scale. */
static void rigid_basis(double basis[LAM_AFFINE_DOF][7])
{
    memset(basis, 0, sizeof(double) * LAM_AFFINE_DOF * 7);
    for (int a = 0; a < 3; a++) {
        int b = (a + 1) % 3, c = (a + 2) % 3;
        basis[4 * a + 3][a] = 1;
        basis[4 * c + b][3 + a] = 1;
        basis[4 * b + c][3 + a] = -1;
        basis[4 * a + a][6] = 1;
    }
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

/* Gauss-Newton step with the given degrees of freedom, as a change of the frame's 12 numbers. */
static bool step_of(const LamAffineFitness *at, int dof, double damping,
                    double step[LAM_AFFINE_DOF])
{
    double h[LAM_AFFINE_DOF][LAM_AFFINE_DOF], g[LAM_AFFINE_DOF], x[LAM_AFFINE_DOF];
    double basis[LAM_AFFINE_DOF][7];
    if (dof == LAM_AFFINE_DOF) {
        memcpy(h, at->hessian, sizeof h);
        return solve(dof, h, at->gradient, damping, step);
    }
    rigid_basis(basis);
    for (int i = 0; i < dof; i++) {
        g[i] = 0;
        for (int p = 0; p < LAM_AFFINE_DOF; p++)
            g[i] += basis[p][i] * at->gradient[p];
        for (int j = 0; j < dof; j++) {
            h[i][j] = 0;
            for (int p = 0; p < LAM_AFFINE_DOF; p++)
                for (int q = 0; q < LAM_AFFINE_DOF; q++)
                    h[i][j] += basis[p][i] * at->hessian[p][q] * basis[q][j];
        }
    }
    if (!solve(dof, h, g, damping, x))
        return false;
    for (int p = 0; p < LAM_AFFINE_DOF; p++) {
        step[p] = 0;
        for (int i = 0; i < dof; i++)
            step[p] += basis[p][i] * x[i];
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
static bool try_step(const LamAffinePair *pair, int level, int dof, double damping,
                     LamAffineFit *fit, LamAffineFitness *at, double *moved)
{
    double step[LAM_AFFINE_DOF];
    if (!step_of(at, dof, damping, step))
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
    lam_affine_fitness(pair->fixed, pair->moving, level, &map, &pair->frame, &next);
    if (!(next.correlation > at->correlation))
        return false;
    *at = next;
    fit->map = map;
    return true;
}

bool lam_affine_climb(const LamAffinePair *pair, int level, int dof, int max_steps,
                      const LamProgress *progress, LamAffineFit *fit, GError **error)
{
    double damping = DAMPING_START, spacing = pair->fixed->level[level].spacing_mm;
    LamAffineFitness at;
    lam_affine_fitness(pair->fixed, pair->moving, level, &fit->map, &pair->frame, &at);
    for (int step = 0; step < max_steps && damping < DAMPING_MOST; step++) {
        if (lam_progress_cancelled(progress, error))
            return false;
        double before = at.correlation, moved = 0;
        bool climbed = at.correlation > -1 && try_step(pair, level, dof, damping, fit, &at, &moved);
        damping = climbed ? fmax(damping / 10, DAMPING_LEAST) : damping * 10;
        bool settled = climbed ? at.correlation - before < GAIN_ENOUGH : at.correlation <= -1;
        if (settled || (moved > 0 && moved < MOVE_ENOUGH * spacing))
            break;
    }
    fit->correlation = at.correlation;
    return true;
}

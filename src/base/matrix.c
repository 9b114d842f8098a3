#include <lambdascope/matrix.h>

#include <math.h>

#define LOG_ROOTS  20
#define LOG_NEAR   0.05 /* LOG_TERMS then leave less than 1e-13 */
#define LOG_TERMS  9
#define SQRT_STEPS 30
#define SQRT_MISS  1e-9 /* of the largest entry */

LamMat4 lam_mat4_identity(void)
{
    return lam_mat4_scaling(1, 1, 1);
}

LamMat4 lam_mat4_scaling(double x, double y, double z)
{
    return (LamMat4){{{x, 0, 0, 0}, {0, y, 0, 0}, {0, 0, z, 0}, {0, 0, 0, 1}}};
}

LamMat4 lam_mat4_translation(double x, double y, double z)
{
    return (LamMat4){{{1, 0, 0, x}, {0, 1, 0, y}, {0, 0, 1, z}, {0, 0, 0, 1}}};
}

LamMat4 lam_mat4_rotation(double rx, double ry, double rz)
{
    double cx = cos(rx), sx = sin(rx), cy = cos(ry), sy = sin(ry), cz = cos(rz), sz = sin(rz);
    LamMat4 x = {{{1, 0, 0, 0}, {0, cx, -sx, 0}, {0, sx, cx, 0}, {0, 0, 0, 1}}};
    LamMat4 y = {{{cy, 0, sy, 0}, {0, 1, 0, 0}, {-sy, 0, cy, 0}, {0, 0, 0, 1}}};
    LamMat4 z = {{{cz, -sz, 0, 0}, {sz, cz, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}};
    LamMat4 yx = lam_mat4_multiply(&y, &x);
    return lam_mat4_multiply(&z, &yx);
}

LamMat4 lam_mat4_multiply(const LamMat4 *a, const LamMat4 *b)
{
    LamMat4 c = {0};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 4; k++)
                c.m[i][j] += a->m[i][k] * b->m[k][j];
    return c;
}

double lam_mat4_det3(const LamMat4 *a)
{
    const double(*m)[4] = a->m;
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
           m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

bool lam_mat4_invert(const LamMat4 *a, LamMat4 *inverse)
{
    double det = lam_mat4_det3(a);
    if (!isfinite(det) || fabs(det) < 1e-12)
        return false;
    const double(*m)[4] = a->m;
    LamMat4 r = lam_mat4_identity();
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            int p = (j + 1) % 3, q = (j + 2) % 3, s = (i + 1) % 3, t = (i + 2) % 3;
            r.m[i][j] = (m[p][s] * m[q][t] - m[p][t] * m[q][s]) / det;
        }
    for (int i = 0; i < 3; i++)
        r.m[i][3] = -(r.m[i][0] * m[0][3] + r.m[i][1] * m[1][3] + r.m[i][2] * m[2][3]);
    *inverse = r;
    return true;
}

/* The largest entry, at least 1. */
static double size_of(const LamMat4 *a)
{
    LamMat4 zero = {0};
    return fmax(1, lam_mat4_distance(a, &zero));
}

bool lam_mat4_sqrt(const LamMat4 *a, LamMat4 *root)
{
    LamMat4 y = *a, z = lam_mat4_identity(), y_inverse, z_inverse;
    for (int step = 0; step < SQRT_STEPS; step++) {
        if (!lam_mat4_invert(&y, &y_inverse) || !lam_mat4_invert(&z, &z_inverse))
            return false;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++) {
                y.m[i][j] = 0.5 * (y.m[i][j] + z_inverse.m[i][j]);
                z.m[i][j] = 0.5 * (z.m[i][j] + y_inverse.m[i][j]);
            }
    }
    LamMat4 square = lam_mat4_multiply(&y, &y);
    if (!lam_mat4_is_finite(&y) || !(lam_mat4_distance(&square, a) < SQRT_MISS * size_of(a)))
        return false;
    *root = y;
    return true;
}

/* log(1 + e) = e - e^2/2 + e^3/3 ... */
static LamMat4 log_near_identity(const LamMat4 *a)
{
    LamMat4 e = *a, power, sum = {{{0}}};
    for (int i = 0; i < 4; i++)
        e.m[i][i] -= 1;
    power = e;
    for (int k = 1; k <= LOG_TERMS; k++) {
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++)
                sum.m[i][j] += (k % 2 ? 1.0 : -1.0) / k * power.m[i][j];
        power = lam_mat4_multiply(&power, &e);
    }
    return sum;
}

bool lam_mat4_log(const LamMat4 *a, LamMat4 *log)
{
    LamMat4 root = *a, linear, identity = lam_mat4_identity();
    double times = 1;
    for (int i = 0;; i++) {
        linear = root;
        for (int r = 0; r < 3; r++)
            linear.m[r][3] = 0;
        if (lam_mat4_distance(&linear, &identity) < LOG_NEAR)
            break;
        if (i == LOG_ROOTS || !lam_mat4_sqrt(&root, &root))
            return false;
        times *= 2;
    }
    *log = log_near_identity(&root);
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            log->m[r][c] *= times;
    return true;
}

LamVec3 lam_mat4_apply_vector(const LamMat4 *a, LamVec3 x)
{
    LamVec3 y;
    for (int i = 0; i < 3; i++)
        y.v[i] = a->m[i][0] * x.v[0] + a->m[i][1] * x.v[1] + a->m[i][2] * x.v[2];
    return y;
}

LamVec3 lam_mat4_apply(const LamMat4 *a, LamVec3 x)
{
    LamVec3 y = lam_mat4_apply_vector(a, x);
    for (int i = 0; i < 3; i++)
        y.v[i] += a->m[i][3];
    return y;
}

bool lam_mat4_is_finite(const LamMat4 *a)
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            if (!isfinite(a->m[i][j]))
                return false;
    return true;
}

double lam_mat4_distance(const LamMat4 *a, const LamMat4 *b)
{
    double d = 0;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            d = fmax(d, fabs(a->m[i][j] - b->m[i][j]));
    return d;
}

/* exp(t v) on any grid, oblique or not. */
#include <lambdascope/field.h>

#include <lambdascope/clones.h>
#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/trilinear.h>

#define SQUARINGS         7 /* as the networks are trained with; more where the flow is long */
#define LEAST_STEP_VOXELS 0.25

/* A vector of the field in voxels of its grid, one register wide. */
typedef float Vector __attribute__((vector_size(16)));

/* t v in voxels of the grid. */
static void to_voxels(const LamVolume *velocity, const LamMat4 *to_voxel, double time, Vector *out)
{
    size_t n = lam_grid_voxels(&velocity->grid);
    const float *x = velocity->data, *y = x + n, *z = y + n;
    Vector by_x = {0}, by_y = {0}, by_z = {0};
    for (int a = 0; a < 3; a++) {
        by_x[a] = (float)(time * to_voxel->m[a][0]);
        by_y[a] = (float)(time * to_voxel->m[a][1]);
        by_z[a] = (float)(time * to_voxel->m[a][2]);
    }
    for (size_t i = 0; i < n; i++)
        out[i] = by_x * x[i] + by_y * y[i] + by_z * z[i];
}

static void to_mm(const Vector *u, LamVolume *out)
{
    size_t n = lam_grid_voxels(&out->grid);
    const LamMat4 *m = &out->grid.to_world;
    for (int a = 0; a < 3; a++) {
        const float by_i = (float)m->m[a][0], by_j = (float)m->m[a][1], by_k = (float)m->m[a][2];
        float *to = lam_volume_channel(out, a);
        for (size_t i = 0; i < n; i++)
            to[i] = by_i * u[i][0] + by_j * u[i][1] + by_k * u[i][2];
    }
}

/* Largest component. */
static double longest(const Vector *u, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        for (int a = 0; a < 3; a++)
            most = MAX(most, fabsf(u[i][a]));
    return (double)most;
}

/* lam_trilinear of three components at once. */
static inline Vector between(const Vector *u, LamTap x, LamTap y, LamTap z)
{
    const Vector *a = u + x.at + y.at + z.at, *b = a + z.next;
    Vector a0 = a[0] + x.share * (a[x.next] - a[0]);
    Vector a1 = a[y.next] + x.share * (a[y.next + x.next] - a[y.next]);
    Vector b0 = b[0] + x.share * (b[x.next] - b[0]);
    Vector b1 = b[y.next] + x.share * (b[y.next + x.next] - b[y.next]);
    Vector p = a0 + y.share * (a1 - a0), q = b0 + y.share * (b1 - b0);
    return p + z.share * (q - p);
}

/* lam_tap of i + d. The whole part of d is added in integers, so that float is exact enough. */
static inline LamTap tap_beside(int i, float d, int n, size_t stride)
{
    int whole = (int)d - (d < 0), at = i + whole;
    float share = d - (float)whole;
    if (at < 0 || at >= n - 1)
        share = 0;
    at = at < 0 ? 0 : at > n - 1 ? n - 1 : at;
    return (LamTap){(size_t)at * stride, at + 1 < n ? stride : 0, share};
}

LAM_CLONES static void compose_row(const Vector *u, const int n[3], int row, Vector *out)
{
    size_t w = (size_t)n[0], wh = w * (size_t)n[1], start = (size_t)row * w;
    int j = row % n[1], k = row / n[1];
    for (int i = 0; i < n[0]; i++) {
        Vector d = u[start + (size_t)i];
        LamTap x = tap_beside(i, d[0], n[0], 1), y = tap_beside(j, d[1], n[1], w),
               z = tap_beside(k, d[2], n[2], wh);
        out[start + (size_t)i] = d + between(u, x, y, z);
    }
}

/* out(x) = u(x) + u(x + u(x)). */
static void compose_self(const Vector *u, const int n[3], Vector *out)
{
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        compose_row(u, n, row, out);
}

static int squarings_for(double voxels)
{
    int steps = SQUARINGS;
    while (steps < 20 && ldexp(voxels, -steps) > LEAST_STEP_VOXELS)
        steps++;
    return steps;
}

LamVolume *lam_field_exponential(const LamVolume *velocity, double time, GError **error)
{
    g_return_val_if_fail(velocity->channels == 3, NULL);
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&velocity->grid.to_world, &to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot integrate the velocity: the field: its matrix is singular");
        return NULL;
    }
    g_autoptr(LamVolume) out = lam_volume_new(&velocity->grid, 3, error);
    size_t n = lam_grid_voxels(&velocity->grid);
    Vector *u = out != NULL ? (Vector *)lam_alloc_floats(8 * n, "a flow", error) : NULL;
    if (u == NULL)
        return NULL;
    Vector *from = u, *to = u + n;
    to_voxels(velocity, &to_voxel, time, from);
    int steps = squarings_for(longest(from, n));
    float scale = (float)ldexp(1, -steps);
    for (size_t i = 0; i < n; i++)
        from[i] *= scale;
    for (int k = 0; k < steps; k++) {
        compose_self(from, velocity->grid.size, to);
        Vector *done = from;
        from = to;
        to = done;
    }
    to_mm(from, out);
    lam_free(u);
    return g_steal_pointer(&out);
}

#include <lambdascope/field.h>

#include <lambdascope/error.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <stdlib.h>

#define MAGNITUDE_BINS 4096

/* Derivative of one component along voxel axis a: central inside, one-sided at the faces, 0 where the
 * grid has a single voxel. */
static inline double difference(const float *at, int i, int n, ptrdiff_t stride)
{
    if (n < 2)
        return 0;
    if (i == 0)
        return (double)at[stride] - (double)at[0];
    if (i == n - 1)
        return (double)at[0] - (double)at[-stride];
    return 0.5 * ((double)at[stride] - (double)at[-stride]);
}

/* du/dx = (du/dvoxel) (dvoxel/dx): to_voxel is the 3x3 part of the inverse of the grid's matrix. */
static double determinant_at(const LamVolume *field, const LamMat4 *to_voxel, int i, int j, int k)
{
    const int *n = field->grid.size;
    ptrdiff_t w = n[0], wh = w * n[1];
    size_t at = (size_t)(k * wh + j * w + i);
    LamMat4 jacobian = lam_mat4_identity();
    for (int c = 0; c < 3; c++) {
        const float *u = lam_volume_channel(field, c) + at;
        double by_voxel[3] = {difference(u, i, n[0], 1), difference(u, j, n[1], w),
                              difference(u, k, n[2], wh)};
        for (int x = 0; x < 3; x++)
            for (int a = 0; a < 3; a++)
                jacobian.m[c][x] += by_voxel[a] * to_voxel->m[a][x];
    }
    return lam_mat4_det3(&jacobian);
}

LamVolume *lam_field_jacobian(const LamVolume *field, GError **error)
{
    g_return_val_if_fail(field->channels == 3, NULL);
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&field->grid.to_world, &to_voxel)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot compute the Jacobian: the field: its matrix is singular");
        return NULL;
    }
    LamVolume *out = lam_volume_new(&field->grid, 1, error);
    if (out == NULL)
        return NULL;
    const int *n = field->grid.size;
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < n[0]; i++)
            out->data[(size_t)row * (size_t)n[0] + (size_t)i] =
                (float)determinant_at(field, &to_voxel, i, row % n[1], row / n[1]);
    return out;
}

static void jacobian_statistics(const LamVolume *jacobian, LamFieldStatistics *out)
{
    size_t n = lam_grid_voxels(&jacobian->grid), folds = 0;
    double sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
#pragma omp parallel for schedule(static) reduction(+ : sum, squares, folds)                       \
    reduction(min : least) reduction(max : most)
    for (size_t i = 0; i < n; i++) {
        double j = (double)jacobian->data[i];
        least = j < least ? j : least;
        most = j > most ? j : most;
        if (!(j > 0)) {
            folds++;
            continue;
        }
        double l = log(j);
        sum += l;
        squares += l * l;
    }
    out->min_jacobian = least;
    out->max_jacobian = most;
    double kept = (double)(n - folds), mean = kept > 0 ? sum / kept : 0;
    out->fold_percent = 100.0 * (double)folds / (double)n;
    out->sd_log_jacobian = kept > 0 ? sqrt(fmax(squares / kept - mean * mean, 0)) : 0;
}

static inline double magnitude(const LamVolume *field, size_t voxels, size_t i)
{
    double x = (double)field->data[i], y = (double)field->data[i + voxels],
           z = (double)field->data[i + 2 * voxels];
    return sqrt(x * x + y * y + z * z);
}

/* The 95th percentile is read from a histogram between 0 and the largest value: its error is below
 * 1/4096 of that. */
static void magnitude_statistics(const LamVolume *field, LamFieldStatistics *out)
{
    size_t n = lam_grid_voxels(&field->grid), below = 0;
    g_autofree size_t *bins = g_new0(size_t, MAGNITUDE_BINS);
    double sum = 0, max = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum) reduction(max : max)
    for (size_t i = 0; i < n; i++) {
        double u = magnitude(field, n, i);
        sum += u;
        max = u > max ? u : max;
    }
    out->mean_mm = sum / (double)n;
    out->max_mm = out->p95_mm = max;
    if (!(max > 0) || !isfinite(max))
        return;
    for (size_t i = 0; i < n; i++)
        bins[MIN((int)(magnitude(field, n, i) / max * MAGNITUDE_BINS), MAGNITUDE_BINS - 1)]++;
    for (int b = 0; b < MAGNITUDE_BINS; b++) {
        below += bins[b];
        if ((double)below >= 0.95 * (double)n) {
            out->p95_mm = fmin(max * (b + 0.5) / MAGNITUDE_BINS, max);
            return;
        }
    }
}

bool lam_field_statistics(const LamVolume *field, LamFieldStatistics *out, LamVolume **jacobian,
                          GError **error)
{
    *out = (LamFieldStatistics){0};
    g_autoptr(LamVolume) volume_change = lam_field_jacobian(field, error);
    if (volume_change == NULL ||
        !lam_field_digital_folds(field, &out->digital_fold_percent, &out->ndv_percent, error))
        return false;
    jacobian_statistics(volume_change, out);
    magnitude_statistics(field, out);
    if (jacobian != NULL)
        *jacobian = g_steal_pointer(&volume_change);
    return true;
}

/* Mean over axes, components and positions, as the training loss measures it. */
double lam_field_roughness(const LamVolume *field)
{
    const int *size = field->grid.size;
    const size_t step[3] = {1, (size_t)size[0], (size_t)size[0] * size[1]};
    LamVec3 spacing = lam_grid_spacing_mm(&field->grid);
    double total = 0;
    int axes = 0;
    for (int a = 0; a < 3; a++) {
        double sum = 0;
        size_t n = 0;
        for (int c = 0; c < 3; c++) {
            const float *u = lam_volume_channel(field, c);
            for (size_t i = 0; i < lam_grid_voxels(&field->grid); i++) {
                if ((int)(i / step[a] % (size_t)size[a]) + 1 == size[a])
                    continue;
                double d = (u[i + step[a]] - u[i]) / spacing.v[c];
                sum += d * d;
                n++;
            }
        }
        if (n > 0) {
            total += sum / (double)n;
            axes++;
        }
    }
    return axes > 0 ? total / axes : 0;
}

/* Turns d in place into U = A(x + d) - x. */
static void add_affine(LamVolume *u, const LamMat4 *affine)
{
    const int *n = u->grid.size;
    size_t voxels = lam_grid_voxels(&u->grid);
    int rows = n[1] * n[2];
#pragma omp parallel for schedule(static)
    for (int row = 0; row < rows; row++)
        for (int i = 0; i < n[0]; i++) {
            float *at = u->data + (size_t)row * (size_t)n[0] + (size_t)i;
            LamVec3 voxel = {{i, row % n[1], row / n[1]}};
            LamVec3 x = lam_mat4_apply(&u->grid.to_world, voxel), moved = x;
            for (int c = 0; c < 3; c++)
                moved.v[c] += (double)at[(size_t)c * voxels];
            LamVec3 y = lam_mat4_apply(affine, moved);
            for (int c = 0; c < 3; c++)
                at[(size_t)c * voxels] = (float)(y.v[c] - x.v[c]);
        }
}

LamVolume *lam_field_compose_affine(const LamVolume *d, const LamMat4 *affine, const LamGrid *grid,
                                    GError **error)
{
    g_return_val_if_fail(d == NULL || d->channels == 3, NULL);
    LamVolume *out = NULL;
    if (d == NULL)
        out = lam_volume_new(grid, 3, error);
    else
        out = lam_resample_clamped(d, grid, error);
    if (out != NULL)
        add_affine(out, affine);
    return out;
}

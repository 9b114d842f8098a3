#include "smooth.h"

#include <lambdascope/error.h>
#include <lambdascope/memory.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <string.h>

#define REACH_SIGMAS 3.0

/* Weights of one side, kernel[0] in the middle; sums to 1 over both. */
static float *make_kernel(double sigma, int *radius)
{
    *radius = (int)ceil(REACH_SIGMAS * sigma);
    float *kernel = g_new(float, *radius + 1);
    double sum = 0;
    for (int i = 0; i <= *radius; i++) {
        double w = exp(-0.5 * i * i / (sigma * sigma));
        kernel[i] = (float)w;
        sum += i == 0 ? w : 2 * w;
    }
    for (int i = 0; i <= *radius; i++)
        kernel[i] = (float)((double)kernel[i] / sum);
    return kernel;
}

/* Smooths count lines that lie beside each other in memory: element e of line l is at e*count + l.
 * With count = 1 this is a row. */
static void smooth_lines(const float *in, float *out, int n, size_t count, const float *kernel,
                         int radius)
{
    for (int e = 0; e < n; e++) {
        float *restrict to = out + (size_t)e * count;
        const float *restrict middle = in + (size_t)e * count;
        for (size_t l = 0; l < count; l++)
            to[l] = kernel[0] * middle[l];
        for (int d = 1; d <= radius; d++) {
            const float *restrict below = in + (size_t)MAX(e - d, 0) * count;
            const float *restrict above = in + (size_t)MIN(e + d, n - 1) * count;
            float w = kernel[d];
            for (size_t l = 0; l < count; l++)
                to[l] += w * (below[l] + above[l]);
        }
    }
}

/* A row at a time: the row is copied with its ends repeated, then each tap is one pass over it. */
static void smooth_row(float *row, int n, const float *kernel, int radius, float *padded)
{
    for (int i = 0; i < n + 2 * radius; i++)
        padded[i] = row[CLAMP(i - radius, 0, n - 1)];
    const float *restrict middle = padded + radius;
    for (int i = 0; i < n; i++)
        row[i] = kernel[0] * middle[i];
    for (int d = 1; d <= radius; d++)
        for (int i = 0; i < n; i++)
            row[i] += kernel[d] * (middle[i - d] + middle[i + d]);
}

static void smooth_x(float *data, const int n[3], const float *kernel, int radius)
{
    int rows = n[1] * n[2];
#pragma omp parallel
    {
        float *padded = g_new(float, n[0] + 2 * radius);
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++)
            smooth_row(data + (size_t)row * (size_t)n[0], n[0], kernel, radius, padded);
        g_free(padded);
    }
}

static void smooth_y(const float *in, float *out, const int n[3], const float *kernel, int radius)
{
    size_t plane = (size_t)n[0] * (size_t)n[1];
#pragma omp parallel for schedule(static)
    for (int k = 0; k < n[2]; k++)
        smooth_lines(in + (size_t)k * plane, out + (size_t)k * plane, n[1], (size_t)n[0], kernel,
                     radius);
}

/* Across planes, shared out by output plane. */
static void smooth_z(const float *in, float *out, const int n[3], const float *kernel, int radius)
{
    size_t plane = (size_t)n[0] * (size_t)n[1];
#pragma omp parallel for schedule(static)
    for (int k = 0; k < n[2]; k++) {
        float *restrict to = out + (size_t)k * plane;
        const float *restrict middle = in + (size_t)k * plane;
        for (size_t l = 0; l < plane; l++)
            to[l] = kernel[0] * middle[l];
        for (int d = 1; d <= radius; d++) {
            const float *restrict below = in + (size_t)MAX(k - d, 0) * plane;
            const float *restrict above = in + (size_t)MIN(k + d, n[2] - 1) * plane;
            for (size_t l = 0; l < plane; l++)
                to[l] += kernel[d] * (below[l] + above[l]);
        }
    }
}

static void smooth_channel(float *data, float *other, const int n[3], const double sigma_vox[3])
{
    float *from = data, *to = other;
    for (int a = 0; a < 3; a++) {
        if (!(sigma_vox[a] > 0) || n[a] < 2)
            continue;
        int radius = 0;
        g_autofree float *kernel = make_kernel(sigma_vox[a], &radius);
        if (a == 0) {
            smooth_x(from, n, kernel, radius);
            continue;
        }
        (a == 1 ? smooth_y : smooth_z)(from, to, n, kernel, radius);
        float *t = from;
        from = to;
        to = t;
    }
    if (from != data)
        memcpy(data, from, sizeof(float) * (size_t)n[0] * (size_t)n[1] * (size_t)n[2]);
}

bool lam_smooth_axes(LamVolume *volume, const double sigma_vox[3], GError **error)
{
    if (!(sigma_vox[0] > 0) && !(sigma_vox[1] > 0) && !(sigma_vox[2] > 0))
        return true;
    float *other = lam_alloc_floats(lam_grid_voxels(&volume->grid), "smoothing", error);
    if (other == NULL)
        return false;
    for (int c = 0; c < volume->channels; c++)
        smooth_channel(lam_volume_channel(volume, c), other, volume->grid.size, sigma_vox);
    lam_free(other);
    return true;
}

LamVolume *lam_volume_smooth(const LamVolume *volume, double sigma_mm, GError **error)
{
    LamVolume *out = lam_volume_new(&volume->grid, volume->channels, error);
    if (out == NULL)
        return NULL;
    size_t count = lam_grid_voxels(&volume->grid) * (size_t)volume->channels;
    memcpy(out->data, volume->data, count * sizeof(float));
    LamVec3 spacing = lam_grid_spacing_mm(&volume->grid);
    double sigma_vox[3];
    for (int a = 0; a < 3; a++)
        sigma_vox[a] = sigma_mm / spacing.v[a];
    if (!lam_smooth_axes(out, sigma_vox, error))
        g_clear_pointer(&out, lam_volume_unref);
    return out;
}

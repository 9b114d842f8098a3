#include "smooth.h"

#include <lambdascope/clones.h>
#include <lambdascope/resample.h>

#include <math.h>
#include <string.h>

#define REACH_SIGMAS 3.0
#define LANES        16

typedef float Lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

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

/* to = kernel[0] * middle + sum of kernel[d] * (below[d] + above[d]), element by element: middle is below[0]. */
LAM_CLONES static void weigh(const float *const *below, const float *const *above,
                             const float *kernel, int radius, int count, float *to)
{
    int l = 0;
    for (; l + LANES <= count; l += LANES) {
        Lanes sum = kernel[0] * *(const Lanes *)(below[0] + l);
        for (int d = 1; d <= radius; d++)
            sum += kernel[d] * (*(const Lanes *)(below[d] + l) + *(const Lanes *)(above[d] + l));
        *(Lanes *)(to + l) = sum;
    }
    for (; l < count; l++) {
        float sum = kernel[0] * below[0][l];
        for (int d = 1; d <= radius; d++)
            sum += kernel[d] * (below[d][l] + above[d][l]);
        to[l] = sum;
    }
}

/* A kernel and what one thread needs to apply it: a copy of what is being replaced, and the lines that an
 * output is made of. */
typedef struct {
    float *kernel, *copy;
    int radius;
    const float **below, **above;
} Pass;

static Pass pass_new(double sigma, size_t copied)
{
    Pass p = {0};
    p.kernel = make_kernel(sigma, &p.radius);
    p.copy = g_new(float, copied + 2 * (size_t)p.radius);
    p.below = g_new(const float *, p.radius + 1);
    p.above = g_new(const float *, p.radius + 1);
    return p;
}

static void pass_clear(Pass *p)
{
    g_free(p->kernel);
    g_free(p->copy);
    g_free(p->below);
    g_free(p->above);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pass, pass_clear)

/* Along a row, copied with its ends repeated. */
static void smooth_row(float *row, int n, Pass *p)
{
    memcpy(p->copy + p->radius, row, (size_t)n * sizeof *row);
    for (int i = 0; i < p->radius; i++) {
        p->copy[i] = row[0];
        p->copy[p->radius + n + i] = row[n - 1];
    }
    for (int d = 0; d <= p->radius; d++) {
        p->below[d] = p->copy + p->radius - d;
        p->above[d] = p->copy + p->radius + d;
    }
    weigh(p->below, p->above, p->kernel, p->radius, n, row);
}

/* Across n lines of `count` neighbours, `stride` apart. */
static void smooth_lines(float *lines, int n, size_t stride, int count, Pass *p)
{
    size_t width = (size_t)count;
    for (int e = 0; e < n; e++)
        memcpy(p->copy + (size_t)e * width, lines + (size_t)e * stride, width * sizeof(float));
    for (int e = 0; e < n; e++) {
        for (int d = 0; d <= p->radius; d++) {
            p->below[d] = p->copy + (size_t)MAX(e - d, 0) * width;
            p->above[d] = p->copy + (size_t)MIN(e + d, n - 1) * width;
        }
        weigh(p->below, p->above, p->kernel, p->radius, count, lines + (size_t)e * stride);
    }
}

static void smooth_x(float *data, const int n[3], double sigma)
{
    int rows = n[1] * n[2];
#pragma omp parallel
    {
        g_auto(Pass) pass = pass_new(sigma, (size_t)n[0]);
#pragma omp for schedule(static)
        for (int row = 0; row < rows; row++)
            smooth_row(data + (size_t)row * (size_t)n[0], n[0], &pass);
    }
}

/* Along y or z, a plane of x and that axis at a time. */
static void smooth_across(float *data, const int n[3], int axis, double sigma)
{
    size_t w = (size_t)n[0], wh = w * (size_t)n[1];
    size_t stride = axis == 1 ? w : wh, between = axis == 1 ? wh : w;
    int planes = axis == 1 ? n[2] : n[1];
#pragma omp parallel
    {
        g_auto(Pass) pass = pass_new(sigma, w * (size_t)n[axis]);
#pragma omp for schedule(static)
        for (int plane = 0; plane < planes; plane++)
            smooth_lines(data + (size_t)plane * between, n[axis], stride, n[0], &pass);
    }
}

void lam_smooth(float *data, const int size[3], const double sigma_vox[3])
{
    for (int a = 0; a < 3; a++) {
        if (!(sigma_vox[a] > 0) || size[a] < 2)
            continue;
        if (a == 0)
            smooth_x(data, size, sigma_vox[a]);
        else
            smooth_across(data, size, a, sigma_vox[a]);
    }
}

void lam_smooth_axes(LamVolume *volume, const double sigma_vox[3])
{
    for (int c = 0; c < volume->channels; c++)
        lam_smooth(lam_volume_channel(volume, c), volume->grid.size, sigma_vox);
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
    lam_smooth_axes(out, sigma_vox);
    return out;
}

/* Intensities of scans: percentiles, the normalisation that networks see, where the brain is. */
#include <lambdascope/resample.h>

#include <lambdascope/error.h>

#include "prepare.h"
#include "smooth.h"

#include <math.h>
#include <string.h>

#define FWHM_PER_SIGMA 2.354820045

#define VERTEX_SHARE    0.002 /* of the tissue may be noise above the vertex */
#define BRAIN_HEIGHT_MM 170   /* no brain is taller */
#define COUNTED_MM      130   /* below the vertex of a head: its centre of mass is the brain's */
#define HEAD_HEIGHT_MM  400   /* taller: neither head nor millimetres */
#define TALLEST_MM      2000

static inline guint32 bits_of(float value)
{
    guint32 bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#define HALVES 65536 /* values of one half of a float's bits */

/* Adds the positive values by the upper half of their bits, or those with this upper half by the lower one. */
static void count_halves(const LamVolume *volume, size_t n, const guint32 *upper, size_t *bins)
{
#pragma omp parallel
    {
        g_autofree guint32 *own = g_new0(guint32, HALVES);
#pragma omp for schedule(static)
        for (size_t i = 0; i < n; i++) {
            guint32 bits = volume->data[i] > 0 ? bits_of(volume->data[i]) : 0;
            if (bits != 0 && (upper == NULL || bits >> 16 == *upper))
                own[upper == NULL ? bits >> 16 : bits & 0xffff]++;
        }
#pragma omp critical
        for (int b = 0; b < HALVES; b++)
            bins[b] += own[b];
    }
}

/* The bin that holds the rank, which becomes the rank within it. */
static guint32 bin_of(const size_t *bins, size_t *rank)
{
    guint32 bin = 0;
    while (*rank >= bins[bin])
        *rank -= bins[bin++];
    return bin;
}

/* Exact, in two passes: positive floats sort as their bits do, so the upper half of the bits is
 * counted first, then the lower half within the bin that holds the rank. */
double lam_volume_percentile_positive(const LamVolume *volume, double p)
{
    size_t n = lam_grid_voxels(&volume->grid) * (size_t)volume->channels, positive = 0;
    g_autofree size_t *bins = g_new0(size_t, HALVES);
    count_halves(volume, n, NULL, bins);
    for (int b = 0; b < HALVES; b++)
        positive += bins[b];
    if (positive == 0)
        return 0;
    size_t rank = (size_t)(CLAMP(p, 0, 1) * (double)(positive - 1) + 0.5);
    guint32 upper = bin_of(bins, &rank);
    memset(bins, 0, HALVES * sizeof *bins);
    count_halves(volume, n, &upper, bins);
    guint32 bits = upper << 16 | bin_of(bins, &rank);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

double lam_volume_foreground_level(const LamVolume *volume)
{
    return 0.2 * lam_volume_percentile_positive(volume, 0.98);
}

static bool is_constant(const LamVolume *scan)
{
    size_t n = lam_grid_voxels(&scan->grid) * (size_t)scan->channels;
    for (size_t i = 1; i < n; i++)
        if (scan->data[i] != scan->data[0])
            return false;
    return true;
}

bool lam_volume_check_content(const LamVolume *scan, double top, GError **error)
{
    const char *subject = scan->path != NULL ? scan->path : "the scan";
    if (is_constant(scan)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot prepare scan: %s: every voxel has the value %g", subject,
                    (double)scan->data[0]);
        return false;
    }
    if (!(top > 0)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot prepare scan: %s: no voxel is above zero", subject);
        return false;
    }
    return true;
}

/* A Gaussian that turns a voxel of the given size into one of the wanted size, both seen as Gaussians
 * with that full width at half maximum (Cardoso et al., Scale factor point spread function matching,
 * MICCAI 2015). */
double lam_antialias_sigma_vox(double spacing_mm, double wanted_mm)
{
    if (wanted_mm <= spacing_mm)
        return 0;
    return sqrt(wanted_mm * wanted_mm - spacing_mm * spacing_mm) / FWHM_PER_SIGMA / spacing_mm;
}

LamVolume *lam_volume_prepare(const LamVolume *scan, double spacing_mm, GError **error)
{
    double top = lam_volume_percentile_positive(scan, LAM_PREPARED_PERCENTILE);
    if (!lam_volume_check_content(scan, top, error))
        return NULL;
    g_autoptr(LamVolume) out = lam_volume_new(&scan->grid, scan->channels, error);
    if (out == NULL)
        return NULL;
    size_t n = lam_grid_voxels(&scan->grid) * (size_t)scan->channels;
    const float ceiling = (float)LAM_PREPARED_CEILING;
    double factor = 1 / top; /* in double: 1/top of a tiny top may not fit float */
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < n; i++) {
        float v = (float)((double)scan->data[i] * factor);
        out->data[i] = v > ceiling ? ceiling : v > 0 ? v : 0;
    }
    LamVec3 spacing = lam_grid_spacing_mm(&scan->grid);
    double sigma_vox[3];
    for (int a = 0; a < 3; a++)
        sigma_vox[a] = lam_antialias_sigma_vox(spacing.v[a], spacing_mm);
    lam_smooth_axes(out, sigma_vox);
    return g_steal_pointer(&out);
}

/* z in mm of the corner of the grid's box that is lowest (sign < 0) or highest. */
static double extreme_z_mm(const LamGrid *grid, double sign)
{
    const double *row = grid->to_world.m[2];
    double z = row[3];
    for (int a = 0; a < 3; a++)
        if (row[a] * sign > 0)
            z += row[a] * (grid->size[a] - 1);
    return z;
}

static inline double height_mm(const LamGrid *grid, int i, int j, int k)
{
    const double *row = grid->to_world.m[2];
    return row[0] * i + row[1] * j + row[2] * k + row[3];
}

/* Counts voxels above the threshold by height, in steps of a millimetre from the lowest. */
static double count_heights(const LamVolume *scan, float threshold, double low, double *counts)
{
    const int *n = scan->grid.size;
    const float *v = scan->data;
    double all = 0;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++, v += n[0])
            for (int i = 0; i < n[0]; i++)
                if (v[i] > threshold) {
                    counts[(int)(height_mm(&scan->grid, i, j, k) - low)]++;
                    all++;
                }
    return all;
}

/* Where tissue reaches further down from the vertex than a brain does, and the whole is not too long
 * for a human head, only what lies near the vertex is the brain's: neck and jaw would draw the centre down.
 * (The idea is that of FSL's robustfov.) Else below everything. */
static double floor_mm(const LamVolume *scan, float threshold)
{
    double low = extreme_z_mm(&scan->grid, -1), high = extreme_z_mm(&scan->grid, 1);
    if (!(high - low > BRAIN_HEIGHT_MM && high - low < TALLEST_MM))
        return -INFINITY;
    int bins = (int)(high - low) + 1, top = bins - 1, bottom = 0;
    g_autofree double *counts = g_new0(double, bins);
    double few = VERTEX_SHARE * count_heights(scan, threshold, low, counts), seen = 0;
    while (top > 0 && (seen += counts[top]) < few)
        top--;
    seen = 0;
    while (bottom < top && (seen += counts[bottom]) < few)
        bottom++;
    bool head = top - bottom > BRAIN_HEIGHT_MM && top - bottom < HEAD_HEIGHT_MM;
    return head ? low + top - COUNTED_MM : -INFINITY;
}

LamVec3 lam_volume_brain_centre_mm(const LamVolume *scan)
{
    float threshold = (float)lam_volume_foreground_level(scan);
    double lowest = floor_mm(scan, threshold);
    const int *n = scan->grid.size;
    double sum[3] = {0}, count = 0;
    const float *v = scan->data;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++, v += n[0]) {
            double row = 0, row_i = 0;
            for (int i = 0; i < n[0]; i++)
                if (v[i] > threshold && height_mm(&scan->grid, i, j, k) >= lowest) {
                    row++;
                    row_i += i;
                }
            sum[0] += row_i;
            sum[1] += row * j;
            sum[2] += row * k;
            count += row;
        }
    if (count == 0)
        return lam_grid_centre_mm(&scan->grid);
    LamVec3 centre = {{sum[0] / count, sum[1] / count, sum[2] / count}};
    return lam_mat4_apply(&scan->grid.to_world, centre);
}

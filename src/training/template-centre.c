#include "template-centre.h"

#include <lambdascope/regression.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <string.h>

#define TERMS 4 /* of an affine part: the movement of all, and along each axis; a slice has three */

static double length_at(const LamVolume *d, size_t i)
{
    size_t n = lam_grid_voxels(&d->grid);
    return sqrt(pow((double)d->data[i], 2) + pow((double)d->data[n + i], 2) +
                pow((double)d->data[2 * n + i], 2));
}

double lam_template_mean_length_mm(const LamVolume *d, const LamVolume *picture)
{
    double threshold = lam_volume_foreground_level(picture), sum = 0, count = 0;
    for (size_t i = 0; i < lam_grid_voxels(&d->grid); i++)
        if ((double)picture->data[i] > threshold) {
            sum += length_at(d, i);
            count++;
        }
    return count > 0 ? sum / count : 0;
}

bool lam_template_centre(const LamVolume *d, const LamVolume *picture, LamPeopleCentre *centre,
                         GError **error)
{
    double threshold = lam_volume_foreground_level(picture);
    g_autoptr(LamVolume) length = lam_volume_new(&d->grid, 1, error);
    if (length == NULL)
        return false;
    for (size_t i = 0; i < lam_grid_voxels(&d->grid); i++)
        if ((double)picture->data[i] > threshold)
            length->data[i] = (float)(length_at(d, i) + 1e-9); /* 0 is what is not asked for */
    centre->median_mm = lam_volume_percentile_positive(length, 0.5);
    centre->ninetieth_mm = lam_volume_percentile_positive(length, 0.9);
    return true;
}

static void terms_at(const LamGrid *grid, size_t i, double terms[TERMS])
{
    size_t w = (size_t)grid->size[0], h = (size_t)grid->size[1];
    terms[0] = 1;
    terms[1] = (double)(i % w);
    terms[2] = (double)(i / w % h);
    terms[3] = (double)(i / (w * h));
}

/* The voxels of the foreground; how many there are. */
static int foreground(const LamVolume *picture, size_t *at)
{
    double threshold = lam_volume_foreground_level(picture);
    int n = 0;
    for (size_t i = 0; i < lam_grid_voxels(&picture->grid); i++)
        if ((double)picture->data[i] > threshold)
            at[n++] = i;
    return n;
}

/* rest: d without what is linear in where a voxel is, of one component; x [n][terms]: where the voxels `at` are. */
static bool leave_rest(const LamGrid *grid, const float *d, const size_t *at, const double *x,
                       int n, int terms, float *rest, GError **error)
{
    g_autofree double *y = g_new(double, n);
    LamRegression fit;
    for (int k = 0; k < n; k++)
        y[k] = (double)d[at[k]];
    if (!lam_regression_fit(x, y, n, terms, &fit, error))
        return false;
    for (size_t i = 0; i < lam_grid_voxels(grid); i++) {
        double here[TERMS];
        terms_at(grid, i, here);
        rest[i] = d[i] - (float)lam_regression_at(&fit, here, NULL);
    }
    return true;
}

LamVolume *lam_template_without_affine(const LamVolume *d, const LamVolume *picture, GError **error)
{
    const LamGrid *grid = &d->grid;
    int terms = grid->size[2] > 1 ? TERMS : TERMS - 1;
    size_t voxels = lam_grid_voxels(grid);
    g_autofree size_t *at = g_new(size_t, voxels);
    int n = foreground(picture, at);
    g_autofree double *x = g_new(double, n *terms);
    for (int k = 0; k < n; k++) {
        double here[TERMS];
        terms_at(grid, at[k], here);
        memcpy(x + k * terms, here, (size_t)terms * sizeof *x);
    }
    g_autoptr(LamVolume) rest = lam_volume_new(grid, 3, error);
    for (size_t c = 0; c < 3; c++)
        if (rest == NULL || !leave_rest(grid, d->data + c * voxels, at, x, n, terms,
                                        rest->data + c * voxels, error))
            return NULL;
    return g_steal_pointer(&rest);
}

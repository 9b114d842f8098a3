#include "self-truth.h"

#include <lambdascope/error.h>
#include <lambdascope/field.h>
#include <lambdascope/order.h>
#include <lambdascope/random_warp.h>
#include <lambdascope/resample.h>
#include <math.h>
#include <stdlib.h>

#define LATTICE_MM 4.0

static const double warp_scale_mm[3] = {20, 40, 80};

/* Covers the scan, axis-aligned with the world. */
static LamGrid lattice_over(const LamGrid *grid)
{
    LamVec3 low = {{INFINITY, INFINITY, INFINITY}}, high = {{-INFINITY, -INFINITY, -INFINITY}};
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 voxel;
        for (int a = 0; a < 3; a++)
            voxel.v[a] = (corner >> a & 1) != 0 ? grid->size[a] - 1 : 0;
        LamVec3 x = lam_mat4_apply(&grid->to_world, voxel);
        for (int a = 0; a < 3; a++) {
            low.v[a] = fmin(low.v[a], x.v[a]);
            high.v[a] = fmax(high.v[a], x.v[a]);
        }
    }
    int size[3];
    LamVec3 centre;
    for (int a = 0; a < 3; a++) {
        size[a] = (int)floor((high.v[a] - low.v[a]) / LATTICE_MM) + 1;
        centre.v[a] = 0.5 * (low.v[a] + high.v[a]);
    }
    return lam_grid_centred(size, LATTICE_MM, centre);
}

/* Of that root mean square length. */
static void scale_to(LamVolume *velocity, double rms_mm)
{
    size_t voxels = lam_grid_voxels(&velocity->grid);
    double sum = 0;
    for (size_t i = 0; i < 3 * voxels; i++)
        sum += (double)velocity->data[i] * (double)velocity->data[i];
    double factor = sum > 0 ? rms_mm / sqrt(sum / (double)voxels) : 0;
    for (size_t i = 0; i < 3 * voxels; i++)
        velocity->data[i] = (float)(factor * (double)velocity->data[i]);
}

static bool find_inside(const LamVolume *fixed, LamSelfTruth *out, GError **error)
{
    const LamGrid *lattice = &out->truth->grid;
    g_autoptr(LamVolume) at = lam_resample(fixed, lattice, NULL, LAM_NEAREST, 0, error);
    if (at == NULL)
        return false;
    out->inside = g_new0(guint8, lam_grid_voxels(lattice));
    for (size_t i = 0; i < lam_grid_voxels(lattice); i++)
        if (at->data[i] > 0) {
            out->inside[i] = 1;
            out->n_inside++;
        }
    if (out->n_inside == 0)
        g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                    "cannot measure the error: %s: nothing of it is above zero",
                    fixed->path != NULL ? fixed->path : "the fixed scan");
    return out->n_inside > 0;
}

bool lam_self_truth_draw(const LamVolume *fixed, double warp_mm, guint32 seed, LamSelfTruth *out,
                         GError **error)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(LamVolume) velocity =
        lam_random_velocity(&fixed->grid, warp_mm, warp_scale_mm, rand, error);
    *out = (LamSelfTruth){0};
    if (velocity == NULL)
        return false;
    scale_to(velocity, warp_mm);
    LamGrid lattice = lattice_over(&fixed->grid);
    out->forward = lam_field_exponential(velocity, -1, error);
    if (out->forward != NULL)
        out->truth = lam_field_inverse(out->forward, &lattice, NULL, error);
    if (out->truth != NULL && find_inside(fixed, out, error))
        return true;
    lam_self_truth_clear(out);
    return false;
}

void lam_self_truth_clear(LamSelfTruth *truth)
{
    g_clear_pointer(&truth->forward, lam_volume_unref);
    g_clear_pointer(&truth->truth, lam_volume_unref);
    g_clear_pointer(&truth->inside, g_free);
    truth->n_inside = 0;
}

bool lam_self_truth_error(const LamSelfTruth *truth, const LamVolume *d, double *mean_mm,
                          double *p95_mm, GError **error)
{
    const LamGrid *lattice = &truth->truth->grid;
    g_autoptr(LamVolume) found =
        d != NULL ? lam_resample_clamped(d, lattice, error) : lam_volume_new(lattice, 3, error);
    if (found == NULL)
        return false;
    g_autofree double *error_mm = g_new(double, truth->n_inside);
    size_t n = lam_grid_voxels(lattice), at = 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!truth->inside[i])
            continue;
        double squares = 0;
        for (size_t c = 0; c < 3; c++) {
            double e = (double)(found->data[c * n + i] - truth->truth->data[c * n + i]);
            squares += e * e;
        }
        sum += error_mm[at++] = sqrt(squares);
    }
    qsort(error_mm, at, sizeof *error_mm, lam_order_doubles);
    *mean_mm = sum / (double)at;
    *p95_mm = error_mm[(size_t)(0.95 * (double)(at - 1))];
    return true;
}

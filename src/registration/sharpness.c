#include <lambdascope/sharpness.h>

#include <lambdascope/error.h>
#include <lambdascope/resample.h>
#include <math.h>

#define LEAST_MM 0.25
#define MOST_MM  20.0
#define SAME     1e-3 /* of a voxel's size */

/* Squared length of the gradient at a voxel, per mm^2; beyond the edge nothing changes. */
static double squared_gradient(const LamVolume *v, const int at[3], LamVec3 spacing)
{
    const int *n = v->grid.size;
    const size_t stride[] = {1, (size_t)n[0], (size_t)n[0] * (size_t)n[1]};
    size_t i = (size_t)at[0] + stride[1] * (size_t)at[1] + stride[2] * (size_t)at[2];
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        if (at[a] == 0 || at[a] == n[a] - 1)
            continue;
        double step = (double)(v->data[i + stride[a]] - v->data[i - stride[a]]);
        sum += pow(step / (2 * spacing.v[a]), 2);
    }
    return sum;
}

double lam_sharpness(const LamVolume *v)
{
    const int *n = v->grid.size;
    LamVec3 spacing = lam_grid_spacing_mm(&v->grid);
    double threshold = lam_volume_foreground_level(v);
    double count = 0, sum = 0, squares = 0, energy = 0;
    const float *value = v->data;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                double x = (double)*value++;
                if (!(x > threshold))
                    continue;
                count++;
                sum += x;
                squares += x * x;
                energy += squared_gradient(v, (const int[]){i, j, k}, spacing);
            }
    double variance = count > 0 ? squares / count - pow(sum / count, 2) : 0;
    return variance > 0 ? energy / count / variance : 0;
}

/* ---- at one spacing ---- */

static bool wrong(GError **error, double spacing_mm, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot measure sharpness: spacing of %g mm: %s", spacing_mm, why);
    return false;
}

static bool check(const LamVolume *scan, double spacing_mm, GError **error)
{
    LamVec3 own = lam_grid_spacing_mm(&scan->grid);
    if (!(spacing_mm >= LEAST_MM && spacing_mm <= MOST_MM))
        return wrong(error, spacing_mm, "must be within 0.25 and 20");
    for (int a = 0; a < 3; a++)
        if (scan->grid.size[a] > 1 && own.v[a] > (1 + SAME) * spacing_mm)
            return wrong(error, spacing_mm, "its voxels are larger");
    return true;
}

/* Over the same box; whether it is another grid. */
static bool at_spacing(const LamGrid *grid, double spacing_mm, LamGrid *out)
{
    LamVec3 own = lam_grid_spacing_mm(grid);
    LamMat4 scaling = lam_mat4_identity();
    bool changed = false;
    *out = *grid;
    for (int a = 0; a < 3; a++) {
        double factor = spacing_mm / own.v[a];
        if (grid->size[a] <= 1 || fabs(factor - 1) <= SAME)
            continue;
        out->size[a] = MAX(1, (int)lrint(grid->size[a] / factor));
        scaling.m[a][a] = factor;
        scaling.m[a][3] = 0.5 * (grid->size[a] - 1 - factor * (out->size[a] - 1));
        changed = true;
    }
    out->to_world = lam_mat4_multiply(&grid->to_world, &scaling);
    return changed;
}

double lam_sharpness_at(const LamVolume *scan, double spacing_mm, GError **error)
{
    LamGrid grid;
    if (!check(scan, spacing_mm, error))
        return NAN;
    if (!at_spacing(&scan->grid, spacing_mm, &grid))
        return lam_sharpness(scan);
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, spacing_mm, error);
    g_autoptr(LamVolume) sampled =
        prepared != NULL ? lam_resample(prepared, &grid, NULL, LAM_LINEAR, 0, error) : NULL;
    return sampled != NULL ? lam_sharpness(sampled) : NAN;
}

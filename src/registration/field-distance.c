#include <lambdascope/field.h>

#include <lambdascope/resample.h>
#include <math.h>

static void measure(const LamVolume *a, const LamVolume *b, double *mean_mm, double *largest_mm)
{
    size_t n = lam_grid_voxels(&a->grid);
    double sum = 0, largest = 0;
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t c = 0; c < 3; c++) {
            double apart = (double)a->data[c * n + i] - (double)b->data[c * n + i];
            square += apart * apart;
        }
        sum += sqrt(square);
        largest = MAX(largest, square);
    }
    *mean_mm = sum / (double)n;
    *largest_mm = sqrt(largest);
}

bool lam_field_distance(const LamVolume *a, const LamVolume *b, double *mean_mm, double *largest_mm)
{
    g_autoptr(LamVolume) sampled = NULL;
    if (!lam_grid_equal(&a->grid, &b->grid, 1e-6)) {
        sampled = lam_resample_clamped(b, &a->grid, NULL);
        if (!sampled)
            return false;
    }
    measure(a, sampled ? sampled : b, mean_mm, largest_mm);
    return true;
}

#include <lambdascope/histogram.h>

LamHistogram *lam_histogram_new(const LamVolume *scan, double lowest, double highest, int bins,
                                bool without_background)
{
    g_return_val_if_fail(bins >= 1 && lowest < highest, NULL);
    LamHistogram *histogram = g_new(LamHistogram, 1);
    *histogram = (LamHistogram){lowest, highest, bins, g_new0(double, bins), 0};
    size_t n = lam_grid_voxels(&scan->grid);
    double per_bin = bins / (highest - lowest);
    for (size_t i = 0; i < n; i++) {
        double value = scan->data[i];
        if (!(value >= lowest && value <= highest) || (without_background && value <= 0))
            continue;
        histogram->share[MIN((int)((value - lowest) * per_bin), bins - 1)]++;
        histogram->counted++;
    }
    for (int i = 0; i < bins && histogram->counted > 0; i++)
        histogram->share[i] /= (double)histogram->counted;
    return histogram;
}

void lam_histogram_free(LamHistogram *histogram)
{
    if (!histogram)
        return;
    g_free(histogram->share);
    g_free(histogram);
}

double lam_histogram_peak(const LamHistogram *histogram)
{
    double peak = 0;
    for (int i = 0; i < histogram->bins; i++)
        peak = MAX(peak, histogram->share[i]);
    return peak;
}

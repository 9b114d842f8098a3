/* How often intensities occur in a scan.
 *
 * Thread-safety: safe; a histogram is immutable once made. */
#pragma once

#include <lambdascope/volume.h>

G_BEGIN_DECLS

typedef struct {
    double lowest, highest; /* intensity at the first bin's lower and the last bin's upper edge */
    int bins;
    double *share; /* [bins]: of the voxels counted; owned */
    size_t counted;
} LamHistogram;

/* Of the first channel; what lies outside [lowest, highest] and, where background is asked to be left out, what
 * is 0 or below is not counted. bins >= 1, lowest < highest. */
LamHistogram *lam_histogram_new(const LamVolume *scan, double lowest, double highest, int bins,
                                bool without_background);
void lam_histogram_free(LamHistogram *histogram);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamHistogram, lam_histogram_free)

/* The largest share of a bin. */
double lam_histogram_peak(const LamHistogram *histogram);

G_END_DECLS

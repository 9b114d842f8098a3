/* Whether a scan is T1, from what its tissues look like. */
#include <lambdascope/structures.h>

#include <lambdascope/labels.h>
#include <lambdascope/order.h>
#include <lambdascope/resample.h>
#include <math.h>

#define LEAST_ML   50   /* of either: less may be a mistake */
#define MOST_OF_T1 0.93 /* cortex beside white matter; docs/registration.md has what scans have */

static bool is_of(const GPtrArray *structures, int value, const char *suffix)
{
    for (guint i = 0; i < structures->len; i++) {
        const LamStructure *structure = structures->pdata[i];
        if (structure->value == value)
            return g_str_has_suffix(structure->name, suffix);
    }
    return false;
}

/* suffix: of the structures' names, of both sides. NAN where there is too little. */
static double median_grey(const GPtrArray *structures, const LamVolume *labels,
                          const LamVolume *scan, const char *suffix)
{
    g_autoptr(GArray) greys = g_array_new(FALSE, FALSE, sizeof(double));
    LamVec3 spacing = lam_grid_spacing_mm(&labels->grid);
    size_t n = lam_grid_voxels(&labels->grid);
    int known = 0;
    bool counts = false;
    for (size_t i = 0; i < n; i++) {
        int value = lam_label_of(labels->data[i]);
        if (value != known)
            counts = is_of(structures, value, suffix);
        known = value;
        if (counts) {
            double grey = (double)scan->data[i];
            g_array_append_val(greys, grey);
        }
    }
    double ml = greys->len * spacing.v[0] * spacing.v[1] * spacing.v[2] / 1000;
    if (ml < LEAST_ML)
        return NAN;
    g_array_sort(greys, lam_order_doubles);
    return g_array_index(greys, double, greys->len / 2);
}

LamWeighting lam_structures_weighting(const GPtrArray *structures, const LamVolume *labels,
                                      const LamVolume *scan)
{
    g_autoptr(LamVolume) seen = lam_resample(scan, &labels->grid, NULL, LAM_LINEAR, 0, NULL);
    if (seen == NULL)
        return LAM_WEIGHTING_UNKNOWN;
    double white = median_grey(structures, labels, seen, "cerebral white matter");
    double cortex = median_grey(structures, labels, seen, "cerebral cortex");
    if (isnan(white) || isnan(cortex))
        return LAM_WEIGHTING_UNKNOWN;
    return cortex < MOST_OF_T1 * white ? LAM_WEIGHTING_T1 : LAM_WEIGHTING_OTHER;
}

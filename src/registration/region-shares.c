/* From the passages of all regions to shares that sum to one. */
#include <lambdascope/region.h>

#include <math.h>

static void warn(GPtrArray *warnings, char *sentence)
{
    if (warnings != NULL)
        g_ptr_array_add(warnings, sentence);
    else
        g_free(sentence);
}

static bool any_above(const LamVolume *volume, float least)
{
    for (size_t i = 0; i < lam_grid_voxels(&volume->grid); i++)
        if (volume->data[i] > least)
            return true;
    return false;
}

static void warn_of_one(const LamRegion *region, const LamVolume *passage, GPtrArray *warnings)
{
    if (!any_above(region->mask, 0.5f))
        warn(warnings, g_strdup_printf("%s is empty", region->name));
    else if (!any_above(passage, 0))
        warn(warnings, g_strdup_printf("%s lies outside what is registered", region->name));
    else if (region->border_mm < LAM_REGION_SAFE_BORDER_MM)
        warn(warnings,
             g_strdup_printf("%s: a border of %g mm is narrow, folds are possible there; %g "
                             "mm is safe",
                             region->name, region->border_mm, LAM_REGION_SAFE_BORDER_MM));
}

static bool overlap(const LamVolume *a, const LamVolume *b)
{
    for (size_t i = 0; i < lam_grid_voxels(&a->grid); i++)
        if (a->data[i] > 0.9f && b->data[i] > 0.9f)
            return true;
    return false;
}

/* One sentence for each region, however many it overlaps. */
static void warn_of_overlap(const LamRegion *const *regions, const GPtrArray *passages, int r,
                            GPtrArray *warnings)
{
    g_autoptr(GString) others = g_string_new(NULL);
    for (int q = 0; q < r; q++)
        if (overlap(g_ptr_array_index(passages, q), g_ptr_array_index(passages, r)))
            g_string_append_printf(others, "%s%s", others->len > 0 ? ", " : "", regions[q]->name);
    if (others->len > 0)
        warn(warnings, g_strdup_printf("%s overlaps %s: there they weigh alike", regions[r]->name,
                                       others->str));
}

/* In place: n passages and room for the rest become shares. */
static void normalise(GPtrArray *volumes, int n)
{
    LamVolume *rest = g_ptr_array_index(volumes, n);
    for (size_t i = 0; i < lam_grid_voxels(&rest->grid); i++) {
        double outside = 1, sum = 0;
        for (int r = 0; r < n; r++) {
            double p = (double)((LamVolume *)g_ptr_array_index(volumes, r))->data[i];
            outside *= 1 - p;
            sum += p;
        }
        double scale = 1 / (outside + sum);
        for (int r = 0; r < n; r++)
            ((LamVolume *)g_ptr_array_index(volumes, r))->data[i] *= (float)scale;
        rest->data[i] = (float)(outside * scale);
    }
}

GPtrArray *lam_region_shares(const LamRegion *const *regions, int n, const LamGrid *grid,
                             const LamProgress *progress, GPtrArray *warnings, GError **error)
{
    g_autoptr(GPtrArray) volumes = g_ptr_array_new_with_free_func((GDestroyNotify)lam_volume_unref);
    for (int r = 0; r < n; r++) {
        LamVolume *passage = NULL;
        lam_progress_report(progress, (double)r / (n + 1), "preparing the regions");
        if (!lam_progress_cancelled(progress, error) && lam_region_check(regions[r], error))
            passage = lam_region_passage(regions[r], grid, error);
        if (passage == NULL)
            return NULL;
        g_ptr_array_add(volumes, passage);
        warn_of_one(regions[r], passage, warnings);
        warn_of_overlap(regions, volumes, r, warnings);
    }
    LamVolume *rest = lam_volume_new(grid, 1, error);
    if (rest == NULL)
        return NULL;
    g_ptr_array_add(volumes, rest);
    normalise(volumes, n);
    return g_steal_pointer(&volumes);
}

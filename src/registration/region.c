#include <lambdascope/region.h>

#include <lambdascope/error.h>
#include <lambdascope/labels.h>
#include <math.h>

#define DEFAULT_BORDER_MM 8.0

static const char *const kind_names[] = {
    [LAM_REGION_LAMBDA] = "lambda",
    [LAM_REGION_RIGID] = "rigid",
    [LAM_REGION_UNMOVED] = "unmoved",
    [LAM_REGION_UNMATCHED] = "unmatched",
};

static LamVolume *ref_or_null(LamVolume *mask)
{
    return mask != NULL ? lam_volume_ref(mask) : NULL;
}

LamRegion *lam_region_new(const char *name, guint32 colour, LamVolume *mask)
{
    LamRegion *region = g_new0(LamRegion, 1);
    *region = (LamRegion){.name = g_strdup(name),
                          .colour = colour,
                          .follows = true,
                          .factor = 1,
                          .lambda = 0.5,
                          .border_mm = DEFAULT_BORDER_MM,
                          .mask = ref_or_null(mask)};
    return region;
}

LamRegion *lam_region_copy(const LamRegion *region)
{
    LamRegion *copy = g_new(LamRegion, 1);
    *copy = *region;
    copy->name = g_strdup(region->name);
    copy->mask = ref_or_null(region->mask);
    return copy;
}

void lam_region_free(LamRegion *region)
{
    if (region == NULL)
        return;
    g_free(region->name);
    lam_volume_unref(region->mask);
    g_free(region);
}

void lam_region_treat_as(LamRegion *region, const LamRegion *other)
{
    region->kind = other->kind;
    region->follows = other->follows;
    region->factor = other->factor;
    region->lambda = other->lambda;
}

const char *lam_region_kind_name(LamRegionKind kind)
{
    return kind_names[kind];
}

bool lam_region_kind_from_name(const char *name, LamRegionKind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++)
        if (g_str_equal(name, kind_names[i])) {
            *kind = (LamRegionKind)i;
            return true;
        }
    return false;
}

double lam_region_lambda(const LamRegion *region, double rest)
{
    if (!region->follows)
        return region->lambda;
    /* factor γ / (1 + factor γ), without the infinity at λ = 1 */
    double share = region->factor * rest;
    return share / (1 - rest + share);
}

static bool refuse(const LamRegion *region, GError **error, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use the region: %s: %s", region->name,
                why);
    return false;
}

bool lam_region_check(const LamRegion *region, GError **error)
{
    if (region->mask != NULL && region->mask->channels != 1)
        return refuse(region, error, "its mask has more than one channel");
    if (!(region->lambda >= 0 && region->lambda <= 1))
        return refuse(region, error, "λ must be between 0 and 1");
    if (!(region->factor >= 1e-3 && region->factor <= 1e3))
        return refuse(region, error, "its factor must be between 0.001 and 1000");
    if (!(region->border_mm >= 0 && region->border_mm <= LAM_REGION_MAX_BORDER_MM))
        return refuse(region, error, "its border must be between 0 and 50 mm");
    return true;
}

static bool is_among(int value, const int *values, int n)
{
    for (int i = 0; i < n; i++)
        if (values[i] == value)
            return true;
    return false;
}

LamVolume *lam_region_mask_of_labels(const LamVolume *labels, const int *values, int n,
                                     GError **error)
{
    g_autoptr(LamVolume) mask = lam_volume_new(&labels->grid, 1, error);
    size_t voxels = lam_grid_voxels(&labels->grid), inside = 0;
    if (mask == NULL)
        return NULL;
    for (size_t i = 0; i < voxels; i++)
        if (is_among(lam_label_of(labels->data[i]), values, n)) {
            mask->data[i] = 1;
            inside++;
        }
    if (inside > 0)
        return g_steal_pointer(&mask);
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                "cannot make a region: %s: no voxel has label %d%s",
                labels->path != NULL ? labels->path : "the label map", n > 0 ? values[0] : 0,
                n > 1 ? " or the others" : "");
    return NULL;
}

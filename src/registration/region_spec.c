#include <lambdascope/region_spec.h>

#include "region-keys.h"

#include <lambdascope/error.h>
#include <lambdascope/scan.h>
#include <string.h>

LamRegionSpec *lam_region_spec_new(const char *name, guint32 colour)
{
    LamRegionSpec *spec = g_new0(LamRegionSpec, 1);
    spec->settings = lam_region_new(name, colour, NULL);
    return spec;
}

LamRegionSpec *lam_region_spec_copy(const LamRegionSpec *spec)
{
    LamRegionSpec *copy = g_memdup2(spec, sizeof *spec);
    copy->settings = lam_region_copy(spec->settings);
    copy->labels = spec->labels != NULL ? g_array_copy(spec->labels) : NULL;
    copy->balls = spec->balls != NULL ? g_array_copy(spec->balls) : NULL;
    copy->corners = spec->corners != NULL ? g_array_copy(spec->corners) : NULL;
    copy->path = g_strdup(spec->path);
    return copy;
}

void lam_region_spec_free(LamRegionSpec *spec)
{
    if (spec == NULL)
        return;
    lam_region_free(spec->settings);
    g_clear_pointer(&spec->labels, g_array_unref);
    g_clear_pointer(&spec->balls, g_array_unref);
    g_clear_pointer(&spec->corners, g_array_unref);
    g_free(spec->path);
    g_free(spec);
}

/* After Okabe and Ito, without black and grey; the last two mixed of them. */
guint32 lam_region_colour(int number)
{
    static const guint32 colours[] = {0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442,
                                      0x0072b2, 0xd55e00, 0xcc79a7, 0x8fd3b6};
    return colours[(guint)number % G_N_ELEMENTS(colours)];
}

static bool same_array(const GArray *a, const GArray *b, size_t element)
{
    if (a == NULL || b == NULL || a->len != b->len)
        return a == b;
    return memcmp(a->data, b->data, a->len * element) == 0;
}

static bool same_point(LamVec3 a, LamVec3 b)
{
    return a.v[0] == b.v[0] && a.v[1] == b.v[1] && a.v[2] == b.v[2];
}

/* Not by their bytes: there is padding in them. */
static bool same_corners(const GArray *a, const GArray *b)
{
    if (a == NULL || b == NULL || a->len != b->len)
        return a == b;
    for (guint i = 0; i < a->len; i++) {
        const LamCorner *p = &g_array_index(a, LamCorner, i), *q = &g_array_index(b, LamCorner, i);
        if (p->outline != q->outline || !same_point(p->at_mm, q->at_mm))
            return false;
    }
    return true;
}

bool lam_region_spec_same_mask(const LamRegionSpec *a, const LamRegionSpec *b)
{
    return a->source == b->source && g_strcmp0(a->path, b->path) == 0 &&
           same_array(a->labels, b->labels, sizeof(int)) &&
           same_array(a->balls, b->balls, sizeof(LamBall)) &&
           same_corners(a->corners, b->corners) && a->thickness_mm == b->thickness_mm &&
           same_point(a->centre_mm, b->centre_mm) && same_point(a->radii_mm, b->radii_mm) &&
           a->low == b->low && a->high == b->high;
}

static LamVolume *refuse(const LamRegionSpec *spec, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot make the region: %s: %s",
                spec->settings->name, why);
    return NULL;
}

static LamVolume *mask_of(const LamRegionSpec *spec, const LamVolume *fixed,
                          const LamVolume *labels, GError **error)
{
    switch (spec->source) {
    case LAM_REGION_OF_LABELS:
        if (labels == NULL)
            return refuse(spec, "the fixed scan has no label map", error);
        return lam_region_mask_of_labels(labels, (const int *)(const void *)spec->labels->data,
                                         (int)spec->labels->len, error);
    case LAM_REGION_OF_FILE:
        return lam_scan_load(spec->path, 0, error);
    case LAM_REGION_OF_BALLS:
        return lam_region_mask_of_balls(spec, error);
    case LAM_REGION_OF_OUTLINES:
        return lam_region_mask_of_outlines(spec, error);
    case LAM_REGION_OF_NOTHING:
        return refuse(spec, "it is not told where it is", error);
    default:
        return lam_region_mask_of_shape(spec, fixed, error);
    }
}

LamRegion *lam_region_spec_make(const LamRegionSpec *spec, const LamVolume *fixed,
                                const LamVolume *labels, GError **error)
{
    LamVolume *mask = mask_of(spec, fixed, labels, error);
    if (mask == NULL)
        return NULL;
    g_autoptr(LamRegion) region = lam_region_copy(spec->settings);
    lam_volume_unref(region->mask);
    region->mask = mask;
    return lam_region_check(region, error) ? g_steal_pointer(&region) : NULL;
}

/* Masks of regions that are outlined on parallel slices. */
#include "region-keys.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define FLAT_MM                                                                                    \
    0.5 /* how far corners may lie from their slice, and outlines of one slice from each other */
#define LEAST_MM2     0.5  /* what an outline encloses */
#define PARALLEL_SINE 0.02 /* of slices to each other */

typedef struct {
    double x, y; /* in the slice, mm */
} Point;

typedef struct {
    Point *points; /* borrowed from Outlines.points */
    int n;
    double height; /* of its slice along the normal, mm */
    double least[2], most[2];
} Outline;

/* All of a region, lowest slice first. */
typedef struct {
    LamVec3 normal, across, along; /* unit vectors */
    Point *points;                 /* owned */
    Outline *outlines;             /* owned */
    int n;
} Outlines;

static void outlines_clear(Outlines *o)
{
    g_free(o->points);
    g_free(o->outlines);
}

/* ---- outlines as they are told ---- */

/* How many corners belong to the outline that begins at one of them. */
static int length_at(const LamCorner *corners, int left)
{
    int n = 1;
    while (n < left && corners[n].outline == corners[0].outline)
        n++;
    return n;
}

/* Twice the vector of an outline's area (Newell), about its first corner. */
static LamVec3 twice_area(const LamCorner *corners, int n)
{
    LamVec3 sum = {{0, 0, 0}};
    for (int i = 1; i + 1 < n; i++) {
        LamVec3 part = lam_vec3_cross(lam_vec3_minus(corners[i].at_mm, corners[0].at_mm),
                                      lam_vec3_minus(corners[i + 1].at_mm, corners[0].at_mm));
        for (int k = 0; k < 3; k++)
            sum.v[k] += part.v[k];
    }
    return sum;
}

static double height_of(const LamCorner *corners, int n, LamVec3 normal)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += lam_vec3_dot(corners[i].at_mm, normal);
    return sum / n;
}

static const char *outline_wrong(const LamCorner *corners, int n, LamVec3 normal)
{
    if (n < 3)
        return N_("an outline has fewer than three corners");
    LamVec3 area = twice_area(corners, n);
    double size = lam_vec3_length(area), height = height_of(corners, n, normal);
    if (!(size / 2 >= LEAST_MM2))
        return N_("an outline encloses nothing");
    if (fabs(lam_vec3_dot(area, normal)) < size * sqrt(1 - PARALLEL_SINE * PARALLEL_SINE))
        return N_("outlines are not on parallel slices");
    for (int i = 0; i < n; i++)
        if (fabs(lam_vec3_dot(corners[i].at_mm, normal) - height) > FLAT_MM)
            return N_("an outline is not flat");
    return NULL;
}

/* Of the first outline; any direction if that encloses nothing. */
static LamVec3 normal_of(const LamCorner *corners, int n)
{
    LamVec3 area = twice_area(corners, length_at(corners, n));
    double size = lam_vec3_length(area);
    return size > 0 ? lam_vec3_scaled(area, 1 / size) : (LamVec3){{0, 0, 1}};
}

const char *lam_region_outlines_wrong(const GArray *array)
{
    const LamCorner *corners = (const LamCorner *)(const void *)array->data;
    int n = (int)array->len, number = 0;
    const char *wrong = n > 0 ? NULL : "there is no outline";
    LamVec3 normal = n > 0 ? normal_of(corners, n) : (LamVec3){{0, 0, 1}};
    for (int at = 0; wrong == NULL && at < n; number++) {
        int length = length_at(corners + at, n - at);
        wrong = corners[at].outline != number
                    ? "outlines are not numbered 0, 1, 2, one after the other"
                    : outline_wrong(corners + at, length, normal);
        at += length;
    }
    return wrong;
}

/* Without the outlines on the slice of `corners`, numbered anew. */
static GArray *off_slice(const GArray *array, const LamCorner *corners, int n)
{
    const LamCorner *old = (const LamCorner *)(const void *)array->data;
    GArray *kept = g_array_new(FALSE, FALSE, sizeof(LamCorner));
    LamVec3 normal = normal_of(corners, n);
    double height = height_of(corners, n, normal);
    int length = 0, number = 0;
    for (int at = 0; at < (int)array->len; at += length) {
        length = length_at(old + at, (int)array->len - at);
        if (fabs(height_of(old + at, length, normal) - height) <= FLAT_MM)
            continue;
        for (int i = 0; i < length; i++) {
            LamCorner corner = {old[at + i].at_mm, number};
            g_array_append_val(kept, corner);
        }
        number++;
    }
    return kept;
}

const char *lam_region_spec_add_outline(LamRegionSpec *spec, const LamVec3 *points, int n)
{
    g_autofree LamCorner *corners = g_new0(LamCorner, MAX(n, 1));
    for (int i = 0; i < n; i++)
        corners[i].at_mm = points[i];
    const char *wrong = outline_wrong(corners, n, normal_of(corners, n));
    if (wrong != NULL)
        return wrong;
    g_autoptr(GArray) all = spec->corners != NULL ? off_slice(spec->corners, corners, n)
                                                  : g_array_new(FALSE, FALSE, sizeof(LamCorner));
    int number = all->len > 0 ? g_array_index(all, LamCorner, all->len - 1).outline + 1 : 0;
    if ((int)all->len + n > LAM_REGION_MAX_CORNERS)
        return N_("the region has as many corners as it can have");
    for (int i = 0; i < n; i++) {
        corners[i].outline = number;
        g_array_append_val(all, corners[i]);
    }
    wrong = lam_region_outlines_wrong(all);
    if (wrong != NULL)
        return wrong;
    g_clear_pointer(&spec->corners, g_array_unref);
    spec->corners = g_steal_pointer(&all);
    spec->source = LAM_REGION_OF_OUTLINES;
    return NULL;
}

/* ---- in their slices ---- */

static Outline flattened(Outlines *all, const LamCorner *corners, int n, Point *points)
{
    Outline o = {points,
                 n,
                 height_of(corners, n, all->normal),
                 {INFINITY, INFINITY},
                 {-INFINITY, -INFINITY}};
    for (int i = 0; i < n; i++) {
        points[i] = (Point){lam_vec3_dot(corners[i].at_mm, all->across),
                            lam_vec3_dot(corners[i].at_mm, all->along)};
        const double at[2] = {points[i].x, points[i].y};
        for (int k = 0; k < 2; k++) {
            o.least[k] = fmin(o.least[k], at[k]);
            o.most[k] = fmax(o.most[k], at[k]);
        }
    }
    return o;
}

static int by_height(const void *a, const void *b)
{
    double d = ((const Outline *)a)->height - ((const Outline *)b)->height;
    return (d > 0) - (d < 0);
}

static Outlines outlines_of(const GArray *array)
{
    const LamCorner *corners = (const LamCorner *)(const void *)array->data;
    int n = (int)array->len;
    Outlines o = {.normal = normal_of(corners, n)};
    const LamVec3 axis = {{fabs(o.normal.v[0]) < 0.9, fabs(o.normal.v[0]) >= 0.9, 0}};
    o.across = lam_vec3_cross(o.normal, axis);
    o.across = lam_vec3_scaled(o.across, 1 / lam_vec3_length(o.across));
    o.along = lam_vec3_cross(o.normal, o.across);
    o.points = g_new(Point, n);
    o.outlines = g_new(Outline, corners[n - 1].outline + 1);
    for (int at = 0; at < n; at += o.outlines[o.n++].n) {
        int length = length_at(corners + at, n - at);
        o.outlines[o.n] = flattened(&o, corners + at, length, o.points + at);
    }
    qsort(o.outlines, (size_t)o.n, sizeof *o.outlines, by_height);
    return o;
}

/* Squared distance of p to the edge from a to b. */
static double squared_to_edge(Point p, Point a, Point b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
    double t = length > 0 ? CLAMP(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0, 1) : 0;
    double x = a.x + t * dx - p.x, y = a.y + t * dy - p.y;
    return x * x + y * y;
}

/* Signed distance in the slice, above 0 inside (even-odd rule). */
static double depth_in(const Outline *o, Point p)
{
    double squared = INFINITY;
    bool inside = false;
    for (int i = 0, before = o->n - 1; i < o->n; before = i++) {
        Point a = o->points[before], b = o->points[i];
        squared = fmin(squared, squared_to_edge(p, a, b));
        if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x))
            inside = !inside;
    }
    return inside ? sqrt(squared) : -sqrt(squared);
}

/* Of all outlines on the slice of outline i. */
static double depth_on_slice(const Outlines *all, int i, Point p)
{
    double depth = -INFINITY, height = all->outlines[i].height;
    for (int k = i; k < all->n && all->outlines[k].height - height <= FLAT_MM; k++)
        depth = fmax(depth, depth_in(&all->outlines[k], p));
    return depth;
}

/* The first outline of the slice below a height, or of the lowest; and of the next above it, or the same. */
static void slices_around(const Outlines *all, double height, int *below, int *above)
{
    *below = *above = 0;
    for (int i = 0; i < all->n; i++) {
        bool begins = i == 0 || all->outlines[i].height - all->outlines[*above].height > FLAT_MM;
        if (!begins)
            continue;
        *above = i;
        if (all->outlines[i].height > height)
            return;
        *below = i;
    }
}

/* Signed distance to the region's surface, or nearly: above 0 inside. */
static double depth_at(const Outlines *all, LamVec3 x, double thickness_mm)
{
    Point p = {lam_vec3_dot(x, all->across), lam_vec3_dot(x, all->along)};
    double height = lam_vec3_dot(x, all->normal), half = thickness_mm / 2;
    double end =
        half + fmin(height - all->outlines[0].height, all->outlines[all->n - 1].height - height);
    int below, above;
    if (end <= -1)
        return end;
    slices_around(all, height, &below, &above);
    double low = all->outlines[below].height, high = all->outlines[above].height;
    double t = high > low ? CLAMP((height - low) / (high - low), 0, 1) : 0;
    double depth = depth_on_slice(all, below, p);
    if (t > 0)
        depth = (1 - t) * depth + t * depth_on_slice(all, above, p);
    return fmin(depth, end);
}

static LamGrid grid_around(const GArray *corners, LamVec3 normal, double thickness_mm)
{
    LamVec3 low = {{INFINITY, INFINITY, INFINITY}}, high = {{-INFINITY, -INFINITY, -INFINITY}};
    for (guint i = 0; i < corners->len; i++)
        for (int a = 0; a < 3; a++) {
            double at = g_array_index(corners, LamCorner, i).at_mm.v[a];
            double reach = fabs(normal.v[a]) * thickness_mm / 2;
            low.v[a] = fmin(low.v[a], at - reach);
            high.v[a] = fmax(high.v[a], at + reach);
        }
    return lam_region_grid_between(low, high);
}

/* Across its surface the mask passes from 1 to 0 over a voxel, so that its edge (0.5) is smooth. */
LamVolume *lam_region_mask_of_outlines(const LamRegionSpec *spec, GError **error)
{
    Outlines all = outlines_of(spec->corners);
    LamGrid grid = grid_around(spec->corners, all.normal, spec->thickness_mm);
    LamVolume *mask = lam_volume_new(&grid, 1, error);
    const int *n = grid.size;
    double spacing = lam_grid_spacing_mm(&grid).v[0];
#pragma omp parallel for if (mask != NULL)
    for (int k = 0; k < (mask != NULL ? n[2] : 0); k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                LamVec3 x = lam_mat4_apply(&grid.to_world, (LamVec3){{i, j, k}});
                double depth = depth_at(&all, x, spec->thickness_mm);
                mask->data[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i] =
                    (float)CLAMP(0.5 + depth / spacing, 0, 1);
            }
    outlines_clear(&all);
    return mask;
}

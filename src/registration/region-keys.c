#include "region-keys.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#define FARTHEST_MM 1e5

/* ---- what it is called and how it looks ---- */

static const char *put_name(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    if (*text == '\0' || !g_utf8_validate(text, -1, NULL))
        return "name is empty or not readable";
    g_free(spec->settings->name);
    spec->settings->name = g_strdup(text);
    return NULL;
}

static const char *put_colour(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    if (*text != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
        return "colour is not of the form #rrggbb";
    spec->settings->colour = (guint32)g_ascii_strtoull(text + 1, NULL, 16);
    return NULL;
}

static const char *put_kind(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    return lam_region_kind_from_name(text, &spec->settings->kind)
               ? NULL
               : "kind is none of lambda, rigid, unmoved and unmatched";
}

/* ---- how it is deformed ---- */

static const char *put_lambda(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    spec->settings->follows = false;
    spec->settings->lambda = *x;
    return *x >= 0 && *x <= 1 ? NULL : "lambda is not between 0 and 1";
}

static int get_lambda(const LamRegionSpec *spec, double *x)
{
    *x = spec->settings->lambda;
    return !spec->settings->follows;
}

static const char *put_follow(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    spec->settings->follows = true;
    spec->settings->factor = *x;
    return *x >= 1e-3 && *x <= 1e3 ? NULL : "follow is not between 0.001 and 1000";
}

static int get_follow(const LamRegionSpec *spec, double *x)
{
    *x = spec->settings->factor;
    return spec->settings->follows;
}

static const char *put_border(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    spec->settings->border_mm = *x;
    return *x >= 0 && *x <= LAM_REGION_MAX_BORDER_MM ? NULL : "border is not between 0 and 50 mm";
}

static int get_border(const LamRegionSpec *spec, double *x)
{
    *x = spec->settings->border_mm;
    return 1;
}

/* ---- where it is ---- */

static const char *put_source(LamRegionSpec *spec, LamRegionSource source)
{
    bool twice = spec->source != LAM_REGION_OF_NOTHING;
    spec->source = source;
    return twice ? "it is told in two ways where it is" : NULL;
}

static const char *put_labels(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    if (spec->labels != NULL)
        return put_source(spec, LAM_REGION_OF_LABELS);
    spec->labels = g_array_new(FALSE, FALSE, sizeof(int));
    for (int i = 0; i < n; i++) {
        if (x[i] != rint(x[i]) || x[i] < 1 || x[i] > INT_MAX)
            return "labels are whole numbers above zero";
        int label = (int)x[i];
        g_array_append_val(spec->labels, label);
    }
    return put_source(spec, LAM_REGION_OF_LABELS);
}

static int get_labels(const LamRegionSpec *spec, double *x)
{
    if (spec->source != LAM_REGION_OF_LABELS)
        return 0;
    int n = MIN((int)spec->labels->len, LAM_REGION_MAX_NUMBERS);
    for (int i = 0; i < n; i++)
        x[i] = g_array_index(spec->labels, int, i);
    return n;
}

static const char *put_mask(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    if (*text == '\0')
        return "mask names no file";
    g_free(spec->path);
    spec->path = g_strdup(text);
    return put_source(spec, LAM_REGION_OF_FILE);
}

static const char *put_place(LamRegionSpec *spec, LamRegionSource source, const double centre[3],
                             const double radii[3])
{
    for (int a = 0; a < 3; a++) {
        if (!(fabs(centre[a]) <= FARTHEST_MM))
            return "its middle lies beyond 100 m";
        if (!(radii[a] > 0 && radii[a] <= FARTHEST_MM))
            return "radii and half-widths are above zero";
        spec->centre_mm.v[a] = centre[a];
        spec->radii_mm.v[a] = radii[a];
    }
    return put_source(spec, source);
}

static int get_place(const LamRegionSpec *spec, LamRegionSource source, double *x)
{
    if (spec->source != source)
        return 0;
    memcpy(x, spec->centre_mm.v, sizeof spec->centre_mm.v);
    memcpy(x + 3, spec->radii_mm.v, sizeof spec->radii_mm.v);
    return 6;
}

static const char *put_ellipsoid(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    return put_place(spec, LAM_REGION_OF_ELLIPSOID, x, x + 3);
}

static int get_ellipsoid(const LamRegionSpec *spec, double *x)
{
    return get_place(spec, LAM_REGION_OF_ELLIPSOID, x);
}

static const char *put_box(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    return put_place(spec, LAM_REGION_OF_BOX, x, x + 3);
}

static int get_box(const LamRegionSpec *spec, double *x)
{
    return get_place(spec, LAM_REGION_OF_BOX, x);
}

static const char *put_threshold(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    const double radii[3] = {x[3], x[3], x[3]};
    spec->low = x[4];
    spec->high = x[5];
    return x[4] <= x[5] ? put_place(spec, LAM_REGION_OF_THRESHOLD, x, radii)
                        : "the highest intensity is below the lowest";
}

static int get_threshold(const LamRegionSpec *spec, double *x)
{
    if (get_place(spec, LAM_REGION_OF_THRESHOLD, x) == 0)
        return 0;
    x[4] = spec->low;
    x[5] = spec->high;
    return 6;
}

static const char *put_painted(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    if (n % 4 != 0)
        return "painted is not four numbers for each ball";
    if (spec->balls != NULL)
        return put_source(spec, LAM_REGION_OF_BALLS);
    spec->balls = g_array_new(FALSE, FALSE, sizeof(LamBall));
    for (int i = 0; i < n; i += 4) {
        LamBall ball = {{{x[i], x[i + 1], x[i + 2]}}, x[i + 3]};
        if (!(fabs(x[i]) <= FARTHEST_MM && fabs(x[i + 1]) <= FARTHEST_MM &&
              fabs(x[i + 2]) <= FARTHEST_MM))
            return "a ball lies beyond 100 m";
        if (!(fabs(ball.radius_mm) >= 0.1 && fabs(ball.radius_mm) <= 500))
            return "radii of balls are between 0.1 and 500 mm";
        g_array_append_val(spec->balls, ball);
    }
    return put_source(spec, LAM_REGION_OF_BALLS);
}

static int get_painted(const LamRegionSpec *spec, double *x)
{
    if (spec->source != LAM_REGION_OF_BALLS)
        return 0;
    int n = MIN((int)spec->balls->len, LAM_REGION_MAX_BALLS);
    for (int i = 0; i < n; i++) {
        const LamBall *ball = &g_array_index(spec->balls, LamBall, i);
        memcpy(x + 4 * i, ball->centre_mm.v, sizeof ball->centre_mm.v);
        x[4 * i + 3] = ball->radius_mm;
    }
    return 4 * n;
}

static const char *put_outlines(LamRegionSpec *spec, const char *text, const double *x, int n)
{
    if (n % 4 != 1)
        return "outlines are not a thickness and four numbers for each corner";
    if (!(x[0] >= 0.1 && x[0] <= 500))
        return "the thickness of outlines is not between 0.1 and 500 mm";
    if (spec->corners != NULL)
        return put_source(spec, LAM_REGION_OF_OUTLINES);
    spec->corners = g_array_new(FALSE, FALSE, sizeof(LamCorner));
    spec->thickness_mm = x[0];
    for (int i = 1; i < n; i += 4) {
        if (x[i] != rint(x[i]) || x[i] < 0 || x[i] > LAM_REGION_MAX_CORNERS)
            return "outlines are not numbered";
        if (!(fabs(x[i + 1]) <= FARTHEST_MM && fabs(x[i + 2]) <= FARTHEST_MM &&
              fabs(x[i + 3]) <= FARTHEST_MM))
            return "a corner lies beyond 100 m";
        LamCorner corner = {{{x[i + 1], x[i + 2], x[i + 3]}}, (int)x[i]};
        g_array_append_val(spec->corners, corner);
    }
    const char *wrong = lam_region_outlines_wrong(spec->corners);
    return wrong != NULL ? wrong : put_source(spec, LAM_REGION_OF_OUTLINES);
}

static int get_outlines(const LamRegionSpec *spec, double *x)
{
    if (spec->source != LAM_REGION_OF_OUTLINES)
        return 0;
    int n = MIN((int)spec->corners->len, LAM_REGION_MAX_CORNERS);
    x[0] = spec->thickness_mm;
    for (int i = 0; i < n; i++) {
        const LamCorner *corner = &g_array_index(spec->corners, LamCorner, i);
        x[4 * i + 1] = corner->outline;
        memcpy(x + 4 * i + 2, corner->at_mm.v, sizeof corner->at_mm.v);
    }
    return 4 * n + 1;
}

static const LamRegionKey keys[] = {
    {"name", 0, 0, put_name, NULL},
    {"colour", 0, 0, put_colour, NULL},
    {"kind", 0, 0, put_kind, NULL},
    {"mask", 0, 0, put_mask, NULL},
    {"labels", 1, LAM_REGION_MAX_NUMBERS, put_labels, get_labels},
    {"ellipsoid", 6, 6, put_ellipsoid, get_ellipsoid},
    {"box", 6, 6, put_box, get_box},
    {"threshold", 6, 6, put_threshold, get_threshold},
    {"painted", 4, LAM_REGION_MAX_NUMBERS, put_painted, get_painted},
    {"outlines", 13, LAM_REGION_MAX_NUMBERS, put_outlines, get_outlines},
    {"lambda", 1, 1, put_lambda, get_lambda},
    {"follow", 1, 1, put_follow, get_follow},
    {"border", 1, 1, put_border, get_border},
};

const LamRegionKey *lam_region_key_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(keys[i].name, name))
            return &keys[i];
    return NULL;
}

const LamRegionKey *lam_region_key_at(int i)
{
    return i < (int)G_N_ELEMENTS(keys) ? &keys[i] : NULL;
}

const char *lam_region_spec_lacks(const LamRegionSpec *spec)
{
    if (*spec->settings->name == '\0')
        return "it has no name";
    if (spec->source == LAM_REGION_OF_NOTHING)
        return "it is not told where it is: labels, mask, ellipsoid, box, threshold, painted or "
               "outlines";
    return NULL;
}

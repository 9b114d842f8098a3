/* What a region is said to be, before its mask is made: by labels, by a file, by a shape. Written by people on
 * command lines and in regions files, kept by the viewer.
 *
 * Keys, alike in both:
 *
 *     name       text; needed
 *     labels     whole numbers: structures of the fixed scan's label map   \
 *     mask       file in the fixed scan's space, > 0.5 inside               |
 *     ellipsoid  x, y, z, then the three radii (mm, RAS)                     > one of them
 *     box        x, y, z of its middle, then the three half-widths           |
 *     threshold  x, y, z, radius, lowest, highest: intensities in a ball    |
 *     painted    x, y, z, radius of one ball after the other; those with    |
 *                a negative radius erase what the earlier ones painted     |
 *     outlines   thickness (mm), then the number of its outline (0, 1, ..) /
 *                and x, y, z of one corner after the other: closed, flat, on parallel slices. Between two of
 *                them the shape passes from one into the other (shape-based interpolation: signed distances
 *                in the slice, interpolated; Raya and Udupa 1990); beyond the last it goes on for half the
 *                thickness
 *     lambda     0 to 1: a λ of its own; without it, and without follow, the rest's
 *     follow     its γ is the rest's, times this
 *     border     mm, 0 to 50; 8 if not told
 *     kind       lambda (as told above; default), rigid, unmoved or unmatched
 *     colour     #rrggbb
 *
 * On a command line: "name=ventricles;labels=51,52;lambda=0.8;border=8". A regions file is JSON:
 *
 *     {"format": "lambdascope-regions", "version": 1,
 *      "regions": [{"name": "ventricles", "labels": [51, 52], "lambda": 0.8, "border": 8}]}
 *
 * Paths in it are taken from the file's folder.
 *
 * Thread-safety: plain values; functions are safe with different ones. */
#pragma once

#include <lambdascope/region.h>

G_BEGIN_DECLS

typedef enum {
    LAM_REGION_OF_NOTHING, /* not told yet */
    LAM_REGION_OF_LABELS,
    LAM_REGION_OF_FILE,
    LAM_REGION_OF_ELLIPSOID,
    LAM_REGION_OF_BOX,
    LAM_REGION_OF_THRESHOLD,
    LAM_REGION_OF_BALLS, /* painted */
    LAM_REGION_OF_OUTLINES,
} LamRegionSource;

typedef struct {
    LamVec3 centre_mm;
    double radius_mm; /* negative: erases */
} LamBall;

#define LAM_REGION_MAX_BALLS 5000

typedef struct {
    LamVec3 at_mm;
    int outline; /* from 0; the corners of an outline follow each other, and the last joins the first */
} LamCorner;

#define LAM_REGION_MAX_CORNERS  5000
#define LAM_REGION_THICKNESS_MM 10.0 /* if nobody chose another */

typedef struct {
    LamRegion *settings; /* all but the mask, which is NULL; owned */
    bool hidden;         /* its outline is not drawn */
    LamRegionSource source;
    GArray *labels;      /* int; owned, NULL without */
    GArray *balls;       /* LamBall; owned, NULL without */
    GArray *corners;     /* LamCorner; owned, NULL without */
    double thickness_mm; /* of outlines */
    char *path;          /* owned, NULL without */
    LamVec3 centre_mm,
        radii_mm;     /* of shapes; half-widths of a box, three times the radius of a ball */
    double low, high; /* intensities of the fixed scan, inclusive */
} LamRegionSpec;

/* Of nothing, else as lam_region_new. */
LamRegionSpec *lam_region_spec_new(const char *name, guint32 colour);
LamRegionSpec *lam_region_spec_copy(const LamRegionSpec *spec);
void lam_region_spec_free(LamRegionSpec *spec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamRegionSpec, lam_region_spec_free)

/* Regions by their number from 0: eight colours to be told apart with every kind of colour vision, over and
 * over. */
guint32 lam_region_colour(int number);

/* Whether two specs have the same mask. */
bool lam_region_spec_same_mask(const LamRegionSpec *a, const LamRegionSpec *b);

/* The region, mask and all. fixed: the fixed scan; labels: its label map, or NULL. LAM_ERROR_ARGUMENT if it
 * needs a label map that is not there or lacks its labels, or as lam_region_check; errors of lam_scan_load. */
LamRegion *lam_region_spec_make(const LamRegionSpec *spec, const LamVolume *fixed,
                                const LamVolume *labels, GError **error);

/* Adds a closed outline of n corners to a region of outlines, in place of those that lie on its slice. What is wrong
 * with it (to be translated), or NULL: then the spec has changed. */
const char *lam_region_spec_add_outline(LamRegionSpec *spec, const LamVec3 *corners, int n);

/* "key=value;key=value". LAM_ERROR_ARGUMENT, with the text and what is wrong in it. */
LamRegionSpec *lam_region_spec_parse(const char *text, GError **error);

/* Of a regions file: LamRegionSpec, to be freed with g_ptr_array_unref. Errors name the file and the region:
 * LAM_ERROR_IO, LAM_ERROR_FORMAT, LAM_ERROR_UNSUPPORTED if a later version wrote it. */
GPtrArray *lam_region_specs_load(const char *path, GError **error);
/* The same of a text; folder: where relative paths begin; name: for messages. */
GPtrArray *lam_region_specs_parse(const char *text, gssize length, const char *folder,
                                  const char *name, GError **error);

/* The text of a regions file; free with g_free. Paths below the folder (NULL: none) are made relative. */
char *lam_region_specs_text(const GPtrArray *specs, const char *folder);
/* Replaces the file whole or not at all. LAM_ERROR_IO. */
bool lam_region_specs_save(const GPtrArray *specs, const char *path, GError **error);

G_END_DECLS

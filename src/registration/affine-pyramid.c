#include "affine-pyramid.h"

#include <lambdascope/error.h>
#include <lambdascope/resample.h>

#include <math.h>

#define CONTENT        0.05f /* of the bright end: above it is tissue, not noise */
#define RIM_TISSUE     0.02 /* more tissue than this on the rim of the box: the scan was cut there */
#define SHELL          0.2f /* of a tissue map blurred by one voxel: about one voxel beyond tissue */
#define BLUR_VOXELS    0.8  /* of each level, see blur() */
#define MARGIN_VOXELS  2
#define LARGEST_SIDE   600
#define FWHM_PER_SIGMA 2.354820045

typedef struct {
    double low[3], high[3];
} Box;

static Box box_none(void)
{
    return (Box){{INFINITY, INFINITY, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
}

static void box_add(Box *box, LamVec3 p)
{
    for (int a = 0; a < 3; a++) {
        box->low[a] = fmin(box->low[a], p.v[a]);
        box->high[a] = fmax(box->high[a], p.v[a]);
    }
}

/* Voxel range of what is above the threshold. */
static Box content_voxels(const LamVolume *scan, float threshold)
{
    const int *n = scan->grid.size;
    const float *v = scan->data;
    Box box = box_none();
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++, v += n[0]) {
            int first = 0, last = n[0] - 1;
            while (first < n[0] && !(v[first] > threshold))
                first++;
            if (first == n[0])
                continue;
            while (!(v[last] > threshold))
                last--;
            box_add(&box, (LamVec3){{first, j, k}});
            box_add(&box, (LamVec3){{last, j, k}});
        }
    return box;
}

static LamVec3 corner(const Box *box, int which)
{
    LamVec3 p;
    for (int a = 0; a < 3; a++)
        p.v[a] = (which >> a & 1) ? box->high[a] : box->low[a];
    return p;
}

static float content_threshold(const LamVolume *scan)
{
    return (float)((double)CONTENT * lam_volume_percentile_positive(scan, 0.98));
}

double lam_affine_extent_mm(const LamVolume *scan)
{
    Box box = content_voxels(scan, content_threshold(scan));
    LamVec3 spacing = lam_grid_spacing_mm(&scan->grid);
    double volume = 1;
    for (int a = 0; a < 3; a++)
        volume *= fmax(box.high[a] - box.low[a] + 1, 1) * spacing.v[a];
    return cbrt(volume);
}

/* The axis-aligned grid that holds the content. */
static bool content_grid(const LamVolume *scan, double spacing_mm, LamGrid *grid, GError **error)
{
    Box voxels = content_voxels(scan, content_threshold(scan)), world = box_none();
    for (int c = 0; c < 8; c++)
        box_add(&world, lam_mat4_apply(&scan->grid.to_world, corner(&voxels, c)));
    int size[3];
    LamVec3 centre;
    for (int a = 0; a < 3; a++) {
        double length = (world.high[a] - world.low[a]) / spacing_mm;
        if (!(length < LARGEST_SIDE)) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot align scan: %s: its content extends over %.0f mm",
                        scan->path != NULL ? scan->path : "the scan", length * spacing_mm);
            return false;
        }
        size[a] = (int)ceil(length) + 1 + 2 * MARGIN_VOXELS;
        centre.v[a] = (world.low[a] + world.high[a]) / 2;
    }
    *grid = lam_grid_centred(size, spacing_mm, centre);
    return true;
}

static bool is_empty_outside(const LamVolume *scan)
{
    const int *n = scan->grid.size;
    float threshold = content_threshold(scan);
    size_t rim = 0, tissue = 0, at = 0;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++)
                if (i == 0 || j == 0 || k == 0 || i == n[0] - 1 || j == n[1] - 1 || k == n[2] - 1) {
                    rim++;
                    tissue += scan->data[at] > threshold;
                }
    return (double)tissue <= RIM_TISSUE * (double)rim;
}

/* Half as many samples along each axis, over the same box. */
static LamVolume *halve(const LamVolume *fine, double spacing_mm, GError **error)
{
    double coarse_mm = 2 * spacing_mm;
    double sigma_mm = sqrt(coarse_mm * coarse_mm - spacing_mm * spacing_mm) / FWHM_PER_SIGMA;
    g_autoptr(LamVolume) smooth = lam_volume_smooth(fine, sigma_mm, error);
    if (smooth == NULL)
        return NULL;
    int size[3];
    for (int a = 0; a < 3; a++)
        size[a] = fine->grid.size[a] / 2 + 1;
    LamGrid grid = lam_grid_centred(size, coarse_mm, lam_grid_centre_mm(&fine->grid));
    return lam_resample(smooth, &grid, NULL, LAM_LINEAR, 0, error);
}

/* Linear interpolation blurs, least where grid points fall on grid points; sharp images then match best
 * a degree beside the truth. Images that are smooth on the scale of their voxels do not. */
static bool blur(LamAffineLevel *level, GError **error)
{
    LamVolume *smooth = lam_volume_smooth(level->image, BLUR_VOXELS * level->spacing_mm, error);
    if (smooth == NULL)
        return false;
    lam_volume_unref(level->image);
    level->image = smooth;
    return true;
}

/* The tissue and a shell around it. The shell is what makes edges count; that the region does not depend
 * on the map keeps the correlation smooth in it (a union of both images' tissue does not: voxels enter
 * and leave, and far from the mean each one weighs much). */
static LamVolume *region_of(const LamVolume *image, GError **error)
{
    g_autoptr(LamVolume) tissue = lam_volume_new(&image->grid, 1, error);
    if (tissue == NULL)
        return NULL;
    size_t n = lam_grid_voxels(&image->grid);
    for (size_t i = 0; i < n; i++)
        tissue->data[i] = image->data[i] > CONTENT;
    LamVolume *region = lam_volume_smooth(tissue, lam_grid_spacing_mm(&image->grid).v[0], error);
    for (size_t i = 0; region != NULL && i < n; i++)
        region->data[i] = region->data[i] > SHELL;
    return region;
}

static bool make_levels(const LamVolume *scan, double finest_mm, LamAffinePyramid *out,
                        GError **error)
{
    g_autoptr(LamVolume) prepared = lam_volume_prepare(scan, finest_mm, error);
    LamGrid grid;
    if (prepared == NULL || !content_grid(scan, finest_mm, &grid, error))
        return false;
    double spacing_mm = finest_mm;
    for (int l = LAM_AFFINE_LEVELS - 1; l >= 0; l--, spacing_mm *= 2) {
        LamAffineLevel *level = &out->level[l];
        level->spacing_mm = spacing_mm;
        level->image = l == LAM_AFFINE_LEVELS - 1
                           ? lam_resample(prepared, &grid, NULL, LAM_LINEAR, 0, error)
                           : halve(out->level[l + 1].image, spacing_mm / 2, error);
        if (level->image == NULL || (level->region = region_of(level->image, error)) == NULL)
            return false;
    }
    for (int l = 0; l < LAM_AFFINE_LEVELS; l++)
        if (!blur(&out->level[l], error))
            return false;
    return true;
}

/* Where a scan cuts through tissue, what lies beyond is unknown, not empty: NaN and outside the region.
 * So is a rim of one voxel, into which smoothing has carried the nothing from beyond. */
static void forget_beyond(const LamVolume *scan, LamAffineLevel *level)
{
    const int *n = level->image->grid.size;
    LamVec3 spacing = lam_grid_spacing_mm(&scan->grid);
    LamMat4 to_voxel;
    if (!lam_mat4_invert(&scan->grid.to_world, &to_voxel))
        return;
    LamMat4 map = lam_mat4_multiply(&to_voxel, &level->image->grid.to_world);
    size_t at = 0;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++) {
                LamVec3 p = lam_mat4_apply(&map, (LamVec3){{i, j, k}});
                bool known = true;
                for (int a = 0; a < 3; a++) {
                    double rim = level->spacing_mm / spacing.v[a];
                    known = known && p.v[a] >= rim && p.v[a] <= scan->grid.size[a] - 1 - rim;
                }
                if (known)
                    continue;
                level->image->data[at] = NAN;
                level->region->data[at] = 0;
            }
}

bool lam_affine_pyramid_make(const LamVolume *scan, double finest_mm, LamAffinePyramid *out,
                             GError **error)
{
    *out = (LamAffinePyramid){.empty_outside = is_empty_outside(scan)};
    if (!make_levels(scan, finest_mm, out, error)) {
        lam_affine_pyramid_clear(out);
        return false;
    }
    out->centre_mm = lam_volume_brain_centre_mm(out->level[1].image);
    for (int l = 0; l < LAM_AFFINE_LEVELS && !out->empty_outside; l++)
        forget_beyond(scan, &out->level[l]);
    return true;
}

void lam_affine_pyramid_clear(LamAffinePyramid *pyramid)
{
    for (int l = 0; l < LAM_AFFINE_LEVELS; l++) {
        g_clear_pointer(&pyramid->level[l].image, lam_volume_unref);
        g_clear_pointer(&pyramid->level[l].region, lam_volume_unref);
    }
}

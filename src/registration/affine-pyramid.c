#include "affine-pyramid.h"

#include <lambdascope/error.h>
#include <lambdascope/resample.h>

#include <math.h>

#define CONTENT     0.05f /* of the bright end: above it is tissue, not noise */
#define SHELL       0.2f  /* of a tissue map blurred by one voxel: about one voxel beyond tissue */
#define BLUR_VOXELS 0.8   /* of each level, see blur() */
#define BLUR_FINEST                                                                                \
    0.5 /* across contrasts, blur shifts edges that it shifts otherwise in the other */
#define MARGIN_VOXELS  2
#define LARGEST_SIDE   600
#define FWHM_PER_SIGMA 2.354820045

/* The axis-aligned grid that holds the content. */
static bool content_grid(const LamAffineContent *content, double spacing_mm, LamGrid *grid,
                         GError **error)
{
    int size[3];
    LamVec3 centre;
    for (int a = 0; a < 3; a++) {
        double length = (content->high_mm[a] - content->low_mm[a]) / spacing_mm;
        if (!(length < LARGEST_SIDE)) {
            const char *path = content->scan->path;
            g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "cannot align scan: %s: its content extends over %.0f mm",
                        path != NULL ? path : "the scan", length * spacing_mm);
            return false;
        }
        size[a] = (int)ceil(length) + 1 + 2 * MARGIN_VOXELS;
        centre.v[a] = (content->low_mm[a] + content->high_mm[a]) / 2;
    }
    if (content->flat) {
        size[2] = 1;
        centre.v[2] = 0;
    }
    *grid = lam_grid_centred(size, spacing_mm, centre);
    return true;
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
        size[a] = fine->grid.size[a] == 1 ? 1 : fine->grid.size[a] / 2 + 1;
    LamGrid grid = lam_grid_centred(size, coarse_mm, lam_grid_centre_mm(&fine->grid));
    return lam_resample(smooth, &grid, NULL, LAM_LINEAR, 0, error);
}

/* Linear interpolation blurs, least where grid points fall on grid points; sharp images then match best
 * a degree beside the truth. Images that are smooth on the scale of their voxels do not. */
static bool blur(LamAffineLevel *level, double voxels, GError **error)
{
    LamVolume *smooth = lam_volume_smooth(level->image, voxels * level->spacing_mm, error);
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

static bool make_levels(const LamAffineContent *content, double finest_mm, LamAffinePyramid *out,
                        GError **error)
{
    g_autoptr(LamVolume) prepared = lam_volume_prepare(content->scan, finest_mm, error);
    LamGrid grid;
    if (prepared == NULL || !content_grid(content, finest_mm, &grid, error))
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
        if (!blur(&out->level[l], l == LAM_AFFINE_LEVELS - 1 ? BLUR_FINEST : BLUR_VOXELS, error))
            return false;
    return true;
}

static void forget(LamAffineLevel *level, size_t at)
{
    level->image->data[at] = NAN;
    level->region->data[at] = 0;
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
                    known = known && (scan->grid.size[a] == 1 ||
                                      (p.v[a] >= rim && p.v[a] <= scan->grid.size[a] - 1 - rim));
                }
                if (!known)
                    forget(level, at);
            }
}

/* Do this voxel and its neighbours along the axes count? Beyond the grid there is nothing to tell. */
static bool counts_around(const LamVolume *counts, int i, int j, int k)
{
    const int *n = counts->grid.size, at[3] = {i, j, k};
    size_t step = 1, here = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i;
    bool all = counts->data[here] > 0;
    for (int a = 0; a < 3; a++) {
        all = all && (at[a] == 0 || counts->data[here - step] > 0) &&
              (at[a] == n[a] - 1 || counts->data[here + step] > 0);
        step *= (size_t)n[a];
    }
    return all;
}

/* What a mask leaves out is as unknown as what was not imaged, and so is a rim of one voxel, into which
 * smoothing has carried it. */
static bool forget_unmasked(const LamVolume *mask, LamAffineLevel *level, GError **error)
{
    const int *n = level->image->grid.size;
    g_autoptr(LamVolume) counts =
        lam_resample(mask, &level->image->grid, NULL, LAM_NEAREST, 0, error);
    if (counts == NULL)
        return false;
    size_t at = 0;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++, at++)
                if (!counts_around(counts, i, j, k))
                    forget(level, at);
    return true;
}

static double region_mm3(const LamAffineLevel *level)
{
    double voxels = 0;
    for (size_t i = 0; i < lam_grid_voxels(&level->region->grid); i++)
        voxels += level->region->data[i] > 0;
    return voxels * pow(level->spacing_mm, 3);
}

bool lam_affine_pyramid_make(const LamAffineContent *content, double finest_mm,
                             LamAffinePyramid *out, GError **error)
{
    *out = (LamAffinePyramid){.empty_outside = content->empty_outside && content->mask == NULL};
    bool ok = make_levels(content, finest_mm, out, error);
    if (ok)
        out->centre_mm = lam_volume_brain_centre_mm(content->counted != NULL ? content->counted
                                                                             : out->level[1].image);
    for (int l = 0; ok && l < LAM_AFFINE_LEVELS; l++) {
        if (!content->empty_outside)
            forget_beyond(content->scan, &out->level[l]);
        ok = content->mask == NULL || forget_unmasked(content->mask, &out->level[l], error);
    }
    if (!ok) {
        lam_affine_pyramid_clear(out);
        return false;
    }
    out->content_mm3 = region_mm3(&out->level[1]);
    return true;
}

void lam_affine_pyramid_clear(LamAffinePyramid *pyramid)
{
    for (int l = 0; l < LAM_AFFINE_LEVELS; l++) {
        g_clear_pointer(&pyramid->level[l].image, lam_volume_unref);
        g_clear_pointer(&pyramid->level[l].region, lam_volume_unref);
    }
}

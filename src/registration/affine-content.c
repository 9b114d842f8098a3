/* Where a scan has content, and whether it was cut. */
#include "affine-pyramid.h"

#include <lambdascope/error.h>
#include <lambdascope/resample.h>

#include <math.h>

#define CONTENT    0.05 /* of the bright end: above it is tissue, not noise */
#define RIM_TISSUE 0.02 /* more tissue than this on the rim of the box: the scan was cut there */

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

static bool is_rim(int at, int n)
{
    return n > 1 && (at == 0 || at == n - 1);
}

static bool is_empty_outside(const LamVolume *scan, float threshold)
{
    const int *n = scan->grid.size;
    size_t rim = 0, tissue = 0;
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++) {
            const float *row = scan->data + ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
            int step = is_rim(j, n[1]) || is_rim(k, n[2]) || n[0] == 1 ? 1 : n[0] - 1;
            if (n[0] == 1 && !is_rim(j, n[1]) && !is_rim(k, n[2]))
                continue;
            for (int i = 0; i < n[0]; i += step) {
                rim++;
                tissue += row[i] > threshold;
            }
        }
    return (double)tissue <= RIM_TISSUE * (double)rim;
}

/* The scan with 0 where the mask does not count. */
static LamVolume *masked(const LamVolume *scan, const LamVolume *mask, GError **error)
{
    LamVolume *out = lam_resample(mask, &scan->grid, NULL, LAM_NEAREST, 0, error);
    for (size_t i = 0; out != NULL && i < lam_grid_voxels(&scan->grid); i++)
        out->data[i] = out->data[i] > 0 ? scan->data[i] : 0;
    return out;
}

static void measure_box(const LamVolume *scan, LamAffineContent *out)
{
    Box voxels = content_voxels(scan, out->threshold), world = box_none();
    LamVec3 spacing = lam_grid_spacing_mm(&scan->grid);
    double volume = 1;
    for (int c = 0; c < 8; c++)
        box_add(&world, lam_mat4_apply(&scan->grid.to_world, corner(&voxels, c)));
    for (int a = 0; a < 3; a++) {
        out->low_mm[a] = world.low[a];
        out->high_mm[a] = world.high[a];
        if (!out->flat || scan->grid.size[a] > 1)
            volume *= fmax(voxels.high[a] - voxels.low[a] + 1, 1) * spacing.v[a];
    }
    out->extent_mm = out->flat ? sqrt(volume) : cbrt(volume);
}

bool lam_affine_content_find(const LamVolume *scan, const LamVolume *mask, bool flat,
                             LamAffineContent *out, GError **error)
{
    *out = (LamAffineContent){.scan = scan, .mask = mask, .flat = flat};
    if (mask != NULL && (out->counted = masked(scan, mask, error)) == NULL)
        return false;
    const LamVolume *counted = mask != NULL ? out->counted : scan;
    double bright = lam_volume_percentile_positive(counted, 0.98);
    if (!(bright > 0)) {
        g_set_error(
            error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot align scan: %s: no voxel %sis above zero",
            scan->path != NULL ? scan->path : "the scan", mask != NULL ? "within its mask " : "");
        lam_affine_content_clear(out);
        return false;
    }
    out->threshold = (float)(CONTENT * bright);
    out->empty_outside = is_empty_outside(scan, out->threshold);
    measure_box(counted, out);
    return true;
}

void lam_affine_content_clear(LamAffineContent *content)
{
    g_clear_pointer(&content->counted, lam_volume_unref);
}

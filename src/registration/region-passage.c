/* From a mask to a smooth passage over its edge. */
#include <lambdascope/region.h>

#include "distance.h"

#include <lambdascope/memory.h>
#include <lambdascope/resample.h>
#include <math.h>

/* The part of the mask's grid that matters: voxels lo to hi (exclusive) along each axis. */
typedef struct {
    int lo[3], hi[3];
} Box;

static bool is_inside(const LamVolume *mask, int i, int j, int k)
{
    const int *n = mask->grid.size;
    return mask->data[((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0] + (size_t)i] > 0.5f;
}

/* The mask's bounding box; false if it is empty. */
static bool bounds(const LamVolume *mask, Box *box)
{
    const int *n = mask->grid.size;
    *box = (Box){{n[0], n[1], n[2]}, {0, 0, 0}};
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                if (!is_inside(mask, i, j, k))
                    continue;
                const int at[3] = {i, j, k};
                for (int a = 0; a < 3; a++) {
                    box->lo[a] = MIN(box->lo[a], at[a]);
                    box->hi[a] = MAX(box->hi[a], at[a] + 1);
                }
            }
    return box->hi[0] > 0;
}

/* Wider by a distance, within the grid. */
static Box widened(Box box, double mm, const LamGrid *grid)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    for (int a = 0; a < 3; a++) {
        int more = (int)ceil(mm / spacing.v[a]) + 1;
        box.lo[a] = MAX(box.lo[a] - more, 0);
        box.hi[a] = MIN(box.hi[a] + more, grid->size[a]);
    }
    return box;
}

static LamGrid grid_of(const Box *box, const LamGrid *grid)
{
    LamGrid out = *grid;
    LamVec3 origin = {{box->lo[0], box->lo[1], box->lo[2]}};
    origin = lam_mat4_apply(&grid->to_world, origin);
    for (int a = 0; a < 3; a++) {
        out.size[a] = box->hi[a] - box->lo[a];
        out.to_world.m[a][3] = origin.v[a];
    }
    return out;
}

/* Squared distance in mm from each voxel of the box to the nearest voxel inside (or outside). */
static float *squared_distance(const LamVolume *mask, const Box *box, bool to_inside,
                               GError **error)
{
    LamGrid grid = grid_of(box, &mask->grid);
    LamVec3 spacing = lam_grid_spacing_mm(&grid);
    float *out = lam_alloc_floats(lam_grid_voxels(&grid), "a distance", error), *to = out;
    if (out == NULL)
        return NULL;
    for (int k = box->lo[2]; k < box->hi[2]; k++)
        for (int j = box->lo[1]; j < box->hi[1]; j++)
            for (int i = box->lo[0]; i < box->hi[0]; i++)
                *to++ = is_inside(mask, i, j, k) == to_inside ? 0 : INFINITY;
    if (lam_distance_squared(out, grid.size, spacing.v))
        return out;
    lam_free(out);
    return NULL;
}

static float smootherstep(double t)
{
    t = CLAMP(t, 0, 1);
    return (float)(t * t * t * (t * (6 * t - 15) + 10));
}

/* Over the box. The edge is half a voxel from the centres on both of its sides. */
static LamVolume *passage_of(const LamVolume *mask, const Box *box, double border_mm,
                             GError **error)
{
    LamGrid grid = grid_of(box, &mask->grid);
    LamVec3 spacing = lam_grid_spacing_mm(&grid);
    double half = 0.5 * MIN(MIN(spacing.v[0], spacing.v[1]), spacing.v[2]);
    g_autoptr(LamVolume) out = lam_volume_new(&grid, 1, error);
    float *in = out != NULL ? squared_distance(mask, box, true, error) : NULL;
    float *ex = in != NULL ? squared_distance(mask, box, false, error) : NULL;
    for (size_t i = 0; ex != NULL && i < lam_grid_voxels(&grid); i++) {
        double depth = in[i] > 0 ? half - sqrt((double)in[i]) : sqrt((double)ex[i]) - half;
        out->data[i] = smootherstep(depth / border_mm + 0.5);
    }
    lam_free(in);
    lam_free(ex);
    return ex != NULL ? g_steal_pointer(&out) : NULL;
}

LamVolume *lam_region_passage(const LamRegion *region, const LamGrid *grid, GError **error)
{
    LamVec3 spacing = lam_grid_spacing_mm(grid);
    double voxel_mm = MAX(MAX(spacing.v[0], spacing.v[1]), spacing.v[2]);
    double border_mm = MAX(region->border_mm, voxel_mm);
    Box box;
    if (!bounds(region->mask, &box))
        return lam_volume_new(grid, 1, error);
    box = widened(box, 0.5 * border_mm, &region->mask->grid);
    g_autoptr(LamVolume) fine = passage_of(region->mask, &box, border_mm, error);
    return fine != NULL ? lam_resample(fine, grid, NULL, LAM_LINEAR, 0, error) : NULL;
}

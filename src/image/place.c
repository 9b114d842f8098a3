#include <lambdascope/place.h>

#include <math.h>

/* Far from what an int cannot hold. */
static int nearest(double voxel)
{
    return (int)floor(fmin(fmax(voxel, -1e6), 1e6) + 0.5);
}

LamPlace lam_place_at(const LamVolume *scan, const LamLabels *labels, LamVec3 world_mm)
{
    LamPlace place = {.world_mm = world_mm, .value = NAN};
    LamMat4 to_voxel;
    const int *n = scan->grid.size;
    if (!lam_mat4_invert(&scan->grid.to_world, &to_voxel))
        return place;
    LamVec3 voxel = lam_mat4_apply(&to_voxel, world_mm);
    place.inside = true;
    for (int a = 0; a < 3; a++) {
        place.voxel[a] = nearest(voxel.v[a]);
        place.inside &= place.voxel[a] >= 0 && place.voxel[a] < n[a];
    }
    size_t at = ((size_t)place.voxel[2] * (size_t)n[1] + (size_t)place.voxel[1]) * (size_t)n[0] +
                (size_t)place.voxel[0];
    if (place.inside)
        place.value = scan->data[at];
    place.label = labels ? lam_labels_at(labels, world_mm) : 0;
    return place;
}

#include "scene-fixture.h"

#include <string.h>

void scene_fixture_open(LamScene *scene, const int size[3])
{
    const LamMat4 places = {.m = {{2, 0, 0, -20}, {0, 2, 0, -30}, {0, 0, 2, 10}, {0, 0, 0, 1}}};
    LamGrid grid = {.to_world = places};
    memcpy(grid.size, size, sizeof grid.size);
    g_autoptr(LamVolume) scan = lam_volume_new(&grid, 1, NULL);
    size_t n = lam_grid_voxels(&grid);
    for (size_t i = 0; i < n; i++) {
        int x = (int)(i % (size_t)size[0]), y = (int)(i / (size_t)size[0]) % size[1];
        bool inside = x > 2 && x < size[0] - 3 && y > 2 && y < size[1] - 3;
        scan->data[i] = inside ? 100 + 5.0f * (float)(x % 4) : 0;
    }
    g_autoptr(LamTexels) texels = lam_texels_new_scan(scan, NULL);
    lam_scene_init(scene);
    lam_scene_set_scans(scene, texels, texels, NULL);
    lam_scene_reset_view(scene);
}

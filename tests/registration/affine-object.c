#include "affine-object.h"

#include <math.h>

typedef struct {
    double centre[3], size[3], height;
} Blob;

/* Inside an ellipsoid: bright and dark blobs of different shapes, none mirrored by another. */
static const Blob blobs[] = {
    {{-25, 30, 10}, {14, 20, 10}, 0.5},  {{30, -20, 15}, {10, 12, 18}, -0.5},
    {{10, 25, -20}, {9, 9, 14}, 0.4},    {{-15, -45, -12}, {18, 12, 9}, 0.45},
    {{0, 5, 35}, {25, 10, 8}, -0.4},     {{22, 48, 5}, {8, 10, 10}, -0.45},
    {{-38, -8, -5}, {8, 16, 10}, -0.35}, {{5, -15, 5}, {8, 22, 6}, 0.5},
};

double object_at(LamVec3 x)
{
    double r = sqrt(x.v[0] * x.v[0] / (58.0 * 58) + x.v[1] * x.v[1] / (74.0 * 74) +
                    x.v[2] * x.v[2] / (50.0 * 50));
    double value = 0.6;
    for (size_t b = 0; b < G_N_ELEMENTS(blobs); b++) {
        double q = 0;
        for (int a = 0; a < 3; a++)
            q += pow((x.v[a] - blobs[b].centre[a]) / blobs[b].size[a], 2);
        value += blobs[b].height * exp(-0.5 * q);
    }
    return r < 1 ? 1000 * fmax(value, 0.05) * fmin(1, (1 - r) * 12) : 0;
}

/* The object carried by `from_object` (object world -> this scan's world) on the given grid. */
LamVolume *object_scan(const LamGrid *grid, const LamMat4 *from_object)
{
    LamVolume *v = lam_volume_new(grid, 1, NULL);
    LamMat4 to_object;
    g_assert_true(lam_mat4_invert(from_object, &to_object));
    LamMat4 map = lam_mat4_multiply(&to_object, &grid->to_world);
    float *to = v->data;
    for (int k = 0; k < grid->size[2]; k++)
        for (int j = 0; j < grid->size[1]; j++)
            for (int i = 0; i < grid->size[0]; i++)
                *to++ = (float)object_at(lam_mat4_apply(&map, (LamVec3){{i, j, k}}));
    return v;
}

LamGrid object_grid(void)
{
    return lam_grid_centred((int[3]){65, 81, 57}, 2, (LamVec3){{0, 0, 0}});
}

/* Holds the moved object wherever it went; stored left to right reversed, slices first, anisotropic. */
LamGrid object_grid_of(const LamMat4 *map)
{
    LamGrid grid = {.size = {60, 90, 85}};
    LamMat4 axes = {{{0, -2, 0, 0}, {0, 0, 2.2, 0}, {3, 0, 0, 0}, {0, 0, 0, 1}}};
    LamVec3 middle = {{29.5, 44.5, 42}}, centre = lam_mat4_apply(map, (LamVec3){{0, 0, 0}});
    LamVec3 at = lam_mat4_apply(&axes, middle);
    for (int a = 0; a < 3; a++)
        axes.m[a][3] = centre.v[a] - at.v[a];
    grid.to_world = axes;
    return grid;
}

/* Largest distance between the images of points of the object. */
double object_error_mm(const LamMat4 *a, const LamMat4 *b)
{
    double worst = 0;
    for (int corner = 0; corner < 8; corner++) {
        LamVec3 p = {{corner & 1 ? 35 : -35, corner & 2 ? 45 : -45, corner & 4 ? 30 : -30}};
        LamVec3 x = lam_mat4_apply(a, p), y = lam_mat4_apply(b, p);
        double d = 0;
        for (int i = 0; i < 3; i++)
            d += (x.v[i] - y.v[i]) * (x.v[i] - y.v[i]);
        worst = fmax(worst, sqrt(d));
    }
    return worst;
}

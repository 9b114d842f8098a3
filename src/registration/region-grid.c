/* Grids of masks that are drawn. */
#include "region-keys.h"

#include <math.h>

#define SPACING_MM 1.0
#define MOST_SIDE  200 /* voxels: of what is larger the voxels are larger */
#define MARGIN_MM  2.0

LamGrid lam_region_grid_between(LamVec3 low, LamVec3 high)
{
    LamVec3 middle;
    int size[3];
    double longest = 0;
    for (int a = 0; a < 3; a++)
        longest = fmax(longest, high.v[a] - low.v[a] + 2 * MARGIN_MM);
    double spacing = fmax(SPACING_MM, longest / MOST_SIDE);
    for (int a = 0; a < 3; a++) {
        size[a] = 1 + (int)ceil((high.v[a] - low.v[a] + 2 * MARGIN_MM) / spacing);
        middle.v[a] = (low.v[a] + high.v[a]) / 2;
    }
    return lam_grid_centred(size, spacing, middle);
}

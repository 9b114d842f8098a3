#include "phantom-structures.h"

#include <math.h>

#define ELLIPSOID(cx, cy, cz, rx, ry, rz)                                                          \
    {                                                                                              \
        {cx, cy, cz}, {rx, ry, rz}, 0, 0                                                           \
    }

/* Positions and sizes: rounded from what anatomy books give for an adult brain in commissural
 * coordinates; intensities: relative to T1 white matter. */
const LamStructure lam_deep_structures[] = {
    {61, 62, .78f, false, 1, 1, {ELLIPSOID(9, -14, -6, 9, 11, 6)}},
    {59, 60, .72f, false, 1, 1, {ELLIPSOID(11, -18, 7, 9.5f, 15.5f, 10.5f)}},
    {57, 58, .69f, false, 1, 1, {ELLIPSOID(27.5f, 1, 2, 6, 18, 12)}},
    {55, 56, .81f, false, 1, 1, {ELLIPSOID(20.5f, -3, 0, 4.2f, 10.5f, 7.5f)}},
    {23, 30, .62f, false, 1, 1, {ELLIPSOID(9.5f, 11, -7, 4, 5, 4)}},
    {31, 32, .57f, false, 1, 1, {ELLIPSOID(23, -4, -19, 7, 7.5f, 6.5f)}},
    {47,
     48,
     .57f,
     false,
     3,
     2,
     {{{26, -13, -20}, {30, -25, -13}, 6, 4.6f}, {{30, -25, -13}, {25, -37, -3}, 4.6f, 3.2f}}},
    {36,
     37,
     .61f,
     false,
     3,
     3,
     {{{12.5f, 17, 5}, {14, 6, 14}, 7, 5.2f},
      {{14, 6, 14}, {18, -12, 20}, 5.2f, 3.2f},
      {{18, -12, 20}, {27, -30, 18}, 3.2f, 1.8f}}},
    {49,
     50,
     .24f,
     true,
     2,
     2,
     {{{27, -46, 9}, {34, -32, -8}, 3, 1.8f}, {{34, -32, -8}, {32, -10, -17}, 1.8f, 1.8f}}},
    {51,
     52,
     .22f,
     true,
     3,
     4,
     {{{5, 27, 4}, {3.8f, 10, 16}, 2.4f, 3.8f},
      {{3.8f, 10, 16}, {7, -24, 22}, 3.8f, 4.2f},
      {{7, -24, 22}, {25, -46, 11}, 4.2f, 5},
      {{25, -46, 11}, {25, -66, 8}, 4.2f, 1.5f}}},
    {4, 4, .22f, true, 1, 1, {ELLIPSOID(0, -11, 0, 1.8f, 12, 8)}},
};
const int lam_deep_structure_count = sizeof lam_deep_structures / sizeof lam_deep_structures[0];

/* About where each region's middle lies (right side; the left label is one more). */
static const struct {
    LamPoint centre;
    int label_right;
} regions[] = {
    {{6, 34, 16}, 100},   {{37, 10, -4}, 102},   {{24, 44, -14}, 104},  {{46, -60, 36}, 106},
    {{10, -80, 6}, 108},  {{50, 0, 8}, 112},     {{8, -84, 24}, 114},   {{24, -8, -30}, 116},
    {{42, 18, 4}, 118},   {{22, 64, 2}, 120},    {{34, -42, -20}, 122}, {{5, 38, -20}, 124},
    {{38, -82, -6}, 128}, {{54, -30, -24}, 132}, {{12, -68, -4}, 134},  {{38, 32, -12}, 136},
    {{6, 4, 40}, 138},    {{5, 50, -8}, 140},    {{38, 32, 34}, 142},   {{36, -82, 14}, 144},
    {{12, 30, -20}, 146}, {{8, -32, 62}, 148},   {{7, -22, 64}, 150},   {{8, 46, 34}, 152},
    {{60, -28, -8}, 154}, {{18, -100, 0}, 156},  {{26, -66, -10}, 160}, {{52, 14, 16}, 162},
    {{7, -40, 34}, 166},  {{8, -60, 42}, 168},   {{20, -28, -18}, 170}, {{38, -12, 2}, 172},
    {{50, -28, 20}, 174}, {{46, -26, 50}, 176},  {{30, 18, -18}, 178},  {{42, -8, 48}, 182},
    {{54, -26, 10}, 184}, {{16, 24, 54}, 190},   {{6, -2, 60}, 192},    {{56, -36, 32}, 194},
    {{22, -86, 24}, 196}, {{24, -58, 60}, 198},  {{58, -16, 0}, 200},   {{38, 10, -32}, 202},
    {{50, 28, 8}, 204},
};

int lam_cortex_region(LamPoint p, bool right)
{
    int best = 0;
    float nearest = INFINITY;
    for (int i = 0; i < (int)(sizeof regions / sizeof regions[0]); i++) {
        LamPoint c = regions[i].centre;
        float dx = p.x - c.x, dy = p.y - c.y, dz = p.z - c.z;
        float squared = dx * dx + dy * dy + dz * dz;
        if (squared < nearest) {
            nearest = squared;
            best = regions[i].label_right;
        }
    }
    return right ? best : best + 1;
}

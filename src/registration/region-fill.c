/* The smoothest continuation of a field into a hole: Laplace's equation, its values given around it. */
#include "region-velocity.h"

#include <math.h>
#include <string.h>

#define MAX_SWEEPS   2000
#define LEAST_CHANGE 1e-4f

typedef struct {
    size_t *at; /* voxels of the hole */
    size_t count;
    const int *size;
} Hole;

static size_t find_hole(const float *core, size_t n, size_t *at)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (core[i] > 0.5f)
            at[count++] = i;
    return count;
}

/* Mean of the neighbours that there are: nothing flows over the grid's edge. */
static float neighbours(const float *u, size_t at, const int size[3])
{
    size_t stride[3] = {1, (size_t)size[0], (size_t)size[0] * (size_t)size[1]};
    float sum = 0, count = 0;
    for (int a = 0; a < 3; a++) {
        int place = (int)(at / stride[a] % (size_t)size[a]);
        if (place > 0) {
            sum += u[at - stride[a]];
            count++;
        }
        if (place + 1 < size[a]) {
            sum += u[at + stride[a]];
            count++;
        }
    }
    return count > 0 ? sum / count : 0;
}

/* One component. */
static void fill(const Hole *hole, float *u)
{
    for (size_t i = 0; i < hole->count; i++)
        u[hole->at[i]] = 0;
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        float change = 0;
        for (size_t i = 0; i < hole->count; i++) {
            float now = neighbours(u, hole->at[i], hole->size);
            change = fmaxf(change, fabsf(now - u[hole->at[i]]));
            u[hole->at[i]] = now;
        }
        if (change < LEAST_CHANGE)
            break;
    }
}

void lam_region_fill(LamVolume *velocity, const float *core)
{
    size_t n = lam_grid_voxels(&velocity->grid);
    g_autofree size_t *at = g_new(size_t, n);
    Hole hole = {at, find_hole(core, n, at), velocity->grid.size};
    for (int c = 0; c < velocity->channels; c++)
        fill(&hole, lam_volume_channel(velocity, c));
}

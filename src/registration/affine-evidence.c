#include "affine-evidence.h"

#include <lambdascope/resample.h>

#include <math.h>

#define FAINT   1e-3f /* squared difference across two voxels that counts half; the bright end is 1 */
#define FEWEST  64
#define DARKEST 0.35  /* of what both images hold: fluid, and where it shares a voxel */
#define AIR     0.02f /* of the bright end */
#define BINS    512

static const LamAffineEdges nowhere = {LAM_AFFINE_NOWHERE, NAN};

typedef struct {
    double n, sum;
    double square,
        same; /* of the parts that are parallel: without, and with the sign of their directions */
} Sum;

/* Below these an edge does not count. */
typedef struct {
    float reference, sampled;
} Floors;

static const Floors no_floors = {-INFINITY, -INFINITY};

/* Central differences at a voxel; false where it or a neighbour is unknown or below `lowest`. */
static inline bool slopes(const float *v, size_t at, const int n[3], float lowest, float out[3])
{
    size_t step = 1;
    bool wanted = v[at] >= lowest;
    for (int a = 0; a < 3; a++) {
        float before = n[a] > 1 ? v[at - step] : v[at], after = n[a] > 1 ? v[at + step] : v[at];
        out[a] = after - before;
        wanted = wanted && before >= lowest && after >= lowest; /* NaN is neither */
        step *= (size_t)n[a];
    }
    return wanted;
}

static void compare_row(const LamAffinePass *pass, const float *sampled, const Floors *floors,
                        int j, int k, Sum *sum)
{
    const LamVolume *reference = pass->reference;
    const int *n = reference->grid.size;
    size_t row = ((size_t)k * (size_t)n[1] + (size_t)j) * (size_t)n[0];
    float dimensions = n[2] > 1 ? 3 : 2;
    for (int i = 1; i < n[0] - 1; i++) {
        float f[3], m[3];
        size_t at = row + (size_t)i;
        if (pass->region->data[at] == 0 || !slopes(reference->data, at, n, floors->reference, f) ||
            !slopes(sampled, at, n, floors->sampled, m))
            continue;
        float ff = f[0] * f[0] + f[1] * f[1] + f[2] * f[2];
        float mm = m[0] * m[0] + m[1] * m[1] + m[2] * m[2];
        float fm = f[0] * m[0] + f[1] * m[1] + f[2] * m[2];
        float weight = 1 / ((ff + FAINT) * (mm + FAINT)), square = weight * fm * fm;
        sum->n++;
        sum->sum += (double)((dimensions * square - weight * ff * mm) / (dimensions - 1));
        sum->square += (double)square;
        sum->same += (double)(fm > 0 ? square : -square);
    }
}

static LamAffineEdges compare(const LamAffinePass *pass, const LamVolume *sampled,
                              const Floors *floors)
{
    const int *n = sampled->grid.size;
    g_autofree Sum *planes = g_new0(Sum, n[2]);
    Sum all = {0};
#pragma omp parallel for schedule(dynamic)
    for (int k = 0; k < n[2]; k++)
        for (int j = 1; j < n[1] - 1 && (n[2] == 1 || (k > 0 && k < n[2] - 1)); j++)
            compare_row(pass, sampled->data, floors, j, k, &planes[k]);
    for (int k = 0; k < n[2]; k++) {
        all.n += planes[k].n;
        all.sum += planes[k].sum;
        all.square += planes[k].square;
        all.same += planes[k].same;
    }
    return all.n < FEWEST
               ? nowhere
               : (LamAffineEdges){all.sum / all.n, all.square > 0 ? all.same / all.square : 0};
}

static void count(size_t bins[BINS], float value)
{
    bins[(int)fminf(value * BINS, BINS - 1)]++;
}

static float darkest(const size_t bins[BINS])
{
    size_t all = 0, below = 0;
    int bin = 0;
    for (int i = 0; i < BINS; i++)
        all += bins[i];
    while (bin < BINS && (double)(below += bins[bin]) < DARKEST * (double)all)
        bin++;
    return (float)bin / BINS;
}

static Floors find_floors(const LamAffinePass *pass, const LamVolume *sampled)
{
    size_t reference_bins[BINS] = {0}, sampled_bins[BINS] = {0};
    for (size_t i = 0; i < lam_grid_voxels(&sampled->grid); i++) {
        float f = pass->reference->data[i], m = sampled->data[i];
        if (pass->region->data[i] == 0 || !(f > AIR) || !(m > AIR))
            continue;
        count(reference_bins, f);
        count(sampled_bins, m);
    }
    return (Floors){darkest(reference_bins), darkest(sampled_bins)};
}

LamAffineEdges lam_affine_edges_at(const LamAffinePair *pair, int level, const LamMat4 *map,
                                   double *tissue_polarity)
{
    LamAffineEdges total = {0, 0};
    double tissue = 0;
    double weight = pair->skip[0] || pair->skip[1] ? 1 : 0.5;
    LamMat4 back;
    if (tissue_polarity != NULL)
        *tissue_polarity = NAN;
    if (!lam_mat4_invert(map, &back))
        return nowhere;
    for (int side = 0; side < 2; side++) {
        LamAffinePass pass;
        if (pair->skip[side] || !lam_affine_pass_make(pair, level, map, side == 0, &pass))
            continue;
        g_autoptr(LamVolume) sampled =
            lam_resample(pass.sampled, &pass.reference->grid, side == 0 ? map : &back, LAM_LINEAR,
                         pass.outside_counts ? 0 : NAN, NULL);
        if (sampled == NULL)
            return nowhere;
        LamAffineEdges one = compare(&pass, sampled, &no_floors);
        if (one.agreement == LAM_AFFINE_NOWHERE)
            return one;
        total.agreement += weight * one.agreement;
        total.polarity += weight * one.polarity;
        if (tissue_polarity == NULL)
            continue;
        Floors floors = find_floors(&pass, sampled);
        tissue += weight * compare(&pass, sampled, &floors).polarity;
    }
    if (tissue_polarity != NULL)
        *tissue_polarity = tissue;
    return total;
}

double lam_affine_agreement_at(const LamAffinePair *pair, int level, const LamMat4 *map)
{
    return lam_affine_edges_at(pair, level, map, NULL).agreement;
}

double lam_affine_agreement(const LamAffinePair *pair, const LamMat4 *map)
{
    int coarser = pair->flat ? 0 : 1;
    return 0.5 * (lam_affine_agreement_at(pair, coarser, map) +
                  lam_affine_agreement_at(pair, coarser + 1, map));
}

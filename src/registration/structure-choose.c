#include "structure-choose.h"

#include <lambdascope/error.h>
#include <lambdascope/trilinear.h>
#include <math.h>

#define MOST        256 /* a number of each fits into a byte */
#define LEAST_SCORE -25 /* below the best one's: a probability of 1e-11 */

/* The softmax of one voxel. */
static void soften(const float *score, const float *bias, size_t voxels, size_t structures,
                   float *p)
{
    float most = score[0] + bias[0], sum = 0;
    for (size_t k = 1; k < structures; k++)
        most = fmaxf(most, score[k * voxels] + bias[k]);
    for (size_t k = 0; k < structures; k++) {
        float below = score[k * voxels] + bias[k] - most;
        sum += p[k] = below > LEAST_SCORE ? expf(below) : 0;
    }
    for (size_t k = 0; k < structures; k++)
        p[k] /= sum;
}

void lam_structure_soften(const float *score, const float *bias, size_t voxels, int structures,
                          float *p)
{
    const size_t k = (size_t)structures;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < voxels; i++)
        soften(score + i, bias, voxels, k, p + i * k);
}

/* What all voxels share: where a voxel's neighbours are along each axis, and the best structure of each. */
typedef struct {
    const float *p;
    size_t structures;
    const int *value;
    LamTap *tap[3];
    guint8 *best;   /* of each voxel of the probabilities' grid */
    guint8 *agreed; /* whether it is the same in all eight corners of the cell that begins there */
} Choice;

static guint8 best_of(const float *p, size_t structures)
{
    size_t best = 0;
    for (size_t k = 1; k < structures; k++)
        if (p[k] > p[best])
            best = k;
    return (guint8)best;
}

/* The eight neighbours of a point and their shares. */
typedef struct {
    size_t at[8];
    float share[8];
} Corners;

static Corners corners_of(LamTap x, LamTap y, LamTap z)
{
    Corners c;
    for (int i = 0; i < 8; i++) {
        c.at[i] =
            x.at + y.at + z.at + (i & 1 ? x.next : 0) + (i & 2 ? y.next : 0) + (i & 4 ? z.next : 0);
        c.share[i] = (i & 1 ? x.share : 1 - x.share) * (i & 2 ? y.share : 1 - y.share) *
                     (i & 4 ? z.share : 1 - z.share);
    }
    return c;
}

/* Where the same structure is best in all corners, it is so between them, too. */
static void find_agreed(Choice *choice, const LamGrid *from)
{
    const int *n = from->size;
    const guint8 *best = choice->best;
#pragma omp parallel for schedule(static)
    for (int row = 0; row < n[1] * n[2]; row++)
        for (int i = 0; i < n[0]; i++) {
            size_t at = (size_t)row * (size_t)n[0] + (size_t)i;
            size_t x = i + 1 < n[0] ? 1 : 0, y = row % n[1] + 1 < n[1] ? (size_t)n[0] : 0,
                   z = row / n[1] + 1 < n[2] ? (size_t)n[0] * (size_t)n[1] : 0;
            guint8 b = best[at];
            choice->agreed[at] = best[at + x] == b && best[at + y] == b && best[at + x + y] == b &&
                                 best[at + z] == b && best[at + x + z] == b &&
                                 best[at + y + z] == b && best[at + x + y + z] == b;
        }
}

static guint8 best_between(const Choice *choice, const Corners *c)
{
    float sum[MOST];
    for (size_t k = 0; k < choice->structures; k++)
        sum[k] = 0;
    for (int i = 0; i < 8; i++) {
        const float *p = choice->p + c->at[i] * choice->structures;
        for (size_t k = 0; k < choice->structures; k++)
            sum[k] += c->share[i] * p[k];
    }
    return best_of(sum, choice->structures);
}

static void choose_row(const Choice *choice, LamTap y, LamTap z, int n, float *out)
{
    for (int i = 0; i < n; i++) {
        LamTap x = choice->tap[0][i];
        size_t at = x.at + y.at + z.at;
        guint8 best = choice->best[at];
        if (!choice->agreed[at]) {
            Corners c = corners_of(x, y, z);
            best = best_between(choice, &c);
        }
        out[i] = (float)choice->value[best];
    }
}

static void find_taps(Choice *choice, const LamGrid *from, const LamGrid *to)
{
    size_t stride = 1;
    for (int a = 0; a < 3; a++) {
        double step = from->to_world.m[a][a];
        choice->tap[a] = g_new(LamTap, to->size[a]);
        for (int i = 0; i < to->size[a]; i++) {
            double mm = to->to_world.m[a][3] + to->to_world.m[a][a] * i;
            double at = (mm - from->to_world.m[a][3]) / step;
            choice->tap[a][i] = lam_tap(at, from->size[a], stride);
        }
        stride *= (size_t)from->size[a];
    }
}

bool lam_structure_choose(const float *p, int structures, const int *value, const LamGrid *from,
                          LamVolume *labels, GError **error)
{
    const int *n = labels->grid.size;
    size_t voxels = lam_grid_voxels(from);
    Choice choice = {.p = p, .structures = (size_t)structures, .value = value};
    choice.best = g_try_malloc(2 * voxels);
    if (choice.best == NULL) {
        g_set_error_literal(error, LAM_ERROR, LAM_ERROR_MEMORY,
                            "cannot make labels: not enough memory");
        return false;
    }
    choice.agreed = choice.best + voxels;
    find_taps(&choice, from, &labels->grid);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < voxels; i++)
        choice.best[i] = best_of(p + i * choice.structures, choice.structures);
    find_agreed(&choice, from);
#pragma omp parallel for schedule(dynamic, 16)
    for (int row = 0; row < n[1] * n[2]; row++)
        choose_row(&choice, choice.tap[1][row % n[1]], choice.tap[2][row / n[1]], n[0],
                   labels->data + (size_t)row * (size_t)n[0]);
    for (int a = 0; a < 3; a++)
        g_free(choice.tap[a]);
    g_free(choice.best);
    return true;
}

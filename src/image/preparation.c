#include <lambdascope/preparation.h>

#include <lambdascope/resample.h>

#include "prepare.h"

#include <math.h>

#define BINS 512

/* Where the skull is stripped, next to nothing above zero is left around the brain: the foreground is 84 %
 * of it or more (OASIS, open-ms, MNI 152), in heads 71 % or less (IXI, open-ms). Brains with their CSF have
 * 0.9 to 1.9 litres in these; what is bright of a head has 1.7 to 4.3. */
#define BRAIN_SHARE_MIN  0.78
#define BRAIN_LITRES_MIN 0.6
#define BRAIN_LITRES_MAX 2.3
#define HEAD_LITRES_MIN  1.6 /* with air around it */
#define HEAD_LITRES_SURE 2.6 /* also where the air is zero */

#define CONFLICT_MM     1
#define OUTSIDE_PERCENT 1

/* The foreground's spread along one world axis. */
typedef struct {
    double from_mm, bin_mm;
    double count[BINS];
} Spread;

static void set_bounds(const LamGrid *grid, Spread spread[3])
{
    for (int r = 0; r < 3; r++) {
        double low = grid->to_world.m[r][3], high = low;
        for (int a = 0; a < 3; a++) {
            double step = grid->to_world.m[r][a] * (grid->size[a] - 1);
            low += fmin(step, 0);
            high += fmax(step, 0);
        }
        spread[r] = (Spread){.from_mm = low, .bin_mm = fmax(high - low, 1e-6) / (BINS - 1)};
    }
}

static double extent_mm(const Spread *spread, double total)
{
    double sum = 0;
    int low = -1, high = BINS - 1;
    for (int b = 0; b < BINS; b++) {
        sum += spread->count[b];
        if (low < 0 && sum >= 0.01 * total)
            low = b;
        if (sum >= 0.99 * total) {
            high = b;
            break;
        }
    }
    return (high - low + 1) * spread->bin_mm;
}

static bool is_inside(const LamMat4 *to_box, const LamGrid *box, LamVec3 p)
{
    LamVec3 q = lam_mat4_apply(to_box, p);
    for (int a = 0; a < 3; a++)
        if (!(q.v[a] >= -0.5 && q.v[a] <= box->size[a] - 0.5))
            return false;
    return true;
}

typedef struct {
    double voxels, outside;
} Foreground;

static Foreground walk_foreground(const LamVolume *scan, double threshold, const LamGrid *box,
                                  Spread spread[3])
{
    const int *n = scan->grid.size;
    const float *value = scan->data;
    Foreground found = {0};
    LamMat4 to_box;
    bool has_box = box != NULL && lam_mat4_invert(&box->to_world, &to_box);
    for (int k = 0; k < n[2]; k++)
        for (int j = 0; j < n[1]; j++)
            for (int i = 0; i < n[0]; i++) {
                if (!((double)*value++ > threshold))
                    continue;
                LamVec3 p = lam_mat4_apply(&scan->grid.to_world, (LamVec3){{i, j, k}});
                found.voxels++;
                found.outside += has_box && !is_inside(&to_box, box, p);
                for (int r = 0; r < 3; r++) {
                    int bin = (int)((p.v[r] - spread[r].from_mm) / spread[r].bin_mm + 0.5);
                    spread[r].count[CLAMP(bin, 0, BINS - 1)]++;
                }
            }
    return found;
}

static LamSubject subject_of(const LamVolume *scan, const LamPreparation *p)
{
    double litres = p->foreground_litres;
    for (int a = 0; a < 3; a++)
        if (scan->grid.size[a] == 1)
            return LAM_SUBJECT_UNKNOWN;
    if (p->foreground_share >= BRAIN_SHARE_MIN && litres > BRAIN_LITRES_MIN &&
        litres < BRAIN_LITRES_MAX)
        return LAM_SUBJECT_BRAIN;
    bool in_air = p->foreground_share < BRAIN_SHARE_MIN;
    return litres > (in_air ? HEAD_LITRES_MIN : HEAD_LITRES_SURE) ? LAM_SUBJECT_HEAD
                                                                  : LAM_SUBJECT_UNKNOWN;
}

static guint warnings_of(const LamVolume *scan, const LamPreparationTarget *target,
                         const LamPreparation *p)
{
    bool unexpected = target != NULL && target->expects_brain && p->subject == LAM_SUBJECT_HEAD;
    return (scan->space_conflict_mm > CONFLICT_MM ? LAM_WARN_CONFLICT : 0) |
           (scan->space_source == LAM_SPACE_PIXDIM ? LAM_WARN_NO_ORIENTATION : 0) |
           (scan->frames > 1 && !scan->frame_chosen ? LAM_WARN_FRAME : 0) |
           (unexpected ? LAM_WARN_HEAD : 0) |
           (p->outside_percent > OUTSIDE_PERCENT ? LAM_WARN_OUTSIDE : 0);
}

/* Of all voxels, those cut off; of those above zero, those in the foreground. */
static void measure_shares(const LamVolume *scan, LamPreparation *p)
{
    size_t n = lam_grid_voxels(&scan->grid), clipped = 0, positive = 0, bright = 0;
    double highest = p->ceiling * p->top;
    for (size_t i = 0; i < n; i++) {
        double v = (double)scan->data[i];
        clipped += v < 0 || v > highest;
        positive += v > 0;
        bright += v > p->threshold;
    }
    p->clipped_percent = 100.0 * (double)clipped / (double)n;
    p->foreground_share = (double)bright / (double)positive;
}

static void measure_foreground(const LamVolume *scan, const LamPreparationTarget *target,
                               LamPreparation *p)
{
    g_autofree Spread *spread = g_new0(Spread, 3);
    set_bounds(&scan->grid, spread);
    Foreground found = walk_foreground(scan, p->threshold, target != NULL ? &p->box : NULL, spread);
    p->foreground_litres = found.voxels * fabs(lam_mat4_det3(&scan->grid.to_world)) / 1e6;
    for (int r = 0; r < 3; r++)
        p->extent_mm[r] = found.voxels > 0 ? extent_mm(&spread[r], found.voxels) : 0;
    p->outside_percent = found.voxels > 0 ? 100 * found.outside / found.voxels : 0;
}

bool lam_preparation_measure(const LamVolume *scan, const LamPreparationTarget *target,
                             LamPreparation *out, GError **error)
{
    *out = (LamPreparation){.ceiling = LAM_PREPARED_CEILING};
    out->top = lam_volume_percentile_positive(scan, LAM_PREPARED_PERCENTILE);
    if (!lam_volume_check_content(scan, out->top, error))
        return false;
    out->threshold = lam_volume_foreground_level(scan);
    measure_shares(scan, out);
    if (target != NULL) {
        LamVec3 spacing = lam_grid_spacing_mm(&scan->grid);
        for (int a = 0; a < 3; a++)
            out->smoothing_mm[a] =
                lam_antialias_sigma_vox(spacing.v[a], target->spacing_mm) * spacing.v[a];
        out->box =
            lam_grid_centred(target->size, target->spacing_mm, lam_volume_brain_centre_mm(scan));
    }
    measure_foreground(scan, target, out);
    out->subject = subject_of(scan, out);
    out->warnings = warnings_of(scan, target, out);
    return true;
}

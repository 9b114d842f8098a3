/* Real scans in memory, affinely related through the first of them; perhaps with label maps. */
#pragma once

#include "affine-cache.h"
#include "recipe.h"

#include <lambdascope/progress.h>

typedef struct {
    char *path;
    LamVolume
        *prepared[2];    /* at its own resolution, for the network's grid and for the coarse one */
    LamLabelMap *labels; /* NULL: none */
    LamVec3 centre_mm;
    LamMat4 from_reference; /* world of the first scan -> world of this one */
} LamSetScan;

typedef struct {
    GPtrArray *scans;     /* of LamSetScan, by name of the file */
    LamLabelTable *table; /* of all their labels, the value 0 among them; NULL: none */
} LamScanSet;

/* The recipe's scans and label maps below `folder`, at least so many. */
LamScanSet *lam_scan_set_load(const LamRecipe *recipe, const char *folder, int least,
                              LamAffineCache *cache, const LamProgress *progress, GError **error);
void lam_scan_set_free(LamScanSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamScanSet, lam_scan_set_free)

LamSetScan *lam_scan_set_at(const LamScanSet *set, int index);
/* Labels in sampled maps: 1 .. this; 0: none. */
int lam_scan_set_labels(const LamScanSet *set);
/* What the files call that label. */
int lam_scan_set_value(const LamScanSet *set, int label);

/* number_of[label] = number for the labels that belong to a structure of the table; [labels + 1]. */
void lam_scan_set_number(const LamScanSet *set, const LamLabelTable *table, int structure,
                         int number, guint8 *number_of);

/* image = scan(map(x + d(x))) on the grid, and its labels, which stay as they are if the scan has none;
 * map: grid's world -> scan's world. d NULL: none. */
bool lam_scan_set_sample(const LamScanSet *set, const LamSetScan *scan, const LamGrid *grid,
                         bool coarse, const LamMat4 *map, const LamVolume *d, float *image,
                         float *labels, GError **error);

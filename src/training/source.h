/* Where samples come from: real scans, or scans synthesised from label maps. */
#pragma once

#include "affine-cache.h"
#include "sample.h"
#include "tissues.h"

#include <lambdascope/progress.h>

typedef struct LamSource LamSource;

struct LamSource {
    /* Fills images and labels (and the truth, where it is known). Only `rand` decides. Uses the calling
     * thread's OpenMP threads. */
    bool (*draw)(const LamSource *source, const LamRecipe *recipe, GRand *rand, LamSample *sample,
                 GError **error);
    void (*free)(LamSource *source);
    int count;                               /* scans or label maps */
    int n_labels;                            /* of the sample's maps; 0: they are zero */
    guint8 class_of[LAM_TISSUES_MAX_LABELS]; /* of each label, with classes of tissue */
    int n_structures;                        /* that labels belong to, with structure_of */
    guint8 *structure_of; /* of each label [n_labels + 1], 0: none; owned; NULL: labels are them */
    char *structures;     /* what structures are, as in structures.h; owned; NULL: not told */
    const char *name;
};

LamSource *lam_source_scans(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                            const LamProgress *progress, GError **error);
LamSource *lam_source_brains(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                             const LamProgress *progress, GError **error);
LamSource *lam_source_shapes(const LamRecipe *recipe, const LamProgress *progress, GError **error);
/* The recipe's network takes slices. */
LamSource *lam_source_figures(const LamRecipe *recipe, const LamProgress *progress, GError **error);

/* Two different indices below n, or twice the same. */
void lam_source_pick(GRand *rand, int n, bool same, int *a, int *b);
/* Files that match below the folder, sorted; LAM_ERROR_ARGUMENT if they are fewer than `least`. what: for
 * the message, as "scans". Free with g_strfreev. */
char **lam_source_glob(const char *folder, const char *pattern, int least, const char *what,
                       GError **error);
/* Draws where a pair is sampled: *fixed_map and *moving_map take the grid's points to the worlds of the fixed
 * and of the moving scan, both augmented alike and the moving side a little more. *_from_reference: world
 * of the reference scan -> world of the scan. */
bool lam_source_place(const LamRecipe *recipe, GRand *rand, LamVec3 centre_mm,
                      const LamMat4 *fixed_from_reference, const LamMat4 *moving_from_reference,
                      LamMat4 *fixed_map, LamMat4 *moving_map, GError **error);

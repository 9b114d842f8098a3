/* Training scans in memory, affinely related through a reference scan, and random pairs of them on the
 * model's grid. */
#pragma once

#include "recipe.h"

#include <lambdascope/progress.h>
#include <lambdascope/volume.h>

typedef struct LamDataset LamDataset;

/* Loads the scans that the recipe's glob finds below `folder`. Affines to the first scan are kept in
 * the text file `cache` (scans by name, size and time), so that only the first run computes them. */
LamDataset *lam_dataset_new(const LamRecipe *recipe, const char *folder, const char *cache,
                            const LamProgress *progress, GError **error);
void lam_dataset_free(LamDataset *dataset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamDataset, lam_dataset_free)

int lam_dataset_size(const LamDataset *dataset);

/* A random ordered pair of different scans with a random augmentation, written as [D,H,W] intensities.
 * Only `rand` decides. Multi-threaded. */
bool lam_dataset_draw(const LamDataset *dataset, const LamRecipe *recipe, GRand *rand, float *fixed,
                      float *moving, GError **error);

/* The samples of a run: number k is the same in every process and on every thread. */
#pragma once

#include "sample.h"

#include <lambdascope/progress.h>

typedef struct LamDataset LamDataset;

/* Loads what the recipe's sources need from below `folder`. cache: path of the file of affines;
 * NULL: they are computed. */
LamDataset *lam_dataset_new(const LamRecipe *recipe, const char *folder, const char *cache,
                            const LamProgress *progress, GError **error);
void lam_dataset_free(LamDataset *dataset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamDataset, lam_dataset_free)

/* Text for people: how many scans and maps there are. Free with g_free. */
char *lam_dataset_describe(const LamDataset *dataset);
/* Of the samples' maps, borrowing from the data set; of several sources, as many labels as any has. */
LamLabelling lam_dataset_labelling(const LamDataset *dataset);
/* What structures are, as in a model's metadata (structures.h); NULL: not told, or several sources. Borrowed. */
const char *lam_dataset_structures(const LamDataset *dataset);

/* The template that the samples are for; NULL unless the recipe learns one. Borrowed. */
const LamTemplateConfig *lam_dataset_template(const LamDataset *dataset);
/* Where it starts (see lam_source_subjects_start). */
bool lam_dataset_start_template(const LamDataset *dataset, float *picture, float *scores,
                                const LamProgress *progress, GError **error);

/* Draws sample number `number` on sample->grid: λ, label share, pair, noise. Thread-safety: safe with
 * different samples; uses the calling thread's OpenMP threads. */
bool lam_dataset_draw(const LamDataset *dataset, guint64 number, LamSample *sample, GError **error);

/* One person at a time, for a template: the moving scan with its structures and attributes. */
#pragma once

#include "source.h"

/* Needs the recipe's [template]; at least two scans. */
LamSource *lam_source_subjects(const LamRecipe *recipe, const char *folder, LamAffineCache *cache,
                               const LamProgress *progress, GError **error);

/* The recipe's template, completed by what the data say: ranges, structures, where it lies. Borrowed. */
const LamTemplateConfig *lam_source_subjects_template(const LamSource *source);

/* Where the template starts: the mean of the aligned scans, with zero outside of all brains, into picture
 * [D,H,W]; the logarithm of how often each voxel was each structure, into scores. Both on the network's
 * grid; scores NULL without structures. */
bool lam_source_subjects_start(const LamSource *source, const LamRecipe *recipe, float *picture,
                               float *scores, const LamProgress *progress, GError **error);

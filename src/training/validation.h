/* Dice and folds per λ on labelled pairs while training. */
#pragma once

#include "recipe.h"

#include <lambdascope/model.h>
#include <lambdascope/progress.h>

typedef struct LamValidation LamValidation;

typedef struct {
    double lambda, subcortical, cortical, fold_percent, sd_log_jacobian, roughness;
} LamValidationRow;

/* Loads the pairs of the recipe; NULL without error if the recipe names none. */
LamValidation *lam_validation_new(const LamRecipe *recipe, const char *recipe_path,
                                  const char *folder, GError **error);
void lam_validation_free(LamValidation *validation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamValidation, lam_validation_free)

/* One row per λ of the recipe, averaged over the pairs. Affines are computed the first
 * time, unless the recipe says that scans are aligned. */
bool lam_validation_run(LamValidation *validation, LamModel *model, const LamRecipe *recipe,
                        LamValidationRow *rows, const LamProgress *progress, GError **error);

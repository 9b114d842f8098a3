/* What scanners usually show: [contrasts] of a recipe. */
#pragma once

#include "recipe.h"

/* Reads the recipe's texts ("grey 0.4 0.65" of each family of [kin]; "between 0.2 1.1", how far from the first family
 * to the second, where that is known) into recipe->brains.
 * LAM_ERROR_ARGUMENT names the key. */
bool lam_known_contrasts_read(LamRecipe *recipe, GError **error);

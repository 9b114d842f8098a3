/* Families of structures that look nearly alike in real scans. */
#pragma once

#include "recipe.h"

#include <lambdascope/label_table.h>

/* Whether the recipe's word names the label's structure ("thalamus" is the left and the right one), or its
 * value in the maps. */
bool lam_kin_is_named(const LamLabel *label, const char *word);

/* Tells each label of the table its family. LAM_ERROR_ARGUMENT if a family names what the table does not have,
 * or what another one has. */
bool lam_kin_match(const LamRecipe *recipe, LamLabelTable *table, GError **error);

/* Structures that go together in a recipe: classes of tissue with a λ each, families that look alike. */
#pragma once

#include "recipe.h"

#include <lambdascope/label_table.h>

/* A group of the recipe's section: what it is called in messages, "class" or "family". */
typedef struct {
    const char *section, *noun;
    const LamTissue *groups;
    int n;
} LamStructureGroups;

/* Writes group k's number [k] to number_of[key[i]] for each label i of the table that one of its words names: the
 * structure ("thalamus" is the left and the right one), or the value in the maps. Labels of key 0 are not asked.
 * LAM_ERROR_ARGUMENT if a word names none, or what another number has. */
bool lam_structure_groups_match(const LamStructureGroups *groups, const int *number,
                                const LamLabelTable *table, const int *key, int *number_of,
                                GError **error);

/* The numbers of [kin], as labels have them (LamLabel): families count from 1, what lies between (names
 * that begin so) down from LAM_KIN_BETWEEN. Returns how many families there are. */
int lam_kin_number(const LamRecipe *recipe, int number[LAM_RECIPE_MOST_KIN]);

/* Tells each label of the table its family, by the recipe's [kin]. LAM_ERROR_ARGUMENT as above. */
bool lam_kin_match(const LamRecipe *recipe, LamLabelTable *table, GError **error);

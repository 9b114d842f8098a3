#include "structure-groups.h"

#include <lambdascope/error.h>
#include <string.h>

static bool is_named(const LamLabel *label, const char *word)
{
    const char *own = label->name != NULL ? label->name : "";
    static const char *const sides[] = {"", "left ", "right "};
    g_autofree char *value = g_strdup_printf("%d", label->value);
    for (size_t i = 0; i < G_N_ELEMENTS(sides); i++)
        if (g_str_has_prefix(own, sides[i]) && g_str_equal(own + strlen(sides[i]), word))
            return true;
    return g_str_equal(value, word);
}

static bool refuse(const LamStructureGroups *g, int group, const char *word, const char *why,
                   GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use [%s] %s: %s: %s", g->section,
                g->groups[group].name, word, why);
    return false;
}

static bool take(const LamStructureGroups *g, int group, int number, const char *word,
                 const LamLabelTable *table, const int *key, int *number_of, GError **error)
{
    bool found = false;
    for (int i = 0; i < table->count; i++) {
        if (key[i] == 0 || !is_named(&table->label[i], word))
            continue;
        if (number_of[key[i]] != 0 && number_of[key[i]] != number) {
            g_autofree char *why = g_strdup_printf("another %s has it already", g->noun);
            return refuse(g, group, word, why, error);
        }
        number_of[key[i]] = number;
        found = true;
    }
    return found || refuse(g, group, word, "the label table has no such structure", error);
}

bool lam_structure_groups_match(const LamStructureGroups *g, const int *number,
                                const LamLabelTable *table, const int *key, int *number_of,
                                GError **error)
{
    for (int k = 0; k < g->n; k++)
        for (char **word = g->groups[k].structures; *word != NULL; word++)
            if (!take(g, k, number[k], *word, table, key, number_of, error))
                return false;
    return true;
}

int lam_kin_number(const LamRecipe *recipe, int number[LAM_RECIPE_MOST_KIN])
{
    int families = 0, between = LAM_KIN_BETWEEN;
    for (int k = 0; k < recipe->n_kin; k++)
        number[k] = g_str_has_prefix(recipe->kin[k].name, "between") ? between-- : ++families;
    return families;
}

bool lam_kin_match(const LamRecipe *recipe, LamLabelTable *table, GError **error)
{
    const LamStructureGroups groups = {"kin", "family", recipe->kin, recipe->n_kin};
    int number[LAM_RECIPE_MOST_KIN];
    g_autofree int *key = g_new(int, table->count), *kin = g_new0(int, table->count + 1);
    lam_kin_number(recipe, number);
    for (int i = 0; i < table->count; i++)
        key[i] = i + 1;
    if (!lam_structure_groups_match(&groups, number, table, key, kin, error))
        return false;
    for (int i = 0; i < table->count; i++)
        table->label[i].kin = kin[key[i]];
    return true;
}

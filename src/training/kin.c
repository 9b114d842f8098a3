#include "kin.h"

#include <lambdascope/error.h>
#include <string.h>

bool lam_kin_is_named(const LamLabel *label, const char *word)
{
    const char *own = label->name != NULL ? label->name : "";
    static const char *const sides[] = {"", "left ", "right "};
    g_autofree char *value = g_strdup_printf("%d", label->value);
    for (size_t i = 0; i < G_N_ELEMENTS(sides); i++)
        if (g_str_has_prefix(own, sides[i]) && g_str_equal(own + strlen(sides[i]), word))
            return true;
    return g_str_equal(value, word);
}

static bool refuse(const LamTissue *family, const char *word, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "cannot use [kin] %s: %s: %s", family->name,
                word, why);
    return false;
}

static bool take(const LamTissue *family, const char *word, int kin, LamLabelTable *table,
                 GError **error)
{
    bool found = false;
    for (int i = 0; i < table->count; i++) {
        LamLabel *label = &table->label[i];
        if (!lam_kin_is_named(label, word))
            continue;
        if (label->kin != 0 && label->kin != kin)
            return refuse(family, word, "another family has it already", error);
        label->kin = kin;
        found = true;
    }
    return found || refuse(family, word, "the label table has no such structure", error);
}

bool lam_kin_match(const LamRecipe *recipe, LamLabelTable *table, GError **error)
{
    int families = 0;
    for (int k = 0; k < recipe->n_kin; k++) {
        const LamTissue *family = &recipe->kin[k];
        int kin = g_str_equal(family->name, "between") ? LAM_KIN_BETWEEN : ++families;
        for (char **word = family->structures; *word != NULL; word++)
            if (!take(family, *word, kin, table, error))
                return false;
    }
    return true;
}

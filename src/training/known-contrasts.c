#include "known-contrasts.h"

#include <lambdascope/error.h>

static bool refuse(const char *contrast, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "[contrasts] %s: %s", contrast, why);
    return false;
}

/* The family of a name, counted from 1 as the label table does; 0: there is none. */
static int family_of(const LamRecipe *recipe, const char *name)
{
    int family = 0;
    for (int k = 0; k < recipe->n_kin; k++) {
        bool between = g_str_equal(recipe->kin[k].name, "between");
        family += !between;
        if (!between && g_str_equal(recipe->kin[k].name, name))
            return family;
    }
    return 0;
}

static bool read_number(const char *text, double *to)
{
    char *end = NULL;
    *to = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && *to >= 0 && *to <= 1;
}

/* "grey 0.4 0.65" */
static bool read_range(const LamRecipe *recipe, const char *contrast, const char *text,
                       LamContrast *to, GError **error)
{
    g_auto(GStrv) word = g_strsplit(text, " ", -1);
    double low, high;
    if (g_strv_length(word) != 3 || !read_number(word[1], &low) || !read_number(word[2], &high) ||
        high <= low)
        return refuse(contrast,
                      "must be a family and its lowest and highest grey (0 to 1), with commas "
                      "between families",
                      error);
    int family = family_of(recipe, word[0]);
    if (family == 0)
        return refuse(contrast, "names what is no family of [kin]", error);
    if (to->high[family] > 0)
        return refuse(contrast, "names a family twice", error);
    to->low[family] = low;
    to->high[family] = high;
    return true;
}

static bool read_contrast(const LamRecipe *recipe, const LamTissue *text, LamContrast *to,
                          GError **error)
{
    for (char **range = text->structures; *range != NULL; range++)
        if (!read_range(recipe, text->name, *range, to, error))
            return false;
    for (int k = 0; k < recipe->n_kin; k++) {
        int family = family_of(recipe, recipe->kin[k].name);
        if (family > 0 && to->high[family] == 0)
            return refuse(text->name, "leaves out a family of [kin]", error);
    }
    return true;
}

bool lam_known_contrasts_read(LamRecipe *recipe, GError **error)
{
    LamSynthesisOptions *look = &recipe->brains;
    look->n_contrasts = recipe->n_contrasts;
    for (int i = 0; i < recipe->n_contrasts; i++)
        if (!read_contrast(recipe, &recipe->contrasts[i], &look->contrasts[i], error))
            return false;
    if ((look->known > 0) == (look->n_contrasts > 0))
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_ARGUMENT,
                        "[synthesis] known: goes with [contrasts]");
    return false;
}

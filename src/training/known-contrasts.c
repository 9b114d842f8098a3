#include "known-contrasts.h"

#include "structure-groups.h"

#include <lambdascope/error.h>

#define FARTHEST 5 /* beyond the families that something lies between */

static bool refuse(const char *contrast, const char *why, GError **error)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_ARGUMENT, "[contrasts] %s: %s", contrast, why);
    return false;
}

/* The number of a family or of what lies between; 0: there is none of this name. */
static int family_of(const LamRecipe *recipe, const char *name)
{
    int number[LAM_RECIPE_MOST_KIN];
    lam_kin_number(recipe, number);
    for (int k = 0; k < recipe->n_kin; k++)
        if (g_str_equal(recipe->kin[k].name, name))
            return number[k];
    return 0;
}

static bool read_number(const char *text, double lowest, double highest, double *to)
{
    char *end = NULL;
    *to = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && *to >= lowest && *to <= highest;
}

/* "grey 0.4 0.65", "between-pallidum 0.8 3" */
static bool read_range(const LamRecipe *recipe, const char *contrast, const char *text,
                       LamContrast *to, GError **error)
{
    g_auto(GStrv) word = g_strsplit(text, " ", -1);
    int family = g_strv_length(word) == 3 ? family_of(recipe, word[0]) : 1;
    if (family == 0)
        return refuse(contrast, "names what is no family of [kin]", error);
    bool between = family < 0;
    double lowest = between ? -FARTHEST : 0, highest = between ? FARTHEST : 1, low, high;
    if (g_strv_length(word) != 3 || !read_number(word[1], lowest, highest, &low) ||
        !read_number(word[2], lowest, highest, &high) || high <= low)
        return refuse(contrast,
                      "must be a family and its lowest and highest grey (0 to 1; of what lies "
                      "between, how far: -5 to 5), with commas between families",
                      error);
    double *first = between ? &to->nearest[-family] : &to->low[family];
    double *last = between ? &to->farthest[-family] : &to->high[family];
    if (*last > *first)
        return refuse(contrast, "names a family twice", error);
    *first = low;
    *last = high;
    return true;
}

static bool read_contrast(const LamRecipe *recipe, const LamTissue *text, LamContrast *to,
                          GError **error)
{
    for (char **range = text->structures; *range != NULL; range++)
        if (!read_range(recipe, text->name, *range, to, error))
            return false;
    int number[LAM_RECIPE_MOST_KIN];
    for (int family = lam_kin_number(recipe, number); family > 0; family--)
        if (to->high[family] == 0)
            return refuse(text->name, "leaves out a family of [kin]", error);
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

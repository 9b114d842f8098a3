#include <lambdascope/rating.h>

#include <glib/gi18n-lib.h>

static const char *const names[LAM_RATING_COUNT] = {"none", "pass", "borderline", "fail"};

const char *lam_rating_name(LamRating rating)
{
    return names[rating];
}

bool lam_rating_parse(const char *name, LamRating *out)
{
    for (int i = 0; i < LAM_RATING_COUNT; i++) {
        if (g_str_equal(name, names[i])) {
            *out = (LamRating)i;
            return true;
        }
    }
    return false;
}

const char *lam_rating_title(LamRating rating)
{
    static const char *const titles[LAM_RATING_COUNT] = {N_("Not rated"), N_("Pass"),
                                                         N_("Borderline"), N_("Fail")};
    return _(titles[rating]);
}

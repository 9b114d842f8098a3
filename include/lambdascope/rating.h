/* A person's verdict on a registration. */
#pragma once

#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef enum {
    LAM_RATING_NONE, /* not rated yet */
    LAM_RATING_PASS,
    LAM_RATING_BORDERLINE,
    LAM_RATING_FAIL,
    LAM_RATING_COUNT
} LamRating;

/* In files and on command lines: "none", "pass", "borderline", "fail". The parser gives false for others. */
const char *lam_rating_name(LamRating rating);
bool lam_rating_parse(const char *name, LamRating *out);
/* Translated, for people: "Not rated", "Pass" ... */
const char *lam_rating_title(LamRating rating);

G_END_DECLS

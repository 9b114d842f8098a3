/* ratings.csv: what is in it, row by row. */
#pragma once

#include <lambdascope/rating.h>

typedef struct {
    char *result;
    LamRating rating;
    char *notes; /* or NULL */
    char *rated; /* when; or NULL */
} LamRatingRow;

/* LamRatingRow elements; empty if there is no such file. Errors name the file and the line. */
GPtrArray *lam_ratings_load(const char *path, GError **error);
/* Replaces the row of a result, or adds one. */
void lam_ratings_set(GPtrArray *rows, const char *result, LamRating rating, const char *notes);
/* Written beside the target and renamed. */
bool lam_ratings_save(const GPtrArray *rows, const char *path, GError **error);
/* NULL: it has none. */
const LamRatingRow *lam_ratings_find(const GPtrArray *rows, const char *result);

/* Results of a folder, for a person to look through and rate: reports (their JSON) and what lam register made
 * (its report's JSON with the transform beside it), in whatever folders below. Ratings are kept in ratings.csv
 * of the folder: result,rating,notes,rated (RFC 4180; result is the path below the folder, rated the time in
 * UTC). Each is written at once, and the work goes on where it was left.
 *
 * Thread-safety: a list belongs to one thread; lam_result_pictures may run on another, with a result of its
 * own (lam_result_copy). */
#pragma once

#include <lambdascope/progress.h>
#include <lambdascope/rating.h>

G_BEGIN_DECLS

typedef struct {
    char *name;        /* below the folder, without endings: what the CSV knows it by */
    char *path;        /* of its JSON */
    char *report;      /* HTML or PDF; NULL: a registration without one */
    double lambda;     /* NaN where a figure is not known */
    double similarity; /* correlation of the fixed and the warped scan */
    double fold_percent, sd_log_jacobian, mean_mm;
    LamRating rating;
    char *notes; /* or NULL */
} LamResult;

LamResult *lam_result_copy(const LamResult *result);
void lam_result_free(LamResult *result);

typedef struct LamResultList LamResultList;

/* In order of their names. LAM_ERROR_IO if the folder cannot be read, LAM_ERROR_FAILED if there is no result
 * in it, LAM_ERROR_FORMAT if its ratings.csv is something else. What is no result is passed over. */
LamResultList *lam_result_list_open(const char *folder, GError **error);
void lam_result_list_free(LamResultList *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LamResultList, lam_result_list_free)

int lam_result_list_count(const LamResultList *list);
/* Borrowed; what it says changes with its rating. */
const LamResult *lam_result_list_get(const LamResultList *list, int i);
int lam_result_list_rated(const LamResultList *list);
/* The first that is not rated from `from` on, going round; -1: all are. */
int lam_result_list_unrated(const LamResultList *list, int from);

/* Rates and saves. Of results that are not in the list what the CSV says is kept, what another person has
 * written there since, too. On failure nothing has changed. notes may be NULL. */
bool lam_result_list_rate(LamResultList *list, int i, LamRating rating, const char *notes,
                          GError **error);
/* Takes the last rating back that was made since the list was opened, and saves. *i: which it was; -1: there is
 * none. */
bool lam_result_list_undo(LamResultList *list, int *i, GError **error);

/* For a terminal: a line per result, columns aligned. Free with g_free. */
char *lam_result_list_text(const LamResultList *list);

/* ---- what is looked at ---- */

typedef struct {
    char *name, *title; /* of a view: "after"; translated, for people */
    GBytes *png;
} LamResultPicture;

/* The views of lam_report_new: those of the HTML report, or drawn anew from the scans (then as lam_report_new;
 * takes a second). Elements are owned by the array. LAM_ERROR_UNSUPPORTED of a PDF. */
GPtrArray *lam_result_pictures(const LamResult *result, const LamProgress *progress,
                               GError **error);

G_END_DECLS

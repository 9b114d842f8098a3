#include <lambdascope/result_list.h>

#include "ratings.h"
#include "result-find.h"

#include <lambdascope/error.h>
#include <math.h>

struct LamResultList {
    char *ratings;      /* path of the CSV */
    GPtrArray *results; /* LamResult */
    GArray *steps;      /* Step: what was before each rating */
};

typedef struct {
    int i;
    LamRating rating;
    char *notes;
} Step;

static void step_clear(gpointer data)
{
    g_free(((Step *)data)->notes);
}

static LamResult *at(const LamResultList *list, int i)
{
    return list->results->pdata[i];
}

static void set(LamResult *result, LamRating rating, const char *notes)
{
    char *copy = g_strdup(notes);
    result->rating = rating;
    g_free(result->notes);
    result->notes = copy;
}

LamResult *lam_result_copy(const LamResult *result)
{
    LamResult *copy = g_memdup2(result, sizeof *result);
    copy->name = g_strdup(result->name);
    copy->path = g_strdup(result->path);
    copy->report = g_strdup(result->report);
    copy->notes = g_strdup(result->notes);
    return copy;
}

void lam_result_free(LamResult *result)
{
    g_free(result->name);
    g_free(result->path);
    g_free(result->report);
    g_free(result->notes);
    g_free(result);
}

/* ---- opening ---- */

static bool take_ratings(LamResultList *list, GError **error)
{
    g_autoptr(GPtrArray) rows = lam_ratings_load(list->ratings, error);
    if (!rows)
        return false;
    for (int i = 0; i < lam_result_list_count(list); i++) {
        const LamRatingRow *row = lam_ratings_find(rows, at(list, i)->name);
        if (row)
            set(at(list, i), row->rating, row->notes);
    }
    return true;
}

LamResultList *lam_result_list_open(const char *folder, GError **error)
{
    g_autoptr(LamResultList) list = g_new0(LamResultList, 1);
    list->results = lam_results_find(folder, error);
    if (!list->results)
        return NULL;
    if (list->results->len == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FAILED,
                    "cannot find results: %s: no JSON of lam report or lam register is in it",
                    folder);
        return NULL;
    }
    list->ratings = g_build_filename(folder, "ratings.csv", NULL);
    list->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_set_clear_func(list->steps, step_clear);
    return take_ratings(list, error) ? g_steal_pointer(&list) : NULL;
}

void lam_result_list_free(LamResultList *list)
{
    if (!list)
        return;
    g_clear_pointer(&list->results, g_ptr_array_unref);
    g_clear_pointer(&list->steps, g_array_unref);
    g_free(list->ratings);
    g_free(list);
}

/* ---- asking ---- */

int lam_result_list_count(const LamResultList *list)
{
    return (int)list->results->len;
}

const LamResult *lam_result_list_get(const LamResultList *list, int i)
{
    return at(list, i);
}

int lam_result_list_rated(const LamResultList *list)
{
    int n = 0;
    for (int i = 0; i < lam_result_list_count(list); i++)
        n += at(list, i)->rating != LAM_RATING_NONE;
    return n;
}

int lam_result_list_unrated(const LamResultList *list, int from)
{
    int n = lam_result_list_count(list);
    for (int i = 0; i < n; i++)
        if (at(list, (from + i) % n)->rating == LAM_RATING_NONE)
            return (from + i) % n;
    return -1;
}

/* ---- rating ---- */

/* From the file as it is now: somebody else may be rating, too. */
static bool save(const LamResultList *list, int i, LamRating rating, const char *notes,
                 GError **error)
{
    g_autoptr(GPtrArray) rows = lam_ratings_load(list->ratings, error);
    if (!rows)
        return false;
    lam_ratings_set(rows, at(list, i)->name, rating, notes);
    return lam_ratings_save(rows, list->ratings, error);
}

bool lam_result_list_rate(LamResultList *list, int i, LamRating rating, const char *notes,
                          GError **error)
{
    if (!save(list, i, rating, notes, error))
        return false;
    Step step = {i, at(list, i)->rating, g_strdup(at(list, i)->notes)};
    g_array_append_val(list->steps, step);
    set(at(list, i), rating, notes);
    return true;
}

bool lam_result_list_undo(LamResultList *list, int *i, GError **error)
{
    *i = -1;
    if (list->steps->len == 0)
        return true;
    const Step *step = &g_array_index(list->steps, Step, list->steps->len - 1);
    if (!save(list, step->i, step->rating, step->notes, error))
        return false;
    *i = step->i;
    set(at(list, step->i), step->rating, step->notes);
    g_array_set_size(list->steps, list->steps->len - 1);
    return true;
}

/* ---- as text ---- */

static void add_number(GString *out, const char *format, int width, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE] = "-";
    if (isfinite(value))
        g_ascii_formatd(text, sizeof text, format, value);
    g_string_append_printf(out, "  %*s", width, text);
}

static void add_line(GString *out, const LamResult *r, int width)
{
    int pad = width - (int)g_utf8_strlen(r->name, -1);
    g_autofree char *notes = g_strdelimit(g_strdup(r->notes ? r->notes : ""), "\r\n", ' ');
    g_string_append_printf(out, "%s%*s  %-10s", r->name, pad, "", lam_rating_name(r->rating));
    add_number(out, "%.3f", 6, r->lambda);
    add_number(out, "%.3f", 10, r->similarity);
    add_number(out, "%.4f", 9, r->fold_percent);
    add_number(out, "%.3f", 8, r->sd_log_jacobian);
    add_number(out, "%.2f", 7, r->mean_mm);
    g_string_append_printf(out, "%s%s\n", *notes ? "  " : "", notes);
}

char *lam_result_list_text(const LamResultList *list)
{
    int width = 6;
    for (int i = 0; i < lam_result_list_count(list); i++)
        width = MAX(width, (int)g_utf8_strlen(at(list, i)->name, -1));
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%-*s  %-10s  %6s  %10s  %9s  %8s  %7s  notes\n", width, "result",
                           "rating", "lambda", "similarity", "folds_%", "sd_log_j", "mean_mm");
    for (int i = 0; i < lam_result_list_count(list); i++)
        add_line(out, at(list, i), width);
    return g_string_free(out, FALSE);
}

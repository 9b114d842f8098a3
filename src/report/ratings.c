#include "ratings.h"

#include "report-private.h"

#include <lambdascope/csv.h>
#include <lambdascope/error.h>

#define HEADER "result,rating,notes,rated"

static void row_free(gpointer data)
{
    LamRatingRow *row = data;
    g_free(row->result);
    g_free(row->notes);
    g_free(row->rated);
    g_free(row);
}

/* ---- reading ---- */

static bool wrong(GError **error, const char *path, int line, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read ratings: %s, line %d: %s", path,
                line, why);
    return false;
}

static bool read_row(GPtrArray *rows, const char *text, const char *path, int line, GError **error)
{
    g_autoptr(GPtrArray) fields = lam_csv_split(text);
    const char *result = lam_csv_field(fields, 0), *rating = lam_csv_field(fields, 1);
    LamRating value;
    if (!result || !rating)
        return wrong(error, path, line, "result and rating are needed");
    if (!lam_rating_parse(rating, &value))
        return wrong(error, path, line, "the rating is none of pass, borderline, fail and none");
    LamRatingRow *row = g_new(LamRatingRow, 1);
    *row = (LamRatingRow){g_strdup(result), value, g_strdup(lam_csv_field(fields, 2)),
                          g_strdup(lam_csv_field(fields, 3))};
    g_ptr_array_add(rows, row);
    return true;
}

static bool parse(GPtrArray *rows, const char *text, const char *path, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    if (!g_utf8_validate(text, -1, NULL) || !lines[0] || !g_str_has_prefix(lines[0], HEADER))
        return wrong(error, path, 1, "it does not begin with " HEADER);
    for (int i = 1; lines[i]; i++)
        if (*g_strstrip(lines[i]) && !read_row(rows, lines[i], path, i + 1, error))
            return false;
    return true;
}

GPtrArray *lam_ratings_load(const char *path, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(row_free);
    g_autoptr(GError) cause = NULL;
    g_autofree char *text = NULL;
    if (g_file_get_contents(path, &text, NULL, &cause))
        return parse(rows, text, path, error) ? g_steal_pointer(&rows) : NULL;
    if (g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer(&rows);
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read ratings: %s", cause->message);
    return NULL;
}

/* ---- changing ---- */

static LamRatingRow *find(const GPtrArray *rows, const char *result)
{
    for (guint i = 0; i < rows->len; i++) {
        LamRatingRow *row = rows->pdata[i];
        if (g_str_equal(row->result, result))
            return row;
    }
    return NULL;
}

const LamRatingRow *lam_ratings_find(const GPtrArray *rows, const char *result)
{
    return find(rows, result);
}

void lam_ratings_set(GPtrArray *rows, const char *result, LamRating rating, const char *notes)
{
    LamRatingRow *row = find(rows, result);
    if (!row) {
        row = g_new0(LamRatingRow, 1);
        row->result = g_strdup(result);
        g_ptr_array_add(rows, row);
    }
    row->rating = rating;
    g_free(row->notes);
    g_free(row->rated);
    row->notes = g_strdup(notes);
    row->rated = lam_report_now();
}

bool lam_ratings_save(const GPtrArray *rows, const char *path, GError **error)
{
    g_autoptr(GString) out = g_string_new(HEADER "\n");
    for (guint i = 0; i < rows->len; i++) {
        const LamRatingRow *row = rows->pdata[i];
        lam_report_add_csv(out, row->result);
        g_string_append_printf(out, ",%s,", lam_rating_name(row->rating));
        lam_report_add_csv(out, row->notes);
        g_string_append_printf(out, ",%s\n", row->rated ? row->rated : "");
    }
    return lam_report_write("cannot write ratings", path, out->str, (gssize)out->len, error);
}

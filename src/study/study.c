/* Tables, and the files that a study leaves behind. */
#include <lambdascope/study.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <lambdascope/error.h>
#include <math.h>
#include <string.h>

struct LamStudyTable {
    GStrv columns;
    GPtrArray *cells; /* char *, row by row */
};

LamStudyTable *lam_study_table_new(const char *const *columns)
{
    LamStudyTable *table = g_new0(LamStudyTable, 1);
    table->columns = g_strdupv((char **)columns);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void lam_study_table_free(LamStudyTable *table)
{
    if (table == NULL)
        return;
    g_strfreev(table->columns);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void lam_study_table_add_text(LamStudyTable *table, const char *text)
{
    g_ptr_array_add(table->cells, g_strdup(text != NULL ? text : ""));
}

void lam_study_table_add_number(LamStudyTable *table, double value, int digits)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE + 320] = ""; /* the largest double has 309 digits */
    g_autofree char *format = g_strdup_printf("%%.%df", CLAMP(digits, 0, 17));
    if (isfinite(value))
        g_ascii_formatd(text, sizeof text, format, value);
    lam_study_table_add_text(table, text);
}

guint lam_study_table_rows(const LamStudyTable *table)
{
    guint n = g_strv_length(table->columns);
    return (table->cells->len + n - 1) / n;
}

static const char *cell_at(const LamStudyTable *table, guint row, guint column)
{
    guint at = row * g_strv_length(table->columns) + column;
    return at < table->cells->len ? table->cells->pdata[at] : NULL;
}

const char *lam_study_table_cell(const LamStudyTable *table, guint row, const char *column)
{
    for (guint c = 0; table->columns[c] != NULL; c++)
        if (strcmp(table->columns[c], column) == 0)
            return cell_at(table, row, c);
    return NULL;
}

/* ---- CSV ---- */

static void append_quoted(GString *csv, const char *cell)
{
    if (strpbrk(cell, ",\"\r\n") == NULL) {
        g_string_append(csv, cell);
        return;
    }
    g_string_append_c(csv, '"');
    for (const char *p = cell; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(csv, '"');
        g_string_append_c(csv, *p);
    }
    g_string_append_c(csv, '"');
}

bool lam_study_table_save(const LamStudyTable *table, const char *path, GError **error)
{
    g_autoptr(GString) csv = g_string_new(NULL);
    GError *why = NULL;
    guint n = g_strv_length(table->columns);
    for (guint c = 0; c < n; c++) {
        append_quoted(csv, table->columns[c]);
        g_string_append_c(csv, c + 1 < n ? ',' : '\n');
    }
    for (guint i = 0; i < table->cells->len; i++) {
        append_quoted(csv, table->cells->pdata[i]);
        g_string_append_c(csv, (i + 1) % n != 0 && i + 1 < table->cells->len ? ',' : '\n');
    }
    if (g_file_set_contents(path, csv->str, (gssize)csv->len, &why))
        return true;
    g_propagate_prefixed_error(error, why, "cannot write table: ");
    return false;
}

/* ---- for people ---- */

static glong column_width(const LamStudyTable *table, guint column)
{
    glong width = g_utf8_strlen(table->columns[column], -1);
    for (guint row = 0; row < lam_study_table_rows(table); row++) {
        const char *cell = cell_at(table, row, column);
        if (cell != NULL)
            width = MAX(width, g_utf8_strlen(cell, -1));
    }
    return width;
}

/* Text to the left, numbers to the right. */
static void append_padded(GString *text, const char *cell, glong width)
{
    glong blank = width - g_utf8_strlen(cell, -1);
    bool number = g_ascii_isdigit(*cell) || (*cell == '-' && g_ascii_isdigit(cell[1]));
    g_string_append_printf(text, "%*s%s%*s", number ? (int)blank : 0, "", cell,
                           number ? 0 : (int)blank, "");
}

char *lam_study_table_format(const LamStudyTable *table)
{
    GString *text = g_string_new(NULL);
    guint n = g_strv_length(table->columns), rows = lam_study_table_rows(table);
    for (guint line = 0; line <= rows; line++) {
        for (guint c = 0; c < n; c++) {
            const char *cell = line == 0 ? table->columns[c] : cell_at(table, line - 1, c);
            append_padded(text, cell != NULL ? cell : "", column_width(table, c));
            g_string_append(text, c + 1 < n ? "  " : "");
        }
        while (text->len > 0 && text->str[text->len - 1] == ' ')
            g_string_truncate(text, text->len - 1);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

/* ---- results ---- */

LamStudyResult *lam_study_result_new(LamStudyTable *table, LamStudyTable *summary, LamPlot *plot)
{
    LamStudyResult *result = g_new(LamStudyResult, 1);
    *result = (LamStudyResult){table, summary, plot};
    return result;
}

void lam_study_result_free(LamStudyResult *result)
{
    if (result == NULL)
        return;
    lam_study_table_free(result->table);
    lam_study_table_free(result->summary);
    lam_plot_free(result->plot);
    g_free(result);
}

bool lam_study_check_output(const char *folder, GError **error)
{
    g_autofree char *figure = g_build_filename(folder, "study.svg", NULL);
    if (g_mkdir_with_parents(folder, 0777) == 0)
        return lam_plot_check(figure, error);
    g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot make folder: %s: %s", folder,
                g_strerror(errno));
    return false;
}

static char *file_name(const char *folder, const char *name, const char *suffix)
{
    g_autofree char *file = g_strconcat(name, suffix, NULL);
    return g_build_filename(folder, file, NULL);
}

bool lam_study_result_save(const LamStudyResult *result, const char *folder, const char *name,
                           GError **error)
{
    g_autofree char *csv = file_name(folder, name, ".csv");
    g_autofree char *svg = file_name(folder, name, ".svg"), *png = file_name(folder, name, ".png");
    return lam_study_table_save(result->table, csv, error) &&
           lam_plot_save(result->plot, svg, error) && lam_plot_save(result->plot, png, error);
}

#include <lambdascope/number_table.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

void lam_number_table_free(LamNumberTable *table)
{
    if (table == NULL)
        return;
    g_strfreev(table->names);
    g_free(table->values);
    g_free(table);
}

int lam_number_table_find(const LamNumberTable *table, const char *name)
{
    for (int i = 0; i < table->columns; i++)
        if (g_ascii_strcasecmp(table->names[i], name) == 0)
            return i;
    return -1;
}

static bool wrong(GError **error, const char *path, int line, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read table: %s, line %d: %s", path,
                line, why);
    lam_error_tidy(error);
    return false;
}

static void read_header(LamNumberTable *table, const GPtrArray *fields)
{
    table->columns = (int)fields->len;
    table->names = g_new0(char *, fields->len + 1);
    for (guint i = 0; i < fields->len; i++)
        table->names[i] = g_strdup(fields->pdata[i]);
}

static bool read_number(const char *text, double *out)
{
    char *end;
    *out = NAN;
    if (text == NULL)
        return true;
    *out = g_ascii_strtod(text, &end);
    return end != text && *end == '\0';
}

static bool read_row(LamNumberTable *table, const GPtrArray *fields, const char *path, int line,
                     GError **error)
{
    g_autofree char *why = NULL;
    double *to = table->values + (size_t)table->rows * (size_t)table->columns;
    if ((int)fields->len != table->columns)
        why = g_strdup_printf("%u fields, but the first row names %d", fields->len, table->columns);
    for (int c = 0; why == NULL && c < table->columns; c++)
        if (!read_number(lam_csv_field(fields, c), &to[c]))
            why = g_strdup_printf("'%s' is no number", (char *)fields->pdata[c]);
    table->rows += why == NULL;
    return why == NULL || wrong(error, path, line, why);
}

static bool parse(LamNumberTable *table, char **lines, const char *path, GError **error)
{
    guint n = g_strv_length(lines);
    for (guint i = 0; i + 1 < n; i++) { /* the last stands behind the last line break */
        if (*g_strstrip(lines[i]) == '\0')
            continue;
        g_autoptr(GPtrArray) fields = lam_csv_split(lines[i]);
        if (table->names == NULL) {
            read_header(table, fields);
            table->values = g_new(double, (gsize)table->columns *n);
        } else if (!read_row(table, fields, path, (int)i + 1, error)) {
            return false;
        }
    }
    return table->names != NULL || wrong(error, path, 1, "it is empty");
}

LamNumberTable *lam_number_table_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(LamNumberTable) table = g_new0(LamNumberTable, 1);
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read table: %s", why->message);
        g_error_free(why);
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        wrong(error, path, 1, "not a text file");
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    return parse(table, lines, path, error) ? g_steal_pointer(&table) : NULL;
}

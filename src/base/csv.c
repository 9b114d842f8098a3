#include <lambdascope/csv.h>

GPtrArray *lam_csv_split(const char *line)
{
    GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) field = g_string_new(NULL);
    gboolean quoted = FALSE;
    for (const char *p = line;; p++) {
        if (*p == '\0' || (*p == ',' && !quoted)) {
            g_ptr_array_add(fields, g_strdup(g_strstrip(field->str)));
            g_string_truncate(field, 0);
            if (*p == '\0')
                return fields;
        } else if (*p == '"' && quoted && p[1] == '"') {
            g_string_append_c(field, *p++);
        } else if (*p == '"') {
            quoted = !quoted;
        } else {
            g_string_append_c(field, *p);
        }
    }
}

const char *lam_csv_field(const GPtrArray *fields, int column)
{
    if (column < 0 || (guint)column >= fields->len || *(char *)fields->pdata[column] == '\0')
        return NULL;
    return fields->pdata[column];
}

char *lam_csv_path(const GPtrArray *fields, int column, const char *folder)
{
    const char *path = lam_csv_field(fields, column);
    if (path == NULL)
        return NULL;
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

int lam_csv_find(const GPtrArray *header, const char *name)
{
    for (guint i = 0; i < header->len; i++)
        if (g_ascii_strcasecmp(header->pdata[i], name) == 0)
            return (int)i;
    return -1;
}

void lam_csv_find_all(const GPtrArray *header, const char *const *names, int n, int *columns)
{
    for (int i = 0; i < n; i++)
        columns[i] = lam_csv_find(header, names[i]);
}

gboolean lam_csv_read(const char *text, LamCsvRow header, LamCsvRow row, gpointer user,
                      GError **error)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    LamCsvRow take = header;
    for (int i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) == '\0' || *lines[i] == '#')
            continue;
        g_autoptr(GPtrArray) fields = lam_csv_split(lines[i]);
        if (!take(user, fields, i + 1, error))
            return FALSE;
        take = row;
    }
    return TRUE;
}

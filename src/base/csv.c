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

int lam_csv_find(const GPtrArray *header, const char *name)
{
    for (guint i = 0; i < header->len; i++)
        if (g_ascii_strcasecmp(header->pdata[i], name) == 0)
            return (int)i;
    return -1;
}

#include <lambdascope/label_names.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <stdbool.h>

struct LamLabelNames {
    GHashTable *by_label; /* label -> name */
};

LamLabelNames *lam_label_names_new(void)
{
    LamLabelNames *names = g_new0(LamLabelNames, 1);
    names->by_label = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return names;
}

void lam_label_names_add(LamLabelNames *names, int label, const char *name)
{
    g_hash_table_insert(names->by_label, GINT_TO_POINTER(label), g_strdup(name));
}

void lam_label_names_free(LamLabelNames *names)
{
    if (names == NULL)
        return;
    g_hash_table_unref(names->by_label);
    g_free(names);
}

const char *lam_label_names_find(const LamLabelNames *names, int label)
{
    return names != NULL ? g_hash_table_lookup(names->by_label, GINT_TO_POINTER(label)) : NULL;
}

static bool wrong(GError **error, const char *path, int line, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read names of labels: %s, line %d: %s",
                path, line, why);
    return false;
}

static int find_column(const GPtrArray *header, const char *const *names)
{
    int column = -1;
    for (; column < 0 && *names != NULL; names++)
        column = lam_csv_find(header, *names);
    return column;
}

typedef struct {
    int value, name;
} Columns;

static bool read_header(const GPtrArray *fields, Columns *columns)
{
    static const char *const values[] = {"value", "label", "label number", NULL};
    static const char *const names[] = {"name", "label name", "structure", NULL};
    *columns = (Columns){find_column(fields, values), find_column(fields, names)};
    return columns->value >= 0 && columns->name >= 0;
}

static bool read_row(LamLabelNames *names, const GPtrArray *fields, const Columns *columns,
                     const char *path, int line, GError **error)
{
    const char *value = lam_csv_field(fields, columns->value);
    const char *name = lam_csv_field(fields, columns->name);
    gint64 label;
    if (value == NULL || !g_ascii_string_to_signed(value, 10, G_MININT, G_MAXINT, &label, NULL))
        return wrong(error, path, line, "a whole number is needed for the label");
    if (name == NULL)
        return true;
    if (g_hash_table_insert(names->by_label, GINT_TO_POINTER((int)label), g_strdup(name)))
        return true;
    return wrong(error, path, line, "the label has a name already");
}

static bool parse(LamLabelNames *names, char **lines, const char *path, GError **error)
{
    Columns columns = {-1, -1};
    for (int i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) == '\0' || *lines[i] == '#')
            continue;
        g_autoptr(GPtrArray) fields = lam_csv_split(lines[i]);
        if (columns.value >= 0) {
            if (!read_row(names, fields, &columns, path, i + 1, error))
                return false;
        } else if (!read_header(fields, &columns)) {
            return wrong(error, path, i + 1, "the first row must name the columns value and name");
        }
    }
    return columns.value >= 0 || wrong(error, path, 1, "it is empty");
}

LamLabelNames *lam_label_names_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_IO, "cannot read names of labels: %s",
                    why->message);
        g_error_free(why);
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        wrong(error, path, 1, "not a text file");
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(LamLabelNames) names = lam_label_names_new();
    return parse(names, lines, path, error) ? g_steal_pointer(&names) : NULL;
}

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
    const char *path;
    int value, name;
    LamLabelNames *names;
} Table;

static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    static const char *const values[] = {"value", "label", "label number", NULL};
    static const char *const names[] = {"name", "label name", "structure", NULL};
    Table *t = table;
    t->value = find_column(fields, values);
    t->name = find_column(fields, names);
    return (t->value >= 0 && t->name >= 0) ||
           wrong(error, t->path, line, "the first row must name the columns value and name");
}

static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    const Table *t = table;
    const char *value = lam_csv_field(fields, t->value), *name = lam_csv_field(fields, t->name);
    gint64 label;
    if (value == NULL || !g_ascii_string_to_signed(value, 10, G_MININT, G_MAXINT, &label, NULL))
        return wrong(error, t->path, line, "a whole number is needed for the label");
    if (name == NULL)
        return true;
    if (g_hash_table_insert(t->names->by_label, GINT_TO_POINTER((int)label), g_strdup(name)))
        return true;
    return wrong(error, t->path, line, "the label has a name already");
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
    g_autoptr(LamLabelNames) names = lam_label_names_new();
    Table table = {path, -1, -1, names};
    if (!lam_csv_read(text, read_header, read_row, &table, error))
        return NULL;
    return table.value >= 0 || wrong(error, path, 1, "it is empty") ? g_steal_pointer(&names)
                                                                    : NULL;
}

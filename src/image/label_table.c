#include <lambdascope/label_table.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE, STRUCTURE, NAME, TISSUE, COLUMNS };

void lam_label_table_free(LamLabelTable *table)
{
    if (table == NULL)
        return;
    for (int i = 0; i < table->count; i++)
        g_free(table->label[i].name);
    g_free(table->label);
    g_free(table);
}

static int by_value(const void *a, const void *b)
{
    int x = ((const LamLabel *)a)->value, y = ((const LamLabel *)b)->value;
    return (x > y) - (x < y);
}

const LamLabel *lam_label_table_find(const LamLabelTable *table, int value)
{
    LamLabel key = {.value = value};
    return bsearch(&key, table->label, (size_t)table->count, sizeof key, by_value);
}

static bool wrong(GError **error, const char *path, int line, const char *why)
{
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read label table: %s, line %d: %s",
                path, line, why);
    return false;
}

static bool read_number(const GPtrArray *fields, int column, int *out)
{
    const char *text = lam_csv_field(fields, column);
    gint64 number = 0;
    if (text == NULL || !g_ascii_string_to_signed(text, 10, G_MININT, G_MAXINT, &number, NULL))
        return false;
    *out = (int)number;
    return true;
}

static bool read_row(const GPtrArray *fields, const int column[COLUMNS], LamLabel *out)
{
    *out = (LamLabel){0};
    if (!read_number(fields, column[VALUE], &out->value) ||
        !read_number(fields, column[STRUCTURE], &out->structure))
        return false;
    out->tissue = out->value;
    if (column[TISSUE] >= 0 && !read_number(fields, column[TISSUE], &out->tissue))
        return false;
    out->name = g_strdup(lam_csv_field(fields, column[NAME]));
    return true;
}

/* The name behind "left " or "right "; NULL if it does not begin so. */
static const char *behind(const char *name, const char *side)
{
    size_t length = strlen(side);
    return name != NULL && g_ascii_strncasecmp(name, side, length) == 0 ? name + length : NULL;
}

/* The k-th label of a structure on the right looks like the k-th of its twin on the left. */
static void join_sides(LamLabelTable *table)
{
    for (int i = 0; i < table->count; i++) {
        const char *own = behind(table->label[i].name, "right ");
        if (own == NULL)
            continue;
        int before = 0;
        for (int j = 0; j < i; j++)
            before += g_strcmp0(behind(table->label[j].name, "right "), own) == 0;
        for (int j = 0; j < table->count; j++) {
            if (g_strcmp0(behind(table->label[j].name, "left "), own) != 0 || before-- > 0)
                continue;
            table->label[i].tissue = table->label[j].tissue;
            break;
        }
    }
}

static LamLabelTable *parse(const char *path, char **lines, GError **error)
{
    static const char *const names[COLUMNS] = {"value", "structure_value", "structure",
                                               "intensity_class"};
    int column[COLUMNS] = {-1, -1, -1, -1};
    g_autoptr(LamLabelTable) table = g_new0(LamLabelTable, 1);
    table->label = g_new0(LamLabel, g_strv_length(lines) + 1);
    for (int i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) == '\0' || *lines[i] == '#')
            continue;
        g_autoptr(GPtrArray) fields = lam_csv_split(lines[i]);
        if (column[VALUE] < 0) {
            for (int c = 0; c < COLUMNS; c++)
                column[c] = lam_csv_find(fields, names[c]);
            if (column[VALUE] < 0 || column[STRUCTURE] < 0) {
                wrong(error, path, i + 1, "the first row must name value and structure_value");
                return NULL;
            }
        } else if (!read_row(fields, column, &table->label[table->count])) {
            wrong(error, path, i + 1, "whole numbers are needed");
            return NULL;
        } else {
            table->count++;
        }
    }
    return g_steal_pointer(&table);
}

static bool check(const char *path, const LamLabelTable *table, GError **error)
{
    if (table->count == 0)
        return wrong(error, path, 1, "no labels in it");
    for (int i = 1; i < table->count; i++)
        if (table->label[i].value == table->label[i - 1].value) {
            g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "cannot read label table: %s: value %d stands twice", path,
                        table->label[i].value);
            return false;
        }
    return true;
}

LamLabelTable *lam_label_table_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    GError *why = NULL;
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read label table: ");
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(LamLabelTable) table = parse(path, lines, error);
    if (table == NULL)
        return NULL;
    join_sides(table);
    qsort(table->label, (size_t)table->count, sizeof *table->label, by_value);
    return check(path, table, error) ? g_steal_pointer(&table) : NULL;
}

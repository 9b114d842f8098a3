#include <lambdascope/label_table.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <lambdascope/labels.h>
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

const LamLabel *lam_label_table_next_structure(const LamLabelTable *table, int value)
{
    const LamLabel *next = NULL;
    for (int i = 0; i < table->count; i++) {
        const LamLabel *label = &table->label[i];
        if (label->structure > value && (next == NULL || label->structure < next->structure))
            next = label;
    }
    return next;
}

void lam_label_table_apply(const LamLabelTable *table, LamVolume *map)
{
    size_t n = lam_grid_voxels(&map->grid);
    for (size_t i = 0; i < n; i++) {
        const LamLabel *label = lam_label_table_find(table, lam_label_of(map->data[i]));
        map->data[i] = label != NULL ? (float)label->structure : 0;
    }
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

typedef struct {
    const char *path;
    int column[COLUMNS];
    GArray *labels; /* LamLabel */
} Table;

static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    LamLabel label = {0};
    if (!read_number(fields, t->column[VALUE], &label.value) ||
        !read_number(fields, t->column[STRUCTURE], &label.structure))
        return wrong(error, t->path, line, "whole numbers are needed");
    label.tissue = label.value;
    if (t->column[TISSUE] >= 0 && !read_number(fields, t->column[TISSUE], &label.tissue))
        return wrong(error, t->path, line, "whole numbers are needed");
    label.name = g_strdup(lam_csv_field(fields, t->column[NAME]));
    g_array_append_val(t->labels, label);
    return true;
}

static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    static const char *const names[COLUMNS] = {"value", "structure_value", "structure",
                                               "intensity_class"};
    Table *t = table;
    lam_csv_find_all(fields, names, COLUMNS, t->column);
    return (t->column[VALUE] >= 0 && t->column[STRUCTURE] >= 0) ||
           wrong(error, t->path, line, "the first row must name value and structure_value");
}

/* The name behind "left " or "right "; NULL if it does not begin so. */
static const char *behind(const char *name, const char *side)
{
    size_t length = strlen(side);
    return name != NULL && g_ascii_strncasecmp(name, side, length) == 0 ? name + length : NULL;
}

/* Position of the k-th label that names the structure on a side; -1: there are fewer. */
static int on_side(const LamLabelTable *table, const char *side, const char *structure, int k)
{
    for (int i = 0; i < table->count; i++)
        if (g_strcmp0(behind(table->label[i].name, side), structure) == 0 && k-- == 0)
            return i;
    return -1;
}

/* How many labels before this one name the same. */
static int place_on_side(const LamLabelTable *table, const char *side, int label)
{
    const char *own = behind(table->label[label].name, side);
    int k = 0;
    while (on_side(table, side, own, k) != label)
        k++;
    return k;
}

int lam_label_table_other_side(const LamLabelTable *table, int label)
{
    static const char *const sides[] = {"left ", "right "};
    for (int s = 0; s < 2; s++) {
        const char *own = behind(table->label[label].name, sides[s]);
        if (own == NULL)
            continue;
        int twin = on_side(table, sides[1 - s], own, place_on_side(table, sides[s], label));
        twin = twin >= 0 ? twin : on_side(table, sides[1 - s], own, 0);
        return twin >= 0 ? twin : label;
    }
    return label;
}

/* The k-th label of a structure on the right looks like the k-th of its twin on the left. */
static void join_sides(LamLabelTable *table)
{
    for (int i = 0; i < table->count; i++) {
        const char *own = behind(table->label[i].name, "right ");
        int twin =
            own != NULL ? on_side(table, "left ", own, place_on_side(table, "right ", i)) : -1;
        if (twin >= 0)
            table->label[i].tissue = table->label[twin].tissue;
    }
}

int lam_label_table_zero(const LamLabelTable *table)
{
    const LamLabel *zero = lam_label_table_find(table, 0);
    return zero != NULL ? (int)(zero - table->label) : 0;
}

static LamLabelTable *parse(const char *path, const char *text, GError **error)
{
    Table read = {.path = path, .labels = g_array_new(FALSE, FALSE, sizeof(LamLabel))};
    g_autoptr(LamLabelTable) table = g_new0(LamLabelTable, 1);
    bool ok = lam_csv_read(text, read_header, read_row, &read, error);
    table->count = (int)read.labels->len;
    table->label = (LamLabel *)(void *)g_array_free(read.labels, FALSE);
    return ok ? g_steal_pointer(&table) : NULL;
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
    g_autoptr(LamLabelTable) table = parse(path, text, error);
    if (table == NULL)
        return NULL;
    join_sides(table);
    qsort(table->label, (size_t)table->count, sizeof *table->label, by_value);
    return check(path, table, error) ? g_steal_pointer(&table) : NULL;
}

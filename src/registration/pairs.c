#include <lambdascope/pairs.h>

#include <lambdascope/csv.h>
#include <lambdascope/error.h>
#include <string.h>

enum { FIXED, MOVING, FIXED_LABELS, MOVING_LABELS, FIXED_MASK, MOVING_MASK, NAME, COLUMNS };

static const char *const names[COLUMNS] = {
    "fixed", "moving", "fixed_labels", "moving_labels", "fixed_mask", "moving_mask", "name"};

static void pair_free(void *p)
{
    LamPair *pair = p;
    g_free(pair->fixed);
    g_free(pair->moving);
    g_free(pair->fixed_labels);
    g_free(pair->moving_labels);
    g_free(pair->fixed_mask);
    g_free(pair->moving_mask);
    g_free(pair->name);
    g_free(pair);
}

typedef struct {
    const char *folder;
    int column[COLUMNS];
    GPtrArray *pairs;
} Table;

static gboolean read_header(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    Table *t = table;
    lam_csv_find_all(fields, names, COLUMNS, t->column);
    if (t->column[FIXED] >= 0 && t->column[MOVING] >= 0)
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "the first row must name the columns fixed and moving (and fixed_labels, "
                        "moving_labels)");
    return false;
}

static gboolean read_row(gpointer table, const GPtrArray *fields, int line, GError **error)
{
    const Table *t = table;
    LamPair *pair = g_new0(LamPair, 1);
    g_ptr_array_add(t->pairs, pair);
    pair->fixed = lam_csv_path(fields, t->column[FIXED], t->folder);
    pair->moving = lam_csv_path(fields, t->column[MOVING], t->folder);
    pair->fixed_labels = lam_csv_path(fields, t->column[FIXED_LABELS], t->folder);
    pair->moving_labels = lam_csv_path(fields, t->column[MOVING_LABELS], t->folder);
    pair->fixed_mask = lam_csv_path(fields, t->column[FIXED_MASK], t->folder);
    pair->moving_mask = lam_csv_path(fields, t->column[MOVING_MASK], t->folder);
    pair->name = g_strdup(lam_csv_field(fields, t->column[NAME]));
    if (pair->fixed != NULL && pair->moving != NULL)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "line %d: fixed or moving is empty", line);
    return false;
}

GPtrArray *lam_pairs_load(const char *path, const char *folder, GError **error)
{
    g_autofree char *text = NULL, *own = g_path_get_dirname(path);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(pair_free);
    GError *why = NULL;
    Table table = {.folder = folder != NULL ? folder : own, .pairs = pairs};
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read pairs: ");
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read pairs: %s: not a text file",
                    path);
        return NULL;
    }
    if (!lam_csv_read(text, read_header, read_row, &table, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read pairs: %s: ", path);
        return NULL;
    }
    if (pairs->len == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read pairs: %s: no pairs in it",
                    path);
        return NULL;
    }
    return g_steal_pointer(&pairs);
}

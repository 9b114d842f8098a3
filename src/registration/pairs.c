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

static bool read_header(const GPtrArray *fields, int column[COLUMNS], GError **error)
{
    for (int c = 0; c < COLUMNS; c++)
        column[c] = lam_csv_find(fields, names[c]);
    if (column[FIXED] >= 0 && column[MOVING] >= 0)
        return true;
    g_set_error_literal(error, LAM_ERROR, LAM_ERROR_FORMAT,
                        "the first row must name the columns fixed and moving (and fixed_labels, "
                        "moving_labels)");
    return false;
}

static char *resolved(const GPtrArray *fields, int column, const char *folder)
{
    const char *path = lam_csv_field(fields, column);
    if (path == NULL)
        return NULL;
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(folder, path, NULL);
}

static bool read_line(const char *line, int number, int column[COLUMNS], const char *folder,
                      GPtrArray *pairs, GError **error)
{
    g_autoptr(GPtrArray) fields = lam_csv_split(line);
    if (column[FIXED] < 0)
        return read_header(fields, column, error);
    LamPair *pair = g_new0(LamPair, 1);
    g_ptr_array_add(pairs, pair);
    pair->fixed = resolved(fields, column[FIXED], folder);
    pair->moving = resolved(fields, column[MOVING], folder);
    pair->fixed_labels = resolved(fields, column[FIXED_LABELS], folder);
    pair->moving_labels = resolved(fields, column[MOVING_LABELS], folder);
    pair->fixed_mask = resolved(fields, column[FIXED_MASK], folder);
    pair->moving_mask = resolved(fields, column[MOVING_MASK], folder);
    pair->name = g_strdup(lam_csv_field(fields, column[NAME]));
    if (pair->fixed != NULL && pair->moving != NULL)
        return true;
    g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "line %d: fixed or moving is empty", number);
    return false;
}

GPtrArray *lam_pairs_load(const char *path, const char *folder, GError **error)
{
    g_autofree char *text = NULL, *own = g_path_get_dirname(path);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(pair_free);
    GError *why = NULL;
    int column[COLUMNS] = {-1, -1, -1, -1, -1, -1, -1};
    if (!g_file_get_contents(path, &text, NULL, &why)) {
        g_propagate_prefixed_error(error, why, "cannot read pairs: ");
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read pairs: %s: not a text file",
                    path);
        return NULL;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i] != NULL; i++) {
        const char *line = g_strstrip(lines[i]);
        if (*line != '\0' && *line != '#' &&
            !read_line(line, i + 1, column, folder != NULL ? folder : own, pairs, &why)) {
            g_propagate_prefixed_error(error, why, "cannot read pairs: %s: ", path);
            return NULL;
        }
    }
    if (pairs->len == 0) {
        g_set_error(error, LAM_ERROR, LAM_ERROR_FORMAT, "cannot read pairs: %s: no pairs in it",
                    path);
        return NULL;
    }
    return g_steal_pointer(&pairs);
}
